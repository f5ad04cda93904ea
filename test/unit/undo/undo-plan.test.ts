import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JournalEntry } from '../../../src/core/model/journal.ts';
import type { PlexItem, ScalarField, Tag } from '../../../src/core/model/plex-item.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { SceneRecord } from '../../../src/core/model/scene-record.ts';
import { writtenTo } from '../../../src/core/model/scene-record.ts';
import { foldName } from '../../../src/core/text/text.ts';
import { isItemUndone } from '../../../src/core/undo/chosen-entries.ts';
import { isEmptyUndo, planUndo } from '../../../src/core/undo/undo-plan.ts';
import { itemWith, recordWith } from '../write/plex-model.ts';
import { modelOf } from './undo-model.ts';

const TITLES = ['Lantern Row', 'Harbour lights', 'The garden'];
const NAMES = ['harbour', 'Lighthouse', 'garden', 'ferry', 'tide'];

const scenes = fc.record(
  {
    title: fc.constantFrom(...TITLES),
    details: fc.constantFrom('', 'Boats.', 'Ships at night.'),
    date: fc.constantFrom('2020-05-01', '2021-01-01'),
    rating100: fc.constantFrom(null, 40, 85),
    studio: fc.constantFrom('', 'Pier Pictures', 'Quay'),
    tags: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 4 }),
    performers: fc.uniqueArray(fc.constantFrom('Ada Keel', 'Ben Mast', 'Cleo Oar'), { maxLength: 3 }),
  },
  { requiredKeys: [] },
) satisfies fc.Arbitrary<SceneData>;

const items = fc
  .record({
    title: fc.constantFrom(...TITLES),
    summary: fc.constantFrom('', 'An old summary.'),
    userRating: fc.constantFrom('', '3', '9.5'),
    genres: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 4 }),
    roles: fc.uniqueArray(fc.constantFrom('Ada Keel', 'Dana Hull'), { maxLength: 2 }),
    locked: fc.uniqueArray(fc.constantFrom('title', 'summary', 'genre', 'actor', 'userRating')),
  })
  .map(({ title, summary, userRating, genres, roles, locked }) => {
    const actor = roles.map((tag): Tag => ({ tag, role: `${tag} as herself`, thumb: `https://faces.example/${tag}` }));
    return itemWith({ fields: { title, summary, userRating }, lists: { genre: genres, actor }, locked });
  });

const semantics = fc.constantFrom('merge', 'replace');

/** Everything of an item that an undo restores; Plex decides on the order of tags where it merges. */
function stateOf(item: PlexItem) {
  const lists = LIST_KINDS.map(
    (kind) => [kind, item.lists[kind].toSorted((a, b) => (a.tag < b.tag ? -1 : 1))] as const,
  );
  return { fields: item.fields, lists: Object.fromEntries(lists), locked: [...item.locked].toSorted() };
}

/** The same with names alone. */
function bareOf(item: PlexItem) {
  const names = LIST_KINDS.map((kind) => [kind, item.lists[kind].map(({ tag }) => tag).toSorted()] as const);
  return { ...stateOf(item), lists: Object.fromEntries(names) };
}

/** What counts as ours, without what says the same as nothing. */
function oursOf(record: SceneRecord | undefined, item: PlexItem) {
  const { fields, lists } = writtenTo(record, item, 'own');
  const filled = Object.entries(lists).filter(([, names]) => Object.keys(names).length > 0);
  return { fields, lists: Object.fromEntries(filled), locked: record?.locked ?? [] };
}

test('an undo after any edits restores every field, name, lock and what counted as ours', () => {
  fc.assert(
    fc.property(
      items,
      fc.array(scenes, { minLength: 1, maxLength: 4 }),
      semantics,
      fc.nat(),
      (item, edits, how, at) => {
        const model = modelOf(item, how);
        const from = at % edits.length;
        const runs = edits.slice(0, from).map((scene) => model.sync(scene));
        const [before, ours] = [stateOf(model.item()), oursOf(model.record(), model.item())];
        const undone = edits.slice(from).map((scene) => model.sync(scene));
        if (model.record() === undefined) return;
        const { plan } = model.undo(undone);
        assert.deepEqual(stateOf(model.item()), before);
        assert.deepEqual(oursOf(model.record(), model.item()), ours);
        assert.deepEqual(plan.left, []);
        assert.ok(runs.length + undone.length > 0);
      },
    ),
  );
});

test('twice is once', () => {
  fc.assert(
    fc.property(items, fc.array(scenes, { minLength: 1, maxLength: 3 }), (item, edits) => {
      const model = modelOf(item);
      const runs = edits.map((scene) => model.sync(scene));
      if (model.record() === undefined) return;
      model.undo(runs);
      const [state, record] = [model.item(), model.record()];
      const { plan } = model.undo(runs);
      assert.ok(isEmptyUndo(plan));
      assert.deepEqual(model.item(), state);
      assert.deepEqual(model.record(), record);
    }),
  );
});

test('an undo of an undo gives back what was there, and what counted as ours', () => {
  fc.assert(
    fc.property(items, fc.array(scenes, { minLength: 1, maxLength: 3 }), semantics, (item, edits, how) => {
      const model = modelOf(item, how);
      const runs = edits.map((scene) => model.sync(scene));
      if (model.record() === undefined) return;
      const [before, ours] = [model.item(), oursOf(model.record(), model.item())];
      const { runId } = model.undo(runs);
      const { runId: second } = model.undo([runId]);
      // A role that came back with its name stays.
      assert.deepEqual(bareOf(model.item()), bareOf(before));
      assert.deepEqual(oursOf(model.record(), model.item()), ours);
      assert.equal(isItemUndone(model.entries()), false);
      model.undo([second]);
      assert.deepEqual(stateOf(model.item()), stateOf(item));
    }),
  );
});

test('an undo that is killed anywhere is finished by the next one', () => {
  const deaths = fc.constantFrom('noted', 'written');
  fc.assert(
    fc.property(items, fc.array(scenes, { minLength: 1, maxLength: 3 }), deaths, (item, edits, death) => {
      const model = modelOf(item);
      const runs = edits.map((scene) => model.sync(scene));
      if (model.record() === undefined) return;
      model.undo(runs, death);
      model.undo(runs);
      assert.deepEqual(stateOf(model.item()), stateOf(item));
      assert.deepEqual(oursOf(model.record(), model.item()), { fields: {}, lists: {}, locked: [] });
      assert.ok(model.entries().every(({ state }) => state === 'closed') || model.entries().length === 0);
    }),
  );
});

test('what counts as ours is right whenever an undo dies', () => {
  fc.assert(
    fc.property(items, fc.array(scenes, { minLength: 1, maxLength: 3 }), (item, edits) => {
      const model = modelOf(item);
      const runs = edits.map((scene) => model.sync(scene));
      if (model.record() === undefined) return;
      const ours = oursOf(model.record(), model.item());
      model.undo(runs, 'noted');
      const { fields, lists } = oursOf(model.record(), model.item());
      assert.deepEqual(
        { fields: Object.keys(fields).toSorted(), lists: addedTo(item, lists) },
        {
          fields: changedOf(ours.fields, item, model.item()),
          lists: addedTo(item, ours.lists),
        },
      );
    }),
  );
});

/** Our names that the item did not have at first: an undo takes them out, so they are ours until then. */
function addedTo({ lists }: PlexItem, ours: SceneRecord['written']['lists']): object {
  const added = LIST_KINDS.map((kind) => {
    const first = new Set(lists[kind].map(({ tag }) => foldName(tag)));
    return [kind, Object.entries(ours[kind] ?? {}).filter(([, kept]) => !first.has(foldName(kept)))] as const;
  });
  return Object.fromEntries(added);
}

/** The fields of ours that an undo would change; what is back already is not ours. */
function changedOf(ours: object, before: PlexItem, now: PlexItem): string[] {
  return Object.keys(ours)
    .filter((field) => before.fields[field as ScalarField] !== now.fields[field as ScalarField])
    .toSorted();
}

test('a field that a person changed in between stays theirs, with its lock, and is said', () => {
  const fields = fc.constantFrom(...SCALAR_FIELDS);
  fc.assert(
    fc.property(items, scenes, fields, (item, scene, field) => {
      const model = modelOf(item);
      const run = model.sync(scene);
      if (model.record() === undefined) return;
      const wrote = model.item().fields[field] !== item.fields[field];
      model.edit((now) => ({
        ...now,
        fields: { ...now.fields, [field]: 'Mine.' },
        locked: new Set([...now.locked, field]),
      }));
      const { plan } = model.undo([run]);
      assert.equal(model.item().fields[field], 'Mine.');
      assert.ok(model.item().locked.has(field));
      assert.deepEqual(plan.left, wrote ? [{ field, why: 'changed_since' }] : []);
    }),
  );
});

test('names that a person added stay, and names that a person removed stay away', () => {
  fc.assert(
    fc.property(items, scenes, fc.nat(), (item, scene, at) => {
      const model = modelOf(item);
      const run = model.sync(scene);
      if (model.record() === undefined) return;
      const names = model.item().lists.genre;
      const gone = names[at % Math.max(1, names.length)]?.tag;
      model.edit((now) => ({
        ...now,
        lists: { ...now.lists, genre: [...now.lists.genre.filter(({ tag }) => tag !== gone), { tag: 'My own' }] },
        locked: new Set([...now.locked, 'genre']),
      }));
      model.undo([run]);
      const after = model.item().lists.genre.map(({ tag }) => tag);
      assert.ok(after.includes('My own'));
      assert.ok(gone === undefined || !after.includes(gone));
      assert.ok(model.item().locked.has('genre'));
    }),
  );
});

test('what a later run wrote is left, and the run is named', () => {
  const model = modelOf(itemWith({ fields: { title: 'Lantern Row', summary: 'Old.' } }));
  const first = model.sync({ title: 'Harbour lights', details: 'Boats.' });
  const second = model.sync({ details: 'Ships.' });
  const { plan } = model.undo([first]);
  assert.deepEqual(plan.left, [{ field: 'summary', why: 'later_run', runId: second }]);
  assert.equal(model.item().fields.title, 'Lantern Row');
  assert.equal(model.item().fields.summary, 'Ships.');
});

test('a name that a later run added again is left', () => {
  const model = modelOf(itemWith({}));
  const first = model.sync({ tags: ['harbour', 'tide'] });
  model.sync({ tags: ['tide'] });
  const third = model.sync({ tags: ['harbour', 'tide'] });
  const { plan } = model.undo([first]);
  assert.deepEqual(plan.left, [{ field: 'genre', why: 'later_run', runId: third }]);
  assert.deepEqual(
    model.item().lists.genre.map(({ tag }) => tag),
    ['harbour'],
  );
});

test('runs can be undone one after the other, the newest first', () => {
  const item = itemWith({ fields: { summary: 'Old.' } });
  const model = modelOf(item);
  const first = model.sync({ details: 'Boats.' });
  const second = model.sync({ details: 'Ships.' });
  model.undo([second]);
  assert.equal(model.item().fields.summary, 'Boats.');
  model.undo([first]);
  assert.deepEqual(stateOf(model.item()), stateOf(item));
});

test('a title is never emptied', () => {
  const model = modelOf(itemWith({}));
  const run = model.sync({ title: 'Harbour lights' });
  const { plan } = model.undo([run]);
  assert.deepEqual(plan.left, [{ field: 'title', why: 'never_empty' }]);
  assert.equal(model.item().fields.title, 'Harbour lights');
});

test('a lock that a person removed stays off', () => {
  const model = modelOf(itemWith({ fields: { summary: 'Old.' }, locked: ['summary'] }));
  const run = model.sync({ details: 'Boats.' });
  model.edit((now) => ({ ...now, locked: new Set() }));
  model.undo([run]);
  assert.equal(model.item().fields.summary, 'Old.');
  assert.deepEqual([...model.item().locked], []);
});

test('a lock that a person set where we set none stays on', () => {
  const item = itemWith({ fields: { summary: 'Boats.' }, locked: ['summary'] });
  const change = { kind: 'field', field: 'summary', before: 'Old.', after: 'Boats.', locked: false } as const;
  const record = { ...recordWith({ fields: { summary: { sent: 'Boats.', kept: 'Boats.' } }, lists: {} }), locked: [] };
  const { edit } = planUndo({ ...{ item, record, pictures: {}, others: [] }, taken: [entryOf([change])] });
  assert.deepEqual(edit.fields, [{ field: 'summary', before: 'Boats.', value: 'Old.' }]);
  assert.equal(edit.locks, undefined);
});

test('a value in Plex’s own form is still ours', () => {
  const item = itemWith({ fields: { summary: 'BOATS' } });
  const change = { kind: 'field', field: 'summary', before: 'Old.', after: 'Boats.', locked: false } as const;
  for (const [state, kept, left] of [
    ['closed', 'BOATS', 0],
    ['open', undefined, 0],
    ['closed', 'Boats.', 1],
  ] as const) {
    const entry = { ...entryOf([{ ...change, kept }]), state };
    const plan = planUndo({ ...{ item, record: undefined, pictures: {}, others: [] }, taken: [entry] });
    assert.equal(plan.left.length, left, state);
  }
});

test('a selected picture is put back while ours is shown, and none where there was none', () => {
  const picture = { kind: 'picture', field: 'thumb', after: 'upload://ours', locked: false } as const;
  const plan = (before: string | null, selected: string | null, keys: readonly string[] = ['upload://ours']) =>
    planUndo({
      ...{ item: itemWith({ locked: ['thumb'] }), record: undefined, others: [] },
      ...{ pictures: { thumb: { keys, selected } }, taken: [entryOf([{ ...picture, before }])] },
    });
  const back = plan('metadata://agent', 'upload://ours', ['metadata://agent', 'upload://ours']);
  assert.deepEqual(back.selections, [{ field: 'thumb', key: 'metadata://agent' }]);
  assert.deepEqual(back.edit.locks, [{ name: 'thumb', locked: false }]);
  assert.deepEqual(plan(null, 'upload://ours').selections, [{ field: 'thumb', key: null }]);
  assert.deepEqual(plan(null, 'upload://theirs').left, [{ field: 'thumb', why: 'changed_since' }]);
  assert.deepEqual(plan('metadata://gone', 'upload://ours').left, [{ field: 'thumb', why: 'picture_gone' }]);
  assert.ok(isEmptyUndo(plan(null, null)));
});

test('a label that was removed is put back, and one that was added goes', () => {
  const labels = { kind: 'labels', field: 'label', before: ['Overlay', 'Harbour'], locked: false } as const;
  const item = { ...itemWith({}), labels: ['Harbour', 'New'] };
  const entry = entryOf([{ ...labels, add: ['New'], remove: ['Overlay'] }]);
  const { edit } = planUndo({ ...{ item, record: undefined, pictures: {}, others: [] }, taken: [entry] });
  assert.deepEqual(edit.labels, { whole: ['Harbour', 'Overlay'], remove: ['New'] });
});

function entryOf(changes: JournalEntry['changes']): JournalEntry {
  return {
    ...{ id: 1, runId: 1, jobId: 1, sceneId: 1, ratingKey: '7', sectionKey: '1', title: 'Harbour lights' },
    ...{ changes, record: undefined, state: 'closed', undoneBy: undefined, at: 1 },
  };
}
