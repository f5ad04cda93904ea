import { saidBy, UsageError } from '../../../core/model/errors.ts';
import { foreign, ours, say } from '../../../core/text/sentence.ts';
import { EXIT } from '../../../exit.ts';
import { shortDuration } from '../../../terminal/time.ts';
import type { Context } from '../../shared/context.ts';
import type { RunResult } from '../cron/cron.ts';

/**
 * Runs a drain and reports it if it did something, or if it stopped for another reason than the last one. An outage is
 * told once, and once that it is over.
 */
export function createDrainTeller({ output, now }: Pick<Context, 'output' | 'now'>) {
  let isFirst = true;
  let trouble = '';
  let known: readonly string[] = [];
  let letters: string | undefined;
  let outageAt: number | undefined;
  return async (drain: () => Promise<RunResult>): Promise<void> => {
    try {
      const result = await drain();
      outageAt = outageAfter(result, outageAt, { output, now });
      const met = result.faults.map(({ exitCode, what }) => (isOutage(what) ? 'outage' : `${exitCode} ${what}`)).join();
      if (result.ended > 0 || met !== trouble) result.tell([...known, ...(letters === undefined ? [] : [letters])]);
      trouble = met;
      // Whatever form an outage takes at the next look, it is the one that was told.
      known = [...result.faults.map(({ what }) => what), ...(outageAt === undefined ? [] : OUTAGES)];
      letters = result.letters ?? letters;
    } catch (thrown) {
      // A configuration error at the start ends the command; later it is logged, and may be fixed meanwhile.
      if (isFirst || !(thrown instanceof UsageError)) throw thrown;
      if (thrown.message !== trouble)
        output.log('error', say`[PlexSync] ${saidBy(thrown)} ${foreign(thrown.hint ?? '')}`);
      trouble = thrown.message;
    } finally {
      isFirst = false;
    }
  };
}

/** Since when Plex is away, after this drain; says so once it answers again. */
function outageAfter(
  result: RunResult,
  since: number | undefined,
  { output, now }: Pick<Context, 'output' | 'now'>,
): number | undefined {
  if (isAway(result)) return since ?? now();
  if (since === undefined || !result.isConnected) return since;
  output.log('info', say`[PlexSync] Plex answers again, after ${ours(shortDuration(now() - since))}`);
  return undefined;
}

/** The ends of a run that an outage of Plex shows itself by. */
const OUTAGES: readonly string[] = ['unreachable', 'failing', 'breaker_open'];

function isOutage(what: string): boolean {
  return OUTAGES.includes(what);
}

function isAway({ faults }: RunResult): boolean {
  return faults.some(({ exitCode, what }) => exitCode === EXIT.unreachable && isOutage(what));
}
