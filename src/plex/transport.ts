import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import axios from 'axios';
import { SyncError } from '../core/errors.ts';
import { parseHttpDate, toNetworkError, toStatusError } from './translate.ts';

export type TransportOptions = {
  /** Without a trailing slash; may have a path. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whose certificates are taken, where the address is https; `ca` in PEM form, besides those the system trusts. */
  readonly trust: { readonly certificates: 'verified' | 'any'; readonly ca: string | undefined };
  /** Until the connection stands. */
  readonly connectTimeoutMs: number;
  /** Until the answer is complete, from the moment the connection may be had. */
  readonly readTimeoutMs: number;
  /** Aborts every request under way. */
  readonly signal: AbortSignal;
  now(): number;
};

export type PlexRequest = {
  readonly method: 'GET' | 'PUT';
  /** Path and query, encoded, from the base URL on. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Completes "Plex answered N while …". */
  readonly what: string;
};

export type PlexAnswer = {
  readonly body: string;
  readonly contentType: string;
  /** The server's clock as it answered (its `Date` header), epoch ms; absent when it did not say. */
  readonly sentAt: number | undefined;
};

/** Sends one request and returns the body of a 2xx. @throws {SyncError} */
export type Send = (request: PlexRequest) => Promise<PlexAnswer>;

/** Larger than any page of a trimmed listing, small enough for a NAS. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Plex closes idle connections after 20 s (plex-api.md 1): ours go first, or a reused one is reset. */
const IDLE_SOCKET_MS = 15_000;

/**
 * HTTP as Plex needs it: no proxy from the environment (it would be handed the token), no redirects (they would carry
 * it on), a deadline for the connection and one for the whole request, a size cap, and no retries: the queue retries.
 */
export function createTransport(options: TransportOptions): Send {
  const { connectTimeoutMs, readTimeoutMs, trust } = options;
  const agent = { keepAlive: true, timeout: IDLE_SOCKET_MS };
  const tls = {
    rejectUnauthorized: trust.certificates === 'verified',
    ...(trust.ca === undefined ? {} : { ca: [...rootCertificates, trust.ca] }),
  };
  const client = axios.create({
    httpAgent: withConnectTimeout(new http.Agent(agent), 'connect', connectTimeoutMs),
    httpsAgent: withConnectTimeout(new https.Agent({ ...agent, ...tls }), 'secureConnect', connectTimeoutMs),
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'text',
    transformResponse: (body: string) => body,
    // Statuses are ours to read: an AxiosError made of one would carry the token.
    validateStatus: () => true,
  });
  return async ({ method, target, headers, what }) => {
    // axios's own timeout never fires on a server that drips bytes (toolchain.md).
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(connectTimeoutMs + readTimeoutMs)]);
    const url = options.baseUrl + target;
    try {
      const answer = await client.request<string>({ method, url, headers: { ...options.headers, ...headers }, signal });
      const { status } = answer;
      if (status >= 300 && status < 400) throw toRedirectError(answer.headers['location'], what);
      if (status < 200 || status >= 300) {
        const retryAfter = answer.headers['retry-after'] as string | undefined;
        throw toStatusError({ status, retryAfter }, what, options.now());
      }
      const { 'content-type': contentType, date } = answer.headers as Readonly<Record<string, string | undefined>>;
      return { body: answer.data, contentType: contentType ?? '', sentAt: parseHttpDate(date) };
    } catch (thrown) {
      throw toNetworkError(thrown, what, options.baseUrl);
    }
  };
}

function toRedirectError(location: unknown, what: string): SyncError {
  const target = typeof location === 'string' ? location.replace(/[?#].*$/, '') : 'elsewhere';
  return new SyncError(
    'plex_rejected',
    `Plex redirected to ${target} while ${what}; redirects are not followed, since they would carry the token`,
  );
}

type Connecting = { createConnection(...args: unknown[]): Socket | undefined };

/** A socket that does not stand in time is destroyed; the agent has no option for that. */
function withConnectTimeout<A extends http.Agent>(agent: A, ready: 'connect' | 'secureConnect', timeoutMs: number): A {
  const connecting = agent as unknown as Connecting;
  const create = connecting.createConnection.bind(agent);
  connecting.createConnection = (...args) => {
    const socket = create(...args);
    if (socket === undefined) return socket;
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('connect timeout'), { code: 'CONNECT_TIMEOUT' })),
      timeoutMs,
    );
    for (const event of [ready, 'close'] as const) socket.once(event, () => clearTimeout(timer));
    return socket;
  };
  return agent;
}
