import { createHash } from 'node:crypto';
import type { PictureSource } from '../core/drain/ports/pictures.ts';
import type { PictureBytes } from '../core/model/picture.ts';
import type { PictureAddress } from '../core/pictures/address.ts';
import { readPictureAddress } from '../core/pictures/address.ts';
import { judgeBytes } from '../core/pictures/judge-bytes.ts';
import { unusablePicture } from '../core/pictures/unusable.ts';
import { say } from '../core/text/sentence.ts';
import { fileVersion, readPictureFile } from './local-file.ts';

/** How Stash's pictures are read; its client satisfies it by shape. */
export type StashPictures = {
  picture(
    address: Extract<PictureAddress, { kind: 'url' }>,
    known: { readonly etag: string | undefined },
  ): Promise<
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly etag: string | undefined }
    | { readonly kind: 'same' }
  >;
};

/** Pictures of Stash, where one is configured, and of files on this machine. */
export function createPictureSource({ stash }: { readonly stash: StashPictures | undefined }): PictureSource & {
  /** What changes with the picture at an address, without reading it; `undefined` where nothing tells. */
  version(address: string): Promise<string | undefined>;
} {
  return {
    look: async (address, { etag }) => {
      const at = readPictureAddress(address);
      if (at.kind === 'unusable') throw unusablePicture(at, at.why);
      if (at.kind === 'file') return { kind: 'picture', picture: await readLocalPicture(at), etag: undefined };
      if (stash === undefined)
        throw unusablePicture(at, say`is not a file of this machine: without stash_url no other pictures can be read`);
      const found = await stash.picture(at, { etag });
      if (found.kind === 'same') return found;
      const verdict = judgeBytes(found.bytes);
      if (verdict.kind === 'drawing') return { kind: 'none', etag: found.etag };
      if (verdict.kind === 'unusable') throw unusablePicture(at, verdict.why);
      return { kind: 'picture', picture: toPicture(found.bytes, verdict.contentType), etag: found.etag };
    },

    version: async (address) => {
      const at = readPictureAddress(address);
      if (at.kind === 'unusable') return undefined;
      return at.kind === 'file' ? await fileVersion(at.path) : at.version;
    },
  };
}

/** A whole picture from a file. @throws {SyncError} `picture_unusable` for anything else. */
export async function readLocalPicture(at: Extract<PictureAddress, { kind: 'file' }>): Promise<PictureBytes> {
  const bytes = await readPictureFile(at);
  const verdict = judgeBytes(bytes);
  if (verdict.kind === 'picture') return toPicture(bytes, verdict.contentType);
  throw unusablePicture(
    at,
    verdict.kind === 'drawing' ? say`is an SVG drawing, which Plex does not show` : verdict.why,
  );
}

function toPicture(bytes: Uint8Array, contentType: PictureBytes['contentType']): PictureBytes {
  return { bytes, sha1: createHash('sha1').update(bytes).digest('hex'), contentType };
}
