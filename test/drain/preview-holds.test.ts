/** What a dry run says is what the real run after it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJournal } from '../../src/queue/tables/journal/journal-entries.ts';
import { lighthouse, setup } from '../helpers/drain-world.ts';

const NAMES = ['fog', 'sea', 'sand', 'tide'];

const scene = fc.record(
  {
    title: fc.constantFrom('Beacon', 'Bell', '1'),
    details: fc.constantFrom('', 'Boats.', 'Ships at night.'),
    studio: fc.constantFrom('', 'Quay Films'),
    rating100: fc.constantFrom(null, 40),
    tags: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const item = fc.record({
  summary: fc.constantFrom('', 'By hand.'),
  genres: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 }),
  locked: fc.uniqueArray(fc.constantFrom('summary', 'genre', 'title')),
});

test('a run changes exactly what the dry run before it said', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { minLength: 1, maxLength: 3 }),
      fc.array(fc.array(scene, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
      async (items, rounds) => {
        const ends: (() => unknown)[] = [];
        const world = await setup({ after: (end: () => unknown) => void ends.push(end) } as Parameters<
          typeof setup
        >[0]);
        try {
          for (const [index, { summary, ...rest }] of items.entries()) {
            const at = { sectionKey: '1', ratingKey: `${101 + index}`, file: `/harbour/${index + 1}.mp4` };
            world.plex.addItem({ ...at, title: `${index + 1}`, ...rest });
            world.plex.editByHand(at.ratingKey, { summary });
          }
          for (const round of rounds) {
            for (const [index, data] of round.slice(0, items.length).entries())
              world.enqueue(lighthouse(index + 1, data));
            const { of } = await world.run({ mode: 'preview' });
            const said = of('would_write').map(({ ratingKey, plan }) => [
              ratingKey,
              ...plan.fields.map(({ field, before, value }) => [field, before, value]),
              ...plan.lists.map(({ kind, add, remove }) => [kind, add, remove]),
            ]);
            const [{ last } = { last: 0 }] = world.world.sql('SELECT coalesce(max(id), 0) AS last FROM journal');
            await world.run();
            const done = readJournal(world.world.stores().queueDb, { since: 0 }, { limit: 100 })
              .filter(({ id }) => id > Number(last))
              .map(({ ratingKey, changes }) => [
                ratingKey,
                ...changes.map((change) => {
                  if (change.kind === 'field') return [change.field, change.before, change.after];
                  return change.kind === 'list' ? [change.field, change.add, change.remove] : [change.kind];
                }),
              ]);
            assert.deepEqual(byKey(done), byKey(said));
          }
        } finally {
          for (const end of ends.toReversed()) await end();
        }
      },
    ),
    { numRuns: 20 },
  );
});

function byKey(rows: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] {
  return rows.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}
