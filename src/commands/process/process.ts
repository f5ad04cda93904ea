import { UsageError } from '../../core/model/errors.ts';
import type { RunStarter } from '../../core/model/run.ts';
import { asPath, ours, say } from '../../core/text/sentence.ts';
import type { RunSummaryDocument } from '../../documents/run-summary.ts';
import { complaintOf, EXIT, isSignalExit } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { noteStash } from '../../queue/tables/jobs/awaits-stash.ts';
import { readStats } from '../../queue/views/stats.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { parseDurationMs } from '../../settings/duration.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import { isTerminal } from '../../terminal/reader.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { hasTargets } from '../shared/notify/targets.ts';
import { pausedNow } from '../shared/paused.ts';
import { statsDocument } from '../shared/stats-document.ts';
import { toLimit } from '../shared/typed-values.ts';
import { refuseContradictions } from './contradictions.ts';
import type { RunResult } from './cron/cron.ts';
import type { PageRequest } from './html/page.ts';
import { createIngest } from './ingest/ingest-events.ts';
import { refuseLostFlag, unusedFlags } from './lost-flag.ts';
import type { ProcessOptions } from './process-options.ts';
import { runOnce } from './run-once.ts';
import { stashUse } from './stash-use.ts';
import { failureDocument } from './summary/report-run.ts';
import { warnOnceADay } from './warn-once-a-day.ts';

/** Drains what is due and reports how it went. Under `--json` every run closes with a summary, however it ends. */
export async function run(options: ProcessOptions, context: Context): Promise<number> {
  // Loaded before anything is written: an update may replace the installed files during a long run.
  const cron = options.audience === 'cron' ? await import('./cron/cron.ts') : undefined;
  try {
    return await runOnDirectory(options, context, cron);
  } catch (thrown) {
    const { exitCode } = complaintOf(thrown, context.version);
    if (context.output.json && !options.statsOnly) context.output.resultJson(failureDocument(exitCode, context.now()));
    if (cron === undefined) throw thrown;
    return cron.tellCronOfFailure(thrown, context);
  }
}

type Cron = typeof import('./cron/cron.ts');

async function runOnDirectory(options: ProcessOptions, context: Context, cron: Cron | undefined): Promise<number> {
  const { dataDir, env, output, now } = context;
  const { flags, configFile, audience } = options;
  refuseContradictions({ ...options, json: output.json });
  const page = pageOf(options);
  const only =
    options.scenes.length === 0 ? undefined : (await import('./chosen-scenes.ts')).chosenScenes(options.scenes);
  const limits = { limit: toLimit(options.limit), maxTimeMs: toMaxTimeMs(options.maxTime), only };
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  if (options.statsOnly) return showStats(context);
  if (!loaded.settings.enabled) {
    sayDisabled(loaded, context);
    for (const words of unusedFlags(options, say` once it is turned on`)) output.log('warning', words);
    return EXIT.done;
  }
  if (options.repeat === 'watch') {
    const { watch } = await import('./watch/watch.ts');
    const { parallel, adoptServer, removals } = options;
    const reload = async () => await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
    return await watch({ loaded, reload, ...limits, parallel, adoptServer, removals }, context);
  }
  if (options.mode === 'preview') {
    const { runPreview } = await import('./preview-run.ts');
    const { parallel, adoptServer, removals } = options;
    return await runPreview(
      {
        loaded,
        ...limits,
        parallel,
        adoptServer,
        removals,
        startedBy: starterOf(options, context),
        startedAt: now(),
        before: [],
        page,
      },
      context,
    );
  }
  const stores = openStores(dataDir);
  try {
    // Cron reports faults; a warning waits until a person looks.
    if (audience === 'person' && loaded.warnings.length > 0) await warnOnceADay(stores, loaded.warnings, context);
    const { parallel, adoptServer, removals } = options;
    noteStash(stores.queueDb, stashUse(loaded));
    const paused = pausedNow(stores, loaded.settings.quiet_hours, now());
    // Before events are taken in: what cannot be used of them is told once, by the run that takes them.
    if (paused !== undefined && audience === 'person') refuseLostFlag(options, paused);
    const taken = await createIngest(stores, loaded, context)();
    const startedBy = starterOf(options, context);
    const request = {
      loaded,
      ...limits,
      parallel,
      adoptServer,
      removals,
      startedBy,
      startedAt: now(),
      before: taken.faults,
    };
    if (only !== undefined && paused === undefined) {
      const { takeChosen } = await import('./chosen-scenes.ts');
      takeChosen(stores, { sceneIds: only, startedAt: request.startedAt, stash: stashUse(loaded) }, context);
    }
    const result =
      paused === undefined
        ? await runOnce(stores, request, context)
        : (await import('./resting.ts')).restingResult(paused, taken.faults, context);
    result.tell();
    // Permission to remove was given whatever came then.
    if (!result.isConnected)
      for (const words of unusedFlags({ adoptServer, removals: 'counted' })) output.log('warning', words);
    await tellOthers(stores, { result, loaded }, context);
    if (cron === undefined) return result.exitCode;
    return cron.tellCron(stores, { ...result, complaints: taken.complaints }, context);
  } finally {
    stores.close();
  }
}

async function tellOthers(
  stores: Stores,
  { result, loaded: { settings } }: { readonly result: RunResult; readonly loaded: LoadedSettings },
  context: Context,
): Promise<void> {
  // Whoever ends a run by a signal waits for nobody else.
  if (isSignalExit(result.exitCode) || !hasTargets(settings)) return;
  const { tellElsewhere } = await import('../shared/notify/tell-elsewhere.ts');
  await tellElsewhere(stores, settings, context);
}

/** What starts this run, for a person who looks at the runs later. */
function starterOf({ audience }: Pick<ProcessOptions, 'audience'>, { streams }: Context): RunStarter {
  if (audience === 'cron') return 'cron';
  return isTerminal(streams.stdin) ? 'person' : 'script';
}

function pageOf({ html, names = 'shown' }: ProcessOptions): PageRequest | undefined {
  return html === undefined ? undefined : { file: html, names };
}

function showStats({ dataDir, output, now }: Context): number {
  const stores = openStoresToRead(dataDir);
  try {
    output.resultJson(statsDocument(readStats(stores, now()), dataDir), 2);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

function sayDisabled({ origins: { enabled } }: LoadedSettings, { output, now }: Context): void {
  const where = enabled.kind === 'file' ? asPath(enabled.name) : ours(enabled.name);
  const message = say`plexsync is turned off: ${where} says enabled = false. Nothing was processed.`;
  const document: RunSummaryDocument = {
    event: 'summary',
    at: utcTime(now()),
    run: null,
    exit_code: EXIT.done,
    ends: ['disabled'],
  };
  if (output.json) output.resultJson(document);
  output.log('info', say`[PlexSync] ${message}`);
}

function toMaxTimeMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text, 's');
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(`--max-time must be a duration such as 90s or 5m, not "${text}".`);
}
