import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

export type Protocol = 'http' | 'https';

type Connecting = { createConnection(...args: unknown[]): Socket | undefined };

/** What an agent needs so that Node gives each address of a name this long, and not the 250 ms it gives by itself. */
export function triesEachAddress(timeoutMs: number): { readonly autoSelectFamilyAttemptTimeout: number } {
  return { autoSelectFamilyAttemptTimeout: timeoutMs };
}

/** Destroys a socket whose last address is not connected in time; the agent has no option for that. */
export function withConnectTimeout<A extends http.Agent>(
  agent: A,
  ready: 'connect' | 'secureConnect',
  timeoutMs: number,
): A {
  const connecting = agent as unknown as Connecting;
  const create = connecting.createConnection.bind(agent);
  connecting.createConnection = (...args) => {
    const socket = create(...args);
    if (socket !== undefined) limitConnecting(socket, ready, timeoutMs);
    return socket;
  };
  return agent;
}

function limitConnecting(socket: Socket, ready: 'connect' | 'secureConnect', timeoutMs: number): void {
  let left = 0;
  const timer = setTimeout(() => {
    // Node itself goes on to the next address.
    if (left > 0) return;
    socket.destroy(Object.assign(new Error('connect timeout'), { code: 'CONNECT_TIMEOUT' }));
  }, timeoutMs);
  socket.on('lookup', () => {
    left += 1;
  });
  socket.on('connectionAttempt', () => {
    left -= 1;
    timer.refresh();
  });
  socket.once('connect', () => {
    left = 0;
  });
  for (const event of [ready, 'close'] as const) socket.once(event, () => clearTimeout(timer));
}

/** The time a whole request may take; each further address of the server's name gives it the full time again. */
export type Deadline = {
  /** Aborts with the deadline, and with the signal of all requests. */
  readonly signal: AbortSignal;
  /** In the form in which axios takes a way to send. */
  readonly transport: { request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest };
  /** Whether the request went out on a kept socket and not one byte of an answer came: the server had closed it. */
  metClosedSocket(): boolean;
  /** To be called when the request has ended. */
  clear(): void;
};

/** Starts the deadline of one request, for an address of this protocol; `stop` ends it at once. */
export function startDeadline(protocol: Protocol, timeoutMs: number, stop: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  // `AbortSignal.any` costs three times as much, and keeps each of its signals until the heap is cleaned.
  if (stop.aborted) abort();
  else stop.addEventListener('abort', abort);
  const renew = (): void => void timer.refresh();
  let isUnanswered = (): boolean => false;
  return {
    signal: controller.signal,
    transport: {
      request: (options, onAnswer) => {
        const request = (protocol === 'https' ? https : http).request(options, onAnswer);
        return request.once('socket', (socket) => {
          const readBefore = socket.bytesRead;
          isUnanswered = () => request.reusedSocket && socket.bytesRead === readBefore;
          if (socket.connecting) socket.on('connectionAttempt', renew);
        });
      },
    },
    metClosedSocket: () => isUnanswered(),
    clear: () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', abort);
    },
  };
}
