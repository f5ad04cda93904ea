import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import axios from 'axios';
import type { BytesBody } from './bytes.ts';
import { readBytes } from './bytes.ts';
import type { Protocol } from './connecting.ts';
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
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, encoded, from the base URL on. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** What an answer says besides its body, whatever its status. */
export type AnswerHead = {
  readonly kind: 'answer';
  readonly status: number;
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

/** A complete answer. */
export type HttpAnswer = AnswerHead & { readonly body: string };

/** An answer whose body is no text. */
export type BytesAnswer = AnswerHead & { readonly etag: string | undefined; readonly body: BytesBody };

/**
 * Where a redirect leads: scheme and host alone, since a proxy puts the whole request, token included, into the path
 * and the query. `isLogin` where it is a page to log in.
 */
export type Redirect = { readonly to: string; readonly isLogin: boolean };

/** Sends one request. A failure on the way is a value too; the folder of each server decides what it means. */
export type Transport = {
  send(request: HttpRequest): Promise<HttpAnswer | NoAnswer>;
  /** The same, and reads the body as bytes, no more of them than are wanted. */
  sendForBytes(request: HttpRequest & { readonly mostBytes: number }): Promise<BytesAnswer | NoAnswer>;
};

/** Larger than any page we ask for, small enough for a NAS. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
/**
 * Plex closes idle connections after 20 s (plex-api.md 1): we close them first, or a reused one is reset. Stash keeps
 * them.
 */
const IDLE_SOCKET_MS = 15_000;
/** As axios sets it for each request: with another value each one would set eight options of its socket. */
const KEEP_ALIVE_PROBE_MS = 60_000;

/**
 * HTTP as both servers need it: no proxy from the environment and no redirects, since both would pass the secret on;
 * one deadline for the connection and one for the whole request; a size cap; no retries, because the queue retries. Only
 * a request that met a kept socket closed by the server is sent once more: it never arrived, or may be repeated.
 */
export function createTransport(options: TransportOptions): Transport {
  const exchange = createExchange(options);
  return {
    send: (request) =>
      exchange(request, TEXT, async ({ data, ...answer }) => ({ ...toHead(answer, options), body: data })),
    sendForBytes: ({ mostBytes, ...request }) =>
      exchange(request, BYTES, async ({ data, ...answer }) => {
        const body = await readBytes(data, { mostBytes, saidBytes: Number(headerOf(answer, 'content-length')) });
        if (body.kind === 'silent') return body;
        return { ...toHead(answer, options), etag: headerOf(answer, 'etag'), body };
      }),
  };
}

/** How axios shall deliver a body. */
type Form<Data> = { readonly responseType: 'text' | 'stream'; readonly maxContentLength: number; readonly data?: Data };

const TEXT: Form<string> = { responseType: 'text', maxContentLength: MAX_BODY_BYTES };
/** The limit is ours, since that of axios cannot be told from a connection that breaks off. */
const BYTES: Form<Readable> = { responseType: 'stream', maxContentLength: -1 };

/** Sends a request, once more where that is right, and lets `read` make a value of the answer within the same deadline. */
type Exchange = <Data, Read extends AnswerHead>(
  request: HttpRequest,
  form: Form<Data>,
  read: (answer: AxiosResponse<Data>) => Promise<Read | NoAnswer>,
) => Promise<Read | NoAnswer>;

function createExchange(options: TransportOptions): Exchange {
  const { connectTimeoutMs, readTimeoutMs } = options;
  const protocol: Protocol = /^https:/i.test(options.baseUrl) ? 'https' : 'http';
  const kept = createAgent(protocol, options, { keepAlive: true });
  const fresh = createAgent(protocol, options, { keepAlive: false });
  // Without the defaults of axios, which each request would merge: bodies stay as they are, and `Accept` is the caller's.
  const client = new axios.Axios({
    adapter: 'http',
    proxy: false,
    maxRedirects: 0,
    // We judge the status ourselves: an AxiosError made of it would carry the token.
    validateStatus: () => true,
  });
  return async <Data, Read extends AnswerHead>(
    { method, target, headers, body }: HttpRequest,
    { responseType, maxContentLength }: Form<Data>,
    read: (answer: AxiosResponse<Data>) => Promise<Read | NoAnswer>,
  ) => {
    // axios's own timeout never fires on a server that sends single bytes (toolchain.md 3).
    const deadline = startDeadline(protocol, connectTimeoutMs + readTimeoutMs, options.signal);
    const request = {
      ...{ method, responseType, maxContentLength },
      url: options.baseUrl + target,
      headers: { ...options.headers, ...headers },
      signal: deadline.signal,
      transport: deadline.transport,
      ...(body === undefined ? {} : { data: toData(body) }),
    };
    const sendOn = async (agent: typeof kept): Promise<Read | NoAnswer> => {
      let answer: AxiosResponse<Data>;
      try {
        answer = await client.request<Data>({ ...request, ...agent });
      } catch (thrown) {
        return toNoAnswer(thrown);
      }
      return await read(answer);
    };
    try {
      const first = await sendOn(kept);
      const isLost = first.kind === 'silent' && !deadline.signal.aborted && deadline.metClosedSocket();
      // The other kept sockets may be closed as well.
      return isLost ? await sendOn(fresh) : first;
    } finally {
      deadline.clear();
    }
  };
}

/** Of other bytes than a `Buffer`, axios sends all of the memory that they are a part of. */
function toData(body: string | Uint8Array): string | Buffer {
  return typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** One of `protocol` alone: what https needs takes Node some milliseconds to load. */
function createAgent(
  protocol: Protocol,
  { trust, connectTimeoutMs }: TransportOptions,
  sockets: { readonly keepAlive: boolean },
): Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'> {
  const agent = {
    ...{ timeout: IDLE_SOCKET_MS, keepAliveMsecs: KEEP_ALIVE_PROBE_MS },
    ...triesEachAddress(connectTimeoutMs),
    ...sockets,
  };
  if (protocol === 'http') return { httpAgent: withConnectTimeout(new http.Agent(agent), 'connect', connectTimeoutMs) };
  const tls = {
    rejectUnauthorized: trust.certificates === 'verified',
    ...(trust.ca === undefined ? {} : { ca: [...rootCertificates, trust.ca] }),
  };
  return {
    httpsAgent: withConnectTimeout(new https.Agent({ ...agent, ...tls }), 'secureConnect', connectTimeoutMs),
  };
}

type Headed = Pick<AxiosResponse, 'status' | 'headers'>;

function headerOf({ headers }: Headed, name: string): string | undefined {
  const value: unknown = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function toHead(answer: Headed, { baseUrl, now }: Pick<TransportOptions, 'baseUrl' | 'now'>): AnswerHead {
  const { status } = answer;
  const text = (name: string): string | undefined => headerOf(answer, name);
  const isRedirect = status >= 300 && status < 400 && status !== NOT_MODIFIED;
  return {
    kind: 'answer',
    status,
    contentType: text('content-type') ?? '',
    sentAt: parseHttpDate(text('date')),
    retryAfterMs: parseRetryAfter(text('retry-after'), now()),
    redirect: isRedirect ? toRedirect(text('location'), baseUrl) : undefined,
    from: text('x-plex-protocol') === undefined ? 'unknown' : 'plex',
  };
}

/** No redirect, although its number is between theirs. */
const NOT_MODIFIED = 304;

function toRedirect(location: string | undefined, baseUrl: string): Redirect {
  if (location === undefined || !URL.canParse(location, baseUrl)) return { to: 'elsewhere', isLogin: false };
  const { protocol, host, pathname } = new URL(location, baseUrl);
  return { to: host === '' ? protocol : `${protocol}//${host}`, isLogin: /\/login\/?$/.test(pathname) };
}
