import { UsageError } from '../../core/model/errors.ts';
import type { ReassertField } from '../../core/model/reassert.ts';
import type { KeyNames, SceneEdit } from '../../core/model/scene.ts';
import { parseGivenScene } from '../../core/model/scene.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { EnqueueDocument } from '../../documents/enqueue.ts';
import type { Enqueued, EnqueueOptions as IntakeOptions, Priority } from '../../queue/tables/jobs/jobs.ts';
import type { Intake } from '../../queue/work/intake.ts';
import { openIntake } from '../../queue/work/intake.ts';
import type { ConfigSources } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { limitSemiSpace } from '../shared/heap-size.ts';
import { tellNextRun } from '../shared/next-run.ts';
import { ignoredWords } from './ignored-keys.ts';
import { withWholePaths } from './pictures.ts';
import type { EnqueueEffect } from './preview.ts';
import { nameOf, readChunks } from './read-chunks.ts';
import { repeatedWords } from './repeated.ts';
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
  const ignored = new Set<string>();
  const given = await readEdits(options, streams.stdin, ignored);
  if (options.effect === 'show_only') {
    const all = [...given];
    (await import('./preview.ts')).previewEdits(all, { dataDir, output });
    if (isList(options)) tellRepeated(all, output);
    if (ignored.size > 0) output.log('warning', ignoredWords(ignored));
    return 0;
  }
  let edits = readAhead(given);
  if (reassert !== undefined) {
    const all = [...edits];
    edits = all;
    if (sceneCount(all) > 1) {
      const { confirmReassert } = await import('./reassert.ts');
      const reassertion = { fields: reassert, scenes: sceneCount(all), confirmed: options.confirmed };
      const answer = await confirmReassert(reassertion, { dataDir, streams });
      if (answer !== 'yes') return (await import('../shared/declined.ts')).declined(answer, { output });
    }
  }
  const intake = openIntake(dataDir);
  try {
    const { enqueued, lackPath } = putIn(edits, intake, {
      priority: priorityOf(options),
      now: now(),
      saidAt,
      reassert,
      undone: 'release',
    });
    const scenes = sceneCount(enqueued);
    tellTime({ enqueued, scenes }, startedAt, output);
    const sources = { env, dataDir: dataDir.path, configFile: options.configFile };
    const unwritable = lackPath ? await unwritableOf(enqueued, intake, sources) : NONE;
    report({ enqueued, scenes, ...unwritable }, output);
    if (isList(options) && enqueued.length > scenes) tellRepeated(enqueued, output);
    if (ignored.size > 0) output.log('warning', ignoredWords(ignored));
    return 0;
  } finally {
    intake.close();
  }
}

/** Puts the edits into the queue as they are read: neither they nor their text are kept. */
function putIn(
  edits: Iterable<SceneEdit>,
  intake: Intake,
  options: IntakeOptions,
): { readonly enqueued: readonly Enqueued[]; readonly lackPath: boolean } {
  let lackPath = false;
  function* noted(): Generator<SceneEdit> {
    for (const edit of edits) {
      lackPath ||= edit.data.path === undefined;
      yield edit;
    }
  }
  const enqueued = intake.enqueue(noted(), options);
  return { enqueued, lackPath };
}

function tellTime(
  { enqueued, scenes }: { readonly enqueued: readonly Enqueued[]; readonly scenes: number },
  startedAt: bigint,
  output: Context['output'],
): void {
  const tookMs = (Number(process.hrtime.bigint() - startedAt) / 1e6).toFixed(1);
  const [first] = enqueued;
  const what = scenes === 1 && first ? say`sync job for scene ${first.sceneId}` : say`sync jobs for ${scenes} scenes`;
  output.log('info', say`[PlexSync Hook] Enqueued ${what} in ${ours(tookMs)}ms`);
}

/** How many scenes no run can write, since it has no Stash to ask: those without data, and those without a file. */
type Unwritable = { readonly held: number; readonly withoutFile: number };

const NONE: Unwritable = { held: 0, withoutFile: 0 };

/**
 * What of these jobs needs a Stash that no run can ask. Where only the last run could not, and the next one can, that is
 * noted for whoever looks before it. The settings are read only when it matters, since a hook should not wait.
 */
async function unwritableOf(
  enqueued: readonly Enqueued[],
  intake: Intake,
  sources: Omit<ConfigSources, 'flags'>,
): Promise<Unwritable> {
  const jobIds = enqueued.map(({ jobId }) => jobId);
  const [held, withoutFile] = [intake.awaitingStashCount(jobIds), intake.withoutFileCount(jobIds)];
  if (held + withoutFile === 0) return NONE;
  const { isGiven } = await import('../../settings/is-given.ts');
  if (!(await isGiven('stash_url', sources))) return { held, withoutFile };
  if (held > 0) intake.noteStash('asked');
  return NONE;
}

/** As many are read before the queue is opened, or made: a short list with a mistake in it leaves nothing behind. */
const READ_AHEAD = 1_000;

function readAhead(edits: Iterable<SceneEdit>): Iterable<SceneEdit> {
  const rest = edits[Symbol.iterator]();
  const head: SceneEdit[] = [];
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    head.push(next.value);
    if (head.length < READ_AHEAD) continue;
    limitSemiSpace();
    return resumed(head, rest);
  }
  return head;
}

function* resumed(head: readonly SceneEdit[], rest: Iterator<SceneEdit>): Generator<SceneEdit> {
  yield* head;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}

/** The fields to take back from Plex, if that was asked for. */
async function fieldsOf({ reassert }: EnqueueOptions): Promise<readonly ReassertField[] | undefined> {
  if (reassert === undefined) return undefined;
  const { parseReassert } = await import('../../core/model/reassert.ts');
  return parseReassert(reassert);
}

/** A scene that is given twice counts once, and is one job. */
function sceneCount(edits: readonly { readonly sceneId: number }[]): number {
  return new Set(edits.map(({ sceneId }) => sceneId)).size;
}

function tellRepeated(edits: readonly { readonly sceneId: number }[], output: Context['output']): void {
  const words = repeatedWords(edits);
  if (words !== undefined) output.log('info', words);
}

/** A list is bulk: edits by hand and hooks go before it. */
function priorityOf(options: EnqueueOptions): Priority {
  return isList(options) ? 'bulk' : 'hand';
}

/** Whether the scenes come from a file or from standard input. */
function isList({ file, sceneIds }: EnqueueOptions): boolean {
  return file !== undefined || sceneIds[0] === '-';
}

type Outcome = Unwritable & { readonly enqueued: readonly Enqueued[]; readonly scenes: number };

function report({ enqueued, scenes, held, withoutFile }: Outcome, output: Context['output']): void {
  // A scene is added once; an edit of it that follows is merged.
  const added = enqueued.reduce((count, { how }) => (how === 'added' ? count + 1 : count), 0);
  const merged = enqueued.length - added;
  if (output.json) {
    const jobs = enqueued.map(({ jobId, sceneId, how }) => ({ job_id: jobId, scene_id: sceneId, how }));
    const counts = { enqueued: enqueued.length, scenes, added, merged };
    output.resultJson({ ...counts, jobs } satisfies EnqueueDocument);
    warnOfUnwritable({ held, withoutFile }, output);
    return;
  }
  const counts = [added > 0 && `${added} new`, scenes > added && `${scenes - added} merged into a waiting job`]
    .filter(Boolean)
    .join(', ');
  output.result(`${scenes === 1 ? '1 scene' : `${scenes} scenes`} enqueued: ${counts}`);
  warnOfUnwritable({ held, withoutFile }, output);
  if (held + withoutFile < scenes) tellNextRun(output);
}

function warnOfUnwritable({ held, withoutFile }: Unwritable, output: Context['output']): void {
  const have = (count: number): Sentence => (count === 1 ? say`1 scene has` : say`${count} scenes have`);
  if (held > 0)
    output.log(
      'warning',
      say`${have(held)} no data and will wait until Stash can supply it (no_stash): set stash_url, or give --path and --title`,
    );
  if (withoutFile > 0)
    output.log(
      'warning',
      say`${have(withoutFile)} no path, and no file that is known from before, so that process cannot write ${withoutFile === 1 ? 'it' : 'them'} (NoFilePath): give the path, or set stash_url, and Stash is asked for it`,
    );
}

async function readEdits(
  { sceneIds, file, inline, optionNames }: EnqueueOptions,
  stdin: number,
  ignored: Set<string>,
): Promise<Iterable<SceneEdit>> {
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
    return parseScenes(await readChunks(source, stdin), nameOf(source), ignored);
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
