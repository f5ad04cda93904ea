import { prepareMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import { inStore } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** Writing rests, because a person paused it or the hours are quiet. Epoch ms; without `until`, until it is resumed. */
export type Paused = { readonly until: number | undefined; readonly why: 'pause' | 'quiet_hours' };

type Stored = { readonly until: number | null };

const PAUSE = 'pause';
const QUIET = 'quiet';

/** What a person paused, else the quiet hours that a run met last; over at its end. */
export function pausedIn(db: Db, now: number): Paused | undefined {
  const meta = prepareMeta(db);
  const asked = meta.json<Stored>(PAUSE);
  if (asked !== undefined && (asked.until === null || asked.until > now))
    return { until: asked.until ?? undefined, why: 'pause' };
  const quiet = meta.json<Stored>(QUIET);
  return quiet !== undefined && (quiet.until ?? 0) > now
    ? { until: quiet.until ?? undefined, why: 'quiet_hours' }
    : undefined;
}

/** The same for callers outside a transaction. @throws {StoreError} */
export function readPaused({ queueDb, path }: Stores, now: number): Paused | undefined {
  return inStore(storesName(path), () => pausedIn(queueDb, now));
}

/** Whether a person paused writing, whatever the hour. @throws {StoreError} */
export function readPause({ queueDb, path }: Stores, now: number): Paused | undefined {
  const paused = inStore(storesName(path), () => pausedIn(queueDb, now));
  return paused?.why === 'pause' ? paused : undefined;
}

/** Pauses writing, or ends that. @throws {StoreError} */
export function savePause({ queueDb, path }: Stores, pause: Pick<Paused, 'until'> | undefined): void {
  save({ queueDb, path }, PAUSE, pause);
}

/** Notes until when the hours are quiet, for `stats`, which reads no settings. @throws {StoreError} */
export function noteQuiet({ queueDb, path }: Stores, until: number | undefined): void {
  save({ queueDb, path }, QUIET, until === undefined ? undefined : { until });
}

function save(
  { queueDb, path }: Pick<Stores, 'queueDb' | 'path'>,
  name: string,
  pause: Pick<Paused, 'until'> | undefined,
): void {
  inStore(storesName(path), () => {
    const meta = prepareMeta(queueDb);
    const known = meta.json<Stored>(name);
    // Each look asks for it, and one that changes nothing writes nothing.
    if (pause === undefined) {
      if (known !== undefined) meta.remove(name);
    } else if (known?.until !== (pause.until ?? null))
      meta.setJson(name, { until: pause.until ?? null } satisfies Stored);
  });
}
