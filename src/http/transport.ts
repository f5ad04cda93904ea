import http from 'node:http';
import https from 'node:https';
import { rootCertificates } from 'node:tls';
import type { AxiosResponse } from 'axios';
import axios from 'axios';
import { startDeadline, triesEachAddress, withConnectTimeout } from './connecting.ts';
import { parseHttpDate, parseRetryAfter } from './header-times.ts';
import type { NoAnswer } from './no-answer.ts';
import { toNoAnswer } from './no-answer.ts';

export type TransportOptions = {
  /** Without a trailing slash; may have a path. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Which certificates are accepted for https; `ca` in PEM form, in addition to those the system trusts. */
  readonly trust: { readonly certificates: 'verified' | 'any'; readonly ca: string | undefined };
  /** Until the connection is established; each address of a name may take this long. */
  readonly connectTimeoutMs: number;
  /** Until the answer is complete, starting when the connection is available. */
  readonly readTimeoutMs: number;
  /** Aborts every request under way. */
  readonly signal: AbortSignal;
  now(): number;
};

export type HttpRequest = {
  readonly method: 'GET' | 'PUT' | 'POST';
  /** Path and query, encoded, from the base URL on. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** A complete answer, whatever its status. */
export type HttpAnswer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  /** The server's clock when it answered (its `Date` header), epoch ms; absent when it did not say. */
  readonly sentAt: number | undefined;
  /** How long the server asks us to wait, in ms; absent when it does not say. */
  readonly retryAfterMs: number | undefined;
  /** Where a redirect leads; absent in other answers. */
  readonly redirect: Redirect | undefined;
  /** Which server the answer identifies itself as: Plex names its protocol in every answer. */
  readonly from: 'plex' | 'unknown';
};

/**
 * Where a redirect leads: scheme and host alone, since a proxy puts the whole request, token included, into the path
 * and the query. `isLogin` where it is a page to log in.
 */
export type Redirect = { readonly to: string; readonly isLogin: boolean };

/** Sends one request. A failure on the way is a value too; the folder of each server decides what it means. */
export type Send = (request: HttpRequest) => Promise<HttpAnswer | NoAnswer>;

/** Larger than any page we ask for, small enough for a NAS. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/**
 * Plex closes idle connections after 20 s (plex-api.md 1): we close them first, or a reused one is reset. Stash keeps
 * them.
 */
const IDLE_SOCKET_MS = 15_000;

/**
 * HTTP as both servers need it: no proxy from the environment and no redirects, since both would pass the secret on;
 * one deadline for the connection and one for the whole request; a size cap; no retries, because the queue retries. Only
 * a request that met a kept socket closed by the server is sent once more: it never arrived, or may be repeated.
 */
export function createTransport(options: TransportOptions): Send {
  const { connectTimeoutMs, readTimeoutMs, trust } = options;
  const agent = { timeout: IDLE_SOCKET_MS, ...triesEachAddress(connectTimeoutMs) };
  const tls = {
    rejectUnauthorized: trust.certificates === 'verified',
    ...(trust.ca === undefined ? {} : { ca: [...rootCertificates, trust.ca] }),
  };
  const protocol = /^https:/i.test(options.baseUrl) ? 'https' : 'http';
  const agents = (sockets: { readonly keepAlive: boolean }) => ({
    httpAgent: withConnectTimeout(new http.Agent({ ...agent, ...sockets }), 'connect', connectTimeoutMs),
    httpsAgent: withConnectTimeout(
      new https.Agent({ ...agent, ...tls, ...sockets }),
      'secureConnect',
      connectTimeoutMs,
    ),
  });
  const kept = agents({ keepAlive: true });
  const fresh = agents({ keepAlive: false });
  const client = axios.create({
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_BODY_BYTES,
    responseType: 'text',
    transformResponse: (body: string) => body,
    // We judge the status ourselves: an AxiosError made of it would carry the token.
    validateStatus: () => true,
  });
  return async ({ method, target, headers, body }) => {
    // axios's own timeout never fires on a server that sends single bytes (toolchain.md 3).
    const deadline = startDeadline(protocol, connectTimeoutMs + readTimeoutMs);
    const request = {
      method,
      url: options.baseUrl + target,
      headers: { ...options.headers, ...headers },
      signal: AbortSignal.any([options.signal, deadline.signal]),
      transport: deadline.transport,
      ...(body === undefined ? {} : { data: body }),
    };
    const sendOn = async (sockets: typeof kept): Promise<HttpAnswer | NoAnswer> => {
      try {
        return toAnswer(await client.request<string>({ ...request, ...sockets }), options);
      } catch (thrown) {
        return toNoAnswer(thrown);
      }
    };
    try {
      const first = await sendOn(kept);
      const isLost = first.kind === 'silent' && !request.signal.aborted && deadline.metClosedSocket();
      // The other kept sockets may be closed as well.
      return isLost ? await sendOn(fresh) : first;
    } finally {
      deadline.clear();
    }
  };
}

function toAnswer(
  { status, data, headers }: AxiosResponse<string>,
  { baseUrl, now }: Pick<TransportOptions, 'baseUrl' | 'now'>,
): HttpAnswer {
  const text = (name: string): string | undefined => {
    const value: unknown = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const isRedirect = status >= 300 && status < 400;
  return {
    kind: 'answer',
    status,
    body: data,
    contentType: text('content-type') ?? '',
    sentAt: parseHttpDate(text('date')),
    retryAfterMs: parseRetryAfter(text('retry-after'), now()),
    redirect: isRedirect ? toRedirect(text('location'), baseUrl) : undefined,
    from: text('x-plex-protocol') === undefined ? 'unknown' : 'plex',
  };
}

function toRedirect(location: string | undefined, baseUrl: string): Redirect {
  if (location === undefined || !URL.canParse(location, baseUrl)) return { to: 'elsewhere', isLogin: false };
  const { protocol, host, pathname } = new URL(location, baseUrl);
  return { to: host === '' ? protocol : `${protocol}//${host}`, isLogin: /\/login\/?$/.test(pathname) };
}
