import type { SceneData, SceneEdit, SceneKey } from './scene.ts';
import { contentKeys } from './scene.ts';

/**
 * What is to be written of one scene: the newest value of each key, and when it was said. The stamps make the order in
 * which edits meet (in the queue, behind a running job, out of the dead letters) a matter of indifference.
 */
export type StampedEdit = {
  readonly data: SceneData;
  /**
   * When each key was last said. Later wins; two edits have the same stamp only where one call brought both. A path without
   * a stamp is known from an earlier look and was said by nobody: whatever is said of it wins.
   */
  readonly stamps: Readonly<Partial<Record<SceneKey, number>>>;
  /** When somebody last asked for whatever Stash has. Absent: nothing is to be read from Stash. */
  readonly bareAt: number | undefined;
};

/** What Stash cannot supply: these keys survive a later bare edit, all others are read anew from Stash. */
const KEYS_UNKNOWN_TO_STASH: ReadonlySet<SceneKey> = new Set(['tagline']);

/** What is known of one file and says nothing about another. */
const KEYS_OF_THE_FILE: ReadonlySet<SceneKey> = new Set(['size', 'duration']);

/** An edit that was said at `at`. */
export function stampEdit({ bare, data }: Pick<SceneEdit, 'bare' | 'data'>, at: number): StampedEdit {
  return { data, stamps: Object.fromEntries(keysOf(data).map((key) => [key, at])), bareAt: bare ? at : undefined };
}

/**
 * The edits of one call, in their order: all are said at `at`, so that whatever comes after the call is later than all of
 * it. What stands before a bare edit of its scene is said just before, or it would lie over what Stash says.
 */
export function stampCall(edits: readonly SceneEdit[], at: number): readonly StampedEdit[] {
  const askedLater = new Set<number>();
  const backwards = edits.toReversed().map((edit) => {
    const stamped = stampEdit(edit, askedLater.has(edit.sceneId) ? at - 1 : at);
    if (edit.bare) askedLater.add(edit.sceneId);
    return stamped;
  });
  return backwards.toReversed();
}

/**
 * Two edits as one: of each key the newest value, and none dropped, but for the size of a file that is no longer the
 * scene's. What a later bare edit wants from Stash stays until Stash has said it. Associative, and commutative but for
 * two edits of one call: of those `b` is the later line.
 */
export function mergeEdits(a: StampedEdit, b: StampedEdit): StampedEdit {
  const bareAt = a.bareAt === undefined && b.bareAt === undefined ? undefined : Math.max(a.bareAt ?? 0, b.bareAt ?? 0);
  const newest = [...new Set([...keysOf(a.data), ...keysOf(b.data)])].map((key) =>
    saidAt(a, key) > saidAt(b, key) ? { key, from: a } : { key, from: b },
  );
  const kept = newest.filter(({ key, from }) => !isOfAnotherFile(key, from, { newest, later: b }));
  return { ...pickFrom(kept), bareAt };
}

/** What of an edit lies over whatever Stash says: what was said after Stash was asked for, and what it cannot supply. */
export function overStash({ data, stamps, bareAt }: StampedEdit): SceneData {
  const kept = keysOf(data).filter((key) => !isLeftToStash(key, stamps[key] ?? 0, bareAt));
  return Object.fromEntries(kept.map((key) => [key, data[key]]));
}

/**
 * What is left of `edit` once `done` was carried out: the keys it said later, or that `done` did not say. With a `bareAt`, `done` has
 * also said whatever Stash had then.
 */
export function unsaidBy(edit: StampedEdit, done: StampedEdit): StampedEdit {
  const left = keysOf(edit.data)
    .filter((key) => saidAt(edit, key) > saidAt(done, key) && !isLeftToStash(key, saidAt(edit, key), done.bareAt))
    .map((key) => ({ key, from: edit }));
  const isBareLeft = edit.bareAt !== undefined && edit.bareAt > (done.bareAt ?? 0);
  return { ...pickFrom(left), bareAt: isBareLeft ? edit.bareAt : undefined };
}

/** Whether an edit would write nothing. */
export function saysNothing({ data, bareAt }: StampedEdit): boolean {
  return bareAt === undefined && contentKeys(data).length === 0;
}

type Source = { readonly key: SceneKey; readonly from: StampedEdit };

function isLeftToStash(key: SceneKey, at: number, bareAt: number | undefined): boolean {
  return bareAt !== undefined && at < bareAt && !KEYS_UNKNOWN_TO_STASH.has(key);
}

/** Size and duration are those of the file named with them or before them; a path named later may be another file's. */
function isOfAnotherFile(
  key: SceneKey,
  from: StampedEdit,
  { newest, later }: { readonly newest: readonly Source[]; readonly later: StampedEdit },
): boolean {
  const path = newest.find((source) => source.key === 'path')?.from;
  if (!KEYS_OF_THE_FILE.has(key) || path === undefined) return false;
  const [pathAt, keyAt] = [saidAt(path, 'path'), saidAt(from, key)];
  return pathAt > keyAt || (pathAt === keyAt && path === later && from !== later);
}

function pickFrom(sources: readonly Source[]): Pick<StampedEdit, 'data' | 'stamps'> {
  return {
    data: Object.fromEntries(sources.map(({ key, from }) => [key, from.data[key]])),
    stamps: Object.fromEntries(
      sources.flatMap(({ key, from }) => (from.stamps[key] === undefined ? [] : [[key, from.stamps[key]]])),
    ),
  };
}

function saidAt({ stamps, data }: StampedEdit, key: SceneKey): number {
  return Object.hasOwn(data, key) ? (stamps[key] ?? 0) : Number.NEGATIVE_INFINITY;
}

function keysOf(data: SceneData): SceneKey[] {
  return Object.keys(data) as SceneKey[];
}
