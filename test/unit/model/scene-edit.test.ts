import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SceneData, SceneKey } from '../../../src/core/model/scene.ts';
import type { StampedEdit } from '../../../src/core/model/scene-edit.ts';
import {
  mergeEdits,
  outdated,
  overStash,
  saysNothing,
  stampEdit,
  stampsOfCall,
  unsaidBy,
} from '../../../src/core/model/scene-edit.ts';

const said = (data: SceneData, at: number): StampedEdit => stampEdit({ bare: false, data }, at);
const bare = (at: number): StampedEdit => stampEdit({ bare: true, data: {} }, at);

test('a newer value wins and the other keys stay, whichever comes first', () => {
  const older = said({ title: 'Old', tags: ['Boats'] }, 1);
  const newer = said({ title: 'New', studio: null }, 2);
  for (const merged of [mergeEdits(older, newer), mergeEdits(newer, older)]) {
    assert.deepEqual(merged.data, { title: 'New', tags: ['Boats'], studio: null });
  }
});

test('a newer empty value is a value', () => {
  assert.deepEqual(mergeEdits(said({ tags: ['Boats'] }, 1), said({ tags: [] }, 2)).data, { tags: [] });
});

test('what came before a bare edit stays until Stash has answered, and then only what Stash cannot supply', () => {
  const older = said({ path: '/data/a.mp4', title: 'Old', tags: [], tagline: 'All at sea' }, 1);
  const merged = mergeEdits(older, bare(2));
  assert.deepEqual(merged.data, older.data);
  assert.equal(merged.bareAt, 2);
  assert.deepEqual(overStash(merged), { tagline: 'All at sea' });
});

test('inline keys after a bare edit lie over what Stash says', () => {
  const merged = mergeEdits(bare(1), said({ title: 'Mine' }, 2));
  assert.deepEqual(merged.data, { title: 'Mine' });
  assert.deepEqual(overStash(merged), { title: 'Mine' });
  assert.equal(merged.bareAt, 1);
});

test('a path named later drops the size and duration that were named before it', () => {
  const older = said({ path: '/data/a.mp4', size: 5, duration: 2 }, 1);
  assert.deepEqual(mergeEdits(older, said({ path: '/data/b.mp4' }, 2)).data, { path: '/data/b.mp4' });
  assert.deepEqual(mergeEdits(older, said({ title: 'T' }, 2)).data, {
    path: '/data/a.mp4',
    size: 5,
    duration: 2,
    title: 'T',
  });
});

test('what was carried out is removed from an edit, except values that came later', () => {
  const letter = said({ path: '/data/old.mp4', title: 'Old', tags: [] }, 1);
  assert.deepEqual(unsaidBy(letter, said({ path: '/data/new.mp4', title: 'New' }, 2)).data, { tags: [] });
  assert.deepEqual(unsaidBy(said({ title: 'Newest' }, 3), said({ title: 'New' }, 2)).data, { title: 'Newest' });
  assert.ok(saysNothing(unsaidBy(letter, said({ title: 'New', tags: ['Fog'] }, 2))));
  assert.ok(saysNothing(unsaidBy(letter, bare(2))));
  assert.ok(!saysNothing(unsaidBy(bare(1), said({ title: 'New' }, 2))));
});

const anyData: fc.Arbitrary<SceneData> = fc.record(
  {
    path: fc.constantFrom('/data/a.mp4', '/data/b.mp4'),
    size: fc.constantFrom(1, 2),
    title: fc.constantFrom('Harbour', 'Lighthouse', 'Garden'),
    details: fc.constantFrom(null, 'Boats', 'Roses'),
    rating100: fc.constantFrom(null, 0, 80),
    tagline: fc.constantFrom(null, 'All at sea', 'Ashore'),
    tags: fc.constantFrom<string[][]>([], ['Boats'], ['Roses', 'Tide']),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const anyContent = anyData.map(({ path: _path, size: _size, ...data }): SceneData => data);

/** Edits in the order they were said, each with a stamp of its own. */
const anyEdits: fc.Arbitrary<StampedEdit[]> = fc
  .array(fc.option(anyData, { nil: undefined }), { minLength: 1, maxLength: 6 })
  .map((all) => all.map((data, index) => (data === undefined ? bare(index + 1) : said(data, index + 1))));

test('of inline edits the newest value of each key wins and none is dropped', () => {
  fc.assert(
    fc.property(fc.array(anyContent, { minLength: 1 }), (all) => {
      const { data } = all.map((content, index) => said(content, index + 1)).reduce(mergeEdits);
      const keys = new Set(all.flatMap((content) => Object.keys(content))) as Set<SceneKey>;
      assert.deepEqual(new Set(Object.keys(data)), keys);
      for (const key of keys) assert.deepEqual(data[key], all.findLast((content) => key in content)?.[key]);
    }),
  );
});

test('it does not matter in which order, or in which groups, edits meet', () => {
  fc.assert(
    fc.property(anyEdits, fc.infiniteStream(fc.nat()), (edits, choices) => {
      const inOrder = edits.reduce(mergeEdits);
      const pool = [...edits];
      while (pool.length > 1) {
        const [a, b] = [0, 1].map(() => pool.splice((choices.next().value ?? 0) % pool.length, 1)[0]);
        if (a !== undefined && b !== undefined) pool.push(mergeEdits(a, b));
      }
      assert.deepEqual(pool[0], inOrder);
    }),
  );
});

test('a tagline survives any number of edits that do not name one', () => {
  fc.assert(
    fc.property(fc.array(anyContent), (all) => {
      const silent = all.map(({ tagline: _tagline, ...content }, index) => said(content, index + 2));
      assert.equal(
        [said({ tagline: 'All at sea' }, 1), ...silent, bare(99)].reduce(mergeEdits).data.tagline,
        'All at sea',
      );
    }),
  );
});

test('nothing is left of an edit once it, or a merge that has it, was carried out', () => {
  fc.assert(
    fc.property(anyEdits, (edits) => {
      const merged = edits.reduce(mergeEdits);
      for (const edit of edits) assert.ok(saysNothing(unsaidBy(edit, merged)));
    }),
  );
});

/** What one call makes of its lines, merged in their order. */
const call = (at: number, ...lines: readonly (SceneData | 'bare')[]): StampedEdit => {
  const stamped = lines
    .map((line) => ({ sceneId: 7, bare: line === 'bare', data: line === 'bare' ? {} : line }))
    .map(stampsOfCall(at));
  const [first, ...rest] = stamped;
  assert.ok(first !== undefined);
  return rest.reduce(
    (merged, { edit, outdatesEarlier }) => mergeEdits(outdatesEarlier ? outdated(merged, at) : merged, edit),
    first.edit,
  );
};

test('all lines of a call are said at one instant, and of one scene the later line wins', () => {
  const merged = call(9, { title: 'First', tags: ['fog'] }, { title: 'Second' });
  assert.deepEqual(merged, {
    data: { title: 'Second', tags: ['fog'] },
    stamps: { title: 9, tags: 9 },
    bareAt: undefined,
  });
});

test('within a call a bare line takes over what stands before it, and inline keys after it lie over Stash', () => {
  assert.deepEqual(overStash(call(9, { title: 'Before', tagline: 'All at sea' }, 'bare')), { tagline: 'All at sea' });
  assert.deepEqual(overStash(call(9, { title: 'Before' }, 'bare', { title: 'After' })), { title: 'After' });
  assert.deepEqual(overStash(call(9, 'bare', { title: 'Between' }, 'bare')), {});
});

test('within a call a path drops the size of a line before it, and keeps that of its own', () => {
  assert.deepEqual(call(9, { path: '/data/a.mp4', size: 5 }, { path: '/data/b.mp4' }).data, { path: '/data/b.mp4' });
  const own = { path: '/data/b.mp4', size: 6 };
  assert.deepEqual(call(9, { path: '/data/a.mp4', size: 5 }, own).data, own);
  assert.deepEqual(call(9, own, { title: 'T' }).data, { ...own, title: 'T' });
});
