import type { DrainReport } from '../../core/drain/drain.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { say } from '../../core/text/sentence.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { storesName } from '../../queue/store/stores.ts';
import { allowRemovals, judgeRemovalsAgain, removalsWaiting } from '../../queue/tables/planned-values.ts';
import type { LoadedSettings } from '../../settings/load.ts';

/** Allows, as `--allow-removals` says, the jobs that wait for it. */
export function allowWaiting({ queueDb: db, path }: Stores, now: number): void {
  inStore(storesName(path), () => db.transaction(() => allowRemovals(db, now)).immediate());
}

/** Has the jobs that wait judged anew, since `max_removals` is another one. */
export function judgeAnew({ queueDb: db, path }: Stores, now: number): void {
  inStore(storesName(path), () => db.transaction(() => judgeRemovalsAgain(db, now)).immediate());
}

/** `max_removals` as it is set. */
export function mostRemovals({ settings }: LoadedSettings): string {
  return String(settings.max_removals ?? 'unset');
}

/** The reason to end with 2 although nothing else is due: jobs wait for permission. */
export function removalsEnds({ queueDb, path }: Stores): DrainReport['ends'] {
  const jobs = inStore(storesName(path), () => removalsWaiting(queueDb));
  return jobs === 0 ? [] : [{ kind: 'removals', jobs }];
}

/** What is told while jobs wait for permission. */
export function removalsWords(jobs: number): Sentence {
  const what = jobs === 1 ? '1 job waits' : say`${jobs} jobs wait`;
  return say`${what} until you allow it: together they would remove more of what plexsync wrote to Plex than it does unasked. Other jobs go on`;
}

/** What a person can do about it. */
export const REMOVALS_HINT = say`Look at them with plexsync process --dry-run --allow-removals. Let them remove it once with plexsync process --allow-removals, or drop them with plexsync queue drop --state removals.`;
