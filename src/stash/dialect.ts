import * as z from 'zod/mini';
import type { Sentence } from '../core/model/sentence.ts';
import { say } from '../core/model/sentence.ts';

/**
 * What one version of Stash understands of that which we would ask: schemas drift, and one unknown name fails a whole
 * query (stash.md 5.4). Plain JSON, so that it can be kept from one run to the next.
 */
export type StashDialect = {
  /** As Stash tells it, such as `v0.30.1`; absent in a build that somebody made at home. */
  readonly version: string | undefined;
  /** Of the commit it was built from. */
  readonly hash: string;
  /** Those of `SCENE_FIELDS` that it has. */
  readonly sceneFields: readonly SceneField[];
  /** Those of `RELATED_FILTERS` that it has: none before v0.27. */
  readonly relatedFilters: readonly RelatedFilter[];
};

/** What is read of a scene, and how it is selected. */
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

/** Filters by what belongs to a scene, whose own `updated_at` a rename does not move, and where that change shows. */
export const RELATED_FILTERS = {
  tags_filter: 'tags { updated_at }',
  performers_filter: 'performers { updated_at }',
  studios_filter: 'studio { updated_at }',
  files_filter: 'files { updated_at }',
} as const;
export type RelatedFilter = keyof typeof RELATED_FILTERS;

const SCENE_FIELD_NAMES = Object.keys(SCENE_FIELDS) as readonly SceneField[];
const RELATED_FILTER_NAMES = Object.keys(RELATED_FILTERS) as readonly RelatedFilter[];

/** Tells which build answers, in every query that has to know whether its dialect still fits. */
export const SERVER_SELECTION = 'version { version hash }';

/** Asks for the version, for all that a dialect is made of and whether Stash can work, in one request. */
export const DIALECT_QUERY = `query PlexsyncDialect {
  ${SERVER_SELECTION}
  systemStatus { status }
  scene: __type(name: "Scene") { names: fields(includeDeprecated: true) { name } }
  filter: __type(name: "SceneFilterType") { names: inputFields { name } }
}`;

const server = z.object({ version: z.nullish(z.string()), hash: z._default(z.string(), '') });
const type = z.object({ names: z.array(z.object({ name: z.string() })) });
const dialectAnswer = z.object({ version: server, scene: type, filter: type });

/** The dialect that an answer to `DIALECT_QUERY` tells; `undefined` when it has not its shape. */
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

/** What Stash waits for before it can be asked for scenes, in the words of a sentence; `undefined` when it can. */
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

/** A dialect that was kept as JSON; `undefined` when there is none, or another version of plexsync kept it. */
export function readDialect(kept: unknown): StashDialect | undefined {
  const parsed = z.safeParse(keptDialect, kept);
  return parsed.success ? { ...parsed.data, version: parsed.data.version } : undefined;
}

/** Whether an answer came from the build that the dialect was learnt of. */
export function isSpokenBy(dialect: StashDialect, version: unknown): boolean {
  const parsed = z.safeParse(server, version);
  if (!parsed.success) return false;
  return (parsed.data.version || undefined) === dialect.version && parsed.data.hash === dialect.hash;
}
