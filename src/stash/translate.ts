import { SyncError, UsageError } from '../core/model/errors.ts';
import type { RequestKind } from '../core/model/request-kind.ts';
import type { Sentence } from '../core/text/sentence.ts';
import { asHost, foreign, say } from '../core/text/sentence.ts';
import type { NoAnswer } from '../http/no-answer.ts';
import { wishOf } from '../http/no-answer.ts';
import type { HttpAnswer, Redirect } from '../http/transport.ts';
import { complaintIn } from './envelope.ts';

/** A request whose failure is reported: `what` completes "Stash answered N while …". */
export type Asked = {
  readonly what: Sentence;
  readonly request: RequestKind;
  readonly baseUrl: string;
  readonly auth: 'with_key' | 'without_key';
};

/** The error for an address with another server, which waiting does not cure. `why` ends the sentence. */
export function notStash(baseUrl: string, why: string): UsageError {
  return new UsageError(
    `${baseUrl} is not a Stash server: ${why}.`,
    'Check stash_url: it should look like http://stash:9999.',
  );
}

/** The end of what is said where a key is lacking. */
export const KEY_HINT = ': set stash_api_key';

/** Translates a failure status. */
export function toStatusError(answer: HttpAnswer, { what, request, auth }: Asked): SyncError {
  const { status, retryAfterMs, redirect } = answer;
  if (redirect !== undefined) return toRedirectError(redirect, what);
  if (status === 401)
    return new SyncError(
      'stash_unauthorized',
      auth === 'with_key'
        ? say`Unauthorized: Stash refused the API key (401); where Stash has no password, stash_api_key must not be set`
        : say`Unauthorized: Stash asks for an API key (401)${KEY_HINT}`,
    );
  // Stash locks itself after a request from outside its network while it has no password (stash.md 4).
  if (status === 403)
    return new SyncError(
      'stash_unauthorized',
      say`Stash, or a proxy before it, does not let us in (403) while ${what}`,
    );
  if (status === 429)
    return new SyncError('stash_busy', say`Stash asked for patience (429) while ${what}`, { retryAfterMs, request });
  if (status === 502 || status === 503 || status === 504)
    return new SyncError('stash_unavailable', say`A proxy found no Stash (${status}) while ${what}`, {
      retryAfterMs,
      request,
    });
  if (status >= 500)
    return new SyncError('stash_error', say`Stash answered ${status} while ${what}`, { retryAfterMs, request });
  const complaint = complaintIn(answer.body);
  const because = complaint === undefined ? '' : say`: ${foreign(complaint)}`;
  return new SyncError('stash_rejected', say`Stash answered ${status} while ${what}${because}`, { request });
}

function toRedirectError(redirect: Redirect, what: Sentence): SyncError {
  if (redirect.isLogin)
    return new SyncError('stash_unauthorized', say`Stash asked for a login while ${what}${KEY_HINT}`);
  return new SyncError(
    'stash_rejected',
    say`Stash redirected to ${asHost(redirect.to)} while ${what}; redirects are not followed, since they would carry the API key`,
  );
}

/** Translates a request without an answer: an outage, or a certificate that a person has to fix. */
export function toNoAnswerError(answer: NoAnswer, { what, request, baseUrl }: Asked): SyncError | UsageError {
  const { reason } = answer;
  if (answer.kind === 'silent') {
    const wish = wishOf(answer, { setting: 'stash_url', baseUrl });
    return new SyncError(
      'stash_unavailable',
      say`Stash at ${asHost(baseUrl)} did not answer while ${what}: ${foreign(reason)}${wish}`,
      { request },
    );
  }
  return new UsageError(
    `The certificate of ${baseUrl} is not trusted: ${reason}.`,
    answer.fault === 'name'
      ? 'Give the name that the certificate is for in stash_url, or accept any certificate with --stash-insecure.'
      : 'Accept any certificate of Stash with --stash-insecure.',
  );
}

/** Translates a 2xx without a GraphQL answer: another server at this address, or damage on the way. */
export function toBodyError({ contentType }: HttpAnswer, { what, request, baseUrl }: Asked): SyncError {
  // Stash itself answers with its start page for every unknown path.
  if (/html/i.test(contentType))
    return new SyncError('stash_rejected', say`${asHost(baseUrl)} answered with an HTML page while ${what}`, {
      request,
    });
  return new SyncError('stash_malformed', say`Stash sent a damaged answer while ${what}`, { request });
}
