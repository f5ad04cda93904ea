import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Db } from '../../../../src/queue/store/open.ts';
import { prepareEnqueue } from '../../../../src/queue/tables/jobs/jobs.ts';
import { pausedIn } from '../../../../src/queue/tables/paused.ts';
import { leaseOwners } from '../../../../src/queue/tables/runs.ts';
import { prepareClaim } from '../../../../src/queue/work/claim.ts';
import { prepareUnwritable } from '../../../../src/queue/work/intake.ts';
import { prepareMissing } from '../../../../src/queue/work/missing.ts';
import { prepareRescue } from '../../../../src/queue/work/rescue.ts';
import { prepareSettle } from '../../../../src/queue/work/settle/settle.ts';
import { edit, NOW, setup } from '../../../helpers/queue-world.ts';

/** The statements that are prepared on `db` from now on, in `statements`. */
function listening(db: Db, statements: string[]): Db {
  return new Proxy(db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (name === 'prepare') statements.push(String(args[0]));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** How SQLite goes about a statement, step by step. */
function planOf(db: Db, statement: string): string[] {
  const explained = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement.replaceAll(/@\w+|\?/g, '1')}`);
  return explained.all().map(({ detail }) => detail);
}

test('claim, settle, rescue and enqueue find their jobs by an index, and sort none that wait', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const stores = world.stores();
  const statements: string[] = [];
  const queueDb = listening(stores.queueDb, statements);
  const { claim } = prepareClaim(queueDb, { owner: 'me', stash: 'asked' });
  claim({ now: NOW, limit: 1, leaseMs: 1, spread: 0 });
  prepareRescue({ ...stores, queueDb }, { self: 'me', maxLosses: 3 });
  prepareSettle(queueDb, stores.dlqDb, { onLetterCommitted: () => undefined });
  prepareEnqueue(queueDb);
  const onJobs = statements.filter((statement) => /\bjobs\b/.test(statement));
  leaseOwners(queueDb);
  assert.ok(onJobs.length >= 14, `only ${onJobs.length} statements were seen`);
  for (const statement of onJobs) {
    const steps = planOf(stores.queueDb, statement).filter((step) => /^(SCAN|SEARCH) (jobs|due|other)\b/.test(step));
    // The index of what is under way holds a few rows; to walk all of it is cheap.
    const cheap = /^SEARCH |^SCAN jobs USING (COVERING )?INDEX jobs_one_in_progress$/;
    assert.deepEqual(
      steps.filter((step) => !cheap.test(step)),
      [],
      statement,
    );
  }
});

test('a claim walks the index of what is due in its order: one range for each kind and priority, and sorts only what it found', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  const statements: string[] = [];
  prepareClaim(listening(queueDb, statements), { owner: 'me', stash: 'asked' });
  const claims = statements.filter((statement) => statement.includes('RETURNING'));
  assert.equal(claims.length, 2);
  for (const statement of claims) {
    const plan = planOf(queueDb, statement);
    const ranges = plan.filter((step) => step.startsWith('SEARCH due'));
    assert.deepEqual(
      ranges,
      Array(4).fill('SEARCH due USING INDEX jobs_due (held=? AND priority=? AND available_at<?)'),
    );
    assert.equal(plan.filter((step) => step.startsWith('USE TEMP B-TREE')).length, 1, plan.join('\n'));
    // SQLite would compile it anew at each claim (src/queue/store/statements.ts).
    assert.doesNotMatch(statement, /LIMIT [?@]/);
  }
});

test('who waits for a file is found by the index of the missing, however many others wait', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const stores = world.stores();
  const statements: string[] = [];
  prepareMissing({ ...stores, queueDb: listening(stores.queueDb, statements) });
  const reads = statements.filter((statement) => statement.includes('FROM jobs') && statement.includes('misses > 0'));
  assert.deepEqual(
    reads.flatMap((statement) => planOf(stores.queueDb, statement)).filter((step) => / jobs\b/.test(step)),
    Array(2).fill('SEARCH jobs USING INDEX jobs_missing (held<?)'),
  );
});

test('the letters of a scene, and the letter of a job, are found by an index', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb, dlqDb } = world.stores();
  const statements: string[] = [];
  prepareSettle(queueDb, listening(dlqDb, statements), { onLetterCommitted: () => undefined });
  const looks = statements.filter((statement) => /WHERE (scene_id|job_key) = \?/.test(statement));
  assert.ok(looks.length >= 3);
  for (const statement of looks)
    assert.match(planOf(dlqDb, statement).join('\n'), /^SEARCH dead_letters USING [^\n]+$/);
});

test('what an enqueue cannot have written is counted by seeks, however many scenes it gave', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  const statements: string[] = [];
  prepareUnwritable(listening(queueDb, statements));
  const steps = statements.flatMap((statement) => planOf(queueDb, statement));
  assert.equal(statements.length, 2);
  assert.deepEqual(
    steps.filter((step) => step.startsWith('SCAN ') && !step.includes('json_each')),
    [],
  );
});

test('the look at a pause, taken before each item, makes no table of its own', (t) => {
  const world = setup(t);
  world.enqueue([edit(1)]);
  const { queueDb } = world.stores();
  const statements: string[] = [];
  pausedIn(listening(queueDb, statements), NOW);
  const [look = ''] = statements;
  const steps = queueDb.prepare<[], { opcode: string }>(`EXPLAIN ${look}`).all();
  assert.ok(steps.length > 0);
  assert.deepEqual(
    steps.filter(({ opcode }) => opcode === 'OpenEphemeral'),
    [],
  );
});
