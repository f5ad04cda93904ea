import * as z from 'zod/mini';
import { SyncError } from '../core/model/errors.ts';
import { say } from '../core/text/sentence.ts';
import { parseJson } from '../http/json-body.ts';
import type { TransportOptions } from '../http/transport.ts';
import { createPlexTransport } from './transport.ts';

const identityAnswer = z.object({
  MediaContainer: z.object({ version: z.string().check(z.regex(/^[\w.+-]{1,60}$/)) }),
});

/** Reads the server's version without a token. @throws {SyncError} */
export async function readPlexVersion(options: Omit<TransportOptions, 'headers'>): Promise<string> {
  const send = createPlexTransport({ ...options, headers: { Accept: 'application/json' } });
  const what = say`asking for its version`;
  const { body } = await send({ method: 'GET', target: '/identity', what, request: 'plex GET identity' });
  const parsed = z.safeParse(identityAnswer, parseJson(body));
  if (!parsed.success) throw new SyncError('plex_malformed', say`What answers there is no Plex`);
  return parsed.data.MediaContainer.version;
}
