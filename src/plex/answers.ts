import { SyncError } from '../core/model/errors.ts';
import { say } from '../core/text/sentence.ts';
import { parseJson } from '../http/json-body.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type { Asked } from './translate.ts';

/** Whether a content type is that of a page, which Plex never sends with a 2xx. */
export function isPage(contentType: string): boolean {
  return /html/i.test(contentType);
}

/** The error for a page in place of an answer. */
export function ofProxy(asked: Asked): SyncError {
  return new SyncError(
    'plex_malformed',
    say`A proxy, and not Plex, answered with an HTML page while ${asked.what}: look at what stands before Plex`,
    asked,
  );
}

/** An answer as `to` understands it. @throws {SyncError} `plex_malformed` */
export function parsed<T>(answer: HttpAnswer, to: (value: unknown) => T | undefined, { what, request }: Asked): T {
  const value = to(parseJson(answer.body));
  if (value === undefined && isPage(answer.contentType)) throw ofProxy({ what, request });
  if (value === undefined)
    throw new SyncError('plex_malformed', say`Plex sent a damaged answer while ${what}`, { request });
  return value;
}
