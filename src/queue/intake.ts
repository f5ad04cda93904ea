import type { SceneEdit } from '../core/scene.ts';
import type { Enqueued, EnqueueOptions } from './jobs.ts';
import { prepareEnqueue, prepareStamping } from './jobs.ts';
import { QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir } from './open.ts';
import { openDatabase, prepareDataDir } from './open.ts';
import { translated } from './store-errors.ts';

export type Intake = {
  /** Puts the edits into the queue in order, all of them or none, in one transaction. */
  enqueue(edits: readonly SceneEdit[], options: EnqueueOptions): readonly Enqueued[];
  close(): void;
};

/**
 * Opens the queue for enqueuing, making it where there is none. Never opens `dlq.db`: a hook must not wait for it.
 * @throws {UsageError | StoreError}
 */
export function openIntake(dir: DataDir): Intake {
  prepareDataDir(dir, 'create');
  const db = openDatabase(dir, QUEUE_SCHEMA, 'create');
  const stamp = prepareStamping(db);
  const enqueueOne = prepareEnqueue(db);
  const enqueueAll = db.transaction((edits: readonly SceneEdit[], options: EnqueueOptions) => {
    const stamped = stamp(edits, options.now);
    return edits.flatMap(({ sceneId }, index) => {
      const edit = stamped[index];
      return edit === undefined ? [] : [enqueueOne(sceneId, edit, options)];
    });
  });
  return translated(db.name, {
    enqueue: (edits: readonly SceneEdit[], options: EnqueueOptions) => enqueueAll.immediate(edits, options),
    close: () => {
      db.close();
    },
  });
}
