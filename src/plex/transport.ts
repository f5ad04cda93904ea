import type { HttpAnswer, HttpRequest, TransportOptions } from '../http/transport.ts';
import { createTransport } from '../http/transport.ts';
import type { Asked } from './translate.ts';
import { toNoAnswerError, toStatusError } from './translate.ts';

export type PlexRequest = HttpRequest & Asked;

/** Sends one request and returns the body of a 2xx. @throws {SyncError} */
export type SendToPlex = (request: PlexRequest) => Promise<HttpAnswer>;

/** Sends requests to Plex; failures come as our error codes. */
export function createPlexTransport(options: TransportOptions): SendToPlex {
  const { send } = createTransport(options);
  return async ({ what, request, ...sent }) => {
    const asked = { what, request };
    const result = await send(sent);
    if (result.kind !== 'answer') throw toNoAnswerError(result, asked, options.baseUrl);
    if (result.status < 200 || result.status >= 300) throw toStatusError(result, asked);
    return result;
  };
}
