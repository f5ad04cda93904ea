import type * as z from 'zod/mini';
import { cleanLine } from '../text/text.ts';
import { UsageError } from './errors.ts';
import type { PathFault } from './file-argument.ts';
import { PATH_EXAMPLE, pathFaultOf } from './file-argument.ts';
import type { GivenScene } from './given-scene.ts';
import { checkScene, toNames } from './given-scene.ts';

/**
 * What a job holds of a scene, in the shape `dlq list --json` shows. Key absent: leave Plex alone. Key present and
 * empty (`null`, `[]`): clear it. A title is never empty.
 */
export type SceneData = {
  path?: string;
  size?: number;
  duration?: number;
  /** All files of a scene that has several, the one at `path` among them. */
  files?: SceneFileData[];
  updated_at?: string;
  title?: string;
  details?: string | null;
  date?: string | null;
  rating100?: number | null;
  studio?: string | null;
  tagline?: string | null;
  performers?: string[];
  tags?: string[];
  poster_url?: string | null;
  background_url?: string | null;
};

export type SceneKey = keyof SceneData;

/** One of several files of a scene; the duration is in seconds. */
export type SceneFileData = { path: string; size?: number; duration?: number };

/** One edit of one scene: what `enqueue` takes. `bare` edits are filled in from Stash when processed. */
export type SceneEdit = { readonly sceneId: number; readonly bare: boolean; readonly data: SceneData };

/** The keys that identify the scene's file; they are no metadata. */
const FILE_KEYS: readonly SceneKey[] = ['path', 'size', 'duration', 'files', 'updated_at'];

/**
 * Parses one scene from JSON.
 * @throws {UsageError} naming the key; `where` (such as `line 3`) opens the sentence. `names` has what the person typed
 * for a key, such as `--rating`.
 */
export function parseScene(input: unknown, where: string, names: KeyNames = {}): SceneEdit {
  const parsed = checkScene(input);
  if (!parsed.success) throw new UsageError(`${where}: ${describeIssue(parsed.error.issues[0], { input, names })}.`);
  const scene = parsed.data;
  const id = scene.scene_id ?? scene.id;
  if (id === undefined) throw new UsageError(`${where}: scene_id is missing.`);
  const data = toSceneData(scene);
  return { sceneId: id, bare: contentKeys(data).length === 0 && data.path === undefined, data };
}

/**
 * Parses a scene that a person or a script wrote. Unlike Stash, they may write an impossible path, which would be found
 * nowhere and wait for hours before it fails, so it is refused here.
 * @throws {UsageError} as `parseScene`
 */
export function parseGivenScene(input: unknown, where: string, names: KeyNames = {}): SceneEdit {
  const edit = parseScene(input, where, names);
  const { path } = edit.data;
  const fault = path === undefined ? undefined : pathFaultOf(path);
  if (fault === undefined) return edit;
  const key = names['path'] ?? 'path';
  throw new UsageError(
    `${where}: ${key} must be the whole path of a file${shownValue(path)}${WHICH_IS[fault]}.`,
    PATH_EXAMPLE,
  );
}

const WHICH_IS: Readonly<Record<PathFault, string>> = {
  nul: ', which holds a NUL character',
  address: ', which is an address',
  relative: '',
  folder: ', which is a folder',
  share: ', which is a share of the network',
};

/** Whether a value is empty, once it is cleaned as Plex will get it. A rating of 0 is none. */
export function isEmptyValue(value: SceneData[SceneKey]): boolean {
  if (value === undefined || value === null || value === 0) return true;
  return typeof value === 'string' ? cleanLine(value) === '' : Array.isArray(value) && value.length === 0;
}

/** The keys of `data` that are written to Plex, in their own order. */
export function contentKeys(data: SceneData): SceneKey[] {
  return (Object.keys(data) as SceneKey[]).filter((key) => !FILE_KEYS.includes(key));
}

function toSceneData(scene: GivenScene): SceneData {
  const data: SceneData = {};
  const path = presentText(scene.path) ?? scene.files?.[0]?.path;
  // Size and duration are taken from the file with this path.
  const file = scene.files?.find((candidate) => candidate.path === path);
  assign(data, 'path', path);
  assign(data, 'size', scene.size ?? file?.size ?? undefined);
  assign(data, 'duration', scene.duration ?? file?.duration ?? undefined);
  assign(data, 'files', severalFiles(scene.files, file));
  assign(data, 'updated_at', presentText(scene.updated_at));
  assign(data, 'title', presentText(scene.title));
  assign(data, 'details', emptyAsNull(scene.details));
  assign(data, 'date', emptyAsNull(scene.date));
  assign(data, 'rating100', scene.rating100);
  assign(
    data,
    'studio',
    typeof scene.studio === 'object' ? emptyAsNull(scene.studio?.name ?? null) : emptyAsNull(scene.studio),
  );
  assign(data, 'tagline', emptyAsNull(scene.tagline));
  assign(data, 'performers', toNames(scene.performers));
  assign(data, 'tags', toNames(scene.tags));
  assign(data, 'poster_url', emptyAsNull(scene.poster_url === undefined ? scene.paths?.screenshot : scene.poster_url));
  assign(data, 'background_url', emptyAsNull(scene.background_url));
  return data;
}

/** Absent for one file, and where the path names another file: that one is meant alone. */
function severalFiles(
  files: GivenScene['files'],
  atPath: NonNullable<typeof files>[number] | undefined,
): SceneFileData[] | undefined {
  const paths = new Set(files?.map(({ path }) => path));
  if (atPath === undefined || paths.size < 2) return undefined;
  return [...paths].flatMap((path) => {
    const { size, duration } = files?.find((file) => file.path === path) ?? {};
    return { path, ...(size == null ? {} : { size }), ...(duration == null ? {} : { duration }) };
  });
}

/** Sets the key only when there is a value: an absent key means something else than an empty one. */
function assign<K extends SceneKey>(data: SceneData, key: K, value: SceneData[K] | undefined): void {
  if (value !== undefined) data[key] = value;
}

function presentText(value: string | null | undefined): string | undefined {
  return value === null || value?.trim() === '' ? undefined : value;
}

function emptyAsNull(value: string | null | undefined): string | null | undefined {
  return value === '' ? null : value;
}

/** What a person calls the keys of a scene, where that differs. */
export type KeyNames = Readonly<Partial<Record<string, string>>>;

function describeIssue(
  issue: z.core.$ZodIssue | undefined,
  { input, names }: { readonly input: unknown; readonly names: KeyNames },
): string {
  if (issue === undefined) return 'is no scene';
  const [key] = issue.path;
  if (key === undefined) return 'a scene must be a JSON object';
  const value = typeof input === 'object' && input !== null ? (input as Record<PropertyKey, unknown>)[key] : input;
  return `${names[String(key)] ?? String(key)} ${issue.message}${shownValue(value)}`;
}

/** At most a line of the value: it may be megabytes long, or deeply nested. */
function shownValue(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return '';
  return `, not ${JSON.stringify(value).slice(0, 60)}`;
}
