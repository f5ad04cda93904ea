import { ours, say } from '../../core/text/sentence.ts';
import type { RunSummaryDocument } from '../../documents/run-summary.ts';
import { strongest } from '../../exit.ts';
import type { Paused } from '../../queue/tables/paused.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { pausedWords } from '../shared/paused.ts';
import type { RunResult } from './cron/cron.ts';
import type { Fault } from './cron/cron-verdict.ts';

/** The result of a run that writes nothing, because writing is paused or the hours are quiet: that is no fault. */
export function restingResult(paused: Paused, before: readonly Fault[], { output, now }: Context): RunResult {
  const exitCode = strongest(before.map((fault) => fault.exitCode));
  const tell = (): void => {
    const document: RunSummaryDocument = {
      event: 'summary',
      at: utcTime(now()),
      run: null,
      exit_code: exitCode,
      ends: ['paused'],
    };
    if (output.json) output.resultJson(document);
    else output.result(`Nothing was written: ${pausedWords(paused)}.${endHint(paused)}`);
  };
  return { exitCode, faults: before, isConnected: false, ended: 0, tell };
}

function endHint({ why, until }: Paused): string {
  if (why === 'quiet_hours') return ' Events are taken in meanwhile.';
  return until === undefined ? '' : ' plexsync resume ends it now.';
}

/** Tells a watch once that writing rests, and once that it goes on. */
export function createRestTeller({ output }: Pick<Context, 'output'>): (paused: Paused | undefined) => void {
  let told: string | undefined;
  return (paused) => {
    const words = paused && pausedWords(paused);
    if (words !== undefined && words !== told)
      output.log('info', say`[PlexSync] Nothing is written: ${ours(words)}. Events are taken in meanwhile.`);
    if (words === undefined && told !== undefined) output.log('info', say`[PlexSync] Writing goes on`);
    told = words;
  };
}
