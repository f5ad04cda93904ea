import { UsageError } from '../../core/model/errors.ts';
import { readHookEvent } from '../../core/model/hook-event.ts';
import { parseJsonText } from '../../core/text/json-text.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { HookDocument } from '../../documents/plugin.ts';
import { EXIT } from '../../exit.ts';
import type { SceneEvent, TakenEvent } from '../../queue/work/intake.ts';
import { openIntake } from '../../queue/work/intake.ts';
import { MOST_PIPED_BYTES } from '../../read-bounded.ts';
import { spoolOf } from '../../spool/layout.ts';
import type { Context } from '../shared/context.ts';
import { reportTaken } from '../shared/plugin/taken-report.ts';
import { readStdin } from '../shared/read-stdin.ts';

/** How long a person should wait at most when they save a scene, measured from the start of the process. */
const TARGET_MS = 100;
/** Node alone takes longer than the target on most machines: a warning at each save would say nothing new. */
const ANNOYING_MS = 1_000;

/**
 * Takes in one event of Stash from standard input. A failure is an exit code too: Stash continues anyway, logs it as an
 * error, and may lose the last lines of the log (stash.md 2.2, 2.3).
 */
export async function run(
  { configFile }: { readonly configFile: string | undefined },
  context: Context,
): Promise<number> {
  const event = readHookEvent(await readEvent(context.streams.stdin));
  switch (event.kind) {
    case 'sync':
    case 'forget':
      return enqueue(event, context);
    case 'task': {
      if (event.mode === 'compare') return await leaveCompare(context);
      const { runTask } = await import('../shared/plugin/tasks.ts');
      const processQueue = async (): Promise<number> => await processAsAPerson(configFile, context);
      return await runTask(event.mode, { configFile, processQueue }, context);
    }
    case 'ignored':
      context.output.log('debug', say`[PlexSync Hook] Not enqueued: ${ours(event.reason)}`);
      return done({ event: 'ignored', reason: event.reason }, context);
    case 'malformed':
      throw notStash(event.reason);
  }
}

function enqueue(event: SceneEvent, context: Context): number {
  const startedAt = process.hrtime.bigint();
  const intake = openIntake(context.dataDir);
  try {
    const [taken] = intake.take([event], context.now());
    if (taken === undefined) return EXIT.done;
    reportTaken([taken], Number(process.hrtime.bigint() - startedAt) / 1e6, context.output);
    return done(documentOf(taken), context);
  } finally {
    intake.close();
  }
}

/** Comparing all scenes takes minutes, and a person waits for their save: it is left to the next run. */
async function leaveCompare(context: Context): Promise<number> {
  const { leaveTask } = await import('../../spool/leave.ts');
  openIntake(context.dataDir).close();
  leaveTask(spoolOf(context.dataDir.path), 'compare');
  context.output.log(
    'info',
    say`[PlexSync Hook] Names were merged or deleted: the next run of plexsync compares all scenes`,
  );
  return done({ event: 'compare' }, context);
}

function documentOf(taken: TakenEvent): HookDocument {
  return taken.kind === 'sync'
    ? { event: 'sync', scene_id: taken.sceneId, job_id: taken.jobId, how: taken.how }
    : { event: 'forget', scene_id: taken.sceneId, dropped_job_id: taken.droppedJobId ?? null };
}

/** On stdout only if requested: Stash treats stdout as the plugin's answer. */
function done(document: HookDocument, { output }: Context): number {
  if (output.json) output.resultJson(document);
  // Measured since the process began: the person waits for Node's own start, too.
  const tookMs = performance.now();
  if (tookMs > TARGET_MS)
    output.log(
      tookMs > ANNOYING_MS ? 'warning' : 'debug',
      say`[PlexSync Hook] Hook handler exceeded 100ms target (${ours(tookMs.toFixed(1))}ms)`,
    );
  return EXIT.done;
}

/** Reads to the end of what has one: otherwise Stash would write to a pipe without a reader. */
async function readEvent(stdin: number): Promise<unknown> {
  const text = await readStdin(stdin, MOST_PIPED_BYTES);
  if (text.trim() === '') throw notStash('it is empty');
  const parsed = parseJsonText(text);
  if (parsed.kind === 'broken') throw notStash(`it is no JSON (${parsed.reason})`);
  return parsed.value;
}

function notStash(reason: string): UsageError {
  return new UsageError(
    `What came on standard input is nothing that Stash says: ${reason}.`,
    'plexsync hook is started by the plugin in Stash; to enqueue a scene by hand: plexsync enqueue 123.',
  );
}

/** Runs as if started by a person, with the settings of environment and config file. */
async function processAsAPerson(configFile: string | undefined, context: Context): Promise<number> {
  const { run } = await import('../process/process.ts');
  return await run(
    {
      flags: {},
      configFile,
      statsOnly: false,
      limit: undefined,
      scenes: [],
      maxTime: undefined,
      audience: 'person',
      repeat: 'once',
      mode: 'write',
      parallel: false,
      adoptServer: false,
      removals: 'counted',
    },
    context,
  );
}
