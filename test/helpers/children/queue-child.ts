/**
 * A second process on a data directory: `node queue-child.ts DIR TASK`. Says one JSON document a line, and goes on
 * where its task says so at each line it hears.
 */

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SyncError } from '../../../src/core/model/errors.ts';
import type { Job } from '../../../src/core/model/job.ts';
import type { SceneEdit } from '../../../src/core/model/scene.ts';
import { ours } from '../../../src/core/text/sentence.ts';
import { openDeadLetterActions } from '../../../src/queue/work/dead-letter-actions.ts';
import type { DrainQueueOptions } from '../../../src/queue/work/drain-queue.ts';
import { openDrainQueue } from '../../../src/queue/work/drain-queue.ts';
import { openIntake } from '../../../src/queue/work/intake.ts';
import { openStores } from '../../../src/queue/work/open-stores.ts';

export type Task =
  /** Claims once and waits; ends its drain when told to go on. */
  | {
      readonly do: 'hold';
      readonly ifBusy: DrainQueueOptions['ifBusy'];
      readonly limit: number;
      readonly now: number;
    }
  /** Waits to be told, then claims five at a time until there is nothing more. */
  | { readonly do: 'claim_all'; readonly now: number }
  /** Buries the first due job and dies between the two commits. */
  | { readonly do: 'bury_and_die'; readonly now: number }
  /** Puts all letters back and dies before they are deleted from dlq.db. */
  | { readonly do: 'retry_and_die'; readonly now: number }
  /** Dies in the middle of a bulk of this many. */
  | { readonly do: 'enqueue_and_die'; readonly count: number; readonly now: number }
  /** Waits to be told, then enqueues one edit after the other, each opening the queue anew. */
  | { readonly do: 'enqueue_each'; readonly edits: readonly SceneEdit[]; readonly now: number }
  /** Opens the directory and says what it got: the name of the error, its sentence and hint. */
  | { readonly do: 'open'; readonly how: 'intake' | 'stores' };

const LEASE_MS = 120_000;
const [path = '', text = ''] = process.argv.slice(2);
const dir = { path, origin: '--data-dir' };
const task = JSON.parse(text) as Task;
const heard = createInterface({ input: process.stdin });

function say(document: object): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
}

const KEPT = { keptMs: 30 * 86_400_000, mostBytes: 500_000_000 };

function openDrain(ifBusy: DrainQueueOptions['ifBusy'], now: number, onLetterCommitted = () => undefined) {
  return openDrainQueue(openStores(dir), {
    pid: process.pid,
    now,
    longestWaitMs: 90_000_000,
    command: 'process',
    startedBy: 'script',
    journal: KEPT,
    stash: 'not_asked',
    maxLosses: 3,
    ifBusy,
    onLetterCommitted,
  });
}

async function hold({ ifBusy, limit, now }: Extract<Task, { do: 'hold' }>): Promise<void> {
  const drain = openDrain(ifBusy, now);
  if (!('claim' in drain)) {
    say(drain);
    return;
  }
  const jobs = limit === 0 ? [] : drain.claim({ now, limit, leaseMs: LEASE_MS }).jobs;
  say({ jobs });
  await once(heard, 'line');
  drain.end({ now, exitCode: 0, done: 0, failed: 0 });
}

async function claimAll({ now }: Extract<Task, { do: 'claim_all' }>): Promise<void> {
  const drain = openDrain('share', now);
  if (!('claim' in drain)) return;
  say({ ready: true });
  await once(heard, 'line');
  const ids: number[] = [];
  for (let jobs: readonly Job[]; ; ) {
    jobs = drain.claim({ now, limit: 5, leaseMs: LEASE_MS }).jobs;
    if (jobs.length === 0) break;
    ids.push(...jobs.map(({ id }) => id));
  }
  say({ ids });
  await once(heard, 'line');
}

function buryAndDie({ now }: Extract<Task, { do: 'bury_and_die' }>): void {
  const drain = openDrain('share', now, die);
  if (!('claim' in drain)) return;
  const [job] = drain.claim({ now, limit: 1, leaseMs: LEASE_MS }).jobs;
  if (job === undefined) throw new Error('nothing to bury');
  const error = new SyncError('plex_rejected', ours('Plex answered 400'));
  drain.settle([{ job, settlement: { kind: 'dead', error } }], now);
}

function retryAndDie({ now }: Extract<Task, { do: 'retry_and_die' }>): void {
  const stores = openStores(dir);
  const desk = openDeadLetterActions(stores);
  Object.assign(stores.dlqDb, { transaction: () => die });
  desk.retry(desk.list({}), now);
}

function enqueueAndDie({ count, now }: Extract<Task, { do: 'enqueue_and_die' }>): void {
  const edits = Array.from({ length: count }, (_, index): SceneEdit => {
    const bulk = { sceneId: index + 1, bare: false, data: { title: `Garden ${index + 1}` } };
    return index < count - 1
      ? bulk
      : {
          ...bulk,
          get data() {
            return die();
          },
        };
  });
  openIntake(dir).enqueue(edits, { priority: 'bulk', now });
}

async function enqueueEach({ edits, now }: Extract<Task, { do: 'enqueue_each' }>): Promise<void> {
  say({ ready: true });
  await once(heard, 'line');
  for (const edit of edits) {
    const intake = openIntake(dir);
    intake.enqueue([edit], { priority: 'hand', now });
    intake.close();
  }
  say({ done: true });
}

function tryOpen({ how }: Extract<Task, { do: 'open' }>): void {
  try {
    (how === 'intake' ? openIntake(dir) : openStores(dir)).close();
    say({ opened: true });
  } catch (thrown) {
    const { name, message, hint } = thrown as Error & { hint?: string };
    say({ name, message, hint });
  }
}

async function run(): Promise<void> {
  switch (task.do) {
    case 'hold':
      return await hold(task);
    case 'claim_all':
      return await claimAll(task);
    case 'bury_and_die':
      return buryAndDie(task);
    case 'retry_and_die':
      return retryAndDie(task);
    case 'enqueue_and_die':
      return enqueueAndDie(task);
    case 'enqueue_each':
      return await enqueueEach(task);
    case 'open':
      return tryOpen(task);
  }
}

await run();
heard.close();
