import { SyncError } from '../model/errors.ts';
import type { Sentence } from '../text/sentence.ts';
import { plainText, say } from '../text/sentence.ts';
import type { PictureAddress } from './address.ts';

/** The error for a picture that Plex cannot have; `why` completes "the picture …". */
export function unusablePicture({ shown }: Pick<PictureAddress, 'shown'>, why: Sentence): SyncError {
  const named = 'pieces' in shown && plainText(shown) === '' ? say`The picture` : say`The picture ${shown}`;
  return new SyncError('picture_unusable', say`${named} ${why}`);
}
