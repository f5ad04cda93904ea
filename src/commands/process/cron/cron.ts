import { plainText, say } from '../../../core/model/sentence.ts';
import { complaintOf } from '../../../exit.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openAlertMemory } from '../../../queue/tables/alert-memory.ts';
import { openStores } from '../../../queue/work/open-stores.ts';
import type { Context } from '../../shared/context.ts';
import type { Fault } from './cron-verdict.ts';
import { cronVerdict, isLetterComplaint, overAfter } from './cron-verdict.ts';

/** How a run ended, before it is decided who hears of it. */
export type RunResult = {
  /** Of several faults the strongest, or that of a signal. */
  readonly exitCode: number;
  readonly faults: readonly Fault[];
  /** Whether Plex was reached and took the token. */
  readonly isConnected: boolean;
  /** How many jobs were brought to some end, for this run at least. */
  readonly ended: number;
  /** Says how it went, on both streams. */
  tell(): void;
};

/** Tells whoever reads cron's mail of a run, or nobody; answers the exit code that goes with it. */
export function tellCron(
  stores: Stores,
  result: Pick<RunResult, 'exitCode' | 'faults' | 'isConnected'> & { readonly complaints: readonly string[] },
  context: Context,
): number {
  // A person has stopped it: that is no news, but the exit code is the shell's business.
  if (result.exitCode >= 128) return result.exitCode;
  return tell(stores, { ...result, over: overAfter(result) }, context);
}

/**
 * The same for a run that could not do its work. Where the data directory cannot say what was told before, everything
 * is told.
 * @throws what was thrown, when somebody shall hear of it
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
    // For the log alone: what is not told must be found when somebody looks.
    context.output.log('error', say`plexsync: ${message}`, code === 'usage' ? 'slip' : 'work');
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
  // What was mended may be told again the day it breaks once more.
  for (const beginning of over) notices.forgetComplaints(beginning, verdict.standing);
  for (const complaint of verdict.fresh) notices.noteComplaint(complaint, now());
  if (verdict.fresh.some(isLetterComplaint)) notices.announceLetters(letters.lastId);
  if (verdict.fresh.length === 0) output.forgetHeld();
  return verdict.exitCode;
}
