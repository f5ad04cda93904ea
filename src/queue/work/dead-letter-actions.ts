import type { StampedEdit } from '../../core/model/scene-edit.ts';
import { saysNothing, unsaidBy } from '../../core/model/scene-edit.ts';
import { eachInStore, translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { LetterFilter } from '../tables/dead-letters/dead-letters.ts';
import { prepareDeadLetters } from '../tables/dead-letters/dead-letters.ts';
import type { DeadLetter } from '../tables/dead-letters/letter.ts';
import { letterEditOf, letterFaultOf, reassertIn } from '../tables/dead-letters/letter.ts';
import type { JobRow, WaitingRow } from '../tables/jobs/jobs.ts';
import { editOf, PRIORITY, prepareJobRows } from '../tables/jobs/jobs.ts';
import { prepareServerState, serverWords } from '../tables/server-state.ts';
import { finishRetries } from './open-stores.ts';
import { releaseUndone } from './release-undone.ts';

/** What became of a letter that was to be tried again. */
export type Retried = {
  readonly letterId: number;
  readonly sceneId: number;
  /**
   * `covered`: a newer edit under way has all of the letter's keys; the letter stays. `gone`: another process was
   * faster. `damaged`: it holds no scene that could be written; it stays too.
   */
  readonly how: 'queued' | 'merged' | 'covered' | 'gone' | 'damaged';
  /** What is damaged, in words that follow the letter's name. */
  readonly fault?: string | undefined;
};

export type DeadLetterActions = {
  /** Newest first. */
  list(filter: LetterFilter): readonly DeadLetter[];
  /** Like `list`, one row at a time; no other action can run meanwhile. */
  read(filter: LetterFilter): Iterable<DeadLetter>;
  /** Every error type that letters have. */
  errorTypes(): readonly string[];
  /** What `retry` would do, without doing it. */
  preview(letters: readonly DeadLetter[]): readonly Retried[];
  /** Puts the letters back into the queue, beneath any newer edit: old never overwrites new. */
  retry(letters: readonly DeadLetter[], now: number): readonly Retried[];
  /** Lets these scenes be written again, if a person undid them: to retry a letter by hand says so. */
  releaseUndone(sceneIds: readonly number[], now: number): void;
  /** Forgets that the token might not edit: a person tries its letter again, and so the token. */
  trustToken(): void;
  /** ` (Plex server X)` once a server is known, for questions that name it; empty before. */
  serverName(): string;
  /** Deletes the letters for good; returns how many. */
  purge(letters: readonly DeadLetter[]): number;
};

/** What a letter still has to write, and the waiting job it is merged beneath. */
type Plan = { readonly how: 'queued' | 'merged'; readonly edit: StampedEdit; readonly newer: WaitingRow | undefined };

/** A letter that stays where it is. */
type Left = { readonly how: 'covered' | 'gone' | 'damaged'; readonly fault?: string | undefined };

/** The actions a person has for dead letters. */
export function openDeadLetterActions(stores: Stores): DeadLetterActions {
  const { queueDb: db, dlqDb } = stores;
  const letters = prepareDeadLetters(dlqDb);
  const rows = prepareJobRows(db);
  const underWay = db.prepare<[number], JobRow>(`SELECT * FROM jobs WHERE scene_id = ? AND state = 'in_progress'`);
  const mark = db.prepare<[string]>('INSERT INTO retried_letters (job_key) VALUES (?)');
  const isMarked = db.prepare<[string], unknown>('SELECT 1 FROM retried_letters WHERE job_key = ?');

  const planOf = (listed: DeadLetter): Left | Plan => {
    // While the person was asked, the letter may have been closed, shortened or put back into the queue.
    const letter = letters.byKey(listed.job_key);
    if (letter === undefined || isMarked.get(letter.job_key) !== undefined) return { how: 'gone' };
    const whole = letterEditOf(letter);
    const fault = letterFaultOf(letter);
    if (whole === undefined || fault !== undefined) return { how: 'damaged', fault };
    const running = underWay.get(letter.scene_id);
    const edit = running === undefined ? whole : besides(whole, editOf(running));
    if (saysNothing(edit)) return { how: 'covered' };
    const newer = rows.waiting(letter.scene_id);
    return { how: newer === undefined ? 'queued' : 'merged', edit, newer };
  };
  const retryOne = (listed: DeadLetter, now: number): Retried => {
    const plan = planOf(listed);
    if ('edit' in plan) {
      const { edit, newer } = plan;
      const { rest } = listed;
      const reassert = reassertIn(listed);
      if (newer === undefined) rows.insert(listed.scene_id, edit, { priority: 'hand', now, rest, reassert });
      else rows.merge(newer, edit, { priority: PRIORITY.hand, dueAt: now, rest, reassert });
      mark.run(listed.job_key);
    }
    return { letterId: listed.id, sceneId: listed.scene_id, how: plan.how, ...faultOf(plan) };
  };
  const previewAll = db.transaction((batch: readonly DeadLetter[]): readonly Retried[] => {
    const queued = new Set<number>();
    return batch.map((listed) => {
      const plan = planOf(listed);
      const { how } = plan;
      const isSecond = how === 'queued' && queued.has(listed.scene_id);
      if (how === 'queued') queued.add(listed.scene_id);
      return { letterId: listed.id, sceneId: listed.scene_id, how: isSecond ? 'merged' : how, ...faultOf(plan) };
    });
  });
  const retryAll = db.transaction((batch: readonly DeadLetter[], now: number) =>
    batch.map((letter) => retryOne(letter, now)),
  );
  const purgeAll = dlqDb.transaction(
    (batch: readonly DeadLetter[]) => batch.filter(({ job_key }) => letters.remove(job_key)).length,
  );

  return translated(storesName(stores.path), {
    list: (filter: LetterFilter) => letters.list(filter),
    read: (filter: LetterFilter) => eachInStore(storesName(stores.path), () => letters.read(filter)),
    errorTypes: () => Object.keys(letters.countByType()),
    preview: (batch: readonly DeadLetter[]) => previewAll(batch),
    releaseUndone: (sceneIds: readonly number[], now: number) => releaseUndone(stores, sceneIds, now),
    trustToken: () => {
      const servers = prepareServerState(db);
      if (servers.refusal()?.kind === 'forbidden') servers.saveRefusal(undefined);
    },
    serverName: () => serverWords(db),
    retry: (batch: readonly DeadLetter[], now: number) => {
      const retried = retryAll.immediate(batch, now);
      finishRetries(db, dlqDb);
      return retried;
    },
    purge: (batch: readonly DeadLetter[]) => purgeAll.immediate(batch),
  });
}

/**
 * What a letter has to write in addition to a job under way. It is not known yet whether Stash will answer that job, so
 * the letter's bare request stays too and Stash is asked again: old never overwrites new.
 */
function besides(letter: StampedEdit, running: StampedEdit): StampedEdit {
  const left = unsaidBy(letter, { ...running, bareAt: undefined });
  const isAsked = running.bareAt !== undefined && !saysNothing(left);
  return isAsked ? { ...left, bareAt: Math.max(left.bareAt ?? 0, running.bareAt) } : left;
}

function faultOf(plan: Left | Plan): Pick<Retried, 'fault'> {
  return 'fault' in plan ? { fault: plan.fault } : {};
}
