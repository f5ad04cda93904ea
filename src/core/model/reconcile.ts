import type { SceneRecord } from './scene-record.ts';
import { isCut } from './scene-record.ts';

/** What a sweep makes of a scene. All but the first four need nothing. */
export type SweepKind =
  /** Nothing was ever written for it, or what was is no longer its own. */
  | 'never_synced'
  /** It is not in Stash as it was when it was written last, or Plex has its summary cut. */
  | 'changed'
  /** The item it was written to is gone. */
  | 'missing_in_plex'
  /** We wrote it, and Stash has it no more. */
  | 'gone_from_stash'
  /** A job of it waits: whatever it needs is on its way. */
  | 'waiting'
  /** There is no file to look for in Plex. */
  | 'without_file'
  /** It would be `never_synced`, and a dead letter says why: a person has to look at that. */
  | 'dead_letter'
  | 'in_step';

/** The kinds about which something is to be done, as they are told. */
export const KINDS_IN_NEED = ['never_synced', 'changed', 'missing_in_plex', 'gone_from_stash'] as const;
export type KindInNeed = (typeof KINDS_IN_NEED)[number];

/** A scene as Stash lists it. */
export type SweptScene = { readonly sceneId: number; readonly updatedAt: string; readonly paths: readonly string[] };

/** What we know of a scene that we wrote. Its rating key is empty when its item was given to another scene, or forgotten with its server. */
export type SweptRecord = SceneRecord & {
  readonly sceneId: number;
  /** Absent when it was not written as Stash has it, or by an older plexsync. */
  readonly stashUpdatedAt: string | undefined;
};

/** Whether a listed scene is the one that we wrote: its time or its file is the same. */
export function isRecognised({ updatedAt, paths }: SweptScene, record: SweptRecord): boolean {
  return record.stashUpdatedAt === updatedAt || paths.includes(record.scenePath);
}

export type SweepFacts = {
  readonly record: SweptRecord | undefined;
  readonly job: 'waits' | 'none';
  readonly letter: 'open' | 'none';
  /** `unknown` where Plex is not asked. */
  readonly item: 'there' | 'gone' | 'unknown';
  /** What is cut, or not known to be as it was written: changed in a full sweep, left alone in one of the latest changes. */
  readonly ifUnknown: 'changed' | 'in_step';
};

/**
 * What a scene that Stash has needs. Times are compared for equality alone, since only the server can order its own
 * spellings; a file that was moved shows in its path, and not in `updated_at` (stash.md 7).
 */
export function judgeScene(scene: SweptScene, { record, job, letter, item, ifUnknown }: SweepFacts): SweepKind {
  if (job === 'waits') return 'waiting';
  if (scene.paths.length === 0) return 'without_file';
  if (record === undefined || record.ratingKey === '') return letter === 'open' ? 'dead_letter' : 'never_synced';
  if (item === 'gone') return 'missing_in_plex';
  if (record.stashUpdatedAt === undefined) return ifUnknown;
  const isAsWritten = record.stashUpdatedAt === scene.updatedAt && scene.paths.includes(record.scenePath);
  if (!isAsWritten) return 'changed';
  // A change of Stash says nothing of it: only a full sweep asks for it anew.
  const { summary } = record.written.fields;
  return summary !== undefined && isCut(summary) ? ifUnknown : 'in_step';
}
