import { backoffMs, RETRY_RULES } from '../../../core/failures/retry-policy.ts';
import { StoreError, SyncError, UsageError } from '../../../core/model/errors.ts';
import type { TaskMode } from '../../../core/model/hook-event.ts';
import type { Sentence } from '../../../core/text/sentence.ts';
import { plainText, say, withoutStop } from '../../../core/text/sentence.ts';
import type { Complaint } from '../../../exit.ts';
import { complaintOf, EXIT } from '../../../exit.ts';
import { takeProcessLock } from '../../../queue/store/process-locks.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openAlertMemory } from '../../../queue/tables/alert-memory.ts';
import { intakeOf } from '../../../queue/work/intake.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import type { AskedTask } from '../../../spool/ingest.ts';
import { removeAsked, stillAsked } from '../../../spool/ingest.ts';
import { spoolOf } from '../../../spool/layout.ts';
import type { Context } from '../../shared/context.ts';
import { runTask } from '../../shared/plugin/tasks.ts';
import type { Fault } from '../cron/cron-verdict.ts';

export type IngestPlace = Context & {
  /** Aborts a task. */
  readonly signal?: AbortSignal;
};

/** Faults that keep tasks from being done, and files of finished tasks that could not be removed. */
export type TaskRunResult = { readonly faults: readonly Fault[]; readonly left: readonly string[] };

/** Does tasks, and removes their files or leaves them for another run. */
export type RunPluginTasks = (tasks: readonly AskedTask[]) => Promise<TaskRunResult>;

/** Prepares doing tasks; a problem that lasts over several calls is reported once. */
export function createRunPluginTasks(stores: Stores, loaded: LoadedSettings, context: IngestPlace): RunPluginTasks {
  const { dataDir, output, now } = context;
  const spool = spoolOf(dataDir.path);
  const attempt = createTaskRunner(stores, loaded, context);
  return async (tasks) => {
    const left: string[] = [];
    const faults: Fault[] = [];
    const runAll = async (): Promise<void> => {
      for (const found of tasks) {
        const task = stillAsked(spool, found);
        if (task.names.length === 0) continue;
        const { files, fault } = await attempt(task);
        if (fault !== undefined) faults.push(fault);
        if (files === 'stay') continue;
        // The task came from Stash too: its time is noted once it is done.
        intakeOf(stores).take([], now());
        left.push(...removeAsked(spool, task));
      }
    };
    await withTaskLock(stores, runAll, output);
    return { faults, left };
  };
}

/**
 * Runs `runAll`, unless another process is doing the tasks of this spool: that one does them all, or leaves them to
 * the next run.
 */
async function withTaskLock(stores: Stores, runAll: () => Promise<void>, output: Context['output']): Promise<void> {
  const hold = takeProcessLock(stores, 'tasks', process.pid);
  if (hold.kind === 'taken') {
    output.log('debug', say`[PlexSync] pid ${hold.pid} is at the tasks of the plugin; they are left to it`);
    return;
  }
  try {
    await runAll();
  } finally {
    hold.release();
  }
}

/** A task that failed and is to be tried again. */
type Trouble = {
  readonly message: Sentence;
  readonly hint: Sentence | undefined;
  readonly fault: Fault;
  readonly failures: number;
  readonly retryAt: number;
};

/** What to do with a task's files, and what went wrong with it. */
type TaskResult = { readonly files: 'go' | 'stay'; readonly fault?: Fault };

/** Does a task, with repeated tries: it may wait for a Stash that does not answer, or for a person to fix a setting. */
function createTaskRunner(
  stores: Stores,
  loaded: LoadedSettings,
  context: IngestPlace,
): (task: AskedTask) => Promise<TaskResult> {
  const { output, now, signal } = context;
  const notices = openAlertMemory(stores);
  const troubles = new Map<TaskMode, Trouble>();
  let nextCompareAt = 0;
  const failed = (mode: TaskMode, thrown: unknown): TaskResult => {
    // The next step of the run meets it too, and the task is left to a run with a working queue.
    if (thrown instanceof StoreError) throw thrown;
    const before = troubles.get(mode);
    const complaint = complaintOf(thrown, context.version);
    const fault = faultOf(thrown);
    if (fault === undefined) {
      troubles.delete(mode);
      const message = withoutStop(complaint.message);
      output.log('error', say`[PlexSync] The task ${mode} was not done: ${message}. Start it again in Stash.`);
      return { files: 'go', fault: { exitCode: EXIT.bug, what: `task ${mode}` } };
    }
    const trouble = troubleAfter(before, { complaint, fault, now: now() });
    if (fault.exitCode === EXIT.unreachable) notices.noteOutage(now(), loaded.settings.stash_url, 'stash');
    // A refusal is an answer.
    if (fault.exitCode === EXIT.refused) notices.clearOutage('stash');
    if (before === undefined || plainText(trouble.message) !== plainText(before.message))
      tellTrouble(mode, trouble, output);
    troubles.set(mode, trouble);
    return { files: 'stay', fault };
  };
  return async ({ mode }) => {
    if (mode === 'compare' && now() < nextCompareAt) return { files: 'stay' };
    const before = troubles.get(mode);
    // Each try may walk through all of Stash, so not every look of a watch tries.
    if (before !== undefined && now() < before.retryAt) return { files: 'stay', fault: before.fault };
    try {
      await runTask(mode, { stores, loaded, signal }, context);
    } catch (thrown) {
      // A stop aborts the request: the next run starts the task again.
      if (signal?.aborted === true) return { files: 'stay' };
      return failed(mode, thrown);
    }
    troubles.delete(mode);
    if (mode === 'compare') nextCompareAt = now() + COMPARE_EVERY_MS;
    if (ASKS_STASH.has(mode)) notices.clearOutage('stash');
    return { files: 'go' };
  };
}

function troubleAfter(
  before: Trouble | undefined,
  { complaint, fault, now }: { readonly complaint: Complaint; readonly fault: Fault; readonly now: number },
): Trouble {
  const failures = (before?.failures ?? 0) + 1;
  const { message, hint } = complaint;
  return { message, hint, fault, failures, retryAt: now + backoffMs(failures, NO_JITTER) };
}

function tellTrouble(mode: TaskMode, { message, hint, fault }: Trouble, output: Context['output']): void {
  const what = say`The task ${mode} was not done yet: ${withoutStop(message)}`;
  const next = say`${hint === undefined ? '' : say`${hint} `}The next run tries again.`;
  const { what: code, exitCode } = fault;
  output.error({ code, exitCode, message: what, hint: next }, [['error', say`[PlexSync] ${what}. ${next}`]]);
}

const ASKS_STASH: ReadonlySet<TaskMode> = new Set(['sync_all', 'sync_recent', 'compare']);

/** Somebody who tidies up deletes one name after the other, and each comparison walks through all of Stash. */
const COMPARE_EVERY_MS = 600_000;

const NO_JITTER = 0.5;

/** What a task waits for, by the names that a drain uses; `undefined`: waiting will not help. */
function faultOf(thrown: unknown): Fault | undefined {
  if (thrown instanceof UsageError) return { exitCode: EXIT.usage, what: 'stash_misconfigured' };
  if (!(thrown instanceof SyncError) || thrown.code === 'unexpected') return undefined;
  const { class: kind } = RETRY_RULES[thrown.code];
  if (kind === 'auth') return { exitCode: EXIT.refused, what: 'stash_unauthorized' };
  return kind === 'unavailable' || kind === 'transient'
    ? { exitCode: EXIT.unreachable, what: 'stash_unreachable' }
    : { exitCode: EXIT.usage, what: 'stash_misconfigured' };
}
