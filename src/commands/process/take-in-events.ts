import { StoreError, SyncError } from '../../core/errors.ts';
import type { TaskMode } from '../../core/hook-event.ts';
import { backoffMs, RETRY_RULES } from '../../core/retry.ts';
import { complaintOf } from '../../exit.ts';
import { intakeOf } from '../../queue/intake.ts';
import type { Stores } from '../../queue/stores.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { spoolOf } from '../../spool/layout.ts';
import type { AskedTask } from '../../spool/take-in.ts';
import { removeAsked, takeInSpool } from '../../spool/take-in.ts';
import type { Context } from '../context.ts';
import { reportTaken } from '../plugin/taken-report.ts';

/**
 * Prepares the taking in of what Stash left in the spool: events go into the queue, and tasks are done. At each call; what
 * is wrong at one after the other is told at the first.
 */
export function createTakeIn(stores: Stores, loaded: LoadedSettings, context: Context): () => Promise<void> {
  const { dataDir, output, now } = context;
  const spool = spoolOf(dataDir.path);
  const intake = intakeOf(stores);
  const answer = createAnswer(stores, loaded, context);
  let told: readonly string[] = [];
  return async () => {
    let startedAt = process.hrtime.bigint();
    const { tasks, warnings } = takeInSpool({
      spool,
      now: now(),
      apply: (events) => {
        const results = intake.take(events, now());
        const endedAt = process.hrtime.bigint();
        if (results.length > 0) reportTaken(results, Number(endedAt - startedAt) / 1e6, output);
        startedAt = endedAt;
      },
      ignore: (reason) => output.log('debug', `[PlexSync Hook] Not enqueued: ${reason}`),
    });
    const left: string[] = [];
    for (const task of tasks) {
      if ((await answer(task)) === 'later') continue;
      // The task came from Stash too, and that is remembered once it is over.
      intake.take([], now());
      left.push(...removeAsked(spool, task));
    }
    const all = [...warnings, ...left];
    for (const warning of all) if (!told.includes(warning)) output.log('warning', `[PlexSync Hook] ${warning}`);
    told = all;
  };
}

/** A task that could not be done so far, and is to be tried again. */
type Trouble = { readonly message: string; readonly failures: number; readonly retryAt: number };

/** Does tasks, each as often as it takes: one that Stash does not answer is put off, one that cannot be done is told. */
function createAnswer(
  stores: Stores,
  loaded: LoadedSettings,
  context: Context,
): (task: AskedTask) => Promise<'over' | 'later'> {
  const { output, now } = context;
  const troubles = new Map<TaskMode, Trouble>();
  return async ({ mode }) => {
    const before = troubles.get(mode);
    // Each try may walk through all of Stash: not at each look of a watch.
    if (before !== undefined && now() < before.retryAt) return 'later';
    try {
      const { answerTask } = await import('../plugin/tasks.ts');
      await answerTask(mode, { stores, loaded }, context);
    } catch (thrown) {
      // The next step of the run meets it too, and the task is for a run with a queue that works.
      if (thrown instanceof StoreError) throw thrown;
      const message = complaintOf(thrown, context.version).message.replace(/\.$/, '');
      if (!mayPass(thrown)) {
        troubles.delete(mode);
        output.log('error', `[PlexSync] The task ${mode} was not done: ${message}. Start it again in Stash.`);
        return 'over';
      }
      if (message !== before?.message)
        output.log('warning', `[PlexSync] The task ${mode} was not done yet: ${message}. The next run tries again.`);
      const failures = (before?.failures ?? 0) + 1;
      troubles.set(mode, { message, failures, retryAt: now() + backoffMs(failures, NO_JITTER) });
      return 'later';
    }
    troubles.delete(mode);
    return 'over';
  };
}

const NO_JITTER = 0.5;

/** Whether it is Stash that cannot answer now, rather than something that a person has to see to. */
function mayPass(thrown: unknown): boolean {
  if (!(thrown instanceof SyncError) || thrown.code === 'unexpected') return false;
  const { class: kind } = RETRY_RULES[thrown.code];
  return kind === 'unavailable' || kind === 'transient';
}
