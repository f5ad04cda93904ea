import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { sendCut, sendFlood } from '../odd-answers.ts';
import type { createStashFaults, SeenStashRequest, StashFault, StashRoute } from './faults.ts';
import type { GraphqlCall } from './graphql/graphql.ts';
import { errorAnswer, readCall, readQueryString } from './graphql/graphql.ts';
import type { StashAnswer } from './library/images.ts';
import { bare } from './library/images.ts';

/** One request, read. */
export type StashCall = {
  method: string;
  url: URL;
  route: StashRoute;
  headers: Record<string, string | string[] | undefined>;
  graphql: GraphqlCall | { refusal: string } | undefined;
};

const DRIP_MS = 50;
const COMPRESSED_BYTES = 1024;

/** Passes requests from the network to `answer` and back, records each and applies armed faults. */
export function createStashExchange({
  answer,
  now,
  settings,
  faults,
  requests,
}: {
  answer: (call: StashCall) => StashAnswer;
  now: () => number;
  settings: { latencyMs: number };
  faults: ReturnType<typeof createStashFaults>;
  requests: SeenStashRequest[];
}) {
  const timers = new Set<NodeJS.Timeout>();

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stash');
      const route = routeOf(url.pathname);
      const body = Buffer.concat(chunks);
      const graphql = route === 'graphql' ? graphqlCall(request, { url, body }) : undefined;
      const seen: SeenStashRequest = {
        method: request.method ?? 'GET',
        route,
        path: url.pathname + url.search,
        headers: request.headers,
        at: now(),
        bodyBytes: body.length,
      };
      if (graphql && !('refusal' in graphql)) {
        const { query, variables, operationName, rootFields } = graphql;
        Object.assign(seen, { query, variables, operationName, rootFields });
      }
      requests.push(seen);
      // Answers carry the clock that the stored times use.
      response.setHeader('Date', new Date(now()).toUTCString());
      const decide = (): StashAnswer => answer({ method: seen.method, url, route, headers: request.headers, graphql });
      respond({ request, response, seen, fault: faults.take(seen), decide });
    });
  }

  function respond(exchange: {
    request: IncomingMessage;
    response: ServerResponse;
    seen: SeenStashRequest;
    fault: StashFault | undefined;
    decide: () => StashAnswer;
  }): void {
    const { request, response, seen, fault, decide } = exchange;
    const sendLater = (answered: StashAnswer): void => later(() => send({ request, response, seen }, answered));
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'drop':
        request.socket.destroy();
        return;
      case 'half-close':
        request.socket.end();
        return;
      case 'drop-after':
        decide();
        request.socket.destroy();
        return;
      case 'drip':
        seen.status = 200;
        drip(response);
        return;
      case 'garbage': {
        const { body, ...rest } = decide();
        sendLater({ ...rest, status: 200, body: body.slice(0, Math.ceil(body.length / 2)) });
        return;
      }
      case 'cut': {
        const { status, body, contentType, headers } = decide();
        seen.status = status;
        sendCut(response, { status, body, headers: { 'Content-Type': contentType, ...headers } });
        return;
      }
      case 'flood':
        seen.status = 200;
        sendFlood(response, { ...fault, onSent: (bytes) => addSent(seen, bytes) });
        return;
      case 'status': {
        const { status, body = '', contentType = 'text/plain; charset=utf-8', headers = {} } = fault;
        sendLater({ status, body, contentType, headers });
        return;
      }
      case 'redirect':
        sendLater({ ...bare(302, ''), headers: { Location: fault.location } });
        return;
      case 'late': {
        const answer = decide();
        void fault.after.then(() => send({ request, response, seen }, answer));
        return;
      }
      case 'errors':
        sendLater(errorAnswer({ status: 200, errors: [{ message: fault.message }] }));
        return;
      case undefined:
        sendLater(decide());
        return;
      default:
        fault satisfies never;
    }
  }

  function later(act: () => void): void {
    if (settings.latencyMs <= 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, settings.latencyMs);
    timers.add(timer);
  }

  function drip(response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{');
    const timer = setInterval(() => response.write(' '), DRIP_MS);
    timers.add(timer);
    response.on('close', () => {
      clearInterval(timer);
      timers.delete(timer);
    });
  }

  return {
    handle,
    stopTimers(): void {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function addSent(seen: SeenStashRequest, bytes: number): void {
  seen.sentBytes = (seen.sentBytes ?? 0) + bytes;
}

function routeOf(path: string): StashRoute {
  if (path === '/graphql') return 'graphql';
  if (path === '/healthz') return 'healthz';
  if (path === '/login') return 'login';
  if (/^\/scene\/[^/]+\/screenshot$/.test(path)) return 'screenshot';
  return /^\/(?:performer|studio|tag)\/[^/]+\/image$/.test(path) ? 'image' : 'other';
}

function graphqlCall(
  request: IncomingMessage,
  { url, body }: { url: URL; body: Buffer },
): GraphqlCall | { refusal: string } {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (request.method === 'GET') return readQueryString(url.searchParams);
  if (request.method !== 'POST' || type !== 'application/json') return { refusal: 'transport not supported' };
  return readCall(body.toString('utf8'));
}

function send(
  { request, response, seen }: { request: IncomingMessage; response: ServerResponse; seen: SeenStashRequest },
  answer: StashAnswer,
): void {
  seen.status = answer.status;
  if (response.destroyed) return;
  const plain = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const isCompressed =
    plain.length >= COMPRESSED_BYTES &&
    /json|svg|text/.test(answer.contentType) &&
    /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = isCompressed ? gzipSync(plain) : plain;
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Content-Length': body.length,
    ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}),
    ...answer.headers,
  });
  response.end(body);
}
