import type { DrainReport } from '../../core/drain/drain.ts';
import { rescueEvents } from '../../core/drain/ports/rescue-events.ts';
import { NO_JOBS } from '../../core/drain/ports/tally.ts';
import { longestWaitMs } from '../../core/failures/retry-policy.ts';
import { StoreError } from '../../core/model/errors.ts';
import type { RunStarter } from '../../core/model/run.ts';
import { say } from '../../core/text/sentence.ts';
import type { RunSummaryDocument } from '../../documents/run-summary.ts';
import { complaintOf, EXIT, strongest } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { removeOldCopies } from '../../queue/store/upgrade-copies.ts';
import { MOST_JOURNAL_BYTES } from '../../queue/tables/journal/journal.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import { readRunStats } from '../../queue/views/waiting.ts';
import type { OpenDrainQueue, StandDown } from '../../queue/work/drain-queue.ts';
import { openDrainQueue } from '../../queue/work/drain-queue.ts';
import { purgeExpired } from '../../queue/work/retention.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { pausedNow } from '../shared/paused.ts';
import { sum } from '../shared/stats-document.ts';
import { createCheckpoint } from '../shared/test-kill.ts';
import { adoptsNow } from './adopts-now.ts';
import type { RunResult } from './cron/cron.ts';
import type { Fault } from './cron/cron-verdict.ts';
import type { DrainSetup } from './drain-run.ts';
import { noteServer, outagesOf } from './outages.ts';
import { removalsEnds } from './removals.ts';
import type { RunEvents } from './run-events.ts';
import { createRunEvents, maskFor } from './run-events.ts';
import { stashUse } from './stash-use.ts';
import { noteStop } from './stops.ts';
import { lettersKnown, reportRun } from './summary/report-run.ts';
import { faultsOf } from './summary/run-faults.ts';
import type { Summary } from './summary/summary-text.ts';

/** What a run was asked to do. */
export type DrainRequest = {
  readonly parallel: boolean;
  readonly adoptServer: boolean;
  /** Whether a person allowed whatever this run removes. */
  readonly removals: 'counted' | 'allowed';
  readonly startedAt: number;
  readonly loaded: LoadedSettings;
  readonly limit: number | undefined;
  /** The scenes that the run is for. */
  readonly only?: readonly number[] | undefined;
  readonly maxTimeMs: number | undefined;
  readonly startedBy: RunStarter;
  /** Faults from before the drain; they count for the run's exit code. */
  readonly before: readonly Fault[];
  /** Set where this process asks Stash beside the jobs, and so knows when it answers again. */
  readonly polls?: 'stash' | undefined;
  /** The settings as they were given, where the run goes by others. */
  readonly configured?: LoadedSettings | undefined;
};

/**
 * Runs a drain on the queue: stands down if another one is running, rescues the jobs of dead ones, drains what is due
 * and records how it went.
 */
export async function runOnQueue(stores: Stores, request: DrainRequest, context: Context): Promise<RunResult> {
  const { output, now } = context;
  const { startedAt } = request;
  const { settings } = request.loaded;
  const checkpoint = createCheckpoint(context.env);
  const mask = await maskFor(request.loaded, () => prepareServerState(stores.queueDb).clientIdentifier());
  let events: RunEvents | undefined;
  const queue = openDrainQueue(stores, {
    pid: process.pid,
    now: startedAt,
    longestWaitMs: longestWaitMs(settings.not_found_max_wait),
    command: 'process',
    startedBy: request.startedBy,
    journal: { keptMs: settings.journal_days, mostBytes: MOST_JOURNAL_BYTES },
    stash: stashUse(request.loaded),
    only: request.only,
    maxLosses: settings.max_retries,
    ifBusy: request.parallel ? 'share' : 'stand_down',
    onLetterCommitted: () => checkpoint('letter_committed'),
    onLetterShortened: (letter) => events?.emit({ kind: 'letter_shortened', ...letter }),
  });
  if ('standDown' in queue) return standDown(queue.standDown, request, context);
  events = createRunEvents(context, { run: queue.runId, mask });
  let report: DrainReport;
  try {
    removeExpired(stores, request, events);
    report = await drainIfDue({ queue, stores }, { ...request, checkpoint, events }, context);
  } catch (thrown) {
    const { exitCode } = complaintOf(thrown, context.version);
    // When the store has failed, the end of the run cannot be recorded either; the next run sees that this one is dead.
    if (thrown instanceof StoreError) queue.abandon();
    else queue.end({ now: now(), exitCode, done: 0, failed: 0 });
    throw thrown;
  } finally {
    events.close();
  }
  const { tally } = report;
  noteServer(
    stores,
    { report, before: request.before, isConnected: events.isConnected() },
    { loaded: request.loaded, now: now() },
  );
  const met = { ends: report.ends, isConnected: events.isConnected(), stashAnswered: report.stash === 'answered' };
  noteStop(stores, met, { loaded: request.configured ?? request.loaded, now: now() });
  const stats = readRunStats(stores, now());
  const { exitCode, faults } = faultsOf(report, stats, request.before);
  queue.end({
    now: now(),
    exitCode,
    done: tally.updated + tally.unchanged + tally.nothing,
    failed: tally.retried + tally.buried,
  });
  const skippedScenes = events.skippedScenes();
  const outageSince = outagesOf(stores, request.loaded);
  const summary: Summary = {
    ...{ run: queue.runId, mode: 'write', exitCode, stats, startedAt, endedAt: now() },
    ...{ skippedScenes, leftAsEdited: events.leftAsEdited(), outageSince },
  };
  const { released: _untried, leaseLost: _others, pictures: _twice, ...ends } = tally;
  return {
    exitCode,
    faults,
    isConnected: events.isConnected(),
    ended: sum(ends),
    letters: lettersKnown(stats),
    tell: (known) => reportRun(report, { ...summary, known }, output),
  };
}

function standDown(
  { pid, left, waiting, command }: StandDown,
  request: DrainRequest,
  { output, now }: Context,
): RunResult {
  // Who adopts a server has to do something about the other run.
  const faults = request.adoptServer
    ? [...request.before, { exitCode: EXIT.usage, what: 'busy' } as const]
    : request.before;
  const exitCode = strongest(faults.map((fault) => fault.exitCode));
  const tell = (): void => {
    const document: RunSummaryDocument = {
      event: 'summary',
      at: utcTime(now()),
      run: null,
      exit_code: exitCode,
      stood_down: { pid, left },
    };
    if (output.json) output.resultJson(document);
    else if (command === 'undo')
      output.result(
        `pid ${pid} undoes edits, and no run writes beside it: ${left.toLocaleString('en')} left for the next run.`,
      );
    // Said with --quiet too: it ends with 2.
    else if (request.adoptServer)
      output.log('warning', say`[PlexSync] pid ${pid} is draining, ${left} left: no server is adopted beside it`);
    else if (waiting === 0)
      output.result(
        `pid ${pid} is draining, ${left.toLocaleString('en')} left, and none that is due waits for another run.`,
      );
    else output.result(`pid ${pid} is draining, ${left.toLocaleString('en')} left. Use --parallel to share the work.`);
  };
  return { exitCode, faults, isConnected: false, ended: 0, tell };
}

const DAY_MS = 86_400_000;

function removeExpired(stores: Stores, { startedAt, loaded }: DrainRequest, events: RunEvents): void {
  removeOldCopies(stores.path, startedAt);
  const retentionMs = loaded.settings.dlq_retention_days;
  const expired = purgeExpired(stores, { now: startedAt, retentionMs });
  if (expired.count === 0) return;
  events.emit({ kind: 'letters_expired', days: Math.round(retentionMs / DAY_MS), ...expired });
}

async function drainIfDue(
  { queue, stores }: { readonly queue: OpenDrainQueue; readonly stores: Stores },
  request: DrainRequest & Pick<DrainSetup, 'checkpoint'> & { readonly events: RunEvents },
  context: Context,
): Promise<DrainReport> {
  const { events, startedAt } = request;
  const rescued = queue.rescue(startedAt);
  for (const event of rescueEvents(rescued)) events.emit(event);
  const lost = { ...NO_JOBS, buried: rescued.buried.length };
  // Nothing to do: Plex is not asked, and the HTTP client is not even loaded.
  if (!adoptsNow(request) && !queue.hasDue(startedAt) && !queue.hasRefused())
    return { ends: removalsEnds(stores), tally: lost };
  const { runDrain } = await import('./drain-run.ts');
  await events.showProgress(queue, startedAt);
  const { quiet_hours } = request.loaded.settings;
  const paused = (): boolean => pausedNow(stores, quiet_hours, context.now()) !== undefined;
  const report = await runDrain(queue, { ...request, mode: 'write', emit: events.emit, paused }, context);
  const { tally } = report;
  return { ...report, tally: { ...tally, buried: tally.buried + lost.buried } };
}
