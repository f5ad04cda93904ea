import type { SceneData } from '../core/scene.ts';
import { contentKeys, mergeEdits, without } from '../core/scene.ts';
import type { DeadLetter, LetterFilter } from './dead-letters.ts';
import { letterDataOf, prepareDeadLetters } from './dead-letters.ts';
import type { JobRow } from './jobs.ts';
import { dataOf, prepareWaiting } from './jobs.ts';
import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';
import { finishRetries } from './stores.ts';

/** What became of a letter that was to be tried again. */
export type Retried = {
  readonly letterId: number;
  readonly sceneId: number;
  /** `covered`: a newer edit under way says all that the letter would; it was left where it is. */
  readonly how: 'queued' | 'merged' | 'covered';
};

export type LetterDesk = {
  /** Newest first. */
  list(filter: LetterFilter): readonly DeadLetter[];
  /** Puts the letters back into the queue, under whatever is newer: old never overwrites new. */
  retry(letters: readonly DeadLetter[], now: number): readonly Retried[];
  /** Deletes the letters for good; returns how many. */
  purge(letters: readonly DeadLetter[]): number;
};

/** What a person does with dead letters. */
export function openLetterDesk(stores: Stores): LetterDesk {
  const { queueDb: db, dlqDb } = stores;
  const letters = prepareDeadLetters(dlqDb);
  const waiting = prepareWaiting(db);
  const underWay = db.prepare<[number], JobRow>(`SELECT * FROM jobs WHERE scene_id = ? AND state = 'in_progress'`);
  const insert = db.prepare<[object]>(`
    INSERT INTO jobs (scene_id, state, data, bare, priority, available_at, enqueued_at)
    VALUES (@sceneId, 'pending', @data, @bare, 0, @now, @now)`);
  const layUnder = db.prepare<[object]>(
    'UPDATE jobs SET data = @data, bare = @bare, available_at = min(available_at, @now) WHERE id = @id',
  );
  const mark = db.prepare<[string]>('INSERT INTO retried_letters (job_key) VALUES (?) ON CONFLICT DO NOTHING');

  const retryOne = (letter: DeadLetter, now: number): Retried => {
    const about = { letterId: letter.id, sceneId: letter.scene_id };
    const running = underWay.get(letter.scene_id);
    const data = withoutNewer(letter, running);
    if (letter.bare === 0 && contentKeys(data).length === 0) return { ...about, how: 'covered' };
    const newer = waiting.get(letter.scene_id);
    if (newer === undefined) {
      insert.run({
        sceneId: letter.scene_id,
        data: JSON.stringify(data),
        bare: letter.bare,
        now,
      });
    } else {
      const merged = mergeEdits({ bare: letter.bare === 1, data }, { bare: newer.bare === 1, data: dataOf(newer) });
      layUnder.run({ id: newer.id, data: JSON.stringify(merged.data), bare: Number(merged.bare), now });
    }
    mark.run(letter.job_key);
    return { ...about, how: newer === undefined ? 'queued' : 'merged' };
  };
  // Newest first: each further letter of a scene is laid under what came before it.
  const retryAll = db.transaction((batch: readonly DeadLetter[], now: number) =>
    batch.toSorted((a, b) => b.id - a.id).map((letter) => retryOne(letter, now)),
  );
  const purgeAll = dlqDb.transaction(
    (batch: readonly DeadLetter[]) => batch.filter(({ job_key }) => letters.remove(job_key)).length,
  );

  return translated(dlqDb.name, {
    list: (filter: LetterFilter) => letters.list(filter),
    retry: (batch: readonly DeadLetter[], now: number) => {
      const retried = retryAll.immediate(batch, now);
      finishRetries(db, dlqDb);
      return retried;
    },
    purge: (batch: readonly DeadLetter[]) => purgeAll.immediate(batch),
  });
}

/** The letter's data without what a newer job of the scene is writing right now. */
function withoutNewer(letter: DeadLetter, running: JobRow | undefined): SceneData {
  const data = letterDataOf(letter);
  return running === undefined ? data : without(data, contentKeys(dataOf(running)));
}
