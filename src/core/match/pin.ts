import type { PlexFile } from '../model/plex-item.ts';
import { fileName, normalisePath } from './paths.ts';

/** A person's word that a scene is this item, whatever the evidence. */
export type Pin = {
  readonly sceneId: number;
  readonly ratingKey: string;
  readonly sectionKey: string;
  readonly title: string;
  /** One file of the item, as Plex has it: by it the item is found again when its rating key is gone. */
  readonly file: string;
  /** Epoch ms. */
  readonly pinnedAt: number;
};

/** More candidates than this are not told one by one. */
export const MOST_CHOICES = 5;

/** The command that pins a scene to an item, to be pasted. */
export function pinCommand(sceneId: number, ratingKey: string): string {
  return `plexsync pin ${sceneId} ${ratingKey}`;
}

/** Whether one of the files is the pinned one. */
export function holdsPinned({ file }: Pick<Pin, 'file'>, files: readonly PlexFile[]): boolean {
  const pinned = normalisePath(file);
  return files.some(({ path }) => normalisePath(path) === pinned);
}

/** The file to follow an item by: the one with this name, else its first; `undefined` for an item without files. */
export function fileToFollow(files: readonly PlexFile[], likePath: string | undefined): string | undefined {
  const name = likePath === undefined ? undefined : fileName(likePath).toLowerCase();
  return (files.find(({ path }) => fileName(path).toLowerCase() === name) ?? files[0])?.path;
}
