import { saysNothing, unsaidBy } from '../core/stamped-edit.ts';
import type { DeadLetter, LetterFilter } from './dead-letters.ts';
import { letterEditOf, prepareDeadLetters } from './dead-letters.ts';
import type { JobRow } from './jobs.ts';
import { editOf, PRIORITY, prepareJobRows } from './jobs.ts';
import { serverWords } from './server-state.ts';
import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';
import { finishRetries, storesName } from './stores.ts';

/** What became of a letter that was to be tried again. */
export type Retried = {
  readonly letterId: number;
  readonly sceneId: number;
  /**
   * `covered`: a newer edit under way says all that the letter would; it was left where it is. `gone`: somebody else
   * was faster.
   */
  readonly how: 'queued' | 'merged' | 'covered' | 'gone';
};

export type LetterDesk = {
  /** Newest first. */
  list(filter: LetterFilter): readonly DeadLetter[];
  /** Puts the letters back into the queue, under whatever is newer: old never overwrites new. */
  retry(letters: readonly DeadLetter[], now: number): readonly Retried[];
  /** ` (Plex server X)` once a server is known, for questions that name it; empty before. */
  serverName(): string;
  /** Deletes the letters for good; returns how many. */
  purge(letters: readonly DeadLetter[]): number;
};

/** What a person does with dead letters. */
export function openLetterDesk(stores: Stores): LetterDesk {
  const { queueDb: db, dlqDb } = stores;
  const letters = prepareDeadLetters(dlqDb);
  const rows = prepareJobRows(db);
  const underWay = db.prepare<[number], JobRow>(`SELECT * FROM jobs WHERE scene_id = ? AND state = 'in_progress'`);
  const mark = db.prepare<[string]>('INSERT INTO retried_letters (job_key) VALUES (?)');
  const isMarked = db.prepare<[string], unknown>('SELECT 1 FROM retried_letters WHERE job_key = ?');

  const retryOne = (listed: DeadLetter, now: number): Retried => {
    const about = { letterId: listed.id, sceneId: listed.scene_id };
    // Between the listing and now a person was asked: the letter may be closed, shortened or back in the queue.
    const letter = letters.byKey(listed.job_key);
    if (letter === undefined || isMarked.get(letter.job_key) !== undefined) return { ...about, how: 'gone' };
    const running = underWay.get(letter.scene_id);
    const edit = running === undefined ? letterEditOf(letter) : unsaidBy(letterEditOf(letter), editOf(running));
    if (saysNothing(edit)) return { ...about, how: 'covered' };
    const newer = rows.waiting(letter.scene_id);
    if (newer === undefined) rows.insert(letter.scene_id, edit, { priority: 'hand', now });
    else rows.merge(newer, edit, { priority: PRIORITY.hand, dueAt: now });
    mark.run(letter.job_key);
    return { ...about, how: newer === undefined ? 'queued' : 'merged' };
  };
  const retryAll = db.transaction((batch: readonly DeadLetter[], now: number) =>
    batch.map((letter) => retryOne(letter, now)),
  );
  const purgeAll = dlqDb.transaction(
    (batch: readonly DeadLetter[]) => batch.filter(({ job_key }) => letters.remove(job_key)).length,
  );

  return translated(storesName(stores.path), {
    list: (filter: LetterFilter) => letters.list(filter),
    serverName: () => serverWords(db),
    retry: (batch: readonly DeadLetter[], now: number) => {
      const retried = retryAll.immediate(batch, now);
      finishRetries(db, dlqDb);
      return retried;
    },
    purge: (batch: readonly DeadLetter[]) => purgeAll.immediate(batch),
  });
}
