import type { LibraryName } from '../../../core/match/libraries.ts';
import { chooseSections, quotedTitles } from '../../../core/match/libraries.ts';
import type { Pin } from '../../../core/match/pin.ts';
import { fileToFollow } from '../../../core/match/pin.ts';
import { SyncError, UsageError } from '../../../core/model/errors.ts';
import type { PlexItem, Section } from '../../../core/model/plex-item.ts';
import type { PlexClient } from '../../../plex/client.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import type { PinnedScene } from '../../../queue/tables/pins.ts';
import { pinScene } from '../../../queue/tables/pins.ts';
import { prepareServerState } from '../../../queue/tables/server-state.ts';
import { knownPathOf, readSceneStatus } from '../../../queue/views/scene-status.ts';
import { proveKnownServer } from '../known-items.ts';

/** A pin that was made, the library of its item, and what it replaced or affected. */
export type Pinned = { readonly pin: Pin; readonly section: Section; readonly done: PinnedScene };

/** A scene and the item that a person says it is. */
export type PinRequest = {
  readonly sceneId: number;
  readonly ratingKey: string;
  /** Those that are written to. */
  readonly libraries: readonly LibraryName[];
  /** Epoch ms. */
  readonly now: number;
};

/**
 * Pins a scene to an item that Plex has, in a library that is written to; writes nothing to Plex.
 * @throws {UsageError | SyncError | StoreError}
 */
export async function pinToItem(
  { sceneId, ratingKey, libraries, now }: PinRequest,
  { stores, plex }: { readonly stores: Stores; readonly plex: PlexClient },
): Promise<Pinned> {
  const { sections, firstBinding } = await proveKnownServer(plex, prepareServerState(stores.queueDb));
  const item = await itemToPin(plex, ratingKey);
  const section = sectionToPin(item, sections, libraries);
  const pin = pinOf(sceneId, item, { stores, now });
  return { pin, section, done: pinScene(stores, { pin, binding: firstBinding }) };
}

/** Where a rating key is found, as a hint. */
export const WHERE_KEYS_ARE =
  'A rating key is the number at the end of an item’s address in Plex; plexsync dlq show ID and match-test FILE show those of candidates.';

async function itemToPin(plex: PlexClient, ratingKey: string): Promise<PlexItem> {
  const missing = new UsageError(`Plex has no item ${ratingKey}; nothing was pinned.`, WHERE_KEYS_ARE);
  try {
    const items = await plex.items([ratingKey]);
    const item = items.find((other) => other.ratingKey === ratingKey);
    if (item === undefined) throw missing;
    return item;
  } catch (thrown) {
    if (thrown instanceof SyncError && thrown.code === 'plex_not_found') throw missing;
    throw thrown;
  }
}

function sectionToPin(item: PlexItem, sections: readonly Section[], names: readonly LibraryName[]): Section {
  const chosen = chooseSections(sections, names);
  const section = chosen.find(({ key }) => key === item.sectionKey);
  if (section !== undefined) return section;
  const { title = item.sectionTitle, type } = sections.find(({ key }) => key === item.sectionKey) ?? {};
  const where = type === undefined || type === 'movie' ? `library "${title}"` : `library "${title}" of type ${type}`;
  throw new UsageError(
    `Plex item ${item.ratingKey} "${item.fields.title}" is in the ${where}, which is none that is written to; nothing was pinned.`,
    `Written to: ${quotedTitles(chosen)}. plex_library chooses among the movie libraries.`,
  );
}

function pinOf(
  sceneId: number,
  item: PlexItem,
  { stores, now }: { readonly stores: Stores; readonly now: number },
): Pin {
  const { ratingKey, sectionKey, fields, files } = item;
  const status = readSceneStatus(stores, sceneId, now);
  const file = fileToFollow(files, status === undefined ? undefined : knownPathOf(status));
  if (file === undefined)
    throw new UsageError(
      `Plex item ${ratingKey} "${fields.title}" has no file; nothing was pinned.`,
      'Pin the scene to the item of the film itself, not to a collection.',
    );
  return { sceneId, ratingKey, sectionKey, title: fields.title, file, pinnedAt: now };
}

/** What was pinned, and what that leaves behind, a sentence a line. */
export function pinnedLines({ pin, section, done }: Pinned): readonly string[] {
  const { sceneId, ratingKey, title, file } = pin;
  const { replaced, writtenTo, sharedWith } = done;
  return [
    `Scene ${sceneId} is pinned to item ${ratingKey} "${title}" in library ${section.title}, file ${file}.`,
    ...(replaced === undefined || replaced.ratingKey === ratingKey
      ? []
      : [`It was pinned to item ${replaced.ratingKey} "${replaced.title}" before.`]),
    ...(writtenTo === undefined
      ? []
      : [`It was written to item ${writtenTo} before: what was written there stays there.`]),
    ...(sharedWith.length === 0 ? [] : [`Pinned to this item too: scene ${sharedWith.join(', ')}.`]),
  ];
}
