/** A data directory of its own for one test of the queue, with real files and, on demand, real second processes. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { longestWaitMs } from '../../src/core/failures/retry-policy.ts';
import type { SyncErrorCode } from '../../src/core/model/errors.ts';
import { SyncError } from '../../src/core/model/errors.ts';
import type { Job, Settled, Settlement } from '../../src/core/model/job.ts';
import type { SceneData, SceneEdit } from '../../src/core/model/scene.ts';
import { stampsOfCall } from '../../src/core/model/scene-edit.ts';
import type { SceneRecord } from '../../src/core/model/scene-record.ts';
import { NOTHING_WRITTEN } from '../../src/core/model/scene-record.ts';
import { ours } from '../../src/core/text/sentence.ts';
import type { DataDir } from '../../src/queue/store/open.ts';
import type { Stores } from '../../src/queue/store/stores.ts';
import type { Enqueued, EnqueueOptions, Priority } from '../../src/queue/tables/jobs/jobs.ts';
import { prepareEnqueue, prepareInstant } from '../../src/queue/tables/jobs/jobs.ts';
import type { DrainQueueOptions, OpenDrainQueue, StandDown } from '../../src/queue/work/drain-queue.ts';
import { openDrainQueue } from '../../src/queue/work/drain-queue.ts';
import { openIntake } from '../../src/queue/work/intake.ts';
import { openStores } from '../../src/queue/work/open-stores.ts';
import type { Task } from './children/queue-child.ts';
import { makeScratchDir, removeScratchDir } from './scratch.ts';

/** The instant at which every test starts. */
export const NOW = 1_750_000_000_000;
export const LEASE_MS = 120_000;
export const LONGEST_WAIT_MS = longestWaitMs(7_200_000);
export const MAX_LOSSES = 3;
export const KEPT_JOURNAL = { keptMs: 30 * 86_400_000, mostBytes: 500_000_000 };

export type Row = Record<string, unknown>;
type File = 'queue.db' | 'dlq.db';
type DrainOptions = Partial<DrainQueueOptions>;

export type World = {
  readonly dir: DataDir;
  /** Puts the edits in by the intake, or by the connection that is open already. */
  enqueue(
    edits: readonly SceneEdit[],
    options?: { readonly priority?: Priority; readonly now?: number } & Pick<EnqueueOptions, 'reassert'>,
  ): readonly Enqueued[];
  /** Both databases, opened once and closed after the test. */
  stores(): Stores;
  /** Ends what is open here, as the end of a process would; the next use opens it anew. */
  close(): void;
  /** A drain that must come about; it shares unless told otherwise. */
  drain(options?: DrainOptions): OpenDrainQueue;
  /** A drain, or the one it stands down before. */
  tryDrain(options?: DrainOptions): OpenDrainQueue | { readonly standDown: StandDown };
  sql(text: string, file?: File): Row[];
  /** The one job of the queue. */
  onlyJob(): Row;
  letters(): Row[];
  child(task: Task, options?: ChildOptions & { readonly path?: string }): Child;
};

/** A world that ends with its test. */
export function setup(t: Pick<TestContext, 'after'>): World {
  const world = createWorld();
  t.after(world.destroy);
  return world;
}

export function createWorld(): World & { destroy(): Promise<void> } {
  const base = makeScratchDir('queue');
  const dir: DataDir = { path: join(base, 'data'), origin: '--data-dir' };
  let opened: Stores | undefined;
  const drains: OpenDrainQueue[] = [];
  const children: Child[] = [];
  const close = (): void => {
    for (const drain of drains.splice(0)) drain.end({ now: NOW, exitCode: 0, done: 0, failed: 0 });
    opened?.close();
    opened = undefined;
  };
  const destroy = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.kill()));
    close();
    removeScratchDir(base);
  };
  const stores = (): Stores => {
    opened ??= openStores(dir);
    return opened;
  };
  const tryDrain: World['tryDrain'] = (options = {}) => {
    const drain = openDrainQueue(stores(), {
      pid: process.pid,
      now: NOW,
      longestWaitMs: LONGEST_WAIT_MS,
      command: 'process',
      startedBy: 'script',
      journal: KEPT_JOURNAL,
      stash: 'not_asked',
      maxLosses: MAX_LOSSES,
      ifBusy: 'share',
      onLetterCommitted: () => undefined,
      ...options,
    });
    if ('claim' in drain) drains.push(drain);
    return drain;
  };
  const sql: World['sql'] = (text, file = 'queue.db') => runSql(join(dir.path, file), text);
  return {
    dir,
    enqueue: (edits, { priority = 'hand', now = NOW, reassert } = {}) => {
      // A process that has the file open must not open it by another way too: closing that drops its locks (POSIX).
      if (opened !== undefined) {
        const enqueueOne = prepareEnqueue(opened.queueDb);
        const instant = prepareInstant(opened.queueDb);
        const enqueueAll = opened.queueDb.transaction(() => {
          const stamped = stampsOfCall(instant(now));
          return edits.map((edit) =>
            enqueueOne({ sceneId: edit.sceneId, edit: stamped(edit).edit }, { priority, now, reassert }),
          );
        });
        return enqueueAll.immediate();
      }
      const intake = openIntake(dir);
      try {
        return intake.enqueue(edits, { priority, now, reassert });
      } finally {
        intake.close();
      }
    },
    stores,
    close,
    destroy,
    tryDrain,
    drain: (options) => {
      const drain = tryDrain(options);
      assert.ok('claim' in drain, 'another drain is at work');
      return drain;
    },
    sql,
    onlyJob: () => {
      const [row, ...more] = sql('SELECT * FROM jobs');
      assert.ok(row !== undefined && more.length === 0, `${row === undefined ? 0 : more.length + 1} jobs`);
      return row;
    },
    letters: () => sql('SELECT * FROM dead_letters ORDER BY id', 'dlq.db'),
    child: (task, { path = dir.path, ...options } = {}) => {
      const child = startChild(path, task, options);
      children.push(child);
      return child;
    },
  };
}

export function runSql(file: string, text: string): Row[] {
  const db = new Database(file, { fileMustExist: true });
  try {
    const statement = db.prepare<[], Row>(text);
    if (statement.reader) return statement.all();
    statement.run();
    return [];
  } finally {
    db.close();
  }
}

/** Whom the child runs as. */
export type ChildOptions = { readonly uid?: number; readonly gid?: number };

export type Child = {
  readonly pid: number;
  /** The next line the child says, parsed; fails when it ends without one. */
  next(): Promise<Row>;
  /** Lets a child that waits go on. */
  go(): void;
  /** SIGKILL, and its end awaited. */
  kill(): Promise<void>;
  readonly ended: Promise<NodeJS.Signals | number | null>;
};

const CHILD = fileURLToPath(new URL('./children/queue-child.ts', import.meta.url));

function startChild(path: string, task: Task, options: ChildOptions): Child {
  const child = spawn(process.execPath, [CHILD, path, JSON.stringify(task)], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  child.stdin.on('error', () => undefined);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  assert.ok(child.pid !== undefined);
  return {
    pid: child.pid,
    next: async () => {
      const line = await lines.next();
      assert.ok(line.done !== true, 'the child ended without a word');
      return JSON.parse(line.value) as Row;
    },
    go: () => void child.stdin.write('go\n'),
    kill,
    ended,
  };
}

/** An inline edit of a lighthouse. */
export function edit(
  sceneId: number,
  data: SceneData = { path: `/harbour/${sceneId}.mp4`, title: `Lighthouse ${sceneId}` },
): SceneEdit {
  return { sceneId, bare: false, data };
}

export function edits(count: number): SceneEdit[] {
  return Array.from({ length: count }, (_, index) => edit(index + 1));
}

/** What a finished sync leaves behind. */
export const RECORD: SceneRecord = {
  ratingKey: '501',
  sectionKey: '1',
  scenePath: '/harbour/1.mp4',
  provenFile: undefined,
  written: NOTHING_WRITTEN,
  intent: undefined,
};
export const COMPLETE: Settlement = { kind: 'complete', change: 'updated', record: RECORD };

export const failure = (code: SyncErrorCode = 'plex_error', message = 'Plex answered 500'): SyncError =>
  new SyncError(code, ours(message));
export const BURY: Settlement = { kind: 'dead', error: failure('plex_rejected', 'Plex answered 400') };

/** Claims what is due, as many as there are. */
export function claim(
  drain: OpenDrainQueue,
  options: { now?: number; limit?: number; leaseMs?: number; spread?: number } = {},
): readonly Job[] {
  return drain.claim({ now: NOW, limit: 100, leaseMs: LEASE_MS, ...options }).jobs;
}

export function claimOne(drain: OpenDrainQueue, now = NOW): Job {
  const [job] = claim(drain, { now, limit: 1 });
  assert.ok(job !== undefined, 'nothing to claim');
  return job;
}

export function settle(drain: OpenDrainQueue, job: Job, settlement: Settlement, now = NOW): Settled {
  const [settled, ...more] = drain.settle([{ job, settlement }], now);
  assert.ok(settled !== undefined && more.length === 0);
  return settled;
}

export const sceneIds = (jobs: readonly Job[]): number[] => jobs.map(({ sceneId }) => sceneId);

/**
 * Ends a drain as a kill would leave it: its leases stand, and its file is there with nobody's lock on it.
 * Cheaper than a process, where the claim is not about processes.
 */
export function abandon(world: Pick<World, 'dir'>, drain: OpenDrainQueue, owner: string): void {
  drain.end({ now: NOW, exitCode: 0, done: 0, failed: 0 });
  mkdirSync(join(world.dir.path, 'owners'), { recursive: true });
  writeFileSync(join(world.dir.path, 'owners', `${owner}.db`), '');
}

export const ownerFiles = (world: Pick<World, 'dir'>): string[] =>
  readdirSync(join(world.dir.path, 'owners')).toSorted();
