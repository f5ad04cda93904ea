import { SyncError, UsageError } from '../core/model/errors.ts';
import type { RequestKind } from '../core/model/request-kind.ts';
import type { Sentence } from '../core/text/sentence.ts';
import { asHost, foreign, say } from '../core/text/sentence.ts';
import type { NoAnswer } from '../http/no-answer.ts';
import { wishOf } from '../http/no-answer.ts';
import type { HttpAnswer } from '../http/transport.ts';

/** A request whose failure is reported: `what` completes "Plex answered N while …". */
export type Asked = { readonly what: Sentence; readonly request: RequestKind };

/**
 * Translates a failure status. Uses the status alone: Plex's error bodies are always HTML pages (plex-api.md 10).
 */
export function toStatusError(
  { status, retryAfterMs, redirect }: Pick<HttpAnswer, 'status' | 'retryAfterMs' | 'redirect'>,
  { what, request }: Asked,
): SyncError {
  if (redirect !== undefined)
    return new SyncError(
      // At the first contact the address is wrong; later a proxy stands before Plex, and lets it through again.
      request === FIRST_CONTACT ? 'plex_rejected' : 'plex_malformed',
      say`A proxy, and not Plex, redirected to ${asHost(redirect.to)} while ${what}; it is not followed, since that would carry the token`,
      { request },
    );
  if (status === 401 || status === 498)
    return new SyncError('plex_unauthorized', say`Unauthorized: Plex refused the token (${status})`);
  if (status === 403)
    return new SyncError('plex_forbidden', say`Plex does not allow this token ${FORBIDDEN[request] ?? what} (403)`);
  // A library that is asked for is there: only an item can be missing.
  if (status === 404)
    return new SyncError(
      OF_A_LIBRARY.has(request) ? 'plex_error' : 'plex_not_found',
      say`Plex answered 404 while ${what}`,
      { request },
    );
  if (status === 413 || status === 414 || status === 431)
    return new SyncError(
      'plex_too_long',
      say`The request was too long for Plex or a proxy before it (${status}) while ${what}`,
    );
  if (status === 429)
    return new SyncError('plex_busy', say`Plex asked for patience (429) while ${what}`, { retryAfterMs, request });
  if (status === 503)
    return new SyncError('plex_unavailable', say`Plex is starting or in maintenance (503) while ${what}`, {
      retryAfterMs,
      request,
    });
  if (status === 502 || status === 504)
    return new SyncError('plex_unavailable', say`A proxy found no Plex (${status}) while ${what}`, {
      retryAfterMs,
      request,
    });
  if (status >= 500)
    return new SyncError('plex_error', say`Plex answered ${status} while ${what}`, { retryAfterMs, request });
  return new SyncError('plex_rejected', say`Plex answered ${status} while ${what}`);
}

const FIRST_CONTACT: RequestKind = 'plex GET libraries';

/** Requests to a library that Plex has named itself. */
const OF_A_LIBRARY: ReadonlySet<RequestKind> = new Set(['plex GET file', 'plex GET title', 'plex GET listing']);

const TO_EDIT = say`to edit: it is probably not the owner’s`;

/** The message for 403 reads better with an infinitive. */
const FORBIDDEN: Readonly<Partial<Record<RequestKind, Sentence>>> = {
  'plex PUT item': TO_EDIT,
  'plex POST picture': TO_EDIT,
  'plex PUT picture': TO_EDIT,
  'plex DELETE picture': TO_EDIT,
  'plex GET owner': say`to read what only the owner may`,
};

/** Translates a request without an answer: an outage, or a certificate that a person has to fix. */
export function toNoAnswerError(answer: NoAnswer, { what, request }: Asked, baseUrl: string): SyncError | UsageError {
  const { reason } = answer;
  if (answer.kind === 'silent') {
    // Later Plex was there already, and speaks what it spoke.
    const isSpoken = answer.mayWant === 'https' && request !== FIRST_CONTACT;
    const wish = isSpoken ? '' : wishOf(answer, { setting: 'plex_url', baseUrl });
    return new SyncError(
      'plex_unavailable',
      say`Plex at ${asHost(baseUrl)} did not answer while ${what}: ${foreign(reason)}${wish}`,
      { request },
    );
  }
  return new UsageError(`The certificate of ${baseUrl} is not trusted: ${reason}.`, TRUST_HINTS[answer.fault]);
}

/** With a certificate that is for another name, trusting who issued it changes nothing. */
const TRUST_HINTS: Readonly<Record<'name' | 'other', string>> = {
  name: 'Give the name that the certificate is for in plex_url (for one from Plex: https://….plex.direct:32400), or accept any certificate with --plex-insecure.',
  other: 'Give the certificate to trust with --plex-ca, or accept any with --plex-insecure.',
};
