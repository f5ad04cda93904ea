import type { LibraryName } from '../../core/match/libraries.ts';
import { chooseSections, quotedTitles } from '../../core/match/libraries.ts';
import type { Pin } from '../../core/match/pin.ts';
import { fileToFollow, pinCommand } from '../../core/match/pin.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { PlexItem, Section } from '../../core/model/plex-item.ts';
import type { PinnedDocument, UnpinnedDocument } from '../../documents/pin.ts';
import { EXIT } from '../../exit.ts';
import type { PlexClient } from '../../plex/client.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { PinnedScene } from '../../queue/tables/pins.ts';
import { listPins, pinScene, unpinScene } from '../../queue/tables/pins.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import { knownPathOf, readSceneStatus } from '../../queue/views/scene-status.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Reader } from '../../terminal/reader.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { renderTable } from '../../terminal/table.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { proveKnownServer } from '../shared/known-items.ts';
import { pinDocument } from '../shared/pin-document.ts';
import { connectToPlex } from '../shared/plex-connection.ts';
import { toId } from '../shared/typed-values.ts';
import { tellWarnings } from '../shared/warnings.ts';

export type PinOptions = {
  readonly scene: string;
  readonly ratingKey: string;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Pins a scene to an existing item in Plex. */
export async function pin({ scene, ratingKey, flags, configFile }: PinOptions, context: Context): Promise<number> {
  const { dataDir, env, output, now } = context;
  const sceneId = toId(scene, 'scene');
  const key = toRatingKey(ratingKey);
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  tellWarnings(loaded, context);
  const stores = openStores(dataDir);
  try {
    const plex = connectToPlex(loaded, context);
    const bound = prepareServerState(stores.queueDb).binding();
    const { sections, firstBinding } = await proveKnownServer(plex, bound);
    const item = await itemToPin(plex, key);
    const section = sectionToPin(item, sections, loaded.settings.plex_library);
    const toPin = pinOf(sceneId, item, { stores, now: now() });
    const done = pinScene(stores, { pin: toPin, binding: firstBinding });
    if (output.json) output.resultJson(pinnedDocument(toPin, section, done), 2);
    else output.result(pinnedLines(toPin, section, done).map(sanitize).join('\n'));
    return EXIT.done;
  } finally {
    stores.close();
  }
}

/** @throws {UsageError} for text that cannot be a rating key: it goes into an address unchanged. */
function toRatingKey(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new UsageError(`"${text}" is no rating key.`, WHERE_KEYS_ARE);
}

const WHERE_KEYS_ARE =
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

function pinnedLines(pin: Pin, section: Section, done: PinnedScene): readonly string[] {
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
    `Next: ${nextCommand(sceneId, done)}`,
  ];
}

/** The command that writes the scene to its item, since pinning writes nothing. */
function nextCommand(sceneId: number, { hasJob, letterIds }: PinnedScene): string {
  if (letterIds.length > 0) return `plexsync dlq retry ${letterIds.join(' ')}`;
  return hasJob ? 'plexsync process' : `plexsync enqueue ${sceneId}`;
}

function pinnedDocument(pin: Pin, section: Section, done: PinnedScene): PinnedDocument {
  return {
    ...pinDocument(pin),
    library: section.title,
    replaced: done.replaced === undefined ? null : pinDocument(done.replaced),
    written_to: done.writtenTo ?? null,
    shared_with: done.sharedWith,
    woken: done.woken,
    dead_letters: done.letterIds,
    next: nextCommand(pin.sceneId, done),
  };
}

/** Removes a scene's pin, so that it is matched again; asks no server. */
export function unpin({ scene }: { readonly scene: string }, { dataDir, output }: Context): number {
  const sceneId = toId(scene, 'scene');
  const stores = openStores(dataDir);
  try {
    const removed = unpinScene(stores, sceneId);
    if (removed === undefined)
      throw new UsageError(`Scene ${sceneId} is not pinned.`, 'plexsync pin --list shows the pins there are.');
    const { ratingKey, title } = removed;
    const back = pinCommand(sceneId, ratingKey);
    if (output.json) output.resultJson({ ...pinDocument(removed), undo: back } satisfies UnpinnedDocument, 2);
    else
      output.result(
        sanitize(
          `Scene ${sceneId} is no longer pinned to item ${ratingKey} "${title}": its file decides again. To pin it again: ${back}`,
        ),
      );
    return EXIT.done;
  } finally {
    stores.close();
  }
}

/** Lists the pins, by scene; asks no server. */
export function list({ dataDir, output }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    const pins = listPins(stores);
    if (output.json) output.resultJson(pins.map(pinDocument), 2);
    else if (pins.length === 0) output.result('No scene is pinned.');
    else output.result(pinTable(pins, output.readerOf('stdout')));
    return EXIT.done;
  } finally {
    stores.close();
  }
}

function pinTable(pins: readonly Pin[], reader: Reader): string {
  const time = reader.kind === 'person' ? localTime : utcTime;
  const rows = pins.map(({ sceneId, ratingKey, title, file, pinnedAt }) => [
    sceneId,
    ratingKey,
    title,
    file,
    time(pinnedAt),
  ]);
  return renderTable(['SCENE', 'ITEM', 'TITLE', 'FILE', 'PINNED'], rows, reader);
}
