import type { Pin } from '../../core/match/pin.ts';
import { pinCommand } from '../../core/match/pin.ts';
import { UsageError } from '../../core/model/errors.ts';
import type { PinnedDocument, UnpinnedDocument } from '../../documents/pin.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { PinnedScene } from '../../queue/tables/pins.ts';
import { listPins, unpinScene } from '../../queue/tables/pins.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Reader } from '../../terminal/reader.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { renderTable } from '../../terminal/table.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { pinDocument } from '../shared/pins/pin-document.ts';
import type { Pinned } from '../shared/pins/pinning.ts';
import { pinnedLines, pinToItem, WHERE_KEYS_ARE } from '../shared/pins/pinning.ts';
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
    const request = { sceneId, ratingKey: key, libraries: loaded.settings.plex_library, now: now() };
    const pinned = await pinToItem(request, { stores, plex });
    if (output.json) output.resultJson(pinnedDocument(pinned), 2);
    else output.result([...pinnedLines(pinned), `Next: ${nextCommand(sceneId, pinned.done)}`].map(sanitize).join('\n'));
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

/** The command that writes the scene to its item, since pinning writes nothing. */
function nextCommand(sceneId: number, { hasJob, letterIds }: PinnedScene): string {
  if (letterIds.length > 0) return `plexsync dlq retry ${letterIds.join(' ')}`;
  return hasJob ? 'plexsync process' : `plexsync enqueue ${sceneId}`;
}

function pinnedDocument({ pin, section, done }: Pinned): PinnedDocument {
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
