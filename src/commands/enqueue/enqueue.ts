import { readFileSync } from 'node:fs';
import { UsageError } from '../../core/model/errors.ts';
import type { ReassertField } from '../../core/model/reassert.ts';
import type { KeyNames, SceneEdit } from '../../core/model/scene.ts';
import { parseGivenScene } from '../../core/model/scene.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { EnqueueDocument } from '../../documents/enqueue.ts';
import type { Enqueued, Priority } from '../../queue/tables/jobs.ts';
import { openIntake } from '../../queue/work/intake.ts';
import { whyNotRead } from '../../settings/file-errors.ts';
import type { ConfigSources } from '../../settings/load.ts';
import { readInput } from '../../terminal/streams.ts';
import type { Context } from '../shared/context.ts';
import { tellNextRun } from '../shared/next-run.ts';
import { withWholePaths } from './pictures.ts';
import type { EnqueueEffect } from './preview.ts';
import { parseScenes } from './scene-file.ts';

export type EnqueueOptions = {
  readonly sceneIds: readonly string[];
  /** A file of scenes; `-` is standard input. */
  readonly file: string | undefined;
  /** The inline options, by key of the scene JSON; empty when none was given. */
  readonly inline: Readonly<Record<string, unknown>>;
  /** The option of each key, for complaints. */
  readonly optionNames: KeyNames;
  /** The fields to take back from Plex, as typed. */
  readonly reassert: string | undefined;
  readonly confirmed: 'yes' | 'ask';
  readonly effect: EnqueueEffect;
  readonly configFile: string | undefined;
};

/** Puts scenes into the queue and reports how long that took. */
export async function run(options: EnqueueOptions, { dataDir, output, streams, env, now }: Context): Promise<number> {
  const startedAt = process.hrtime.bigint();
  // Stamped when the command began: a long list may take time to arrive, and an edit by hand made meanwhile is later.
  const saidAt = now();
  const reassert = await fieldsOf(options);
  const edits = await readEdits(options, streams.stdin);
  if (options.effect === 'show_only') {
    (await import('./preview.ts')).previewEdits(edits, { dataDir, output });
    return 0;
  }
  if (reassert !== undefined && sceneCount(edits) > 1) {
    const { confirmReassert } = await import('./reassert.ts');
    const reassertion = { fields: reassert, scenes: sceneCount(edits), confirmed: options.confirmed };
    const answer = await confirmReassert(reassertion, { dataDir, streams });
    if (answer !== 'yes') return (await import('../shared/declined.ts')).declined(answer, { output });
  }
  const intake = openIntake(dataDir);
  let enqueued: readonly Enqueued[];
  let held = 0;
  try {
    enqueued = intake.enqueue(edits, {
      priority: priorityOf(options),
      now: now(),
      saidAt,
      reassert,
      undone: 'release',
    });
    if (edits.some(({ bare }) => bare)) held = intake.awaitingStashCount(enqueued.map(({ jobId }) => jobId));
  } finally {
    intake.close();
  }
  const tookMs = (Number(process.hrtime.bigint() - startedAt) / 1e6).toFixed(1);
  const [first] = enqueued;
  const scenes = sceneCount(enqueued);
  const what = scenes === 1 && first ? say`sync job for scene ${first.sceneId}` : say`sync jobs for ${scenes} scenes`;
  output.log('info', say`[PlexSync Hook] Enqueued ${what} in ${ours(tookMs)}ms`);
  if (held > 0 && (await willAskStash({ env, dataDir: dataDir.path, configFile: options.configFile }))) held = 0;
  report(enqueued, held, output);
  return 0;
}

/** The fields to take back from Plex, if that was asked for. */
async function fieldsOf({ reassert }: EnqueueOptions): Promise<readonly ReassertField[] | undefined> {
  if (reassert === undefined) return undefined;
  const { parseReassert } = await import('../../core/model/reassert.ts');
  return parseReassert(reassert);
}

/**
 * Whether the next run can ask Stash although the last one could not. Checked only when it matters, since a hook should
 * not wait.
 */
async function willAskStash(sources: Omit<ConfigSources, 'flags'>): Promise<boolean> {
  const { isGiven } = await import('../../settings/is-given.ts');
  return await isGiven('stash_url', sources);
}

/** A scene that is given twice counts once, and is one job. */
function sceneCount(edits: readonly { readonly sceneId: number }[]): number {
  return new Set(edits.map(({ sceneId }) => sceneId)).size;
}

/** A file is bulk: edits by hand and hooks go before it. */
function priorityOf({ file, sceneIds }: EnqueueOptions): Priority {
  return file === undefined && sceneIds[0] !== '-' ? 'hand' : 'bulk';
}

function report(enqueued: readonly Enqueued[], held: number, output: Context['output']): void {
  const merged = enqueued.filter(({ how }) => how === 'merged').length;
  const added = enqueued.length - merged;
  if (output.json) {
    const jobs = enqueued.map(({ jobId, sceneId, how }) => ({ job_id: jobId, scene_id: sceneId, how }));
    const counts = { enqueued: enqueued.length, scenes: sceneCount(enqueued), added, merged };
    output.resultJson({ ...counts, jobs } satisfies EnqueueDocument);
    return;
  }
  const scenes = sceneCount(enqueued);
  const newScenes = sceneCount(enqueued.filter(({ how }) => how === 'added'));
  const counts = [
    newScenes > 0 && `${newScenes} new`,
    scenes > newScenes && `${scenes - newScenes} merged into a waiting job`,
  ]
    .filter(Boolean)
    .join(', ');
  output.result(`${scenes === 1 ? '1 scene' : `${scenes} scenes`} enqueued: ${counts}`);
  if (held > 0) {
    const they = held === 1 ? '1 scene has' : say`${held} scenes have`;
    output.log(
      'warning',
      say`${they} no data and will wait until Stash can supply it (no_stash): set stash_url, or give --path and --title`,
    );
  }
  if (held < scenes) tellNextRun(output);
}

async function readEdits(
  { sceneIds, file, inline, optionNames }: EnqueueOptions,
  stdin: number,
): Promise<readonly SceneEdit[]> {
  if (file === '') throw new UsageError('--file is empty.', 'Give a JSON or NDJSON file, or - for standard input.');
  if (inline['path'] === '') throw new UsageError('--path is empty.', 'Give the scene’s file, as Stash sees it.');
  const source = file ?? (sceneIds.length === 1 && sceneIds[0] === '-' ? '-' : undefined);
  const hasInline = Object.keys(inline).length > 0;
  if (source !== undefined) {
    if (hasInline || (file !== undefined && sceneIds.length > 0)) {
      throw new UsageError(
        'A file of scenes goes with no scene id and no other scene option.',
        'Enqueue the file and the scene in two commands.',
      );
    }
    return parseScenes(await readSource(source, stdin), nameOf(source));
  }
  if (sceneIds.length === 0) {
    throw new UsageError(
      'No scene was given.',
      'Try: plexsync enqueue 123 --path /media/a.mp4 --title "A title", or --file scenes.json.',
    );
  }
  if (hasInline && sceneIds.length > 1) {
    throw new UsageError(
      `The scene options go with one scene id, and there are ${sceneIds.length}.`,
      'Use --file with a JSON array for several scenes.',
    );
  }
  const whole = await withWholePaths(inline, optionNames);
  return sceneIds.map((id) => parseGivenScene({ ...whole, scene_id: id }, 'The scene', optionNames));
}

async function readSource(source: string, stdin: number): Promise<string> {
  const name = nameOf(source);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      source === '-' ? await readInput(stdin) : readFileSync(source),
    );
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new UsageError(`${name} is not UTF-8 text.`, 'Save it as UTF-8; nothing was enqueued.');
    throw new UsageError(
      `${name} cannot be read: ${whyNotRead(thrown)}.`,
      'Give a JSON or NDJSON file, or - for standard input.',
    );
  }
}

function nameOf(source: string): string {
  return source === '-' ? 'standard input' : source;
}
