import type { SceneRecord } from './scene-record.ts';
import { isCut, MOST_OTHERS } from './scene-record.ts';
import { isSameVersion } from './stash-content.ts';
import type { UndoneScene } from './undone.ts';
import { staysUndone } from './undone.ts';

/** How reconcile classifies a scene. Only the first four kinds need action. */
export type SweepKind =
  /** Never written, or its item now belongs to another scene. */
  | 'never_synced'
  /** It changed in Stash since it was last written, or its summary is cut in Plex. */
  | 'changed'
  /** The item it was written to is gone. */
  | 'missing_in_plex'
  /** We wrote it, but Stash no longer has it. */
  | 'gone_from_stash'
  /** A job of it waits and will bring whatever it needs. */
  | 'waiting'
  /** It has no file to look for in Plex. */
  | 'without_file'
  /** A person took its edits back, and Stash has nothing else of it since, as far as is known. */
  | 'undone'
  /** It would be `never_synced`, but a dead letter says why: a person has to look at that. */
  | 'dead_letter'
  | 'in_step';

/** The kinds that need action, in the order in which they are reported. */
export const KINDS_IN_NEED = ['never_synced', 'changed', 'missing_in_plex', 'gone_from_stash'] as const;
export type KindInNeed = (typeof KINDS_IN_NEED)[number];

/** A scene as Stash lists it. */
export type SweptScene = {
  readonly sceneId: number;
  readonly updatedAt: string;
  readonly paths: readonly string[];
  /** The hash of its content, with its version; absent where the content could not be read. */
  readonly contentHash?: string | undefined;
};

/**
 * Our record of a written scene. Its rating key is empty when its item went to another scene, or was forgotten with its
 * server.
 */
export type SweptRecord = SceneRecord & {
  readonly sceneId: number;
  /** Absent when the scene was not written as Stash has it, or was written by an older plexsync. */
  readonly stashUpdatedAt: string | undefined;
  /** The hash of what Stash had then; absent when an older plexsync wrote it. */
  readonly contentHash?: string | undefined;
};

/** Whether a listed scene is the one that we wrote: its time or its file is the same. */
export function isRecognised({ updatedAt, paths }: SweptScene, record: SweptRecord): boolean {
  return record.stashUpdatedAt === updatedAt || paths.includes(record.scenePath);
}

export type SweepFacts = {
  readonly record: SweptRecord | undefined;
  /** `under_way`: it may have asked Stash before the scene was changed. */
  readonly job: 'waits' | 'under_way' | 'none';
  readonly letter: 'open' | 'none';
  /** Set where a person took the edits of the scene back. */
  readonly undone?: UndoneScene | undefined;
  /** `unknown` when Plex is not asked. */
  readonly item: 'there' | 'gone' | 'unknown';
  /**
   * What to report for a summary that is cut or may be: `changed` in a full run, `in_step` in a run over recent
   * changes.
   */
  readonly ifUnknown: 'changed' | 'in_step';
};

/**
 * What a scene in Stash needs. Times are only compared for equality, since only the server can order its own spellings;
 * a moved file shows in its path, but not in `updated_at` (stash.md 7).
 */
export function judgeScene(scene: SweptScene, { undone, ...facts }: SweepFacts): SweepKind {
  if (undone === undefined) return facts.job === 'waits' ? 'waiting' : judgeWritten(scene, facts);
  if (staysUndone(undone, scene.contentHash)) return 'undone';
  const kind = judgeWritten(scene, facts);
  // A job that waits since its scene is undone goes on once it is enqueued again.
  return kind === 'in_step' && facts.job === 'waits' ? 'changed' : kind;
}

function judgeWritten(scene: SweptScene, { record, job, letter, item, ifUnknown }: SweepFacts): SweepKind {
  if (scene.paths.length === 0) return 'without_file';
  if (record === undefined || record.ratingKey === '') {
    if (job === 'under_way') return 'waiting';
    return letter === 'open' ? 'dead_letter' : 'never_synced';
  }
  if (item === 'gone') return 'missing_in_plex';
  if (!isComparable(scene, record) && record.stashUpdatedAt === undefined) return ifUnknown;
  if (!isAsWritten(scene, record)) return 'changed';
  // A change in Stash does not concern a cut summary: only a full run sends it again.
  const { summary } = record.written.fields;
  return summary !== undefined && isCut(summary) ? ifUnknown : 'in_step';
}

/** Whether both hashes are there, and of one version: then the content says more than the time. */
export function isComparable({ contentHash }: SweptScene, record: SweptRecord): boolean {
  return contentHash !== undefined && isSameVersion(contentHash, record.contentHash);
}

/** Whether the content alone shows that Stash says something else of a scene than when it was written to its item. */
export function isKnownOtherwise(scene: SweptScene, record: SweptRecord): boolean {
  const isWritten = record.ratingKey !== '' && scene.paths.length > 0;
  return isWritten && isComparable(scene, record) && record.contentHash !== scene.contentHash;
}

/** The content shows names that were merged or deleted, and passes over edits of what is not synced. */
function isAsWritten(scene: SweptScene, record: SweptRecord): boolean {
  const isSame = isComparable(scene, record)
    ? record.contentHash === scene.contentHash
    : record.stashUpdatedAt === scene.updatedAt;
  return isSame && scene.paths.includes(record.scenePath) && hasSameFiles(scene, record);
}

/** A merge in Stash brings a scene files of another one, and may leave the rest of it as it was. */
function hasSameFiles({ paths }: SweptScene, { scenePath, others }: SweptRecord): boolean {
  if (others === undefined) return true;
  const known = [scenePath, ...others.map(({ path }) => path)];
  return (
    known.every((path) => paths.includes(path)) && paths.slice(0, MOST_OTHERS).every((path) => known.includes(path))
  );
}
