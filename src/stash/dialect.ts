import * as z from 'zod/mini';
import type { Sentence } from '../core/text/sentence.ts';
import { say } from '../core/text/sentence.ts';

/**
 * Which of our queries' names one version of Stash understands: schemas drift, and one unknown name fails a whole query
 * (stash.md 5.4). Plain JSON, so that it can be stored between runs.
 */
export type StashDialect = {
  /** As Stash reports it, such as `v0.30.1`; absent in a build of one's own. */
  readonly version: string | undefined;
  /** The commit it was built from. */
  readonly hash: string;
  /** The `SCENE_FIELDS` that it has. */
  readonly sceneFields: readonly SceneField[];
  /** The `RELATED_FILTERS` that it has: none before v0.27. */
  readonly relatedFilters: readonly RelatedFilter[];
};

/** The fields read from a scene, and how each is selected. */
export const SCENE_FIELDS = {
  id: 'id',
  updated_at: 'updated_at',
  title: 'title',
  details: 'details',
  date: 'date',
  rating100: 'rating100',
  studio: 'studio { name }',
  performers: 'performers { name }',
  tags: 'tags { name }',
  files: 'files { path size duration }',
  paths: 'paths { screenshot }',
} as const;
export type SceneField = keyof typeof SCENE_FIELDS;

/**
 * Filters by objects related to a scene: renaming one does not move the scene's own `updated_at`. Each names where the
 * change shows.
 */
export const RELATED_FILTERS = {
  tags_filter: 'tags { updated_at }',
  performers_filter: 'performers { updated_at }',
  studios_filter: 'studio { updated_at }',
  files_filter: 'files { updated_at }',
} as const;
export type RelatedFilter = keyof typeof RELATED_FILTERS;

const SCENE_FIELD_NAMES = Object.keys(SCENE_FIELDS) as readonly SceneField[];
const RELATED_FILTER_NAMES = Object.keys(RELATED_FILTERS) as readonly RelatedFilter[];

/** Selects the build, in every query that has to check whether its dialect still fits. */
export const SERVER_SELECTION = 'version { version hash }';

/** Asks for the version, everything a dialect consists of and whether Stash is ready, in one request. */
export const DIALECT_QUERY = `query PlexsyncDialect {
  ${SERVER_SELECTION}
  systemStatus { status }
  scene: __type(name: "Scene") { names: fields(includeDeprecated: true) { name } }
  filter: __type(name: "SceneFilterType") { names: inputFields { name } }
}`;

const server = z.object({ version: z.nullish(z.string()), hash: z._default(z.string(), '') });
const type = z.object({ names: z.array(z.object({ name: z.string() })) });
const dialectAnswer = z.object({ version: server, scene: type, filter: type });

/** Parses the answer to `DIALECT_QUERY`; `undefined` when it does not have its shape. */
export function toDialect(data: unknown): StashDialect | undefined {
  const parsed = z.safeParse(dialectAnswer, data);
  if (!parsed.success) return undefined;
  const { version, scene, filter } = parsed.data;
  const has = (names: typeof scene.names, wanted: string): boolean => names.some(({ name }) => name === wanted);
  return {
    version: version.version || undefined,
    hash: version.hash,
    sceneFields: SCENE_FIELD_NAMES.filter((name) => has(scene.names, name)),
    relatedFilters: RELATED_FILTER_NAMES.filter((name) => has(filter.names, name)),
  };
}

const statusAnswer = z.object({ systemStatus: z.object({ status: z.string() }) });

/** What Stash waits for before it can serve scenes, as words of a sentence; `undefined` when it is ready. */
export function toObstacle(data: unknown): Sentence | undefined {
  const parsed = z.safeParse(statusAnswer, data);
  return parsed.success ? OBSTACLES[parsed.data.systemStatus.status] : undefined;
}

const OBSTACLES: Readonly<Record<string, Sentence>> = {
  SETUP: say`Stash has not been set up: finish it in a browser`,
  NEEDS_MIGRATION: say`Stash waits for the migration of its database: start it in a browser`,
};

const keptDialect = z.object({
  version: z.optional(z.string()),
  hash: z.string(),
  sceneFields: z.array(z.enum(SCENE_FIELD_NAMES)),
  relatedFilters: z.array(z.enum(RELATED_FILTER_NAMES)),
});

/** Parses a stored dialect; `undefined` when there is none, or another version of plexsync stored it. */
export function readDialect(kept: unknown): StashDialect | undefined {
  const parsed = z.safeParse(keptDialect, kept);
  return parsed.success ? { ...parsed.data, version: parsed.data.version } : undefined;
}

/** Whether an answer came from the build that the dialect was learned from. */
export function isSpokenBy(dialect: StashDialect, version: unknown): boolean {
  const parsed = z.safeParse(server, version);
  if (!parsed.success) return false;
  return (parsed.data.version || undefined) === dialect.version && parsed.data.hash === dialect.hash;
}
