import { complaintOf } from '../../exit.ts';
import type { TakenEvent } from '../../queue/intake.ts';
import { intakeOf } from '../../queue/intake.ts';
import type { Stores } from '../../queue/stores.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { spoolOf } from '../../spool/layout.ts';
import { takeInSpool } from '../../spool/take-in.ts';
import type { Context } from '../context.ts';
import { reportTaken } from '../plugin/taken-report.ts';

/** Puts into the queue what Stash left in the spool, and does what its tasks ask for. */
export async function takeInEvents(stores: Stores, loaded: LoadedSettings, context: Context): Promise<void> {
  const { dataDir, output, now } = context;
  const startedAt = process.hrtime.bigint();
  const intake = intakeOf(stores);
  const results: TakenEvent[] = [];
  const { tasks, ignored, warnings } = takeInSpool({
    spool: spoolOf(dataDir.path),
    now: now(),
    apply: (events) => results.push(...intake.take(events, now())),
  });
  if (results.length > 0) reportTaken(results, Number(process.hrtime.bigint() - startedAt) / 1e6, output);
  for (const reason of ignored) output.log('debug', `[PlexSync Hook] Not enqueued: ${reason}`);
  for (const warning of warnings) output.log('warning', `[PlexSync Hook] ${warning}`);
  if (tasks.length === 0) return;
  const { answerTask } = await import('../plugin/tasks.ts');
  for (const task of tasks) {
    try {
      await answerTask(task, { stores, loaded }, context);
    } catch (thrown) {
      // The run has other work: a task that failed is told, and pressed again.
      const { message } = complaintOf(thrown, context.version);
      output.log(
        'error',
        `[PlexSync] The task ${task} was not done: ${message.replace(/\.$/, '')}. Start it again in Stash.`,
      );
    }
  }
}
