import * as z from 'zod/mini';
import type { SceneData } from '../core/model/scene.ts';
import type { RelatedFilter } from './dialect.ts';
import { OWN_CHANGES } from './queries.ts';

/** A scene of a walk by id, with just enough to see whether it needs anything. */
export type ListedScene = {
  readonly sceneId: number;
  readonly updatedAt: string;
  /** Of all its files, the primary one first. */
  readonly paths: readonly string[];
  /** What it says, if that was asked for and can be read. */
  readonly data?: SceneData | undefined;
};

/** A scene that changed. */
export type ChangedScene = {
  readonly sceneId: number;
  /**
   * The latest known change of the scene or of what belongs to it, in the server's spelling: the same change has the
   * same stamp.
   */
  readonly stamp: string;
};

/** Some scenes in the order of their ids, and where to continue; `undefined` after the last ones. */
export type ScenePage<Scene> = { readonly scenes: readonly Scene[]; readonly nextAfterId: number | undefined };

const id = z.pipe(z.string().check(z.regex(/^[1-9]\d{0,15}$/)), z.transform(Number));
/** One odd value must not hide a whole page of scenes: it counts as absent. */
const word = z.catch(z.optional(z.string()), undefined);
const part = z.catch(z.object({ path: word, updated_at: word }), {});
const parts = z.catch(z.optional(z.array(part)), undefined);
const row = z.object({
  id,
  updated_at: z.catch(z.string(), ''),
  files: parts,
  tags: parts,
  performers: parts,
  studio: z.catch(z.nullish(part), undefined),
});
type Row = z.infer<typeof row>;
const list = z.object({ count: z.optional(z.int()), scenes: z.array(row) });

/** A page of a walk, and how many scenes are left from here on. */
export type WalkPage = ScenePage<ListedScene> & { readonly left: number };

/** Parses the answer to `pageQuery`; `undefined` when it does not have its shape. */
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

/** The number of all scenes in an answer to `presenceQuery`; `undefined` when it does not have its shape. */
export function toTotal(data: Readonly<Record<string, unknown>>): number | undefined {
  const parsed = z.safeParse(z.object({ count: z.int() }), data['all']);
  return parsed.success ? parsed.data.count : undefined;
}

/**
 * Merges the lists in an answer to `changesQuery` into one page, as far as all of them are complete; `undefined` when
 * it does not have its shape.
 */
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

/** The times in an answer to `TIME_QUERY`; `undefined` when it does not have its shape. */
export function toTimes(data: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const parsed = z.safeParse(list, data['page']);
  return parsed.success ? parsed.data.scenes.map((each) => each.updated_at).filter((at) => at !== '') : undefined;
}

function timesOf({ updated_at: own, files = [], tags = [], performers = [], studio }: Row): readonly string[] {
  const related = [...files, ...tags, ...performers, ...(studio ? [studio] : [])];
  return [own, ...related.flatMap(({ updated_at: at }) => at ?? [])].filter((at) => at !== '');
}

/** Compares instants: around a clock change the text of an earlier time may be the greater one. */
function latest(times: readonly string[]): string {
  return times.toSorted((a, b) => Date.parse(a) - Date.parse(b) || (a < b ? -1 : 1)).at(-1) ?? '';
}
