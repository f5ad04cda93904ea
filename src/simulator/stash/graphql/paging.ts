import { createHash } from 'node:crypto';
import { basename } from 'node:path/posix';
import type { Related, Scene } from '../library/scene.ts';

export type FindFilter = {
  q?: string | null;
  page?: number | null;
  per_page?: number | null;
  sort?: string | null;
  direction?: 'ASC' | 'DESC' | null;
};

type Key<Row> = (row: Row) => string | number | null;

const SCENE_SORTS: Readonly<Record<string, Key<Scene>>> = {
  id: ({ id }) => id,
  updated_at: ({ updatedAt }) => updatedAt,
  created_at: ({ createdAt }) => createdAt,
  title: titleKey,
  path: ({ files }) => files[0]?.path ?? null,
  date: ({ date }) => date,
  rating: ({ rating100 }) => rating100,
  file_mod_time: ({ files }) => files[0]?.modTime ?? null,
};

const RELATED_SORTS: Readonly<Record<string, Key<Related>>> = {
  id: ({ id }) => id,
  name: ({ name }) => name.toLowerCase(),
  updated_at: ({ updatedAt }) => updatedAt,
  created_at: ({ createdAt }) => createdAt,
};

/**
 * One page of scenes. Stash guarantees no order for equal titles (which break ties), nor without a sort: both come
 * newest first here, so that code relying on another order fails (stash.md 5.2).
 */
export function pageOfScenes(scenes: Scene[], filter: FindFilter): Scene[] {
  const { sort } = filter;
  if (!sort) return slice(scenes.reverse(), filter);
  const seed = /^random_(\d+)$/.exec(sort)?.[1];
  const key = seed ? ({ id }: Scene) => shuffled(seed, id) : own(SCENE_SORTS, sort);
  if (sort === 'id') return slice(scenes.sort(by(key, filter)), filter);
  const compare = by(key, filter);
  const tie = by(titleKey, {});
  return slice(
    scenes.sort((one, other) => compare(one, other) || tie(one, other) || other.id - one.id),
    filter,
  );
}

/** One page of tags, performers, studios or groups; by name unless asked otherwise. */
export function pageOfRelated(rows: Related[], filter: FindFilter): Related[] {
  const key = own(RELATED_SORTS, filter.sort || 'name');
  return slice(rows.sort(by(key, filter)), filter);
}

function own<Row>(sorts: Readonly<Record<string, Key<Row>>>, sort: string): Key<Row> {
  const key = Object.hasOwn(sorts, sort) ? sorts[sort] : undefined;
  if (!key) throw new Error(`invalid sort: ${sort}`);
  return key;
}

function by<Row>(key: Key<Row>, { direction }: FindFilter): (one: Row, other: Row) => number {
  const sign = direction === 'DESC' ? -1 : 1;
  return (one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? -sign : sign;
    return a < b ? -sign : sign;
  };
}

function slice<Row>(rows: Row[], { page, per_page: perPage }: FindFilter): Row[] {
  const size = perPage ?? 25;
  if (size < 0) return rows;
  const start = (Math.max(page ?? 1, 1) - 1) * size;
  return rows.slice(start, start + size);
}

function titleKey({ title, files }: Scene): string {
  return (title || basename(files[0]?.path ?? '')).toLowerCase();
}

function shuffled(seed: string, id: number): string {
  return createHash('sha1').update(`${seed}/${id}`).digest('hex');
}
