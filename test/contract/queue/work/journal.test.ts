import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_WRITTEN } from '../../../../src/core/model/scene-record.ts';
import { prepareJournal } from '../../../../src/queue/tables/journal/journal.ts';
import { COMPLETE, claim, edits, NOW, setup } from '../../../helpers/queue-world.ts';

const change = { kind: 'field', field: 'title', before: 'Pier', after: 'Mole', locked: false } as const;
const place = (sceneId: number) => ({ sceneId, ratingKey: `50${sceneId}` });
const note = (sceneId: number) => ({
  ...{ ...place(sceneId), jobId: sceneId, sectionKey: '1', title: 'Pier' },
  changes: [change],
});

test('what a batch adds to the journal is counted when it is done, and nothing of one that fails', (t) => {
  const world = setup(t);
  world.enqueue(edits(1));
  world.drain();
  const { queueDb: db } = world.stores();
  const journal = prepareJournal(db, 1);
  const batch = db.transaction((sceneIds: readonly number[], end: () => void) =>
    journal.together(() => {
      for (const sceneId of sceneIds) journal.add(note(sceneId), NOW);
      end();
    }),
  );
  batch([1, 2], () => undefined);
  const fail = (): void => {
    throw new Error('the disk is full');
  };
  assert.throws(() => batch([3], fail), /full/);
  journal.add(note(4), NOW);
  const written = { ...NOTHING_WRITTEN, fields: { title: { sent: 'Mole', kept: 'Mole' } } };
  journal.together(() => {
    for (const sceneId of [1, 2]) journal.close({ ...place(sceneId), written });
  });
  assert.deepEqual(world.sql('SELECT items, fields FROM runs'), [{ items: 2, fields: 2 }]);
  const bytes = 'SELECT sum(length(changes) + coalesce(length(record), 0)) AS bytes FROM journal';
  assert.deepEqual(
    world.sql(`SELECT CAST(value AS INTEGER) AS bytes FROM meta WHERE name = 'journal_bytes'`),
    world.sql(bytes),
  );
});

test('each batch of a drain is added to the totals once', (t) => {
  const world = setup(t);
  world.enqueue(edits(3));
  const drain = world.drain();
  for (const limit of [2, 1])
    drain.settle(
      claim(drain, { limit }).map((job) => ({ job, settlement: COMPLETE })),
      NOW,
    );
  assert.deepEqual(world.sql(`SELECT value FROM totals WHERE name = 'updated'`), [{ value: 3 }]);
});
