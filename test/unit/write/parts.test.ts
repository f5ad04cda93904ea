import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { SyncErrorCode } from '../../../src/core/model/errors.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import type { PlexItem, ScalarField } from '../../../src/core/model/plex-item.ts';
import type { SceneData } from '../../../src/core/model/scene.ts';
import type { Written } from '../../../src/core/model/scene-record.ts';
import { isCut, NOTHING_WRITTEN } from '../../../src/core/model/scene-record.ts';
import { ours, say } from '../../../src/core/text/sentence.ts';
import { desiredStateOf } from '../../../src/core/write/desired-state.ts';
import type { EditPlan } from '../../../src/core/write/edit-plan.ts';
import { planEdits } from '../../../src/core/write/edit-plan.ts';
import type { Delivery, Part, Refusal, RefusedPart } from '../../../src/core/write/parts.ts';
import { afterRefusal, carriedOut, failureOf, firstParts, intentLeft } from '../../../src/core/write/parts.ts';
import { verifyPlan } from '../../../src/core/write/verify-plan.ts';
import { editTarget } from '../../../src/plex/edit-url.ts';
import { applied, BY_HAND, itemWith, RULES } from './plex-model.ts';

const ITEM = itemWith({ fields: { title: 'untitled' } });
const planFor = (scene: SceneData, item: PlexItem = ITEM, written: Written = NOTHING_WRITTEN): EditPlan =>
  planEdits(desiredStateOf(scene, { ...RULES, maxPerformers: 500 }, BY_HAND), item, written, RULES);
const lengthOf = ({ fields, lists }: Part): number =>
  editTarget({ item: { ratingKey: '7', sectionKey: '1' }, fields, lists, lock: 'lock' }).length;
const TOO_LONG: Refusal = { code: 'plex_too_long', attempt: 'earlier' };
const keysOf = ({ fields, lists }: Part): string[] => [
  ...fields.map(({ field }) => field),
  ...lists.map(({ kind }) => kind),
];
const PROSE = 'The keeper rows out at dawn and counts the boats that came home. ';
const prose = (length: number): string =>
  PROSE.repeat(Math.ceil(length / PROSE.length))
    .slice(0, length)
    .trim();
const crew = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${'Marguerite '.repeat(7)}of Pier ${index}`);

/** What a server that takes requests up to `limit` makes of a plan, and how many were sent. */
function deliver(plan: EditPlan, limit: number): Delivery & { readonly requests: number } {
  const waiting = [...firstParts(plan, lengthOf)];
  const [taken, keptCut, refusedParts]: [Part[], ScalarField[], RefusedPart[]] = [[], [], []];
  const error = new SyncError('plex_too_long', say`The request was too long`);
  let requests = 0;
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    requests += 1;
    assert.ok(requests < 50, 'it ends');
    if (lengthOf(part) <= limit) {
      taken.push(part);
      continue;
    }
    const next = afterRefusal(part, TOO_LONG, lengthOf);
    if (next.kind === 'split') waiting.unshift(...next.parts);
    else if (next.kind === 'shorter') waiting.unshift(next.part);
    else if (next.kind === 'keptCut') keptCut.push(next.field);
    else if (next.kind === 'refused') refusedParts.push({ key: next.key, bytes: lengthOf(part), error });
    else assert.fail('a request that is too long is the fault of what it says');
  }
  return { taken, keptCut, refusedParts, end: { kind: 'all_sent' }, requests };
}

test('a plan that fits goes in one request, and one that is longer than 6 KiB in its parts', () => {
  const plan = planFor({ title: 'Gulls', details: prose(2_000), tags: ['sea'] });
  assert.deepEqual(firstParts(plan, lengthOf).map(keysOf), [['title', 'summary', 'genre']]);
  const long = planFor({ title: 'Gulls', details: prose(5_900), tags: ['sea'] });
  assert.deepEqual(firstParts(long, lengthOf).map(keysOf), [['title'], ['summary'], ['genre']]);
});

test('a request of several parts that was too long is sent in its parts, each whole', () => {
  const plan = planFor({ title: 'Gulls', details: prose(2_000), performers: crew(30) });
  const next = afterRefusal(plan, TOO_LONG, lengthOf);
  assert.ok(next.kind === 'split');
  assert.deepEqual(next.parts.map(keysOf), [['title'], ['summary'], ['actor']]);
  assert.deepEqual(
    next.parts.flatMap(({ fields }) => fields),
    plan.fields,
  );
  assert.deepEqual(
    next.parts.flatMap(({ lists }) => lists),
    plan.lists,
  );
});

test('a plan without an edit needs no request, and one that was sent all the same is no refusal of a part', () => {
  const empty = planFor({ title: 'untitled' });
  assert.deepEqual(firstParts(empty, lengthOf), []);
  assert.throws(() => afterRefusal({ fields: [], lists: [] }, TOO_LONG, lengthOf), /without an edit/);
});

test('a failure that no part is to blame for ends the attempt', () => {
  const plan = planFor({ title: 'Gulls', details: prose(2_000) });
  for (const code of [
    'plex_unauthorized',
    'plex_forbidden',
    'plex_not_found',
    'plex_unavailable',
    'plex_busy',
  ] as const)
    assert.deepEqual(afterRefusal(plan, { code, attempt: 'last' }, lengthOf), { kind: 'failed' }, code);
});

test('a summary is cut only where the request that was too long held nothing else', () => {
  const plan = planFor({ title: 'Gulls', details: prose(2_289), performers: crew(50) });
  const { taken, refusedParts, requests } = deliver(plan, 4_000);
  assert.deepEqual(taken.map(keysOf), [['title'], ['summary']]);
  assert.equal(taken[1]?.fields[0]?.value, prose(2_289));
  assert.deepEqual(
    refusedParts.map(({ key }) => key),
    ['actor'],
  );
  assert.equal(requests, 3);
});

test('a summary that is too long by itself is cut at a word, no further than it takes', () => {
  const plan = planFor({ details: prose(9_000) });
  for (const [limit, atLeast] of [
    [8_190, 5_500],
    [4_096, 2_700],
    [2_048, 1_300],
    [1_024, 550],
  ] as const) {
    const { taken, refusedParts } = deliver(plan, limit);
    const value = taken[0]?.fields[0]?.value ?? '';
    assert.deepEqual(refusedParts, []);
    assert.ok(value.length >= atLeast, `${value.length} at ${limit}`);
    assert.ok(prose(9_000).startsWith(`${value} `), 'it ends after a whole word');
  }
});

test('a cut never parts what is read as one sign', () => {
  const family = '👩‍👩‍👧';
  for (const text of [family.repeat(900), '🌊'.repeat(3_000), 'é̂'.repeat(3_000), '海の見える庭と灯台'.repeat(300)]) {
    const { taken } = deliver(planFor({ details: text }), 2_048);
    const value = taken[0]?.fields[0]?.value ?? '';
    assert.ok(value.length > 100 && value.isWellFormed());
    const signs = [...new Intl.Segmenter('en').segment(text)].map(({ index }) => index);
    assert.ok(signs.includes(value.length), `cut within a sign, after ${value.slice(-6)}`);
  }
});

test('what stands of a cut summary is not written again, and not replaced by less', () => {
  const whole = prose(9_000);
  const kept = prose(9_000).slice(0, 2_300).trim();
  const item = itemWith({ fields: { title: 'untitled', summary: kept } });
  const plan = planFor({ details: whole }, item, { fields: { summary: { sent: whole, kept } }, lists: {} });
  const delivery = deliver(plan, 2_048);
  assert.deepEqual([delivery.taken, delivery.keptCut, delivery.refusedParts], [[], ['summary'], []]);
  const done = carriedOut(plan, delivery, NOTHING_WRITTEN);
  assert.deepEqual([done.fields, done.written.fields.summary], [[], { sent: whole, kept }]);
  const longer = deliver(plan, 8_190).taken[0]?.fields[0]?.value ?? '';
  assert.ok(longer.length > 5_500);
});

test('what was refused counts as ours no further than before', () => {
  const before: Written = {
    fields: { title: { sent: 'Old', kept: 'Old' } },
    lists: { actor: { 'Ada Mole': 'Ada Mole' }, genre: { sea: 'sea' } },
  };
  const item = itemWith({ fields: { title: 'Old' }, lists: { actor: ['Ada Mole'], genre: ['sea'] } });
  const plan = planFor({ title: 'New', studio: 'Quay', performers: crew(50), tags: ['fog'] }, item, before);
  const delivery = deliver(plan, 2_000);
  assert.deepEqual(
    delivery.refusedParts.map(({ key }) => key),
    ['actor'],
  );
  const done = carriedOut(plan, delivery, before);
  assert.deepEqual(
    done.lists.map(({ kind }) => kind),
    ['genre', 'collection'],
  );
  assert.deepEqual(done.written, {
    fields: { title: { sent: 'New', kept: 'New' }, studio: { sent: 'Quay', kept: 'Quay' } },
    lists: { actor: { 'Ada Mole': 'Ada Mole' }, genre: { fog: 'fog' }, collection: { Quay: 'Quay' } },
  });
});

test('a refused part that was never ours is not ours after it', () => {
  const plan = planFor({ title: 'New', performers: crew(50) });
  const { fields, lists } = carriedOut(plan, deliver(plan, 2_000), NOTHING_WRITTEN).written;
  assert.deepEqual([Object.keys(fields), Object.keys(lists)], [['title'], []]);
});

test('the refusal names each part, what to do about it, and what of the scene it is', () => {
  const plan = planFor({ title: 'Gulls', performers: crew(50), tags: crew(60) });
  const error = failureOf(plan, deliver(plan, 4_000));
  assert.equal(error?.code, 'plex_too_long');
  assert.match(
    error?.message ?? '',
    /: performers \(\d+ bytes\), tags \(\d+ bytes\)\. Raise the limit of the proxy, or lower max_performers, or lower max_tags; the rest is written$/,
  );
  assert.deepEqual(error?.refusedKeys, ['performers', 'tags']);
  const long = planFor({ performers: crew(50) });
  assert.doesNotMatch(failureOf(long, deliver(long, 4_000))?.message ?? '', /the rest/);
  const short = planFor({ title: 'Gulls' });
  assert.equal(failureOf(short, deliver(short, 4_000)), undefined);
});

test('parts that were refused for different reasons are named each with its own', () => {
  const plan = planFor({ title: 'Gulls', tagline: 'Calm', performers: crew(50), tags: ['sea'] });
  const refuse = (key: RefusedPart['key'], code: SyncErrorCode, message: string): RefusedPart => ({
    key,
    bytes: 9_000,
    error: new SyncError(code, ours(message)),
  });
  const refusedParts = [
    refuse('actor', 'plex_too_long', 'The request was too long'),
    refuse('genre', 'plex_rejected', 'Plex answered 400'),
    refuse('tagline', 'plex_rejected', 'Plex answered 400'),
  ];
  const taken = [{ fields: plan.fields.filter(({ field }) => field === 'title'), lists: [] }];
  const error = failureOf(plan, { taken, keptCut: [], refusedParts, end: { kind: 'all_sent' } });
  assert.equal(error?.code, 'plex_rejected');
  assert.equal(
    error?.message,
    'Plex answered 400: tags, tagline. Too long for Plex or a proxy before it, even in a request of its own: performers (9000 bytes). Raise the limit of the proxy, or lower max_performers; the rest is written',
  );
  assert.deepEqual(error?.refusedKeys, ['performers', 'tags', 'tagline']);
});

test('a part at which the server failed may have landed; one that was refused has not', () => {
  const plan = planFor({ title: 'Gulls', tagline: 'Calm' });
  const refusedParts = [
    { key: 'title', bytes: 9, error: new SyncError('plex_rejected', say`Plex answered 400`) },
    { key: 'tagline', bytes: 9, error: new SyncError('plex_error', say`Plex answered 500`) },
  ] as const;
  const delivery: Delivery = { taken: [], keptCut: [], refusedParts, end: { kind: 'all_sent' } };
  assert.deepEqual(Object.keys(intentLeft(plan, delivery)?.fields ?? {}), ['tagline']);
  assert.equal(intentLeft(plan, { ...delivery, refusedParts: [] }), undefined);
});

test('what is rejected is sent in its parts, and at the last try what the server fails at too', () => {
  const plan = planFor({ title: 'Gulls', details: prose(9_000) });
  const summaryOf = (length: number): Part => planFor({ details: prose(length) });
  for (const [code, attempt, kinds] of [
    ['plex_rejected', 'earlier', ['split', 'shorter', 'refused']],
    ['plex_error', 'earlier', ['failed', 'failed', 'failed']],
    ['plex_error', 'last', ['split', 'shorter', 'refused']],
  ] as const) {
    const nexts = [plan, summaryOf(9_000), summaryOf(1_000)].map(
      (part) => afterRefusal(part, { code, attempt }, lengthOf).kind,
    );
    assert.deepEqual(nexts, kinds, `${code}, ${attempt}`);
  }
});

test('no other part than the summary is made smaller, however long', () => {
  const plan = planFor({ performers: crew(50) });
  assert.deepEqual(afterRefusal(plan, { code: 'plex_rejected', attempt: 'last' }, lengthOf), {
    kind: 'refused',
    key: 'actor',
  });
});

test('a title that is too long by itself is refused, and never cut', () => {
  const plan = planFor({ title: '海'.repeat(255), tagline: 'Calm' });
  const delivery = deliver(plan, 2_000);
  assert.deepEqual(delivery.taken.map(keysOf), [['tagline']]);
  assert.deepEqual(failureOf(plan, delivery)?.refusedKeys, ['title']);
});

test('an error that is no fault of a part names what it kept back, and remembers what may have landed', () => {
  const plan = planFor({ title: 'Gulls', details: prose(2_000), studio: 'Quay', tags: ['sea'] });
  const part = { fields: plan.fields.filter(({ field }) => field === 'summary'), lists: [] };
  const cut = { ...part, fields: part.fields.map((edit) => ({ ...edit, value: prose(900) })) };
  const taken = plan.fields.filter(({ field }) => field !== 'summary').map((field) => ({ fields: [field], lists: [] }));
  const error = new SyncError('plex_error', say`Plex answered 500`, { retryAfterMs: 7 });
  const delivery: Delivery = { taken, keptCut: [], refusedParts: [], end: { kind: 'failed', error, part: cut } };
  const failure = failureOf(plan, delivery);
  assert.deepEqual([failure?.code, failure?.retryAfterMs, failure?.stack], ['plex_error', 7, error.stack]);
  assert.equal(failure?.message, 'Plex answered 500; written but for: summary, tags, collection');
  assert.deepEqual(failure?.refusedKeys, ['details', 'tags', 'studio']);
  assert.deepEqual(intentLeft(plan, delivery), { fields: { summary: { before: '', value: prose(2_000) } }, lists: {} });
  const done = carriedOut(plan, delivery, NOTHING_WRITTEN);
  assert.deepEqual(Object.keys(done.written.fields).toSorted(), ['studio', 'title']);
  assert.deepEqual(done.written.lists, {});
});

test('an error before anything was written is the error of the whole job', () => {
  const plan = planFor({ title: 'Gulls', tags: ['sea'] });
  const error = new SyncError('plex_error', say`Plex answered 500`);
  const end = { kind: 'failed', error, part: plan } as const;
  assert.equal(failureOf(plan, { taken: [], keptCut: [], refusedParts: [], end }), error);
});

const anyText = fc
  .tuple(
    fc.constantFrom('Boats at sea. ', 'Möwe und Boot. ', '海の見える庭', '👩‍👩‍👧 🌊 ', 'x'),
    fc.integer({ min: 0, max: 9_000 }),
  )
  .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)).trim());
const anyScene: fc.Arbitrary<SceneData> = fc.record({
  title: fc.constantFrom('Gulls', '海'.repeat(250)),
  details: anyText,
  tagline: fc.constantFrom('', 'Calm', 'ö'.repeat(200)),
  studio: fc.constantFrom('', 'Quay'),
  performers: fc.integer({ min: 0, max: 50 }).map(crew),
  tags: fc.integer({ min: 0, max: 90 }).map(crew),
});
const anyLimit = fc.constantFrom(300, 1_000, 1_024, 2_000, 2_048, 4_000, 4_096, 6_000, 8_000, 8_190, 16_000, 200_000);

test('whatever the limit: each part that fits by itself arrives whole, and nothing else is shortened or lost in silence', () => {
  fc.assert(
    fc.property(anyScene, anyLimit, (scene, limit) => {
      const plan = planFor(scene);
      const delivery = deliver(plan, limit);
      const taken = new Map(delivery.taken.flatMap((part) => keysOf(part).map((key) => [key, part])));
      const refused = new Set<string>(delivery.refusedParts.map(({ key }) => key));
      assert.ok(delivery.requests <= 1 + keysOf(plan).length + 8);
      for (const field of plan.fields) {
        const fits = lengthOf({ fields: [field], lists: [] }) <= limit;
        const sent = taken.get(field.field)?.fields.find((edit) => edit.field === field.field)?.value;
        assert.equal(sent !== undefined, !refused.has(field.field));
        if (fits || field.field !== 'summary') assert.equal(sent, fits ? field.value : undefined, field.field);
        else if (sent !== undefined) assert.ok(field.value.startsWith(sent) && sent.isWellFormed() && sent !== '');
      }
      for (const list of plan.lists) {
        const fits = lengthOf({ fields: [], lists: [list] }) <= limit;
        assert.equal(taken.get(list.kind)?.lists.some((edit) => edit === list) ?? false, fits);
        assert.equal(refused.has(list.kind), !fits);
      }
    }),
    { numRuns: 200 },
  );
});

test('whatever was cut or refused: once there is no limit, the next plan makes all of it whole', () => {
  fc.assert(
    fc.property(anyScene, anyLimit, (scene, limit) => {
      const plan = planFor(scene);
      const done = carriedOut(plan, deliver(plan, limit), NOTHING_WRITTEN);
      const after = applied(done, ITEM, 'merge');
      const { written, lost } = verifyPlan(done, after);
      assert.deepEqual(lost, []);
      if (written.fields.summary !== undefined)
        assert.equal(isCut(written.fields.summary), after.fields.summary !== written.fields.summary.sent);
      const again = planFor(scene, after, written);
      const whole = applied(carriedOut(again, deliver(again, 1_000_000), written), after, 'merge');
      assert.deepEqual(planFor(scene, whole, verifyPlan(again, whole).written).fields, []);
      assert.equal(whole.fields.summary, desiredStateOf(scene, RULES, BY_HAND).fields.summary);
      assert.equal(whole.lists.actor.length, scene.performers?.length);
    }),
    { numRuns: 200 },
  );
});
