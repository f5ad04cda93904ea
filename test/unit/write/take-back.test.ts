/** Fields that a person takes back from Plex: Stash wins there, and nowhere else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LIST_KINDS, SCALAR_FIELDS } from '../../../src/core/model/plex-item.ts';
import type { ReassertField } from '../../../src/core/model/reassert.ts';
import { PLEX_NAMES, REASSERT_FIELDS } from '../../../src/core/model/reassert.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { foldName } from '../../../src/core/text/text.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import { planEdits } from '../../../src/core/write/edit-plan.ts';
import { explainPlan } from '../../../src/core/write/explain-plan.ts';
import { takingBack } from '../../../src/core/write/take-back.ts';
import { worded } from '../../helpers/worded.ts';
import { anyItem, anyRules, anyWanted, anyWritten } from './merge-cases.ts';
import { applied, BY_HAND, itemWith, PRESERVE, RULES } from './plex-model.ts';

const someFields = fc.subarray([...REASSERT_FIELDS]);
const anyCase = { wanted: anyWanted, item: anyItem, written: anyWritten, rules: anyRules, fields: someFields };
const isIn = (fields: readonly ReassertField[], name: string): boolean =>
  fields.some((field) => PLEX_NAMES[field] === name);

test('nothing of a field that is taken back is left, whoever edited it', () => {
  fc.assert(
    fc.property(fc.record(anyCase), ({ wanted, item, written, rules, fields }) => {
      const plan = planEdits(takingBack(wanted, fields), item, written, rules);
      assert.deepEqual(
        plan.left.filter(({ field }) => isIn(fields, field)),
        [],
      );
      const after = applied(plan, item, 'merge');
      for (const field of SCALAR_FIELDS.filter((name) => isIn(fields, name))) {
        const value = wanted.fields[field];
        const isKnownForm = written.fields[field]?.sent === value && written.fields[field]?.kept === item.fields[field];
        if (value !== undefined && value !== '' && !isKnownForm) assert.equal(after.fields[field], value);
      }
    }),
  );
});

test('fields that are not taken back are decided as ever', () => {
  fc.assert(
    fc.property(fc.record(anyCase), ({ wanted, item, written, rules, fields }) => {
      const plain = planEdits(wanted, item, written, rules);
      const taken = planEdits(takingBack(wanted, fields), item, written, rules);
      const besides = ({ fields: scalars, lists, left }: typeof plain) => ({
        fields: scalars.filter(({ field }) => !isIn(fields, field)),
        lists: lists.filter(({ kind }) => !isIn(fields, kind)),
        left: left.filter(({ field }) => !isIn(fields, field)),
      });
      assert.deepEqual(besides(taken), besides(plain));
    }),
  );
});

test('names that others added stay where a list is taken back, and ours all come', () => {
  fc.assert(
    fc.property(fc.record(anyCase), ({ wanted, item, written, rules, fields }) => {
      const plan = planEdits(takingBack(wanted, fields), item, written, rules);
      for (const kind of LIST_KINDS.filter((name) => isIn(fields, name))) {
        const list = wanted.lists[kind];
        if (list === undefined || list.clearsAll) continue;
        const ours = new Set(Object.values(written.lists[kind] ?? {}).map(foldName));
        const after = new Set(applied(plan, item, 'replace').lists[kind].map(({ tag }) => foldName(tag)));
        for (const { tag } of item.lists[kind]) if (!ours.has(foldName(tag))) assert.ok(after.has(foldName(tag)), tag);
        const kept = new Map(Object.entries(plan.written.lists[kind] ?? {}).map(([sent, as]) => [foldName(sent), as]));
        for (const name of list.names)
          assert.ok(after.has(foldName(name)) || after.has(foldName(kept.get(foldName(name)) ?? '')), name);
      }
    }),
  );
});

test('nothing taken back changes nothing', () => {
  fc.assert(
    fc.property(fc.record(anyCase), ({ wanted }) => {
      assert.equal(takingBack(wanted, undefined), wanted);
      assert.equal(takingBack(wanted, []), wanted);
    }),
  );
});

const WROTE: Written = {
  fields: { title: { sent: 'Pier', kept: 'Pier' } },
  lists: { genre: { sea: 'sea', fog: 'fog' } },
};
const EDITED = itemWith({
  fields: { title: 'A person’s', userRating: '3' },
  lists: { genre: ['sea', 'by hand'] },
  locked: ['title', 'genre', 'userRating'],
});
const STASH = { title: 'Pier', rating100: 80, tags: ['sea', 'fog'] };
const FROM_STASH = new Set(['title', 'rating100', 'tags'] as const);

test('a title, a rating and a removed tag come back, also where Plex edits are preserved, and each says why', () => {
  for (const rules of [RULES, PRESERVE]) {
    const wanted = takingBack(desiredStateOf(STASH, rules, FROM_STASH), REASSERT_FIELDS);
    const plan = planEdits(wanted, EDITED, WROTE, rules);
    assert.deepEqual(
      plan.fields.map(({ field, value }) => [field, value]),
      [
        ['title', 'Pier'],
        ['userRating', '8'],
      ],
    );
    assert.deepEqual([plan.lists.map(({ add, remove }) => [add, remove]), plan.left], [[[['fog'], []]], []]);
    assert.deepEqual(
      explainPlan(plan).map(({ why }) => worded({ why }).why),
      [
        "taken back by --reassert: Stash wins over 'A person’s' in Plex",
        "taken back by --reassert: Stash wins over '3' in Plex",
        "removed in Plex, and taken back by --reassert: 'fog'",
      ],
    );
  }
});

test('a field that is empty in Stash takes nothing away from a person, taken back or not', () => {
  const empty = desiredStateOf({ tagline: null }, RULES, new Set(['tagline'] as const));
  const item = itemWith({ fields: { tagline: 'A person’s' }, locked: ['tagline'] });
  assert.deepEqual(planEdits(takingBack(empty, ['tagline']), item, WROTE, RULES).fields, []);
  const byHand = desiredStateOf({ tagline: null }, RULES, BY_HAND);
  assert.equal(planEdits(byHand, item, WROTE, RULES).fields.length, 1, 'one that is emptied by hand does');
});
