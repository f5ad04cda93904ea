import type { SceneEdit } from '../../core/model/scene.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import type { Enqueued, EnqueueOptions } from '../tables/jobs/jobs.ts';
import { prepareUndone } from '../tables/undone.ts';

/** What would become of an edit. */
export type WouldBeEnqueued = Pick<Enqueued, 'sceneId' | 'how'>;

export type IntakePreview = {
  /** Tells what `Intake.enqueue` would do with these edits after those of earlier calls. */
  enqueue(edits: readonly SceneEdit[], options: Pick<EnqueueOptions, 'undone'>): readonly WouldBeEnqueued[];
};

/** An intake that only tells, and changes nothing. Without stores, where there is no queue yet, every scene is new. */
export function previewIntake(stores: Stores | undefined): IntakePreview {
  const known = stores === undefined ? NOTHING_KNOWN : prepareKnown(stores);
  const earlier = new Set<number>();
  const wouldEnqueue = (sceneId: number): WouldBeEnqueued => {
    const how = earlier.has(sceneId) || known.waits(sceneId) ? 'merged' : 'added';
    earlier.add(sceneId);
    return { sceneId, how };
  };
  return {
    enqueue: (edits, { undone }) =>
      edits
        .map(({ sceneId }) => sceneId)
        .filter((sceneId) => undone !== 'pass_over' || !known.isUndone(sceneId))
        .map(wouldEnqueue),
  };
}

type Known = { waits(sceneId: number): boolean; isUndone(sceneId: number): boolean };

const NOTHING_KNOWN: Known = { waits: () => false, isUndone: () => false };

function prepareKnown({ queueDb, path }: Stores): Known {
  const waiting = queueDb
    .prepare<[number], number>(`SELECT 1 FROM jobs WHERE scene_id = ? AND state = 'pending'`)
    .pluck();
  const undone = prepareUndone(queueDb);
  return translated(storesName(path), {
    waits: (sceneId: number) => waiting.get(sceneId) !== undefined,
    isUndone: (sceneId: number) => undone.of(sceneId) !== undefined,
  });
}
