import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import type { Pin } from '../../core/match/pin.ts';
import type { Binding } from '../../core/model/plex-item.ts';
import type { Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { prepareDeadLetters } from './dead-letters/dead-letters.ts';
import { prepareServerState } from './server-state.ts';

type Row = {
  readonly scene_id: number;
  readonly rating_key: string;
  readonly section_key: string;
  readonly title: string;
  readonly file: string;
  readonly pinned_at: number;
};

/**
 * The statements of `pins`: the item a person said a scene is. Each runs in its own transaction unless called inside
 * one.
 */
export function preparePins(db: Db) {
  const select = db.prepare<[number], Row>('SELECT * FROM pins WHERE scene_id = ?');
  // CAST: see store/statements.ts.
  const byItem = db.prepare<[string], { scene_id: number }>(
    'SELECT scene_id FROM pins WHERE rating_key = CAST(? AS TEXT) ORDER BY scene_id',
  );
  const all = db.prepare<[], Row>('SELECT * FROM pins ORDER BY scene_id');
  const upsert = db.prepare<[Pin]>(`
    INSERT INTO pins (scene_id, rating_key, section_key, title, file, pinned_at)
    VALUES (@sceneId, @ratingKey, @sectionKey, @title, @file, @pinnedAt)
    ON CONFLICT (scene_id) DO UPDATE SET rating_key = @ratingKey, section_key = @sectionKey, title = @title, file = @file,
      pinned_at = @pinnedAt`);
  // Only the pin that was followed is moved: a newer pin by a person stays.
  const move = db.prepare<[object]>(`
    UPDATE pins SET rating_key = @ratingKey, section_key = @sectionKey, title = @title, file = @file
    WHERE scene_id = @sceneId AND rating_key = @wasKey AND file = @wasFile`);
  const remove = db.prepare<[number], Row>('DELETE FROM pins WHERE scene_id = ? RETURNING *');
  const removeAll = db.prepare('DELETE FROM pins');
  return {
    of: (sceneId: number): Pin | undefined => toPin(select.get(sceneId)),
    to: (ratingKey: string): readonly number[] => byItem.all(ratingKey).map(({ scene_id }) => scene_id),
    list: (): readonly Pin[] => all.all().flatMap((row) => toPin(row) ?? []),
    put: (pin: Pin): void => {
      upsert.run(pin);
    },
    /** False when the pin has changed meanwhile. */
    move: (from: Pin, to: Pin): boolean =>
      move.run({ ...to, sceneId: from.sceneId, wasKey: from.ratingKey, wasFile: from.file }).changes === 1,
    /** @returns what was removed, if there was a pin. */
    remove: (sceneId: number): Pin | undefined => toPin(remove.get(sceneId)),
    removeAll: (): void => {
      removeAll.run();
    },
  };
}

function toPin(row: Row | undefined): Pin | undefined {
  if (row === undefined) return undefined;
  const { scene_id: sceneId, rating_key: ratingKey, section_key: sectionKey, title, file, pinned_at: pinnedAt } = row;
  return { sceneId, ratingKey, sectionKey, title, file, pinnedAt };
}

/** The pin of a scene, if a person pinned it. @throws {StoreError} */
export function readPin({ queueDb, path }: Stores, sceneId: number): Pin | undefined {
  return inStore(storesName(path), () => preparePins(queueDb).of(sceneId));
}

/** Every pin, by scene. @throws {StoreError} */
export function listPins({ queueDb, path }: Stores): readonly Pin[] {
  return inStore(storesName(path), () => preparePins(queueDb).list());
}

/** The errors of letters to which a pin is the answer. */
const PIN_ANSWERS: ReadonlySet<string> = new Set([
  RETRY_RULES.low_confidence.errorType,
  RETRY_RULES.plex_not_found.errorType,
]);

/** What a new pin replaced or affected. */
export type PinnedScene = {
  /** What the scene was pinned to before. */
  readonly replaced: Pin | undefined;
  /** Whether a job of the scene waited for its file and is due now. */
  readonly woken: boolean;
  /** Whether a job of the scene waits; one under way may still be written to the old item. */
  readonly hasJob: boolean;
  /** The item that the scene was written to before, if it is a different one. */
  readonly writtenTo: string | undefined;
  /** Other scenes that are pinned to the item. */
  readonly sharedWith: readonly number[];
  /** The scene's dead letters that lacked a match or proof of one, newest first. */
  readonly letterIds: readonly number[];
};

/**
 * Pins a scene to an item and makes due what waited for its file, in one transaction. `binding` is the item's server,
 * given when the data directory has none yet: rating keys are valid on one server only.
 * @throws {StoreError}
 */
export function pinScene(
  { queueDb: db, dlqDb, path }: Stores,
  { pin, binding }: { readonly pin: Pin; readonly binding: Binding | undefined },
): PinnedScene {
  return inStore(storesName(path), () => {
    const [pins, servers] = [preparePins(db), prepareServerState(db)];
    const { sceneId, ratingKey, pinnedAt: now } = pin;
    // The attempt that the pin leads to is given back in advance.
    const wake = db.prepare<[object]>(`
      UPDATE jobs SET available_at = @now, misses = misses - 1
      WHERE scene_id = @sceneId AND state = 'pending' AND misses > 0 AND available_at > @now`);
    const job = db.prepare<[number], unknown>(`SELECT 1 FROM jobs WHERE scene_id = ? AND state = 'pending'`);
    const written = db.prepare<[number], { rating_key: string }>('SELECT rating_key FROM scenes WHERE scene_id = ?');
    const put = db.transaction((): Omit<PinnedScene, 'letterIds'> => {
      const replaced = pins.of(sceneId);
      pins.put(pin);
      if (binding !== undefined && servers.binding() === undefined) servers.bind(binding);
      const writtenTo = written.get(sceneId)?.rating_key ?? '';
      return {
        replaced,
        woken: wake.run({ sceneId, now }).changes > 0,
        hasJob: job.get(sceneId) !== undefined,
        writtenTo: writtenTo === '' || writtenTo === ratingKey ? undefined : writtenTo,
        sharedWith: pins.to(ratingKey).filter((id) => id !== sceneId),
      };
    });
    const letterIds = prepareDeadLetters(dlqDb)
      .list({ sceneId })
      .filter(({ error_type }) => PIN_ANSWERS.has(error_type))
      .map(({ id }) => id);
    return { ...put.immediate(), letterIds };
  });
}

/** Removes a scene's pin. @returns what it was pinned to, or `undefined` when it was not. @throws {StoreError} */
export function unpinScene({ queueDb, path }: Stores, sceneId: number): Pin | undefined {
  return inStore(storesName(path), () => preparePins(queueDb).remove(sceneId));
}
