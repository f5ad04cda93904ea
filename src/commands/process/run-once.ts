import type { DrainReport } from '../../core/drain/drain.ts';
import { NO_JOBS } from '../../core/drain/ports/tally.ts';
import { longestWaitMs } from '../../core/failures/retry-policy.ts';
import { EXIT, endExitCode, signalExitCode, strongest } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { readStop } from '../../queue/tables/stopped.ts';
import { readRunStats } from '../../queue/views/waiting.ts';
import type { IdleRun } from '../../queue/work/idle.ts';
import { recordIdleRun } from '../../queue/work/idle.ts';
import { takeWakeTurn } from '../../queue/work/wake-turn.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { adoptsNow } from './adopts-now.ts';
import type { RunResult } from './cron/cron.ts';
import type { Fault } from './cron/cron-verdict.ts';
import { outagesOf } from './outages.ts';
import type { DrainRequest } from './queue-run.ts';
import { allowWaiting, judgeAnew, mostRemovals, removalsEnds } from './removals.ts';
import { stashUse } from './stash-use.ts';
import { reportRun } from './summary/report-run.ts';
import type { Summary } from './summary/summary-text.ts';
import type { Wake } from './wake-waiting.ts';

/** Runs once over the queue; with nothing to do it ends before it loads any part of the drain. */
export async function runOnce(stores: Stores, request: DrainRequest, context: Context): Promise<RunResult> {
  const { startedAt, loaded } = request;
  const stop = readStop(stores);
  if (request.removals === 'allowed') allowWaiting(stores, startedAt);
  else if (stop !== undefined && stop.maxRemovals !== mostRemovals(loaded)) judgeAnew(stores, startedAt);
  const held = removalsEnds(stores);
  const before = [...request.before, ...held.map(({ kind }): Fault => ({ exitCode: EXIT.usage, what: kind }))];
  const faultCode = strongest(before.map((fault) => fault.exitCode));
  const mustConnect = adoptsNow(request);
  const isIdle = !mustConnect && recordIdle(stores, request, { stash: stashUse(loaded), exitCode: faultCode });
  const resting =
    isIdle || mustConnect ? undefined : await restIfOnlyStashIsNeeded(stores, request, { held, before, context });
  if (resting !== undefined) return resting;
  const wake = isIdle ? await wakeIfWaiting(stores, request, context) : undefined;
  if (!isIdle || (wake !== undefined && wake.woken > 0 && wake.signal === undefined)) {
    const { runOnQueue } = await import('./queue-run.ts');
    return await runOnQueue(stores, request, context);
  }
  // Killed between two commits, or ended by hand: what waits, and what is said of it, may differ.
  if (held.length > 0 ? stop === undefined : stop?.code === 'removals') {
    const { noteStop } = await import('./stops.ts');
    noteStop(stores, { ends: held, isConnected: false, stashAnswered: false }, { loaded, now: startedAt });
  }
  const signal = wake?.signal;
  const exitCode = signal === undefined ? faultCode : signalExitCode(signal);
  const ends: DrainReport['ends'] = signal === undefined ? held : [...held, { kind: 'signal', signal }];
  return idleResult(stores, { exitCode, faults: before, ends, startedAt, loaded }, context);
}

type Idle = {
  readonly exitCode: number;
  readonly faults: readonly Fault[];
  readonly ends: DrainReport['ends'];
  readonly startedAt: number;
  readonly loaded: LoadedSettings;
};

function recordIdle(
  stores: Stores,
  { startedAt, loaded: { settings }, polls }: DrainRequest,
  as: Pick<IdleRun, 'stash' | 'exitCode'>,
): boolean {
  return recordIdleRun(stores, {
    now: startedAt,
    retentionMs: settings.dlq_retention_days,
    longestWaitMs: longestWaitMs(settings.not_found_max_wait),
    polls,
    ...as,
  });
}

/** What is to be told of a run, whatever it does. */
type Standing = {
  readonly held: DrainReport['ends'];
  readonly before: readonly Fault[];
  readonly context: Context;
};

/**
 * The result of a run whose due jobs all need a Stash that is left alone for now: nothing is claimed, and Plex is not
 * asked for nothing.
 */
async function restIfOnlyStashIsNeeded(
  stores: Stores,
  request: DrainRequest,
  { held, before, context }: Standing,
): Promise<RunResult | undefined> {
  const { loaded, startedAt } = request;
  if (stashUse(loaded) === 'not_asked') return undefined;
  const { restingStash } = await import('./resting-stash.ts');
  const end = restingStash(stores, loaded, startedAt);
  if (end === undefined) return undefined;
  const faults = [...before, { exitCode: endExitCode(end.kind, 0), what: end.kind }];
  const exitCode = strongest(faults.map((fault) => fault.exitCode));
  if (!recordIdle(stores, request, { stash: 'away', exitCode })) return undefined;
  return idleResult(stores, { exitCode, faults, ends: [...held, end], startedAt, loaded }, context);
}

function idleResult(stores: Stores, { exitCode, faults, ends, startedAt, loaded }: Idle, context: Context): RunResult {
  const endedAt = context.now();
  // Read only where it is told: cron and a watch say nothing of an idle run.
  const tell: RunResult['tell'] = (known) => {
    const stats = readRunStats(stores, endedAt);
    const outageSince = outagesOf(stores, loaded);
    const ran = { run: null, exitCode, stats, startedAt, endedAt, skippedScenes: [], outageSince, known };
    const summary: Summary = { mode: 'write', ...ran };
    reportRun({ ends, tally: NO_JOBS }, summary, context.output);
  };
  return { exitCode, faults, isConnected: false, ended: 0, tell };
}

/** With nothing due, Plex is asked each minute what was added, if a job waits for its file; else nothing is loaded. */
async function wakeIfWaiting(
  stores: Stores,
  { loaded, startedAt }: DrainRequest,
  context: Context,
): Promise<Wake | undefined> {
  if (!takeWakeTurn(stores, { now: startedAt, stash: stashUse(loaded) })) return undefined;
  const { wakeWaiting } = await import('./wake-waiting.ts');
  return await wakeWaiting(stores, { loaded, startedAt }, context);
}
