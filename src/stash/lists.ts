import * as z from 'zod/mini';
import type { RelatedFilter } from './dialect.ts';
import { OWN_CHANGES } from './queries.ts';

/** A scene of a walk by id, no more than it takes to see whether it needs anything. */
export type ListedScene = {
  readonly sceneId: number;
  readonly updatedAt: string;
  /** Of all its files, the primary one first. */
  readonly paths: readonly string[];
};

/** A scene that changed. */
export type ChangedScene = {
  readonly sceneId: number;
  /** The latest change that is known of it or of what belongs to it, in the server's spelling: the same change, the same stamp. */
  readonly stamp: string;
};

/** Some scenes in the order of their ids, and from where to go on; nowhere when these were the last. */
export type ScenePage<Scene> = { readonly scenes: readonly Scene[]; readonly nextAfterId: number | undefined };

const id = z.pipe(z.string().check(z.regex(/^[1-9]\d{0,15}$/)), z.transform(Number));
const time = z.object({ updated_at: z.string() });
const row = z.object({
  id,
  updated_at: z.string(),
  files: z.optional(z.array(z.object({ path: z.optional(z.string()), updated_at: z.optional(z.string()) }))),
  tags: z.optional(z.array(time)),
  performers: z.optional(z.array(time)),
  studio: z.nullish(time),
});
type Row = z.infer<typeof row>;
const list = z.object({ count: z.optional(z.int()), scenes: z.array(row) });

/** A page of a walk, and how many scenes the walk has from here on. */
export type WalkPage = ScenePage<ListedScene> & { readonly left: number };

/** The page in an answer to `pageQuery`; `undefined` when it has not its shape. */
export function toPage(data: Readonly<Record<string, unknown>>, perPage: number): WalkPage | undefined {
  const parsed = z.safeParse(list, data['page']);
  if (!parsed.success) return undefined;
  const rows = parsed.data.scenes;
  return {
    left: parsed.data.count ?? rows.length,
    scenes: rows.map((each) => ({
      sceneId: each.id,
      updatedAt: each.updated_at,
      paths: (each.files ?? []).flatMap(({ path }) => path ?? []),
    })),
    nextAfterId: rows.length < perPage ? undefined : rows.at(-1)?.id,
  };
}

/** The number of all scenes in an answer to `presenceQuery`; `undefined` when it has not its shape. */
export function toTotal(data: Readonly<Record<string, unknown>>): number | undefined {
  const parsed = z.safeParse(z.object({ count: z.int() }), data['all']);
  return parsed.success ? parsed.data.count : undefined;
}

/** Every list of an answer to `changesQuery` as one page, up to where all of them are complete; `undefined` as above. */
export function toChanges(
  data: Readonly<Record<string, unknown>>,
  filters: readonly RelatedFilter[],
  perPage: number,
): ScenePage<ChangedScene> | undefined {
  const lists: Row[][] = [];
  for (const name of [OWN_CHANGES, ...filters]) {
    const parsed = z.safeParse(list, data[name]);
    if (!parsed.success) return undefined;
    lists.push(parsed.data.scenes);
  }
  const ends = lists.flatMap((rows) => (rows.length < perPage ? [] : (rows.at(-1)?.id ?? [])));
  const nextAfterId = ends.length === 0 ? undefined : Math.min(...ends);
  const changed = new Map<number, ChangedScene>();
  for (const each of lists.flat()) {
    if (nextAfterId !== undefined && each.id > nextAfterId) continue;
    const before = changed.get(each.id);
    const stamp = latest([...(before === undefined ? [] : [before.stamp]), ...timesOf(each)]);
    changed.set(each.id, { sceneId: each.id, stamp });
  }
  return { scenes: [...changed.values()].toSorted((a, b) => a.sceneId - b.sceneId), nextAfterId };
}

/** The times in an answer to `TIME_QUERY`; `undefined` when it has not its shape. */
export function toTimes(data: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const parsed = z.safeParse(list, data['page']);
  return parsed.success ? parsed.data.scenes.map((each) => each.updated_at) : undefined;
}

function timesOf({ updated_at: own, files = [], tags = [], performers = [], studio }: Row): readonly string[] {
  const related = [...files, ...tags, ...performers, ...(studio ? [studio] : [])];
  return [own, ...related.flatMap(({ updated_at: at }) => at ?? [])];
}

/** By the instant: around a change of clocks the spelling of a moment ago may be ahead. */
function latest(times: readonly string[]): string {
  return times.toSorted((a, b) => Date.parse(a) - Date.parse(b) || (a < b ? -1 : 1)).at(-1) ?? '';
}
