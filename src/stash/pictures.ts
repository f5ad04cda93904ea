import { SyncError } from '../core/model/errors.ts';
import type { PictureAddress } from '../core/pictures/address.ts';
import { MOST_PICTURE_BYTES, tooLarge } from '../core/pictures/judge-bytes.ts';
import { unusablePicture } from '../core/pictures/unusable.ts';
import { asHost, say } from '../core/text/sentence.ts';
import type { BytesAnswer, Transport } from '../http/transport.ts';
import { targetAt } from './own-address.ts';
import type { Asked } from './translate.ts';
import { notStash, toNoAnswerError, toStatusError } from './translate.ts';

/** What Stash has at an address; `same`: what the ETag names. The bytes may be anything yet. */
export type StashPicture =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly etag: string | undefined }
  | { readonly kind: 'same' };

export type UrlAddress = Extract<PictureAddress, { kind: 'url' }>;

/** Reads one picture of Stash. @throws {SyncError | UsageError} */
export type ReadPicture = (address: UrlAddress, known: { readonly etag: string | undefined }) => Promise<StashPicture>;

type Place = Pick<Asked, 'baseUrl' | 'auth'> & { readonly headers: Readonly<Record<string, string>> };

/** Reads pictures from the configured Stash alone: the key goes nowhere else, and nothing is asked of other hosts. */
export function createPictureReader(
  { sendForBytes }: Pick<Transport, 'sendForBytes'>,
  { baseUrl, auth, headers }: Place,
): ReadPicture {
  return async (address, { etag }) => {
    const target = targetAt(baseUrl, address.url);
    if (target === undefined)
      throw unusablePicture(
        address,
        say`is not on the configured Stash (${asHost(baseUrl)}), and no other host is asked`,
      );
    const asked: Asked = {
      what: say`reading the picture ${address.shown}`,
      request: 'stash GET picture',
      baseUrl,
      auth,
    };
    const answer = await sendForBytes({
      ...{ method: 'GET', target, mostBytes: MOST_PICTURE_BYTES },
      headers: {
        ...headers,
        ...{ Accept: 'image/*', 'Accept-Encoding': 'identity' },
        ...(etag === undefined ? {} : { 'If-None-Match': etag }),
      },
    });
    if (answer.kind !== 'answer') throw toNoAnswerError(answer, asked);
    if (answer.from === 'plex') throw notStash(baseUrl, 'it says that it is Plex');
    if (answer.status === 304 && etag !== undefined) return { kind: 'same' };
    refuseFailure(answer, { asked, address });
    const { body } = answer;
    if (body.kind === 'too_large') throw unusablePicture(address, tooLarge(body.bytes));
    // A proxy may take no notice of the condition.
    if (etag !== undefined && answer.etag === etag) return { kind: 'same' };
    return { kind: 'bytes', bytes: body.bytes, etag: answer.etag };
  };
}

/**
 * Tells what ails Stash, and may pass or concerns every request, from what ails this picture alone.
 */
function refuseFailure(
  answer: BytesAnswer,
  { asked, address }: { readonly asked: Asked; readonly address: UrlAddress },
): void {
  const { status, redirect } = answer;
  if (status >= 200 && status < 300) return;
  if (redirect !== undefined && !redirect.isLogin)
    throw unusablePicture(
      address,
      say`is elsewhere: Stash redirected to ${asHost(redirect.to)}, which is not followed, since that would carry the API key`,
    );
  const isOfPicture = status >= 400 && status < 500 && ![401, 403, 429].includes(status);
  if (isOfPicture) throw unusablePicture(address, say`is not there: Stash answered ${status}`);
  if (status < 400 && redirect === undefined)
    throw new SyncError('stash_malformed', say`Stash answered ${status} while ${asked.what}`, {
      request: asked.request,
    });
  throw toStatusError({ ...answer, body: '' }, asked);
}
