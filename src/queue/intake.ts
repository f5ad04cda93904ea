import type { SceneEdit } from '../core/scene.ts';
import type { Enqueued, Priority } from './jobs.ts';
import { prepareEnqueue } from './jobs.ts';
import { QUEUE_SCHEMA } from './migrations.ts';
import type { DataDir } from './open.ts';
import { openDatabase, prepareDataDir } from './open.ts';
import { translated } from './store-errors.ts';

export type Intake = {
  /** Puts the edits into the queue in order, all of them or none, in one transaction. */
  enqueue(
    edits: readonly SceneEdit[],
    options: { readonly priority: Priority; readonly now: number },
  ): readonly Enqueued[];
  close(): void;
};

/**
 * Opens the queue for enqueuing, making it where there is none. Never opens `dlq.db`: a hook must not wait for it.
 * @throws {UsageError | StoreError}
 */
export function openIntake(dir: DataDir): Intake {
  prepareDataDir(dir, 'create');
  const db = openDatabase(dir, QUEUE_SCHEMA, 'create');
  const enqueueOne = prepareEnqueue(db);
  const enqueueAll = db.transaction(
    (edits: readonly SceneEdit[], options: { readonly priority: Priority; readonly now: number }) =>
      edits.map((edit) => enqueueOne(edit, options)),
  );
  return translated(db.name, {
    enqueue: (edits: readonly SceneEdit[], options: { readonly priority: Priority; readonly now: number }) =>
      enqueueAll.immediate(edits, options),
    close: () => {
      db.close();
    },
  });
}
