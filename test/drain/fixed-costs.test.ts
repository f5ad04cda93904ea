/** What a run costs beside its own jobs: nothing that grows with what waits, was ever written or lies dead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStats } from '../../src/queue/views/stats.ts';
import { readRunStats } from '../../src/queue/views/waiting.ts';
import { addItems, idsTo, lighthouse, lighthouses, setup } from '../helpers/drain-world.ts';
import { NOW } from '../helpers/queue-world.ts';
import { countStatements, listenToStatements, scansOf } from '../helpers/statements.ts';

/** Tables that grow with the library or with time. */
const GROWING = /^(?:SCAN|SEARCH) (?:jobs|due|other|scenes|dead_letters|journal|runs|planned_values|removals|undone)\b/;
/** To count is to walk an index, at a few nanoseconds a row; of runs a few are open, and of the good ones the last is read. */
const CHEAP = [
  /^SCAN (?:jobs|scenes|dead_letters) USING COVERING INDEX /,
  /^SCAN jobs USING INDEX jobs_one_in_progress$/,
  /^SCAN runs USING (?:COVERING )?INDEX runs_(?:open|ended_well)$/,
  /^SCAN undone$/,
];
/** Rows from one end of a table. */
const IS_LIMITED = /^SELECT \* FROM \w+ ORDER BY id(?: DESC)? LIMIT (?:1|\?)$/;

test('a run of a few jobs, and what is told of it, walk no table that grows', async (t) => {
  const { plex, clock, enqueue, run, world } = await setup(t);
  addItems(plex, ...idsTo(5));
  enqueue(...lighthouses(5), lighthouse(6), lighthouse(7));
  await run();
  enqueue(...idsTo(5).map((id) => lighthouse(id, { title: `Harbour ${id}` })));
  clock.now += 1_000;
  const heard = listenToStatements(t);
  assert.deepEqual((await run()).tally, { updated: 5 });
  readRunStats(world.stores(), NOW);
  readStats(world.stores(), NOW);
  assert.ok(heard.size > 60, `${heard.size} statements`);
  const asked = [...heard];
  const scans = asked.flatMap(([sql, db]) => {
    const steps = db.open && /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(sql) ? scansOf(db, sql) : [];
    return steps
      .filter((step) => GROWING.test(step) && !CHEAP.some((cheap) => cheap.test(step)) && !IS_LIMITED.test(sql))
      .map((step) => `${step}: ${sql}`);
  });
  assert.deepEqual(scans, []);
});

test('what is asked for each job is compiled once, and nothing of dlq.db is', async (t) => {
  const jobs = 20;
  const { plex, enqueue, run } = await setup(t);
  addItems(plex, ...idsTo(jobs));
  enqueue(...lighthouses(jobs));
  const counts = countStatements(t);
  assert.deepEqual((await run()).tally, { updated: jobs });
  const often = [...counts].filter(([, runs]) => runs >= jobs).map(([sql]) => sql);
  assert.ok(often.length > 10, `${often.length} statements`);
  // SQLite 3.54 compiles these anew at each use (src/queue/store/statements.ts).
  const isAnew = (sql: string): boolean => /\b(?:JOIN|ORDER BY)\b/.test(sql) && /(?:=|LIMIT)\s*[?@]/.test(sql);
  assert.deepEqual(often.filter(isAnew), []);
  assert.deepEqual(
    often.filter((sql) => sql.includes('dead_letters')),
    [],
  );
});
