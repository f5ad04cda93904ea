import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listEvents } from './ingest.ts';
import type { Spool } from './layout.ts';

/** What is in a spool, found without changing it. */
export type SpoolLook = {
  /** `unreadable`: there is a spool that this user may not read. */
  readonly state: 'none' | 'readable' | 'unreadable';
  /** Events that wait for a run; `undefined` when unknown. */
  readonly waiting: number | undefined;
  /** When the oldest of them arrived, epoch ms. */
  readonly oldestAt: number | undefined;
  /** When the newest of them arrived, epoch ms. */
  readonly newestAt: number | undefined;
  /** Files that were set aside because they are no event; `undefined` when unknown. */
  readonly bad: number | undefined;
};

/** Looks at what waits in a spool and what was set aside; an unreadable spool is a result, too. */
export function lookAtSpool(spool: Spool): SpoolLook {
  try {
    const names = listEvents(spool);
    if (names === undefined) return UNREADABLE;
    const times = names.flatMap((name) => lstatSync(join(spool.new, name), { throwIfNoEntry: false })?.mtimeMs ?? []);
    return {
      state: isThere(spool.tmp) && isThere(spool.new) ? 'readable' : 'none',
      waiting: names.length,
      oldestAt: times.length === 0 ? undefined : times.reduce((oldest, at) => Math.min(oldest, at)),
      newestAt: times.length === 0 ? undefined : times.reduce((newest, at) => Math.max(newest, at)),
      bad: isThere(spool.bad) ? readdirSync(spool.bad).length : 0,
    };
  } catch {
    return UNREADABLE;
  }
}

const UNREADABLE: SpoolLook = {
  state: 'unreadable',
  waiting: undefined,
  oldestAt: undefined,
  newestAt: undefined,
  bad: undefined,
};

/** Not `existsSync`, which reports a path as missing when it may not be looked at. */
function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
