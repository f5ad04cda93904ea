import { plainText, say } from '../../../core/text/sentence.ts';
import { complaintOf, isSignalExit } from '../../../exit.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openAlertMemory } from '../../../queue/tables/alert-memory.ts';
import { openStores } from '../../../queue/work/open-stores.ts';
import type { Context } from '../../shared/context.ts';
import type { Fault } from './cron-verdict.ts';
import { cronVerdict, isLetterComplaint, overAfter } from './cron-verdict.ts';

/** How a run ended, before it is decided what to report. */
export type RunResult = {
  /** The strongest of several faults, or that of a signal. */
  readonly exitCode: number;
  readonly faults: readonly Fault[];
  /** Whether Plex was reached and accepted the token. */
  readonly isConnected: boolean;
  /** How many jobs this run brought to an end, at least for this run. */
  readonly ended: number;
  /** What there is of dead letters, by type; absent where nothing looked. */
  readonly letters?: string | undefined;
  /** Reports the run, on both streams; of what is known already it does not say again why the run ended. */
  tell(known?: readonly string[]): void;
};

/** Reports a run to the reader of cron's mail if it is worth it; returns the exit code. */
export function tellCron(
  stores: Stores,
  result: Pick<RunResult, 'exitCode' | 'faults' | 'isConnected'> & { readonly complaints: readonly string[] },
  context: Context,
): number {
  // A person has stopped it: that is not reported, but the shell gets its exit code.
  if (isSignalExit(result.exitCode)) return result.exitCode;
  return tell(stores, { ...result, over: overAfter(result) }, context);
}

/**
 * Like `tellCron`, for a run that could not do its work. If the data directory cannot tell what was reported before,
 * everything is reported.
 * @throws the given error, when it should be reported
 */
export function tellCronOfFailure(thrown: unknown, context: Context): number {
  const { code, exitCode, message } = complaintOf(thrown, context.version);
  let stores: Stores;
  try {
    stores = openStores(context.dataDir);
  } catch {
    throw thrown;
  }
  try {
    // For the log only: an error that is not reported must still be found there.
    context.output.log('error', say`plexsync: ${message}`, code === 'usage' ? 'usage_error' : 'work');
    const told = tell(stores, { faults: [{ exitCode, what: plainText(message) }], complaints: [], over: [] }, context);
    if (told === 0) return told;
    context.output.forgetHeld();
    throw thrown;
  } finally {
    stores.close();
  }
}

function tell(
  stores: Stores,
  {
    faults,
    complaints,
    over,
  }: { readonly faults: readonly Fault[]; readonly complaints: readonly string[]; readonly over: readonly string[] },
  { output, now }: Context,
): number {
  const notices = openAlertMemory(stores);
  const letters = notices.newLetters();
  const verdict = cronVerdict({
    faults,
    complaints,
    newLetterTypes: Object.keys(letters.byType),
    outageSince: { plex: notices.outageSince('plex'), stash: notices.outageSince('stash') },
    toldAt: notices.complainedAt,
    now: now(),
  });
  // A complaint that is over is reported again as soon as it returns.
  for (const beginning of over) notices.forgetComplaints(beginning, verdict.standing);
  for (const complaint of verdict.fresh) notices.noteComplaint(complaint, now());
  if (verdict.fresh.some(isLetterComplaint)) notices.announceLetters(letters.lastId);
  if (verdict.fresh.length === 0) output.forgetHeld();
  return verdict.exitCode;
}
