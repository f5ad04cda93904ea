import type { PlexFile } from '../model/plex-item.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import type { Sentence } from '../text/sentence.ts';
import { asTitle, ours, say } from '../text/sentence.ts';
import type { SceneFile } from './evidence.ts';
import { heldFile } from './evidence.ts';
import type { PathMapping } from './paths.ts';
import { isSamePath, mapPath } from './paths.ts';
import { pinCommand } from './pin.ts';

/** A scene that was found to be an item: all its files, and the one by which. */
export type Claimant = { readonly files: readonly SceneFile[]; readonly file: SceneFile };

/** The scene that an item was written for, as far as it counts here. */
export type Owner = Pick<SceneRecord, 'scenePath' | 'provenFile'>;

/**
 * Whether a scene takes over an item that was written for another one. A scene that was deleted and imported again has a
 * new id and the same file: it is the heir. So is one into which the owner was merged, one whose file replaced the
 * owner's, and one with the exact path where the owner matched only by resemblance.
 */
export function standOf(
  { files, file }: Claimant,
  owner: Owner,
  held: readonly PlexFile[],
  mappings: readonly PathMapping[],
): 'heir' | 'refused' {
  const isAtPath = (path: string): boolean => {
    const mapped = mapPath(path, mappings).path;
    return held.some((one) => isSamePath(one.path, mapped));
  };
  const proven = { scenePath: owner.scenePath, file: owner.provenFile ?? '' };
  const isHeir =
    files.some(({ path }) => path === owner.scenePath) ||
    heldFile({ path: owner.scenePath }, held, { proven, mappings }) === undefined ||
    (isAtPath(file.path) && !isAtPath(owner.scenePath));
  return isHeir ? 'heir' : 'refused';
}

/** Why an item is not written for a scene: it belongs to another one. Says how a person can resolve that. */
export function belongsElsewhere(
  item: { readonly ratingKey: string; readonly title: string; readonly files: readonly PlexFile[] },
  ownerId: number,
): Sentence {
  const { ratingKey, title, files } = item;
  return say`Plex item ${ours(ratingKey)} "${asTitle(title)}" already belongs to scene ${ownerId}${waysApart(files, ownerId)}`;
}

/** Why an item is not written for a scene: other scenes are pinned to it. */
export function pinnedElsewhere(
  { ratingKey, title }: { readonly ratingKey: string; readonly title: string },
  pinned: readonly number[],
  sceneId: number | undefined,
): Sentence {
  const command = ours(pinCommand(sceneId ?? 'SCENE', ratingKey));
  return say`Plex item ${ours(ratingKey)} "${asTitle(title)}" is pinned to scene ${ours(pinned.join(', '))}. If it is this scene's too: ${command}`;
}

function waysApart(held: readonly PlexFile[], ownerId: number): Sentence {
  if (held.length > 1) return say`: it holds the files of both. Split it in Plex, then retry.`;
  return say`, which has the same file in Stash or one that looks like it. See plexsync status ${ownerId}; to have this scene written there, pin it.`;
}
