import { unmapPath } from '../../core/match/paths.ts';
import { UsageError } from '../../core/model/errors.ts';
import { parseFileArgument } from '../../core/model/file-argument.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { scenesOfPath, scenesOfPlexFile } from '../../queue/views/scenes-of-path.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import { toId } from '../shared/typed-values.ts';

/** Which scene is asked for: by its id, or by a file of it. */
export type Target = { readonly sceneId: number } | { readonly path: string };

/** A number is an id; a path is absolute, so it is none. @throws {UsageError} */
export function parseTarget(text: string): Target {
  return /^[\d\s]*$/.test(text) || /^[+-]\d/.test(text)
    ? { sceneId: toId(text, 'scene') }
    : { path: parseFileArgument(text) };
}

/**
 * The scene that has a file, as the data directory knows it, else as Stash does. A path may be given as Plex sees it,
 * where a mapping leads back, or where the scene was written to the item that has it.
 * @throws {UsageError} when no scene is known, or several are. @throws {SyncError | StoreError}
 */
export async function sceneAt(
  path: string,
  { stores, loaded }: { readonly stores: Stores; readonly loaded: LoadedSettings },
  context: Context,
): Promise<number> {
  const paths = spellingsOf(path, loaded);
  const looks = [
    () => scenesOfPath(stores, paths),
    () => scenesOfPlexFile(stores, paths),
    async () => await askStash(paths, loaded, context),
  ];
  let ids: readonly number[] = [];
  for (const look of looks) if (ids.length === 0) ids = await look();
  const [first, ...others] = ids;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined)
    throw new UsageError(`Several scenes have this file: ${ids.join(', ')}.`, 'Give the id of the one you mean.');
  const isAsked = loaded.settings.stash_url !== undefined;
  throw new UsageError(
    `No scene with the file "${path}" is known${isAsked ? ', here or in Stash' : ', and stash_url is not set'}.`,
    isAsked ? 'Give the path as Stash shows it, or the id of the scene.' : 'Give the id of the scene.',
  );
}

function spellingsOf(path: string, { settings }: LoadedSettings): readonly string[] {
  const back = unmapPath(path, settings.path_map);
  // Below a folder of Windows, Stash shows backslashes.
  const turned = back.mapping?.from.includes('\\') ? [back.path.replaceAll('/', '\\')] : [];
  const all = back.mapping === undefined ? [path] : [path, back.path, ...turned];
  return [...new Set(all.flatMap((one) => [one, one.normalize('NFC'), one.normalize('NFD')]))];
}

async function askStash(
  paths: readonly string[],
  loaded: LoadedSettings,
  context: Context,
): Promise<readonly number[]> {
  const stash = connectToStash(loaded, context);
  if (stash === undefined) return [];
  for (const path of paths) {
    const ids = await stash.scenesAt(path);
    if (ids.length > 0) return ids;
  }
  return [];
}
