import type { LoadedSettings } from '../config.ts';
import { loadSettings } from '../config.ts';
import type { DrainReport } from '../core/drain/drain.ts';
import { NO_JOBS } from '../core/drain/tally.ts';
import { parseDurationMs } from '../core/duration.ts';
import { UsageError } from '../core/errors.ts';
import { complaintOf, EXIT } from '../exit.ts';
import { recordIdleRun } from '../queue/idle.ts';
import { readStats } from '../queue/stats.ts';
import { openStores, openStoresToRead } from '../queue/stores.ts';
import type { SettingName } from '../settings.ts';
import type { Context } from './context.ts';
import { failureDocument, reportRun } from './process-report.ts';
import { statsDocument } from './stats-document.ts';

export type ProcessOptions = {
  /** What was given as flags, by setting. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
  readonly statsOnly: boolean;
  readonly limit: string | undefined;
  readonly maxTime: string | undefined;
  /** `cron` hears only what is new and needs a person. */
  readonly audience: 'person' | 'cron';
  readonly parallel: boolean;
  readonly adoptServer: boolean;
};

/** A run that found nothing to do. */
const IDLE: DrainReport = { ends: [], tally: NO_JOBS };

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
  const loaded = await loadSettings({
    flags: options.flags,
    env,
    dataDir: dataDir.path,
    configFile: options.configFile,
  });
  const request = {
    loaded,
    limit: toLimit(options.limit),
    maxTimeMs: toMaxTimeMs(options.maxTime),
    parallel: options.parallel,
    adoptServer: options.adoptServer,
  };
  for (const warning of loaded.warnings) output.log('warning', `[PlexSync] ${warning}`);
  if (!loaded.settings.enabled && !options.statsOnly) return sayDisabled(loaded, context);
  const stores = options.statsOnly ? openStoresToRead(dataDir) : openStores(dataDir);
  try {
    if (options.statsOnly) {
      output.resultJson(statsDocument(readStats(stores, now()), dataDir), 2);
      return EXIT.done;
    }
    const startedAt = now();
    if (recordIdleRun(stores, { pid: process.pid, now: startedAt })) {
      return reportRun(
        IDLE,
        { exitCode: EXIT.done, stats: readStats(stores, now()), startedAt, endedAt: now() },
        output,
      );
    }
    const { runOnQueue } = await import('./queue-run.ts');
    return await runOnQueue(stores, { ...request, startedAt }, context);
  } finally {
    stores.close();
  }
}

function sayDisabled({ origins }: LoadedSettings, { output }: Context): number {
  const message = `plexsync is turned off: ${origins.enabled.name} says enabled = false. Nothing was processed.`;
  if (output.json) output.resultJson({ event: 'summary', exit_code: EXIT.done, ends: ['disabled'] });
  output.log('info', `[PlexSync] ${message}`);
  return EXIT.done;
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
