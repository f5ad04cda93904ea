import { prepareMeta } from '../store/meta.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** When a watch looked last, as far as it noted that, and how often it looks. Epoch ms. */
export type WatchLook = { readonly at: number; readonly everyMs: number };

const NAME = 'watch_look';
/** An idle watch writes no more often than this. */
const NOTED_EACH_MS = 60_000;

/** Notes the looks of a watch, at most one a minute. */
export function createLookNotes({ queueDb, path }: Stores, everyMs: number): (now: number) => void {
  const meta = prepareMeta(queueDb);
  let notedAt = Number.NEGATIVE_INFINITY;
  return (now) => {
    // A clock that was set back would keep notes away.
    if (now >= notedAt && now - notedAt < NOTED_EACH_MS) return;
    inStore(storesName(path), () => meta.setJson(NAME, { at: now, everyMs } satisfies WatchLook));
    notedAt = now;
  };
}

/** The last look that a watch noted, if one ever did. @throws {StoreError} */
export function readWatchLook({ queueDb, path }: Stores): WatchLook | undefined {
  return inStore(storesName(path), () => prepareMeta(queueDb).json<WatchLook>(NAME));
}

/** How old the last note of a watch that is well may be: three looks, and what is noted once a minute. */
export function longestSilenceMs({ everyMs }: WatchLook): number {
  return Math.max(3 * everyMs, 3 * NOTED_EACH_MS);
}
