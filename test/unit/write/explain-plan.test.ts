import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SCALAR_FIELDS } from '../../../src/core/model/plex-item.ts';
import type { SceneData, SceneKey } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { plainText } from '../../../src/core/text/sentence.ts';
import type { Change } from '../../../src/core/write/change.ts';
import { withoutSummary } from '../../../src/core/write/cut-summary.ts';
import type { WriteRules } from '../../../src/core/write/desired-state.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { planEdits } from '../../../src/core/write/edit-plan.ts';
import { explainPlan } from '../../../src/core/write/explain-plan.ts';
import { anyItem, anyRules, anyWanted, anyWritten } from './merge-cases.ts';
import { BY_HAND, itemWith, PRESERVE, RULES } from './plex-model.ts';

type Case = {
  readonly scene: SceneData;
  readonly item: Parameters<typeof itemWith>[0];
  readonly written?: Written;
  readonly rules?: WriteRules;
  readonly from?: ReadonlySet<SceneKey>;
};

function planOf({ scene, item, written = NOTHING_WRITTEN, rules = RULES, from }: Case): EditPlan {
  const fromStash = from ?? new Set(Object.keys(scene) as SceneKey[]);
  return planEdits(desiredStateOf(scene, rules, fromStash), itemWith(item), written, rules);
}

/** The only change of a plan, as `action: why`. */
function whyOf(of: Case): string {
  const changes = explainPlan(planOf(of));
  assert.equal(changes.length, 1, JSON.stringify(changes));
  return changes.map(({ action, why }) => `${action}: ${plainText(why)}`).join('\n');
}

const wrote = (sent: string, kept = sent): Written => ({ fields: { summary: { sent, kept } }, lists: {} });
const wroteTags = (...names: string[]): Written => ({
  fields: {},
  lists: { genre: Object.fromEntries(names.map((name) => [name, name])) },
});
const LONG = 'The lantern keeper walks along the quay at dusk, and counts the boats that have come home.';

test('each rule for a value has a sentence that names what was written, what Plex has and whose it is', () => {
  const ships = { fields: { summary: 'Ships.' } };
  const locked = { ...ships, locked: ['summary'] };
  const cases: readonly [Case, string][] = [
    [
      { scene: { details: 'Boats.' }, item: ships },
      "set: no record yet of what plexsync wrote here, and Plex has 'Ships.': Stash wins at first contact",
    ],
    [{ scene: { details: 'Boats.' }, item: {} }, "set: empty in Plex, and Stash says 'Boats.'"],
    [{ scene: { details: 'Boats.' }, item: {}, from: BY_HAND }, "set: empty in Plex, and 'Boats.' was given by hand"],
    [
      { scene: { details: 'Boats.' }, item: ships, written: wrote('Ships.') },
      "set: plexsync wrote 'Ships.' before; Stash says 'Boats.' now",
    ],
    [
      { scene: { details: 'Boats.' }, item: ships, written: wrote('Tides.') },
      "set: plexsync wrote 'Tides.' before; Plex has 'Ships.' now, not locked and so no person's: Stash wins",
    ],
    [
      { scene: { details: 'Boats.' }, item: locked, written: wrote('Tides.') },
      "left: edited in Plex since plexsync wrote it ('Tides.'): left, though Stash says 'Boats.'",
    ],
    [
      { scene: { details: '' }, item: ships, written: wrote('Ships.') },
      "clear: plexsync wrote 'Ships.' before; it is empty in Stash now",
    ],
    [{ scene: { details: '' }, item: ships }, "left: empty in Stash, and 'Ships.' in Plex is not ours: left"],
    [{ scene: { details: '' }, item: ships, from: BY_HAND }, "clear: emptied by hand: cleared, whoever set 'Ships.'"],
    [
      { scene: { details: '' }, item: ships, rules: { ...RULES, clearEmpty: 'always' } },
      "clear: empty in Stash, and clear_empty is always: cleared, whoever set 'Ships.'",
    ],
    [
      { scene: { details: 'Boats.' }, item: ships, rules: PRESERVE },
      "left: Plex has 'Ships.', which is not ours, and preserve_plex_edits is on: left, though Stash says 'Boats.'",
    ],
    [
      { scene: { rating100: 90 }, item: { fields: { userRating: '3' } } },
      "left: rated in Plex, and not by plexsync: left, though Stash says '9'",
    ],
    [
      { scene: { rating100: 90 }, item: { fields: { userRating: '3' } }, from: BY_HAND },
      "set: a rating given by hand wins over '3' in Plex",
    ],
    [
      {
        scene: { details: `${LONG} All of them.` },
        item: { fields: { summary: LONG } },
        written: wrote(`${LONG} All of them.`, LONG),
      },
      'set: Plex has only the beginning of what plexsync wrote: all of it is tried again',
    ],
  ];
  for (const [of, expected] of cases) assert.equal(whyOf(of), expected);
});

test('each rule for a list has a sentence', () => {
  const cases: readonly [Case, string][] = [
    [
      { scene: { tags: ['Fog'] }, item: { lists: { genre: ['Drama'] } } },
      'add: no record yet: those of Stash are added at first contact, those of Plex kept',
    ],
    [
      { scene: { tags: ['Fog', 'Tide'] }, item: { lists: { genre: ['Fog'] } }, written: wroteTags('Fog') },
      'add: in Stash, and never written by plexsync: added',
    ],
    [
      { scene: { tags: ['Fog'] }, item: { lists: { genre: ['Fog', 'Tide'] } }, written: wroteTags('Fog', 'Tide') },
      'remove: ours, gone from Stash: removed',
    ],
    [
      { scene: { tags: ['Pier'] }, item: { lists: { genre: ['Tide'] } }, written: wroteTags('Tide') },
      'add: in Stash, and never written by plexsync: added; ours, gone from Stash: removed',
    ],
    [
      { scene: { tags: ['Fog', 'Tide'] }, item: { lists: { genre: ['Fog'] } }, written: wroteTags('Fog', 'Tide') },
      "left: removed in Plex since plexsync wrote 'Tide': left so",
    ],
    [
      { scene: { tags: [] }, item: { lists: { genre: ['Drama'] } }, from: BY_HAND },
      'remove: emptied by hand: all removed, whoever set them',
    ],
    [
      { scene: { tags: ['Fog'] }, item: { lists: { genre: ['Drama'] } }, rules: PRESERVE },
      "left: Plex has names that are not ours, and preserve_plex_edits is on: left, with 'Fog' as in Plex",
    ],
    [
      {
        scene: { tags: ['Fog', 'Tide', 'Pier'] },
        item: { lists: { genre: ['Fog'] } },
        rules: { ...RULES, maxTags: 1 },
      },
      'left: capped by max_tags: 2 more are not written',
    ],
  ];
  for (const [of, expected] of cases) assert.equal(whyOf(of), expected);
});

test('a list is told with the names before and after, those added and those removed', () => {
  const changes = explainPlan(
    planOf({
      scene: { tags: ['Pier'] },
      item: { lists: { genre: ['Drama', 'Tide'] } },
      written: wroteTags('Tide'),
    }),
  );
  assert.deepEqual(
    changes.map(({ why: _, ...change }) => change),
    [
      {
        field: 'genre',
        action: 'add',
        before: ['Drama', 'Tide'],
        after: ['Drama', 'Pier'],
        added: ['Pier'],
        removed: ['Tide'],
      },
    ],
  );
});

test('a summary that stays cut is left, and its reason is its length', () => {
  const whole = `${LONG} All of them.`;
  const written = wrote(whole, LONG);
  const plan = withoutSummary(
    planOf({ scene: { details: whole }, item: { fields: { summary: LONG } }, written }),
    written,
  );
  assert.deepEqual(
    explainPlan(plan).map(({ action, why }) => [action, plainText(why)]),
    [['left', 'Plex has the beginning of it, and all of it was too long for the server lately: left']],
  );
});

test('pictures and a label that goes are changes like any other', () => {
  const plan: EditPlan = {
    ...planOf({ scene: {}, item: {} }),
    pictures: [
      { field: 'thumb', how: 'uploaded', bytes: 300_000, before: 'metadata://posters/1', shownBefore: '/thumb/1' },
    ],
    left: [{ field: 'art', reason: 'locked_in_plex' }],
    labels: { whole: ['Harbour'], remove: ['Overlay'] },
  };
  assert.deepEqual(
    explainPlan(plan).map(({ field, action, removed, why }) => [field, action, removed, plainText(why)]),
    [
      ['poster', 'set', [], 'one that nobody uploaded is selected in Plex. Plex does not have it: it is uploaded'],
      ['background', 'left', [], 'locked in Plex, and not by us: left'],
      ['label', 'remove', ['Overlay'], 'the poster under it is replaced, and overlay_label is release: removed'],
    ],
  );
});

test('a picture that is only locked is a change too, and is named once', () => {
  const locks = [{ name: 'thumb', locked: true }];
  const poster = { field: 'thumb', how: 'uploaded', bytes: 1, before: null, shownBefore: '' } as const;
  const whys = (plan: Parameters<typeof explainPlan>[0]) =>
    explainPlan(plan).map(({ field, why }) => [field, plainText(why)]);
  assert.deepEqual(whys({ left: [], locks }), [
    ['poster', 'it is shown in Plex already, and not locked: it is locked'],
  ]);
  assert.deepEqual(whys({ left: [], locks, pictures: [poster] }), [
    ['poster', 'none is selected in Plex. Plex does not have it: it is uploaded'],
  ]);
});

test('the explanation names exactly what the plan edits or leaves, each once', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, (wanted, item, written, rules) => {
      const plan = planEdits(wanted, item, written, rules);
      const changes = explainPlan(plan);
      const told: readonly string[] = changes.map(({ field }) => field);
      const edited = [...plan.fields.map(({ field }) => field), ...plan.lists.map(({ kind }) => kind)];
      const left = [...plan.left.map(({ field }) => field), ...plan.capped.map(({ kind }) => kind)];
      // What Stash does not fill is right as somebody else filled it, and is told all the same.
      const others = SCALAR_FIELDS.filter((field) => {
        const [now, last] = [item.fields[field], written.fields[field]];
        const isOurs = last !== undefined && (now === last.kept || now === last.sent);
        return wanted.fields[field] === '' && wanted.clearsOurs.has(field) && now !== '' && !isOurs;
      });
      assert.deepEqual(told.toSorted(), [...new Set<string>([...edited, ...left, ...others])].toSorted());
      const edits = changes.filter(({ action }) => action !== 'left');
      assert.deepEqual(
        edits.map(({ field }) => field),
        edited,
      );
      for (const change of changes) assert.notEqual(plainText(change.why), '');
    }),
    { numRuns: 500 },
  );
});

test('before and after of an explanation are those of the edit', () => {
  fc.assert(
    fc.property(anyWanted, anyItem, anyWritten, anyRules, (wanted, item, written, rules) => {
      const plan = planEdits(wanted, item, written, rules);
      const changes = new Map<string, Change>(explainPlan(plan).map((change) => [change.field, change]));
      for (const { field, before, value } of plan.fields) {
        const change = changes.get(field);
        assert.deepEqual([change?.before, change?.after], [before, value]);
        assert.equal(change?.action, value === '' ? 'clear' : 'set');
      }
      for (const { kind, before, whole, add, remove } of plan.lists) {
        const change = changes.get(kind);
        assert.deepEqual([change?.before, change?.after], [before, whole.map(({ tag }) => tag)]);
        assert.deepEqual([change?.added, change?.removed], [add, remove]);
      }
    }),
    { numRuns: 500 },
  );
});
