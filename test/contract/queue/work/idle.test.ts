/** A run that finds nothing to do: what it costs, and what it leaves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StopCode } from '../../../../src/core/model/stop-code.ts';
import type { Db } from '../../../../src/queue/store/open.ts';
import type { Stores } from '../../../../src/queue/store/stores.ts';
import { readStop, saveStop } from '../../../../src/queue/tables/stopped.ts';
import { readStats } from '../../../../src/queue/views/stats.ts';
import { readRunStats } from '../../../../src/queue/views/waiting.ts';
import { recordIdleRun } from '../../../../src/queue/work/idle.ts';
import { prepareMissing } from '../../../../src/queue/work/missing.ts';
import { openStores } from '../../../../src/queue/work/open-stores.ts';
import type { World } from '../../../helpers/queue-world.ts';
import { claim, edits, failure, LONGEST_WAIT_MS, NOW, setup } from '../../../helpers/queue-world.ts';

const MINUTE_MS = 60_000;
const IDLE = { retentionMs: 86_400_000, longestWaitMs: LONGEST_WAIT_MS, stash: 'asked', exitCode: 0 } as const;

function idle(world: World, now: number, exitCode = 0): boolean {
  return recordIdleRun(world.stores(), { ...IDLE, now, exitCode });
}

/** A world in which `count` jobs wait for a later try. */
function setupWaiting(t: Parameters<typeof setup>[0], count: number): World {
  const world = setup(t);
  world.enqueue(edits(count));
  const drain = world.drain();
  const later = { kind: 'retry', availableAt: NOW + 10 * MINUTE_MS, spends: 'failure', error: failure() } as const;
  drain.settle(
    claim(drain).map((job) => ({ job, settlement: later })),
    NOW,
  );
  drain.end({ now: NOW, exitCode: 1, done: 0, failed: count });
  return world;
}

test('idle runs leave no row, and the last one is shown as the last run and the last success', (t) => {
  const world = setupWaiting(t, 3);
  for (let minute = 1; minute < 5; minute += 1) assert.ok(idle(world, NOW + minute * MINUTE_MS));
  assert.equal(world.sql('SELECT id FROM runs').length, 1);
  const { lastRun, lastSuccessAt } = readStats(world.stores(), NOW);
  const at = NOW + 4 * MINUTE_MS;
  assert.deepEqual([lastRun?.started_at, lastRun?.exit_code, lastSuccessAt], [at, 0, at]);
});

test('an idle run that failed before the drain is the last run, and no success', (t) => {
  const world = setupWaiting(t, 1);
  idle(world, NOW + MINUTE_MS);
  idle(world, NOW + MINUTE_MS + 1, 4);
  const { lastRun, lastSuccessAt } = readStats(world.stores(), NOW);
  assert.deepEqual([lastRun?.exit_code, lastSuccessAt], [4, NOW + MINUTE_MS]);
});

test('a drain after an idle run is the last run', (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  world.sql('DELETE FROM jobs');
  idle(world, NOW);
  const drain = world.drain({ now: NOW + 5 });
  drain.end({ now: NOW + 9, exitCode: 1, done: 0, failed: 1 });
  assert.equal(readStats(world.stores(), NOW).lastRun?.started_at, NOW + 5);
});

test('within a minute an unchanged idle run writes nothing', (t) => {
  const world = setupWaiting(t, 1);
  idle(world, NOW + MINUTE_MS);
  const { queueDb } = world.stores();
  const changes = () => queueDb.prepare<[], { count: number }>('SELECT total_changes() AS count').get()?.count;
  const before = changes();
  for (let second = 1; second < 60; second += 1) idle(world, NOW + MINUTE_MS + second * 1_000);
  assert.equal(changes(), before);
  idle(world, NOW + 2 * MINUTE_MS);
  assert.notEqual(changes(), before);
});

test('a clock that was set back does not keep the last look in the future', (t) => {
  const world = setupWaiting(t, 1);
  idle(world, NOW + MINUTE_MS);
  idle(world, NOW + 1);
  assert.equal(readStats(world.stores(), NOW).lastRun?.started_at, NOW + 1);
});

/** Tables that hold a handful of rows, whatever the size of the library. */
// Of runs the last one is read, from the end; undone and pins hold what a person asked for.
const SMALL =
  /^SCAN (?:runs|undone|pins|meta|json_each|files VIRTUAL TABLE|totals|class|claimed|retried_letters|\d+-ROW VALUES CLAUSE|(?:\d+ )?CONSTANT ROWS?|\(subquery)/;

/** The database, with every statement that is prepared written down. */
function recording(db: Db, statements: string[]): Db {
  return new Proxy(db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'prepare' || name === 'exec') statements.push(String(args[0]));
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

test('neither an idle run nor what it tells scans a table that grows', (t) => {
  const world = setupWaiting(t, 40);
  const opened = world.stores();
  const said: { readonly db: Db; readonly sql: string[] }[] = [opened.queueDb, opened.dlqDb].map((db) => ({
    db,
    sql: [],
  }));
  const [queueDb, dlqDb] = said.map(({ db, sql }) => recording(db, sql));
  assert.ok(queueDb && dlqDb);
  const stores: Stores = { ...opened, queueDb, dlqDb };
  assert.ok(recordIdleRun(stores, { ...IDLE, now: NOW + MINUTE_MS }));
  const idleStatements = said.flatMap(({ sql }) => sql).length;
  assert.ok(idleStatements > 5, `${idleStatements} statements`);
  readRunStats(stores, NOW);
  readStats(stores, NOW);
  prepareMissing(stores).all();
  for (const { db, sql } of said)
    for (const text of sql) {
      const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${text.replaceAll(/\?|@\w+/g, '1')}`).all();
      const scans = plan.map(({ detail }) => detail).filter((step) => step.startsWith('SCAN') && !SMALL.test(step));
      assert.deepEqual(
        scans.filter((step) => !step.includes('COVERING INDEX')),
        [],
        text,
      );
    }
});

test('opening the stores scans no table that grows', (t) => {
  const world = setupWaiting(t, 40);
  world.close();
  const stores = openStores(world.dir);
  t.after(() => stores.close());
  const plan = stores.queueDb
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN SELECT id, job_key FROM jobs WHERE state = 'in_progress'`)
    .all();
  assert.match(plan[0]?.detail ?? '', /USING INDEX jobs_one_in_progress/);
});

test('with no job left an idle run forgets why writing stopped, but not what the polls of a watch have met', (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  world.sql('DELETE FROM jobs');
  const stores = world.stores();
  const stopBy = (code: StopCode): void =>
    saveStop(stores, { code, since: NOW, metAt: NOW, hint: 'Look.', basis: '', maxRemovals: '' });
  const codeAfter = (polls: 'stash' | undefined): unknown => {
    recordIdleRun(stores, { ...IDLE, now: NOW, polls });
    return readStop(stores)?.code;
  };
  stopBy('stash_misconfigured');
  assert.equal(codeAfter('stash'), 'stash_misconfigured');
  assert.equal(codeAfter(undefined), undefined);
  stopBy('misconfigured');
  assert.equal(codeAfter('stash'), undefined);
});
