import { basename, dirname } from 'node:path/posix';
import type { Related, Scene, SceneFile } from '../library/scene.ts';
import type { Criterion, ListCriterion } from './criteria.ts';
import { listTest, orderTest, textTest } from './criteria.ts';

type Test<Row> = (row: Row) => boolean;

/** A filter as GraphQL parsed it: only known keys with values of their types. */
export type Filter = { [key: string]: unknown };

type Parts<Row> = { [key: string]: (criterion: never) => Test<Row> };

const FILE_PARTS = {
  path: textOf<SceneFile>(({ path }) => path),
  basename: textOf<SceneFile>(({ path }) => basename(path)),
  dir: textOf<SceneFile>(({ path }) => dirname(path)),
  mod_time: timeOf<SceneFile>(({ modTime }) => modTime),
  created_at: timeOf<SceneFile>(({ createdAt }) => createdAt),
  updated_at: timeOf<SceneFile>(({ updatedAt }) => updatedAt),
} satisfies Parts<SceneFile>;

const RELATED_PARTS = {
  name: textOf<Related>(({ name }) => name),
  created_at: timeOf<Related>(({ createdAt }) => createdAt),
  updated_at: timeOf<Related>(({ updatedAt }) => updatedAt),
} satisfies Parts<Related>;

const SCENE_PARTS = {
  id: numberOf(({ id }) => id),
  title: textOf<Scene>(({ title }) => title),
  details: textOf<Scene>(({ details }) => details),
  code: textOf<Scene>(({ code }) => code),
  path: someFile(({ path }) => path),
  oshash: someFile(({ oshash }) => oshash),
  file_count: numberOf(({ files }) => files.length),
  rating100: numberOf(({ rating100 }) => rating100),
  organized: (wanted: boolean) => (scene: Scene) => scene.organized === wanted,
  tags: idsOf(({ tags }) => tags),
  performers: idsOf(({ performers }) => performers),
  studios: idsOf(({ studio }) => (studio ? [studio] : [])),
  groups: idsOf(({ groups }) => groups.map(({ group }) => group)),
  created_at: timeOf<Scene>(({ createdAt }) => createdAt),
  updated_at: timeOf<Scene>(({ updatedAt }) => updatedAt),
  tags_filter: someRow(({ tags }: Scene) => tags, relatedTest),
  performers_filter: someRow(({ performers }: Scene) => performers, relatedTest),
  studios_filter: someRow(({ studio }: Scene) => (studio ? [studio] : []), relatedTest),
  groups_filter: someRow(({ groups }: Scene) => groups.map(({ group }) => group), relatedTest),
  files_filter: someRow(({ files }: Scene) => files, fileTest),
} satisfies Parts<Scene>;

/** Tests a scene against a `scene_filter`; without a filter every scene passes. */
export function sceneTest(filter: Filter | null | undefined): Test<Scene> {
  return compile(filter, SCENE_PARTS);
}

/** Tests tags, performers, studios and groups in the same way. */
export function relatedTest(filter: Filter | null | undefined): Test<Related> {
  return compile(filter, RELATED_PARTS);
}

function fileTest(filter: Filter | null | undefined): Test<SceneFile> {
  return compile(filter, FILE_PARTS);
}

function compile<Row>(filter: Filter | null | undefined, parts: Parts<Row>): Test<Row> {
  if (!filter) return () => true;
  const { AND, OR, NOT, ...criteria } = filter as Filter & { AND?: Filter; OR?: Filter; NOT?: Filter };
  if ([AND, OR, NOT].filter(Boolean).length > 1) throw new Error('cannot have more than one of AND, OR and NOT');
  const tests = Object.entries(criteria).flatMap(([key, criterion]) => {
    if (criterion === null || criterion === undefined) return [];
    const part = parts[key] as ((criterion: unknown) => Test<Row>) | undefined;
    if (!part) throw new Error(`the simulated Stash cannot filter by ${key}`);
    return [part(criterion)];
  });
  const own: Test<Row> = (row) => tests.every((test) => test(row));
  const other = compile(AND ?? OR ?? NOT, parts);
  if (AND) return (row) => own(row) && other(row);
  if (OR) return (row) => own(row) || other(row);
  return NOT ? (row) => own(row) && !other(row) : own;
}

function textOf<Row>(read: (row: Row) => string | null) {
  return (criterion: Criterion<string>): Test<Row> => {
    const test = textTest(criterion);
    return (row) => test(read(row));
  };
}

function timeOf<Row>(read: (row: Row) => string) {
  return (criterion: Criterion<string>): Test<Row> => {
    const test = orderTest(criterion, '');
    return (row) => test(read(row));
  };
}

function numberOf(read: (scene: Scene) => number | null) {
  return (criterion: Criterion<number>): Test<Scene> => {
    const test = orderTest(criterion, 0);
    return (scene) => test(read(scene));
  };
}

function idsOf(read: (scene: Scene) => readonly Related[]) {
  return (criterion: ListCriterion): Test<Scene> => {
    const test = listTest(criterion);
    return (scene) => test(read(scene).map(({ id }) => id));
  };
}

/** A scene without a file passes only IS_NULL, like a row in SQL that joins nothing. */
function someFile(read: (file: SceneFile) => string) {
  return (criterion: Criterion<string>): Test<Scene> => {
    const test = textTest(criterion);
    return ({ files }) =>
      files.length === 0 ? criterion.modifier === 'IS_NULL' : files.some((file) => test(read(file)));
  };
}

function someRow<Row>(read: (scene: Scene) => readonly Row[], testOf: (filter: Filter) => Test<Row>) {
  return (filter: Filter): Test<Scene> => {
    const test = testOf(filter);
    return (scene) => read(scene).some(test);
  };
}
