import { foreign, ours, say } from '../../../core/text/sentence.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { intakeOf } from '../../../queue/work/intake.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import { ingestSpool } from '../../../spool/ingest.ts';
import { spoolOf } from '../../../spool/layout.ts';
import { reportTaken } from '../../shared/plugin/taken-report.ts';
import type { Fault } from '../cron/cron-verdict.ts';
import type { IngestPlace, RunPluginTasks, TaskRunResult } from './run-plugin-tasks.ts';

/** Faults that keep tasks from being done, and complaints about the spool itself, for cron. */
export type Ingested = { readonly faults: readonly Fault[]; readonly complaints: readonly string[] };

/**
 * Prepares taking in what Stash left in the spool: each call puts events into the queue and does tasks. A problem that
 * lasts over several calls is reported once.
 */
export function createIngest(stores: Stores, loaded: LoadedSettings, context: IngestPlace): () => Promise<Ingested> {
  const { dataDir, output, now } = context;
  const spool = spoolOf(dataDir.path);
  const intake = intakeOf(stores);
  let runPluginTasks: RunPluginTasks | undefined;
  // Tasks are rare: a run without one does not load their code.
  const runTasks: RunPluginTasks = async (tasks) => {
    runPluginTasks ??= (await import('./run-plugin-tasks.ts')).createRunPluginTasks(stores, loaded, context);
    return await runPluginTasks(tasks);
  };
  let told: readonly string[] = [];
  return async () => {
    let startedAt = process.hrtime.bigint();
    const { tasks, warnings } = ingestSpool({
      spool,
      now: now(),
      apply: (events) => {
        const results = intake.take(events, now());
        const endedAt = process.hrtime.bigint();
        if (results.length > 0) reportTaken(results, Number(endedAt - startedAt) / 1e6, output);
        startedAt = endedAt;
      },
      ignore: (reason) => output.log('debug', say`[PlexSync Hook] Not enqueued: ${ours(reason)}`),
    });
    const { faults, left } = tasks.length === 0 ? NO_TASKS : await runTasks(tasks);
    const all = [...warnings, ...left];
    for (const warning of all)
      if (!told.includes(warning)) output.log('warning', say`[PlexSync Hook] ${foreign(warning)}`);
    told = all;
    return { faults, complaints: all.length === 0 ? [] : ['spool'] };
  };
}

const NO_TASKS: TaskRunResult = { faults: [], left: [] };
