import { loadSettings } from '../config.ts';
import type { DrainReport } from '../core/drain/drain.ts';
import { rescueEvents } from '../core/drain/rescue-events.ts';
import { NO_JOBS } from '../core/drain/tally.ts';
import { parseDurationMs } from '../core/duration.ts';
import { StoreError, UsageError } from '../core/errors.ts';
import { complaintOf, EXIT } from '../exit.ts';
import type { OpenDrainQueue, StandDown } from '../queue/drain-queue.ts';
import { openDrainQueue } from '../queue/drain-queue.ts';
import { readStats } from '../queue/stats.ts';
import type { Stores } from '../queue/stores.ts';
import { openStores, openStoresToRead } from '../queue/stores.ts';
import type { SettingName, Settings } from '../settings.ts';
import { eventDocument } from '../terminal/event-document.ts';
import { linesFor } from '../terminal/log.ts';
import type { Context } from './context.ts';
import type { DrainSetup } from './drain-run.ts';
import {
  exitCodeOf,
  explainEnds,
  explainLetters,
  failureDocument,
  summaryDocument,
  summaryText,
} from './process-report.ts';
import { statsDocument } from './stats-document.ts';
import { createCheckpoint } from './test-kill.ts';

export type ProcessOptions = {
  /** What was given as flags, by setting. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly statsOnly: boolean;
  readonly limit: string | undefined;
  readonly maxTime: string | undefined;
  readonly parallel: boolean;
  readonly adoptServer: boolean;
};

/** Drains what is due and says how it went. Under `--json` every run closes with a summary, however it ends. */
export async function run(options: ProcessOptions, context: Context): Promise<number> {
  try {
    return await runOnDirectory(options, context);
  } catch (thrown) {
    const { exitCode } = complaintOf(thrown, context.version);
    if (context.output.json && !options.statsOnly) context.output.resultJson(failureDocument(exitCode));
    throw thrown;
  }
}

async function runOnDirectory(options: ProcessOptions, context: Context): Promise<number> {
  const { dataDir, env, output, now } = context;
  const settings = loadSettings({ flags: options.flags, env, dataDir: dataDir.path, configFile: options.configFile });
  const request = {
    settings,
    limit: toLimit(options.limit),
    maxTimeMs: toMaxTimeMs(options.maxTime),
    parallel: options.parallel,
    adoptServer: options.adoptServer,
  };
  const stores = options.statsOnly ? openStoresToRead(dataDir) : openStores(dataDir);
  try {
    if (!options.statsOnly) return await runOnQueue(stores, request, context);
    output.resultJson(statsDocument(readStats(stores, now()), dataDir), 2);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

type DrainRequest = Pick<ProcessOptions, 'parallel' | 'adoptServer'> & {
  readonly settings: Settings;
  readonly limit: number | undefined;
  readonly maxTimeMs: number | undefined;
};

async function runOnQueue(stores: Stores, request: DrainRequest, context: Context): Promise<number> {
  const { output, now } = context;
  const startedAt = now();
  const checkpoint = createCheckpoint(context.env);
  const queue = openDrainQueue(stores, {
    pid: process.pid,
    now: startedAt,
    maxLosses: request.settings.max_retries,
    ifBusy: request.parallel ? 'share' : 'stand_down',
    onLetterCommitted: () => checkpoint('letter_committed'),
  });
  if ('standDown' in queue) return standDown(queue.standDown, output);
  let report: DrainReport;
  try {
    report = await drainIfDue(queue, { ...request, startedAt, checkpoint }, context);
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
  const summary = { exitCode, stats, startedAt, endedAt: now() };
  for (const [level, line] of [...explainEnds(report, summary), ...explainLetters(summary)]) output.log(level, line);
  if (output.json) output.resultJson(summaryDocument(report, summary));
  else output.result(summaryText(report, summary));
  return exitCode;
}

function standDown({ pid, left }: StandDown, output: Context['output']): number {
  if (output.json) output.resultJson({ event: 'summary', exit_code: EXIT.done, stood_down: { pid, left } });
  else output.result(`pid ${pid} is draining, ${left.toLocaleString('en')} left. Use --parallel to share the work.`);
  return EXIT.done;
}

async function drainIfDue(
  queue: OpenDrainQueue,
  request: DrainRequest & Pick<DrainSetup, 'startedAt' | 'checkpoint'>,
  context: Context,
): Promise<DrainReport> {
  const { output } = context;
  const emit: DrainSetup['emit'] = (event) => {
    if (output.json) output.resultJson(eventDocument(event));
    for (const [level, line] of linesFor(event)) output.log(level, line);
  };
  const rescued = queue.rescue(request.startedAt);
  for (const event of rescueEvents(rescued)) emit(event);
  const lost = { ...NO_JOBS, buried: rescued.buried.length };
  // Nothing to do: Plex is not asked, and the HTTP client is not even loaded.
  if (queue.dueCount(request.startedAt) === 0) return { ends: [], tally: lost };
  const { runDrain } = await import('./drain-run.ts');
  const { ends, tally } = await runDrain(queue, { ...request, emit }, context);
  return { ends, tally: { ...tally, buried: tally.buried + lost.buried } };
}

function toLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--limit must be a positive whole number, not "${text}".`);
}

function toMaxTimeMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text, 's');
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(`--max-time must be a duration such as 90s or 5m, not "${text}".`);
}
