import type { SceneData, SceneEdit, SceneKey } from './scene.ts';
import { contentKeys } from './scene.ts';

/**
 * What to write for one scene: the newest value of each key, and when it was said. Thanks to the stamps, edits merge to
 * the same result in any order (in the queue, behind a running job, from the dead letters).
 */
export type StampedEdit = {
  readonly data: SceneData;
  /**
   * When each key was last said; the later one wins. Two edits share a stamp only if one call brought both. A path
   * without a stamp comes from an earlier look-up: any path that was said wins over it.
   */
  readonly stamps: Readonly<Partial<Record<SceneKey, number>>>;
  /** When Stash's current values were last asked for. Absent: nothing is read from Stash. */
  readonly bareAt: number | undefined;
};

/** Keys that Stash cannot supply: they survive a later bare edit, all others are read from Stash again. */
const KEYS_UNKNOWN_TO_STASH: ReadonlySet<SceneKey> = new Set(['tagline']);

/** Keys that describe the file at the path, or list it among others, and do not apply to another path. */
const KEYS_OF_THE_FILE: ReadonlySet<SceneKey> = new Set(['size', 'duration', 'files']);

/** An edit with the stamp `at`. */
export function stampEdit({ bare, data }: Pick<SceneEdit, 'bare' | 'data'>, at: number): StampedEdit {
  const stamps: Partial<Record<SceneKey, number>> = {};
  for (const key of keysOf(data)) stamps[key] = at;
  return { data, stamps, bareAt: bare ? at : undefined };
}

/** An edit of a call, stamped. */
export type CallEdit = {
  readonly edit: StampedEdit;
  /** Whether what the call said of the scene before gives way: Stash is asked for it again. */
  readonly outdatesEarlier: boolean;
};

/**
 * Stamps the edits of one call as they come: all get `at`, so that whatever comes after the call is later. What the call
 * said of a scene before a bare edit of it would override what Stash says: that edit goes to `outdated` first.
 */
export function stampsOfCall(at: number): (edit: SceneEdit) => CallEdit {
  const given = new Set<number>();
  return (edit) => {
    const outdatesEarlier = edit.bare && given.has(edit.sceneId);
    given.add(edit.sceneId);
    return { edit: stampEdit(edit, at), outdatesEarlier };
  };
}

/** The same edit, with what was said at `at` just before it. */
export function outdated({ stamps, ...edit }: StampedEdit, at: number): StampedEdit {
  const older = Object.entries(stamps).map(([key, saidAt]) => [key, saidAt === at ? at - 1 : saidAt]);
  return { ...edit, stamps: Object.fromEntries(older) };
}

/**
 * Merges two edits: the newest value of each key, none dropped, except what was said of a file that the scene no longer
 * has. A later bare edit's request to Stash stays until Stash has answered. Associative, and commutative
 * except for two edits of one call: there `b` is the later line.
 */
export function mergeEdits(a: StampedEdit, b: StampedEdit): StampedEdit {
  const bareAt = a.bareAt === undefined && b.bareAt === undefined ? undefined : Math.max(a.bareAt ?? 0, b.bareAt ?? 0);
  const newerOf = (key: SceneKey): StampedEdit => (saidAt(a, key) > saidAt(b, key) ? a : b);
  const newest: Source[] = [];
  for (const key of keysOf(a.data)) newest.push({ key, from: newerOf(key) });
  for (const key of keysOf(b.data)) if (!Object.hasOwn(a.data, key)) newest.push({ key, from: b });
  const kept = newest.filter(({ key, from }) => !isOfAnotherFile(key, from, { newest, later: b }));
  return { ...pickFrom(kept), bareAt };
}

/** The part of an edit that overrides Stash: what was said after Stash was asked for, and keys Stash cannot supply. */
export function overStash({ data, stamps, bareAt }: StampedEdit): SceneData {
  const kept = keysOf(data).filter((key) => !isLeftToStash(key, stamps[key] ?? 0, bareAt));
  return Object.fromEntries(kept.map((key) => [key, data[key]]));
}

/**
 * What is left of `edit` after `done` was carried out: keys it said later, or that `done` did not have. If `done` has a
 * `bareAt`, it also covered whatever Stash had then.
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

/** Size, duration and files belong to the path named with them or before them; one named later may be another's. */
function isOfAnotherFile(
  key: SceneKey,
  from: StampedEdit,
  { newest, later }: { readonly newest: readonly Source[]; readonly later: StampedEdit },
): boolean {
  if (!KEYS_OF_THE_FILE.has(key)) return false;
  const path = newest.find((source) => source.key === 'path')?.from;
  if (path === undefined) return false;
  const [pathAt, keyAt] = [saidAt(path, 'path'), saidAt(from, key)];
  return pathAt > keyAt || (pathAt === keyAt && path === later && from !== later);
}

function pickFrom(sources: readonly Source[]): Pick<StampedEdit, 'data' | 'stamps'> {
  const data: Record<string, unknown> = {};
  const stamps: Partial<Record<SceneKey, number>> = {};
  for (const { key, from } of sources) {
    const at = from.stamps[key];
    data[key] = from.data[key];
    if (at !== undefined) stamps[key] = at;
  }
  return { data: data as SceneData, stamps };
}

function saidAt({ stamps, data }: StampedEdit, key: SceneKey): number {
  return Object.hasOwn(data, key) ? (stamps[key] ?? 0) : Number.NEGATIVE_INFINITY;
}

function keysOf(data: SceneData): SceneKey[] {
  return Object.keys(data) as SceneKey[];
}
