import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from './layout.ts';
import { listEvents } from './take-in.ts';

/** What is in a spool, without touching it. */
export type SpoolLook = {
  readonly isThere: boolean;
  /** Events that wait for a run; `undefined` where the folder cannot be read. */
  readonly waiting: number | undefined;
  /** When the oldest of them came, epoch ms. */
  readonly oldestAt: number | undefined;
  /** When the newest of them came, epoch ms. */
  readonly newestAt: number | undefined;
  /** What was no event, and was set aside. */
  readonly bad: number;
};

/** Looks at what waits in a spool and what was set aside. */
export function lookAtSpool(spool: Spool): SpoolLook {
  const names = listEvents(spool);
  const times = (names ?? []).flatMap(
    (name) => lstatSync(join(spool.new, name), { throwIfNoEntry: false })?.mtimeMs ?? [],
  );
  return {
    isThere: existsSync(spool.tmp) && existsSync(spool.new),
    waiting: names?.length,
    oldestAt: times.length === 0 ? undefined : times.reduce((oldest, at) => Math.min(oldest, at)),
    newestAt: times.length === 0 ? undefined : times.reduce((newest, at) => Math.max(newest, at)),
    bad: existsSync(spool.bad) ? readdirSync(spool.bad).length : 0,
  };
}
