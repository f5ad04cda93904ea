import type { LoadedSettings } from '../config.ts';
import type { DrainReport } from '../core/drain/drain.ts';
import { rescueEvents } from '../core/drain/rescue-events.ts';
import { NO_JOBS } from '../core/drain/tally.ts';
import { StoreError } from '../core/errors.ts';
import type { WorkerEvent } from '../core/events.ts';
import { complaintOf, EXIT } from '../exit.ts';
import type { OpenDrainQueue, StandDown } from '../queue/drain-queue.ts';
import { openDrainQueue } from '../queue/drain-queue.ts';
import { DEFAULT_RETENTION_MS, purgeExpired } from '../queue/retention.ts';
import { readStats } from '../queue/stats.ts';
import type { Stores } from '../queue/stores.ts';
import { eventDocument } from '../terminal/event-document.ts';
import { linesFor } from '../terminal/log.ts';
import type { Context } from './context.ts';
import type { DrainSetup } from './drain-run.ts';
import { exitCodeOf, reportRun } from './process-report.ts';
import { createCheckpoint } from './test-kill.ts';

/** What a run was asked for. */
export type DrainRequest = {
  readonly parallel: boolean;
  readonly adoptServer: boolean;
  readonly startedAt: number;
  readonly loaded: LoadedSettings;
  readonly limit: number | undefined;
  readonly maxTimeMs: number | undefined;
  /** How long dead letters are kept; 30 days unless said otherwise. */
  readonly retentionMs?: number | undefined;
};

/**
 * Runs on the queue as one of its drains: stands down before another, rescues what dead ones left, drains what is due
 * and records how it went.
 */
export async function runOnQueue(stores: Stores, request: DrainRequest, context: Context): Promise<number> {
  const { output, now } = context;
  const { startedAt } = request;
  const checkpoint = createCheckpoint(context.env);
  const queue = openDrainQueue(stores, {
    pid: process.pid,
    now: startedAt,
    maxLosses: request.loaded.settings.max_retries,
    ifBusy: request.parallel ? 'share' : 'stand_down',
    onLetterCommitted: () => checkpoint('letter_committed'),
    onLetterShortened: (letter) => emitTo(output, { kind: 'letter_shortened', ...letter }),
  });
  if ('standDown' in queue) return standDown(queue.standDown, output);
  let report: DrainReport;
  try {
    removeExpired(stores, request, output);
    report = await drainIfDue(queue, { ...request, checkpoint }, context);
  } catch (thrown) {
    const { exitCode } = complaintOf(thrown, context.version);
    // Where the store has failed, its end cannot be written either; the next run sees that this one is dead.
    if (!(thrown instanceof StoreError)) queue.end({ now: now(), exitCode, done: 0, failed: 0 });
    throw thrown;
  }
  const { tally } = report;
  const stats = readStats(stores, now());
  const exitCode = exitCodeOf(report, stats);
  queue.end({ now: now(), exitCode, done: tally.updated + tally.unchanged, failed: tally.retried + tally.buried });
  return reportRun(report, { exitCode, stats, startedAt, endedAt: now() }, output);
}

function standDown({ pid, left }: StandDown, output: Context['output']): number {
  if (output.json) output.resultJson({ event: 'summary', exit_code: EXIT.done, stood_down: { pid, left } });
  else output.result(`pid ${pid} is draining, ${left.toLocaleString('en')} left. Use --parallel to share the work.`);
  return EXIT.done;
}

function emitTo(output: Context['output'], event: WorkerEvent): void {
  if (output.json) output.resultJson(eventDocument(event));
  for (const [level, line] of linesFor(event)) output.log(level, line);
}

const DAY_MS = 86_400_000;

function removeExpired(stores: Stores, { startedAt, retentionMs }: DrainRequest, output: Context['output']): void {
  const keptMs = retentionMs ?? DEFAULT_RETENTION_MS;
  const expired = purgeExpired(stores, { now: startedAt, retentionMs: keptMs });
  if (expired.count === 0) return;
  emitTo(output, { kind: 'letters_expired', days: Math.round(keptMs / DAY_MS), ...expired });
}

async function drainIfDue(
  queue: OpenDrainQueue,
  request: DrainRequest & Pick<DrainSetup, 'checkpoint'>,
  context: Context,
): Promise<DrainReport> {
  const { output } = context;
  const emit: DrainSetup['emit'] = (event) => emitTo(output, event);
  const rescued = queue.rescue(request.startedAt);
  for (const event of rescueEvents(rescued)) emit(event);
  const lost = { ...NO_JOBS, buried: rescued.buried.length };
  // Nothing to do: Plex is not asked, and the HTTP client is not even loaded.
  if (queue.dueCount(request.startedAt) === 0 && !queue.hasRefused()) return { ends: [], tally: lost };
  const { runDrain } = await import('./drain-run.ts');
  const { ends, tally } = await runDrain(queue, { ...request, emit }, context);
  return { ends, tally: { ...tally, buried: tally.buried + lost.buried } };
}
