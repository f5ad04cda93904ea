import { isAxiosError } from 'axios';
import { SyncError, UsageError } from '../core/errors.ts';

/** An answer of Plex, as far as errors need it. */
export type ErrorAnswer = { readonly status: number; readonly retryAfter: string | undefined };

/**
 * What a status that is no success means. Branches on the status alone: Plex's error bodies are HTML pages whatever
 * was asked for (plex-api.md 10). `what` completes the sentence "Plex answered N while …".
 */
export function toStatusError(answer: ErrorAnswer, what: string, nowMs: number): SyncError {
  const { status } = answer;
  const retryAfterMs = parseRetryAfter(answer.retryAfter, nowMs);
  if (status === 401 || status === 498)
    return new SyncError('plex_unauthorized', `Unauthorized: Plex refused the token (${status})`);
  if (status === 403)
    return new SyncError('plex_forbidden', `Plex does not allow this token ${FORBIDDEN[what] ?? what} (403)`);
  if (status === 404) return new SyncError('plex_not_found', `Plex answered 404 while ${what}`);
  if (status === 414 || status === 431)
    return new SyncError(
      'plex_too_long',
      `The request was too long for Plex or a proxy before it (${status}) while ${what}`,
    );
  if (status === 429)
    return new SyncError('plex_busy', `Plex asked for patience (429) while ${what}`, { retryAfterMs });
  if (status === 503)
    return new SyncError('plex_unavailable', `Plex is starting or in maintenance (503) while ${what}`, {
      retryAfterMs,
    });
  if (status === 502 || status === 504)
    return new SyncError('plex_unavailable', `A proxy found no Plex (${status}) while ${what}`, { retryAfterMs });
  if (status >= 500) return new SyncError('plex_error', `Plex answered ${status} while ${what}`, { retryAfterMs });
  return new SyncError('plex_rejected', `Plex answered ${status} while ${what}`);
}

/** 403 reads better with an infinitive. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  'writing the item': 'to edit: it is probably not the owner’s',
  'reading the owner’s page': 'to read what only the owner may',
};

/**
 * What a request without an answer means. The one function that knows axios: past it there are only our codes and our
 * words, since an AxiosError carries the token in its `config`.
 */
export function toNetworkError(thrown: unknown, what: string, baseUrl: string): unknown {
  if (!isAxiosError(thrown)) return thrown;
  const distrust = DISTRUST[thrown.code ?? ''];
  if (distrust !== undefined) {
    return new UsageError(
      `The certificate of ${baseUrl} is not trusted: ${distrust}.`,
      'Give the certificate to trust with --plex-ca, or accept any with --plex-insecure.',
    );
  }
  return new SyncError(
    'plex_unavailable',
    `Plex at ${baseUrl} did not answer while ${what}: ${REASONS[thrown.code ?? ''] ?? thrown.code ?? 'no connection'}`,
  );
}

/** How a person reads the code of a failed connection. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  EPROTO: 'it does not speak https',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection in time',
  CONNECT_TIMEOUT: 'no connection in time',
  ERR_BAD_RESPONSE: 'the answer was cut off, or larger than we accept',
  ERR_CANCELED: 'no complete answer in time',
};

/** Why a certificate is refused: no outage that passes, but something to set. */
const DISTRUST: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'it is self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'who issued it is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'who issued it is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it cannot be verified',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
  CERT_HAS_EXPIRED: 'it has expired',
};

/** Ms a `Retry-After` asks for, in seconds or as a date (RFC 9110 10.2.3); `undefined` when absent or unreadable. */
function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = parseHttpDate(value);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

/** The instant a header names, epoch ms; `undefined` when absent or unreadable. */
export function parseHttpDate(header: string | undefined): number | undefined {
  // Only the date forms of HTTP, all of which begin with a weekday: Date.parse takes nearly anything for a date.
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(header ?? '') ? Date.parse(header ?? '') : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
