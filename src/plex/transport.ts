import type { Sentence } from '../core/text/sentence.ts';
import type { HttpAnswer, HttpRequest, TransportOptions } from '../http/transport.ts';
import { createTransport } from '../http/transport.ts';
import { toNoAnswerError, toStatusError } from './translate.ts';

export type PlexRequest = HttpRequest & {
  /** Completes "Plex answered N while …". */
  readonly what: Sentence;
};

/** Sends one request and returns the body of a 2xx. @throws {SyncError} */
export type SendToPlex = (request: PlexRequest) => Promise<HttpAnswer>;

/** Sends requests to Plex; failures come as our error codes. */
export function createPlexTransport(options: TransportOptions): SendToPlex {
  const send = createTransport(options);
  return async ({ what, ...request }) => {
    const result = await send(request);
    if (result.kind !== 'answer') throw toNoAnswerError(result, what, options.baseUrl);
    if (result.status < 200 || result.status >= 300) throw toStatusError(result, what);
    return result;
  };
}
