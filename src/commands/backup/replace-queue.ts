import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError, UsageError } from '../../core/model/errors.ts';
import { writeBackup } from '../../queue/store/backup/backup-file.ts';
import { putInPlace } from '../../queue/store/backup/put-in-place.ts';
import { setAside } from '../../queue/store/backup/set-aside.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../queue/store/migrations.ts';
import type { DataDir } from '../../queue/store/open.ts';
import { openDatabase } from '../../queue/store/open.ts';
import { hasLivingOwner } from '../../queue/store/owners.ts';
import { livingHolder } from '../../queue/store/process-locks.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { Paused } from '../../queue/tables/paused.ts';
import { readPause, savePause } from '../../queue/tables/paused.ts';
import { prepareRuns } from '../../queue/tables/runs.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import type { Context } from '../shared/context.ts';
import { halfDone } from './half-done.ts';

export type Replaced = {
  /** The backup of what was there; `undefined` where there was no queue. */
  readonly kept: string | undefined;
  /** Where that is now, if it was damaged: then no backup of it can be made. */
  readonly setAside: readonly string[];
  /** The pause that stands in the restored queue. */
  readonly pause: Paused | undefined;
};

/** Keeps what is there, sound or damaged, and replaces it. @throws {UsageError | StoreError} */
export async function replaceQueue(restored: Stores, context: Context): Promise<Replaced> {
  const { dataDir, now } = context;
  try {
    return await replaceSound(restored, context);
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || thrown.kind !== 'damaged') throw thrown;
    // Whoever has it open would go on with a file that nobody finds again.
    if (hasLivingOwner(dataDir.path)) throw busy(`A process works on ${dataDir.path}`);
    const aside = setAside(dataDir.path, now());
    const { pause } = await replaceSound(restored, context);
    return { kept: undefined, setAside: aside, pause };
  }
}

/** Keeps a backup of what is there, then replaces it, with nobody writing from the one to the other. */
async function replaceSound(restored: Stores, { dataDir, now, version }: Context): Promise<Replaced> {
  const isNew = ![QUEUE_SCHEMA, DLQ_SCHEMA].some(({ fileName }) => existsSync(join(dataDir.path, fileName)));
  const present = openPresent(dataDir);
  const kept = isNew ? undefined : join(dataDir.path, `before-restore-${now()}.backup`);
  try {
    await putInPlace(restored, dataDir.path, () => {
      refuseBusy(present);
      carryPause(present, restored, now());
      if (kept !== undefined) writeBackup(present, kept, { takenAt: now(), version, writers: 'held_off' });
    });
    return { kept, setAside: [], pause: readPause(restored, now()) };
  } catch (thrown) {
    throw thrown instanceof StoreError && thrown.kind === 'half_done' ? halfDone(thrown, kept) : thrown;
  } finally {
    present.close();
  }
}

/** Makes what is not there, readable by its owner alone. */
function openPresent(dataDir: DataDir): Stores {
  // The letters first: where they are damaged, no queue is made beside them.
  for (const schema of [DLQ_SCHEMA, QUEUE_SCHEMA])
    openDatabase(dataDir, schema, { mode: 'create', keep: [QUEUE_SCHEMA, DLQ_SCHEMA] }).close();
  return openStores(dataDir);
}

/** A watch keeps in memory what it read from the queue, and a run would settle jobs that are no longer there. */
function refuseBusy(stores: Stores): void {
  const live = inStore(stores.path, () => prepareRuns(stores.queueDb, stores.path).live());
  const pid = live?.pid ?? livingHolder(stores, 'watch') ?? livingHolder(stores, 'tasks');
  if (pid !== undefined) throw busy(`pid ${pid} works on ${stores.path}`);
}

function busy(who: string): UsageError {
  return new UsageError(
    `${who}; nothing was restored.`,
    'Stop it (with systemd or Docker its service), then restore again.',
  );
}

/** A person who paused writing still means it; so does one who had when the backup was taken. */
function carryPause(present: Stores, restored: Stores, now: number): void {
  const pause = readPause(present, now);
  if (pause !== undefined) savePause(restored, pause);
}
