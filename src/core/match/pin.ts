import type { PlexFile } from '../model/plex-item.ts';
import { fileName, normalisePath } from './paths.ts';

/** A person's statement that a scene is this item, whatever the evidence says. */
export type Pin = {
  readonly sceneId: number;
  readonly ratingKey: string;
  readonly sectionKey: string;
  readonly title: string;
  /** One file of the item, as Plex has it: it finds the item again when its rating key is gone. */
  readonly file: string;
  /** Epoch ms. */
  readonly pinnedAt: number;
};

/** Only this many candidates are shown. */
export const MOST_CHOICES = 5;

/** The command that pins a scene to an item, ready to paste. */
export function pinCommand(sceneId: number | 'SCENE', ratingKey: string): string {
  return `plexsync pin ${sceneId} ${ratingKey}`;
}

/** Whether one of the files is the pinned one. */
export function holdsPinned({ file }: Pick<Pin, 'file'>, files: readonly PlexFile[]): boolean {
  const pinned = normalisePath(file);
  return files.some(({ path }) => normalisePath(path) === pinned);
}

/**
 * The file by which a pin follows its item: the one with this name, else the first; `undefined` for an item without
 * files.
 */
export function fileToFollow(files: readonly PlexFile[], likePath: string | undefined): string | undefined {
  const name = likePath === undefined ? undefined : fileName(likePath).toLowerCase();
  return (files.find(({ path }) => fileName(path).toLowerCase() === name) ?? files[0])?.path;
}
