import type { BulkMode, Related, Scene, ScenePatch } from '../library/scene.ts';

const LISTS = ['urls', 'tags', 'performers', 'groups'] as const;

/** The patch of a bulk edit for one scene. */
export function bulkPatch({ urls, tags, performers, groups }: Scene, patch: ScenePatch, mode: BulkMode): ScenePatch {
  const present = {
    urls,
    tags: namesOf(tags),
    performers: namesOf(performers),
    groups: namesOf(groups.map(({ group }) => group)),
  };
  const joined = { ...patch };
  for (const list of LISTS) {
    const given = patch[list];
    if (given) joined[list] = join(present[list], given, mode);
  }
  return joined;
}

function join(present: readonly string[], given: readonly string[], mode: BulkMode): string[] {
  const others = present.filter((one) => !given.includes(one));
  if (mode === 'REMOVE') return others;
  return mode === 'ADD' ? [...others, ...given] : [...given];
}

function namesOf(rows: readonly Related[]): string[] {
  return rows.map(({ name }) => name);
}
