/** Statements are compiled at their first use (statements.ts); here all of them are, so that none is wrong unseen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { prepareMeta } from '../../../../src/queue/store/meta.ts';
import type { Schema } from '../../../../src/queue/store/migrations.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../../../src/queue/store/migrations.ts';
import type { Db } from '../../../../src/queue/store/open.ts';
import type { Stores } from '../../../../src/queue/store/stores.ts';
import { openAlertMemory } from '../../../../src/queue/tables/alert-memory.ts';
import { prepareDeadLetters } from '../../../../src/queue/tables/dead-letters/dead-letters.ts';
import { prepareBacklog } from '../../../../src/queue/tables/jobs/backlog.ts';
import { prepareMerges } from '../../../../src/queue/tables/jobs/job-merges.ts';
import {
  prepareEnqueue,
  prepareInstant,
  prepareJobRows,
  prepareLateInstant,
} from '../../../../src/queue/tables/jobs/jobs.ts';
import { prepareJournal } from '../../../../src/queue/tables/journal/journal.ts';
import { openNoticeMemory } from '../../../../src/queue/tables/notices.ts';
import { preparePins } from '../../../../src/queue/tables/pins.ts';
import { preparePlannedValues } from '../../../../src/queue/tables/planned-values.ts';
import { prepareRuns } from '../../../../src/queue/tables/runs.ts';
import { prepareScenes } from '../../../../src/queue/tables/scenes.ts';
import { prepareServerState } from '../../../../src/queue/tables/server-state.ts';
import { openPollMemory } from '../../../../src/queue/tables/stash-cursor.ts';
import { prepareSuccesses } from '../../../../src/queue/tables/successes.ts';
import { prepareUndone } from '../../../../src/queue/tables/undone.ts';
import { prepareClaim, prepareDue } from '../../../../src/queue/work/claim.ts';
import { openDeadLetterActions } from '../../../../src/queue/work/dead-letter-actions.ts';
import { prepareMissing } from '../../../../src/queue/work/missing.ts';
import { openReconcileStore } from '../../../../src/queue/work/reconcile-store.ts';
import { prepareRescue } from '../../../../src/queue/work/rescue.ts';
import { prepareSettle } from '../../../../src/queue/work/settle/settle.ts';
import { prepareUndoWork } from '../../../../src/queue/work/undo-work.ts';

/** A database whose `prepare` compiles at once, as SQLite's own does. */
function made({ migrations }: Schema, count: () => void): Db {
  const db = new Database(':memory:');
  for (const step of migrations) db.exec(step);
  const compile = db.prepare.bind(db);
  return Object.assign(db, {
    prepare: (sql: string) => {
      count();
      return compile(sql);
    },
  });
}

const PREPARED: Readonly<Record<string, (stores: Stores) => unknown>> = {
  meta: ({ queueDb }) => prepareMeta(queueDb),
  'alert memory': openAlertMemory,
  backlog: ({ queueDb }) => prepareBacklog(queueDb),
  'dead letters': ({ dlqDb }) => prepareDeadLetters(dlqDb),
  merges: ({ queueDb }) => prepareMerges(queueDb),
  enqueue: ({ queueDb }) => prepareEnqueue(queueDb),
  instant: ({ queueDb }) => prepareInstant(queueDb),
  'late instant': ({ queueDb }) => prepareLateInstant(queueDb),
  'job rows': ({ queueDb }) => prepareJobRows(queueDb),
  journal: ({ queueDb }) => prepareJournal(queueDb, 1),
  notices: openNoticeMemory,
  pins: ({ queueDb }) => preparePins(queueDb),
  'planned values': ({ queueDb }) => preparePlannedValues(queueDb),
  runs: ({ queueDb }) => prepareRuns(queueDb, '/data'),
  scenes: ({ queueDb }) => prepareScenes(queueDb),
  'server state': ({ queueDb }) => prepareServerState(queueDb),
  'poll memory': openPollMemory,
  successes: ({ queueDb }) => prepareSuccesses(queueDb),
  undone: ({ queueDb }) => prepareUndone(queueDb),
  claim: ({ queueDb }) => prepareClaim(queueDb, { owner: 'me', stash: 'asked' }),
  'what is due': ({ queueDb }) => prepareDue(queueDb, { stash: 'asked', removals: 'counted', only: undefined }),
  'dead letter actions': openDeadLetterActions,
  missing: prepareMissing,
  reconcile: openReconcileStore,
  rescue: (stores) => prepareRescue(stores, { self: 'me', maxLosses: 3 }),
  settle: ({ queueDb, dlqDb }) => prepareSettle(queueDb, dlqDb, { onLetterCommitted: () => undefined }),
  undo: ({ queueDb }) => prepareUndoWork(queueDb, 1),
};

for (const [name, prepare] of Object.entries(PREPARED))
  test(`SQLite compiles each statement of ${name}`, () => {
    let count = 0;
    const seen = (): void => {
      count += 1;
    };
    const [queueDb, dlqDb] = [made(QUEUE_SCHEMA, seen), made(DLQ_SCHEMA, seen)];
    prepare({ queueDb, dlqDb, path: '/data', close: () => undefined });
    assert.ok(count > 0, 'no statement was prepared');
  });
