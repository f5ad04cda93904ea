import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ListKind, PlexItem } from '../../../src/core/model/plex-item.ts';
import { LIST_KINDS } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { foldIntent, NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { foldName } from '../../../src/core/text/text.ts';
import type { WriteRules } from '../../../src/core/write/desired-state.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { intentOf, isEmptyPlan, planEdits } from '../../../src/core/write/edit-plan.ts';
import { verifyPlan } from '../../../src/core/write/verify-plan.ts';
import { anyItem, anyRules, anyWanted, anyWritten } from './merge-cases.ts';
import type { Semantics } from './plex-model.ts';
import { applied, BY_HAND, itemWith, namesOf, PRESERVE, RULES, recordWith } from './plex-model.ts';

function planFor(
  scene: SceneData,
  item: PlexItem,
  written: Written = NOTHING_WRITTEN,
  rules: WriteRules = RULES,
): EditPlan {
  return planEdits(desiredStateOf(scene, rules, BY_HAND), item, written, rules);
}

const wroteSummary = (sent: string, kept = sent): Written => ({ fields: { summary: { sent, kept } }, lists: {} });
const wroteTags = (...names: string[]): Written => ({
  fields: {},
  lists: { genre: Object.fromEntries(names.map((name) => [name, name])) },
});
const genres = (...names: string[]): PlexItem => itemWith({ lists: { genre: names } });
const SEMANTICS: readonly Semantics[] = ['merge', 'replace'];

/** The genres after the plan, under both semantics, which must agree. */
function genresAfter(plan: EditPlan, item: PlexItem): string[] {
  const [merged, replaced] = SEMANTICS.map((semantics) => namesOf(applied(plan, item, semantics)).genre);
  assert.deepEqual(merged, replaced);
  return merged ?? [];
}

// Single values

test('a field that differs is written, with what stood there', () => {
  const plan = planFor({ details: 'Boats.' }, itemWith({ fields: { summary: 'Ships.' } }));
  assert.deepEqual(plan.fields, [{ field: 'summary', before: 'Ships.', value: 'Boats.' }]);
  assert.deepEqual(plan.written.fields, { summary: { sent: 'Boats.', kept: 'Boats.' } });
});

test('a field that is right already is not written, and not claimed as ours', () => {
  const plan = planFor({ details: 'Boats.' }, itemWith({ fields: { summary: 'Boats.' } }));
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.written, NOTHING_WRITTEN);
});

test('a key the scene does not have leaves the field and its record alone', () => {
  const plan = planFor({}, itemWith({ fields: { summary: 'Ships.' } }), wroteSummary('Boats.'));
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.written, wroteSummary('Boats.'));
});

test('an empty value clears the field', () => {
  const plan = planFor({ details: null }, itemWith({ fields: { summary: 'Ships.' } }));
  assert.deepEqual(plan.fields, [{ field: 'summary', before: 'Ships.', value: '' }]);
});

test('at first contact Stash wins, even over a locked value', () => {
  const plan = planFor({ details: 'Boats.' }, itemWith({ fields: { summary: 'Mine.' }, locked: ['summary'] }));
  assert.equal(plan.fields[0]?.value, 'Boats.');
  assert.deepEqual(plan.left, []);
});

test('a field we wrote, that is locked and was edited in Plex, is left and said', () => {
  const item = itemWith({ fields: { summary: 'Mine.' }, locked: ['summary'] });
  const plan = planFor({ details: 'New boats.' }, item, wroteSummary('Boats.'));
  assert.deepEqual(plan.fields, []);
  assert.deepEqual(plan.left, [{ field: 'summary', reason: 'edited_in_plex' }]);
  assert.deepEqual(plan.written, wroteSummary('Boats.'));
});

test('a field we wrote, that an agent changed since it was not locked, is written again', () => {
  const plan = planFor({ details: 'Boats.' }, itemWith({ fields: { summary: 'Agent.' } }), wroteSummary('Boats.'));
  assert.equal(plan.fields[0]?.value, 'Boats.');
});

test('a lock on another field protects nothing', () => {
  const item = itemWith({ fields: { summary: 'Agent.' }, locked: ['title'] });
  assert.equal(planFor({ details: 'Boats.' }, item, wroteSummary('Boats.')).fields.length, 1);
});

test('a locked field that still is as we wrote it follows Stash', () => {
  const item = itemWith({ fields: { summary: 'Boats.' }, locked: ['summary'] });
  assert.equal(planFor({ details: 'New boats.' }, item, wroteSummary('Boats.')).fields[0]?.value, 'New boats.');
});

test('a field emptied by hand is cleared even where it was edited in Plex', () => {
  const item = itemWith({ fields: { summary: 'Mine.' }, locked: ['summary'] });
  assert.equal(planFor({ details: null }, item, wroteSummary('Boats.')).fields[0]?.value, '');
});

test('a field that is empty in Stash clears what we wrote there, and nothing else', () => {
  const emptied = (written: Written) => {
    const wanted = desiredStateOf({ details: '' }, RULES, new Set(['details']));
    return planEdits(wanted, itemWith({ fields: { summary: 'Ships.' } }), written, RULES);
  };
  assert.deepEqual(emptied(wroteSummary('Ships.')).fields, [{ field: 'summary', before: 'Ships.', value: '' }]);
  assert.ok(isEmptyPlan(emptied(NOTHING_WRITTEN)));
  const edited = emptied(wroteSummary('Boats.'));
  assert.ok(isEmptyPlan(edited));
  assert.deepEqual([edited.left, edited.written], [[], wroteSummary('Boats.')]);
});

test('a rating given by hand wins over one set in Plex', () => {
  const item = itemWith({ fields: { userRating: '3' }, locked: ['userRating'] });
  const written: Written = { fields: { userRating: { sent: '8', kept: '8' } }, lists: {} };
  assert.equal(planFor({ rating100: 90 }, item, written).fields[0]?.value, '9');
  assert.equal(planFor({ rating100: 90 }, item).fields[0]?.value, '9');
});

/** The plan for a rating that Stash has. */
function stashRates(rating100: number | null, item: PlexItem, written: Written = NOTHING_WRITTEN, rules = RULES) {
  return planEdits(desiredStateOf({ rating100 }, rules, new Set(['rating100'])), item, written, rules);
}

const rated = (userRating: string, locked: readonly string[] = []): PlexItem =>
  itemWith({ fields: { userRating }, locked });
const WROTE_EIGHT: Written = { fields: { userRating: { sent: '8', kept: '8' } }, lists: {} };

test('a rating that a person gave in Plex is not replaced by that of Stash, from the first contact on', () => {
  const plan = stashRates(90, rated('3'));
  assert.ok(isEmptyPlan(plan));
  assert.deepEqual([plan.left, plan.written], [[{ field: 'userRating', reason: 'rated_in_plex' }], NOTHING_WRITTEN]);
});

test('a rating that a person changed in Plex after ours stays, locked or not', () => {
  for (const locked of [[], ['userRating']]) {
    const plan = stashRates(90, rated('3', locked), WROTE_EIGHT);
    assert.ok(isEmptyPlan(plan));
    assert.deepEqual([plan.left, plan.written], [[{ field: 'userRating', reason: 'edited_in_plex' }], WROTE_EIGHT]);
  }
});

test('a rating that we wrote and a person took away in Plex stays away', () => {
  const plan = stashRates(90, rated('', ['userRating']), WROTE_EIGHT);
  assert.deepEqual([plan.fields, plan.left.map(({ reason }) => reason)], [[], ['edited_in_plex']]);
});

test('where nobody rated an item, or we did, it follows Stash', () => {
  assert.equal(stashRates(90, rated('')).fields[0]?.value, '9');
  assert.equal(stashRates(90, rated('8'), WROTE_EIGHT).fields[0]?.value, '9');
});

test('an empty rating or one of 0 in Stash takes away ours, and no other', () => {
  for (const rating100 of [null, 0]) {
    assert.deepEqual(stashRates(rating100, rated('8'), WROTE_EIGHT).fields, [
      { field: 'userRating', before: '8', value: '' },
    ]);
    const other = stashRates(rating100, rated('3'));
    assert.deepEqual([other.fields, other.left], [[], []]);
  }
});

test('clear_empty=always takes away a person’s rating too', () => {
  assert.equal(stashRates(0, rated('3'), NOTHING_WRITTEN, { ...RULES, clearEmpty: 'always' }).fields[0]?.value, '');
});

test('a rating of 0 given by hand clears whatever is there', () => {
  assert.deepEqual(planFor({ rating100: 0 }, rated('3')).fields, [{ field: 'userRating', before: '3', value: '' }]);
});

test('a value that Plex keeps in its own form is not sent again', () => {
  const item = itemWith({ fields: { summary: 'boats' }, locked: ['summary'] });
  assert.equal(isEmptyPlan(planFor({ details: 'Boats.' }, item, wroteSummary('Boats.', 'boats'))), true);
});

test('a new value is sent over the form Plex made of the last one', () => {
  const item = itemWith({ fields: { summary: 'boats' }, locked: ['summary'] });
  assert.equal(planFor({ details: 'Ships.' }, item, wroteSummary('Boats.', 'boats')).fields[0]?.value, 'Ships.');
});

test('preserve_plex_edits fills an empty field', () => {
  assert.equal(planFor({ details: 'Boats.' }, itemWith({}), NOTHING_WRITTEN, PRESERVE).fields[0]?.value, 'Boats.');
});

test('preserve_plex_edits leaves a filled field, and says so', () => {
  const plan = planFor({ details: 'Boats.' }, itemWith({ fields: { summary: 'Ships.' } }), NOTHING_WRITTEN, PRESERVE);
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.left, [{ field: 'summary', reason: 'preserved' }]);
});

test('preserve_plex_edits counts our own last write as empty', () => {
  for (const now of ['Boats.', 'boats']) {
    const plan = planFor(
      { details: 'Ships.' },
      itemWith({ fields: { summary: now } }),
      wroteSummary('Boats.', 'boats'),
      PRESERVE,
    );
    assert.equal(plan.fields[0]?.value, 'Ships.');
  }
});

// Lists

test('five genres of the user and one tag of ours make six', () => {
  const item = genres('Sea', 'Sky', 'Sand', 'Stone', 'Salt');
  const plan = planFor({ tags: ['Boats'] }, item);
  assert.deepEqual(genresAfter(plan, item), ['Boats', 'Salt', 'Sand', 'Sea', 'Sky', 'Stone']);
  assert.deepEqual(plan.lists[0]?.add, ['Boats']);
  assert.deepEqual(plan.lists[0]?.remove, []);
  assert.deepEqual(plan.written, wroteTags('Boats'));
});

test('a list is sent whole: what is there, with role and portrait, and what is new', () => {
  const ada = { tag: 'Ada Mole', role: 'The keeper', thumb: 'http://plex.test/ada.jpg' };
  const plan = planFor({ performers: ['Bo Pier'] }, itemWith({ lists: { actor: [ada] } }));
  assert.deepEqual(plan.lists[0]?.whole, [ada, { tag: 'Bo Pier' }]);
  assert.deepEqual(plan.lists[0]?.before, ['Ada Mole']);
});

test('a tag of ours that Stash dropped is removed, the user’s are kept', () => {
  const item = genres('Sea', 'Boats', 'Tide');
  const plan = planFor({ tags: ['Tide'] }, item, wroteTags('Boats', 'Tide'));
  assert.deepEqual(genresAfter(plan, item), ['Sea', 'Tide']);
  assert.deepEqual(plan.lists[0]?.remove, ['Boats']);
  assert.deepEqual(plan.written, wroteTags('Tide'));
});

test('a tag of ours that is gone from both sides is forgotten without a write', () => {
  const plan = planFor({ tags: ['Tide'] }, genres('Tide'), wroteTags('Boats', 'Tide'));
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.written, wroteTags('Tide'));
});

test('a tag of ours that the user removed in Plex stays removed, and this is said', () => {
  const plan = planFor({ tags: ['Boats'] }, genres('Sea'), wroteTags('Boats'));
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.left, [{ field: 'genre', reason: 'removed_in_plex' }]);
  assert.deepEqual(plan.written, wroteTags('Boats'));
});

test('a tag the user removed in Plex does not come back with the next one', () => {
  const item = genres('Sea');
  assert.deepEqual(genresAfter(planFor({ tags: ['Boats', 'Tide'] }, item, wroteTags('Boats')), item), ['Sea', 'Tide']);
});

test('a tag that Stash dropped and took up again is added again', () => {
  const dropped = planFor({ tags: ['Tide'] }, genres('Tide'), wroteTags('Boats', 'Tide'));
  const again = planFor({ tags: ['Boats', 'Tide'] }, genres('Tide'), dropped.written);
  assert.deepEqual(again.lists[0]?.add, ['Boats']);
});

test('a name the user has already is neither added nor claimed, so dropping it later leaves it', () => {
  const item = genres('Boats');
  const plan = planFor({ tags: ['Boats'] }, item);
  assert.equal(isEmptyPlan(plan), true);
  assert.equal(isEmptyPlan(planFor({ tags: ['Tide'] }, genres('Boats', 'Tide'), plan.written)), true);
});

test('another case, spacing or composition is the same name', () => {
  const item = genres('BOATS', 'Café  Mole');
  assert.equal(isEmptyPlan(planFor({ tags: [' boats', 'Cafe\u0301 mole'] }, item)), true);
});

test('a dropped tag is removed in the spelling Plex has', () => {
  const plan = planFor({ tags: ['Tide'] }, genres('BOATS', 'Tide'), wroteTags('Boats', 'Tide'));
  assert.deepEqual(plan.lists[0]?.remove, ['BOATS']);
});

test('a tag of ours that Plex keeps in its own form is not added again', () => {
  const written: Written = { fields: {}, lists: { genre: { 'Boats!': 'Boats' } } };
  const plan = planFor({ tags: ['Boats!'] }, genres('Boats'), written);
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.left, []);
});

test('a dropped tag is removed in the form Plex made of it', () => {
  const written: Written = { fields: {}, lists: { genre: { 'Boats!': 'Boats', Tide: 'Tide' } } };
  assert.deepEqual(planFor({ tags: ['Tide'] }, genres('Boats', 'Tide'), written).lists[0]?.remove, ['Boats']);
});

test('of two tags that Plex keeps as one, dropping the first leaves the second', () => {
  const written: Written = { fields: {}, lists: { genre: { 'Boats!': 'Boats', 'Boats?': 'Boats' } } };
  assert.equal(isEmptyPlan(planFor({ tags: ['Boats?'] }, genres('Boats'), written)), true);
});

test('the cap limits ours, says how many it kept back, and spares the user’s', () => {
  const rules = { ...RULES, maxTags: 2 };
  const item = genres('Sea', 'Sky', 'Sand');
  const plan = planFor({ tags: ['Boats', 'Tide', 'Ivy'] }, item, NOTHING_WRITTEN, rules);
  assert.deepEqual(plan.capped, [{ kind: 'genre', dropped: 1 }]);
  assert.deepEqual(genresAfter(plan, item), ['Boats', 'Sand', 'Sea', 'Sky', 'Tide']);
});

test('an inline empty list clears everything, the user’s too', () => {
  const item = genres('Sea', 'Boats');
  const plan = planFor({ tags: [] }, item, wroteTags('Boats'));
  assert.deepEqual(genresAfter(plan, item), []);
  assert.deepEqual(plan.lists[0]?.remove, ['Sea', 'Boats']);
});

test('an inline empty list for an empty list writes nothing', () => {
  assert.equal(isEmptyPlan(planFor({ tags: [] }, genres())), true);
});

test('an empty studio removes our collection and no other', () => {
  const item = itemWith({ fields: { studio: 'Quay Films' }, lists: { collection: ['Quay Films', 'My evenings'] } });
  const written: Written = {
    fields: { studio: { sent: 'Quay Films', kept: 'Quay Films' } },
    lists: { collection: { 'Quay Films': 'Quay Films' } },
  };
  const plan = planFor({ studio: null }, item, written);
  for (const semantics of SEMANTICS) {
    const after = applied(plan, item, semantics);
    assert.equal(after.fields.studio, '');
    assert.deepEqual(namesOf(after).collection, ['My evenings']);
  }
});

test('an empty studio leaves a collection of that name which is not ours', () => {
  const item = itemWith({ lists: { collection: ['Quay Films'] } });
  assert.equal(isEmptyPlan(planFor({ studio: null }, item)), true);
});

test('a new studio moves the item out of our old collection into the new one', () => {
  const item = itemWith({ lists: { collection: ['Quay Films', 'My evenings'] } });
  const written: Written = { fields: {}, lists: { collection: { 'Quay Films': 'Quay Films' } } };
  const plan = planFor({ studio: 'Mole Films' }, item, written);
  for (const semantics of SEMANTICS)
    assert.deepEqual(namesOf(applied(plan, item, semantics)).collection, ['Mole Films', 'My evenings']);
});

test('performers, tags and studio go to their own lists', () => {
  const plan = planFor({ performers: ['Ada Mole'], tags: ['Boats'], studio: 'Quay Films' }, itemWith({}));
  assert.deepEqual(
    plan.lists.map(({ kind, add }) => [kind, ...add]),
    [
      ['actor', 'Ada Mole'],
      ['genre', 'Boats'],
      ['collection', 'Quay Films'],
    ],
  );
});

test('preserve_plex_edits leaves a list that holds a name of the user', () => {
  const plan = planFor({ tags: ['Tide'] }, genres('Sea', 'Boats'), wroteTags('Boats'), PRESERVE);
  assert.equal(isEmptyPlan(plan), true);
  assert.deepEqual(plan.left, [{ field: 'genre', reason: 'preserved' }]);
  assert.deepEqual(plan.written, wroteTags('Boats'));
});

test('preserve_plex_edits fills an empty list and keeps up one that is all ours', () => {
  assert.deepEqual(planFor({ tags: ['Boats'] }, genres(), NOTHING_WRITTEN, PRESERVE).lists[0]?.add, ['Boats']);
  const item = genres('Boats');
  assert.deepEqual(genresAfter(planFor({ tags: ['Tide'] }, item, wroteTags('Boats'), PRESERVE), item), ['Tide']);
});

test('the intent notes each field and name about to change, with what stood there', () => {
  const item = itemWith({ fields: { summary: 'Ships.', title: 'Harbour' }, lists: { genre: ['Sea', 'Boats'] } });
  const plan = planFor({ title: 'Harbour', details: 'Boats.', tags: ['Tide'] }, item, wroteTags('Boats'));
  assert.deepEqual(intentOf(plan), {
    fields: { summary: { before: 'Ships.', value: 'Boats.' } },
    lists: { genre: { before: ['Sea', 'Boats'], add: ['Tide'], remove: ['Boats'] } },
  });
});

// Laws

const anySemantics = fc.constantFrom(...SEMANTICS);

test('planning again after a plan was carried out and verified plans nothing', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, anySemantics, (wanted, item, written, rules, semantics) => {
      const plan = planEdits(wanted, item, written, rules);
      const after = applied(plan, item, semantics);
      const verified = verifyPlan(plan, after);
      assert.deepEqual(verified.lost, []);
      assert.ok(isEmptyPlan(planEdits(wanted, after, verified.written, rules)));
    }),
    { numRuns: 500 },
  );
});

test('planning again after a crash behind the write plans nothing', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, anySemantics, (wanted, item, written, rules, semantics) => {
      const plan = planEdits(wanted, item, written, rules);
      const after = applied(plan, item, semantics);
      const folded = foldIntent(recordWith(written, intentOf(plan)), after);
      assert.ok(isEmptyPlan(planEdits(wanted, after, folded, rules)));
    }),
    { numRuns: 500 },
  );
});

test('planning again after a crash before the write plans the same', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, (wanted, item, written, rules) => {
      const plan = planEdits(wanted, item, written, rules);
      const folded = foldIntent(recordWith(written, intentOf(plan)), item);
      assert.deepEqual(planEdits(wanted, item, folded, rules), plan);
    }),
    { numRuns: 500 },
  );
});

test('a server that merges and one that replaces end with the same names', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, (wanted, item, written, rules) => {
      const plan = planEdits(wanted, item, written, rules);
      assert.deepEqual(namesOf(applied(plan, item, 'merge')), namesOf(applied(plan, item, 'replace')));
    }),
  );
});

test('no name is ever lost that is not ours, unless the list was emptied by hand', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, anySemantics, (wanted, item, written, rules, semantics) => {
      const after = namesOf(applied(planEdits(wanted, item, written, rules), item, semantics));
      const lost = (kind: ListKind): string[] => {
        const ours = new Set(Object.values(written.lists[kind] ?? {}).map(foldName));
        return namesOf(item)[kind].filter((name) => !after[kind].includes(name) && !ours.has(foldName(name)));
      };
      for (const kind of LIST_KINDS) if (!wanted.lists[kind]?.clearsAll) assert.deepEqual(lost(kind), []);
    }),
  );
});

test('what the scene does not say is never touched', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, (wanted, item, written, rules) => {
      const plan = planEdits(wanted, item, written, rules);
      for (const { field } of plan.fields) assert.ok(field in wanted.fields);
      for (const { kind } of plan.lists) assert.ok(kind in wanted.lists);
    }),
  );
});

test('a wanted tag that stands in Plex as the form of an earlier one of ours is kept and stays ours', () => {
  const plan = planFor({ tags: ['Boats'] }, genres('Boats'), { fields: {}, lists: { genre: { 'Boats!': 'Boats' } } });
  assert.ok(isEmptyPlan(plan));
  assert.deepEqual(plan.written.lists.genre, { Boats: 'Boats' });
});

test('a dropped name that Plex holds in two spellings goes in both', () => {
  const plan = planFor({ tags: ['Fog'] }, genres('Boats', 'boats', 'Fog'), wroteTags('Boats', 'Fog'));
  assert.deepEqual(genresAfter(plan, genres('Boats', 'boats', 'Fog')), ['Fog']);
});

test('a tag named like a property of every object is a tag like any other', () => {
  const plan = planFor({ tags: ['__proto__'] }, genres());
  assert.deepEqual(Object.keys(plan.written.lists.genre ?? {}), ['__proto__']);
});

test('with preserve_plex_edits a list that is right already is not reported as left alone', () => {
  assert.deepEqual(planFor({ tags: ['Fog'] }, genres('Fog'), NOTHING_WRITTEN, PRESERVE).left, []);
});
