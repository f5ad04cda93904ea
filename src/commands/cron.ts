import type { ExitCode } from '../exit.ts';
import { complaintOf } from '../exit.ts';
import type { Notices } from '../queue/notices.ts';
import { openNotices } from '../queue/notices.ts';
import type { Stores } from '../queue/stores.ts';
import { openStores } from '../queue/stores.ts';
import type { Context } from './context.ts';
import { cronVerdict, isLetterComplaint, STANDING_COMPLAINTS } from './cron-verdict.ts';

/** How a run ended, before it is decided who hears of it. */
export type RunResult = {
  /** Of several that apply the strongest, or that of a signal. */
  readonly exitCode: number;
  readonly applies: readonly ExitCode[];
  /** Whether Plex was reached and took the token. */
  readonly isConnected: boolean;
};

/** Tells whoever reads cron's mail of a run, or nobody; answers the exit code that goes with it. */
export function hearAsCron(stores: Stores, result: RunResult, { output, now }: Context): number {
  // A person has stopped it: that is no news, but the exit code is the shell's business.
  if (result.exitCode >= 128) return result.exitCode;
  const notices = openNotices(stores);
  const letters = notices.lettersSince(notices.announcedLetter());
  const verdict = cronVerdict({
    exitCodes: result.applies,
    newLetterTypes: Object.keys(letters.byType),
    outageSince: notices.outageSince(),
    toldAt: notices.complainedAt,
    now: now(),
  });
  if (result.isConnected) forgetWhatIsOver(notices, verdict.standing);
  for (const complaint of verdict.fresh) notices.noteComplaint(complaint, now());
  if (verdict.fresh.some(isLetterComplaint)) notices.announceLetters(letters.lastId);
  if (verdict.fresh.length === 0) output.forgetHeld();
  return verdict.exitCode;
}

/** What was mended may be told again the day it breaks once more. */
function forgetWhatIsOver(notices: Notices, standing: readonly string[]): void {
  for (const complaint of STANDING_COMPLAINTS) if (!standing.includes(complaint)) notices.forgetComplaint(complaint);
}

/**
 * The same for a run that could not do its work. Where the data directory cannot say what was told before, everything
 * is told.
 * @throws what was thrown, when somebody shall hear of it
 */
export function hearThrownAsCron(thrown: unknown, context: Context): number {
  const { exitCode } = complaintOf(thrown, context.version);
  let stores: Stores;
  try {
    stores = openStores(context.dataDir);
  } catch {
    throw thrown;
  }
  try {
    const heard = hearAsCron(stores, { exitCode, applies: [exitCode], isConnected: false }, context);
    if (heard !== 0) throw thrown;
    return heard;
  } finally {
    stores.close();
  }
}
