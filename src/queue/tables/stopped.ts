import type { StopCode } from '../../core/model/stop-code.ts';
import { prepareMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** The stop that stands. Instants are epoch ms. */
export type Stop = {
  readonly code: StopCode;
  readonly since: number;
  /** When a run last met it. */
  readonly metAt: number;
  /** What is wrong and what to do, for a person. */
  readonly hint: string;
  /** Stands for the settings under which it was met; other settings end it. */
  readonly basis: string;
  /** `max_removals` as it was then. */
  readonly maxRemovals: string;
};

/** The name under which the stop is stored. */
export const STOPPED = 'stopped';

/** The stop that stands, if any: one seek. */
export function stopIn(db: Db): Stop | undefined {
  return prepareMeta(db).json<Stop>(STOPPED);
}

/** The same for callers outside a transaction. @throws {StoreError} */
export function readStop({ queueDb, path }: Stores): Stop | undefined {
  return inStore(storesName(path), () => stopIn(queueDb));
}

/** Stores the stop that stands now, or that there is none. @throws {StoreError} */
export function saveStop({ queueDb, path }: Stores, stop: Stop | undefined): void {
  inStore(storesName(path), () => {
    const meta = prepareMeta(queueDb);
    if (stop === undefined) meta.remove(STOPPED);
    else meta.setJson(STOPPED, stop);
  });
}
