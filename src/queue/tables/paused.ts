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

/**
 * What is noted of both, expired or not, in one query: a run asks before each item. Two seeks, since SQLite would make
 * a table of its own for a list behind `IN`, which costs eight times as much.
 */
function notedIn(db: Db): { readonly pause: Stored | undefined; readonly quiet: Stored | undefined } {
  const noted = db.prepare<[], { pause: string | null; quiet: string | null }>(NOTED).get();
  const of = (value: string | null | undefined): Stored | undefined =>
    value == null ? undefined : (JSON.parse(value) as Stored);
  return { pause: of(noted?.pause), quiet: of(noted?.quiet) };
}

const NOTED = `SELECT (SELECT value FROM meta WHERE name = '${PAUSE}') AS pause,
  (SELECT value FROM meta WHERE name = '${QUIET}') AS quiet`;

function pauseOf(asked: Stored | undefined, now: number): Paused | undefined {
  if (asked === undefined || (asked.until !== null && asked.until <= now)) return undefined;
  return { until: asked.until ?? undefined, why: 'pause' };
}

/** What a person paused, else the quiet hours that a run met last; over at its end. */
export function pausedIn(db: Db, now: number): Paused | undefined {
  const { pause, quiet } = notedIn(db);
  const asked = pauseOf(pause, now);
  if (asked !== undefined) return asked;
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
  return inStore(storesName(path), () => pauseOf(notedIn(queueDb).pause, now));
}

/** Whether a person paused writing, and until when the hours are noted as quiet, even where that has passed. @throws {StoreError} */
export function readPauseAndQuiet(
  { queueDb, path }: Stores,
  now: number,
): { readonly pause: Paused | undefined; readonly quietUntil: number | undefined } {
  const { pause, quiet } = inStore(storesName(path), () => notedIn(queueDb));
  return { pause: pauseOf(pause, now), quietUntil: quiet?.until ?? undefined };
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
    // What changes nothing writes nothing.
    if (pause === undefined) {
      if (known !== undefined) meta.remove(name);
    } else if (known?.until !== (pause.until ?? null))
      meta.setJson(name, { until: pause.until ?? null } satisfies Stored);
  });
}
