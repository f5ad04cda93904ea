import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ListedPicture, PictureRecord } from '../../../src/core/model/picture.ts';
import type { PlexItem } from '../../../src/core/model/plex-item.ts';
import { choosePicture } from '../../../src/core/pictures/choice.ts';
import type { PictureContext } from '../../../src/core/pictures/needs.ts';
import { AGENT, listing, NEW, OURS, oursAt, pictured, SHOT, THEIRS, upload, writing } from './picture-model.ts';

type Given = {
  readonly list?: readonly ListedPicture[];
  readonly known?: PictureRecord | undefined;
  readonly item?: PlexItem;
  readonly context?: PictureContext;
  readonly sha1?: string;
  readonly lockedBy?: 'us' | 'others';
};

function choose(given: Given) {
  const {
    list = listing(AGENT),
    known,
    item = pictured(),
    context = writing(),
    sha1 = NEW,
    lockedBy = 'others',
  } = given;
  return choosePicture({ field: 'thumb', sha1, known, list, item, lockedBy }, context);
}

const LOCKED = pictured({ locked: ['thumb'] });
const OVERLAID = pictured({ labels: ['Overlay'] });
const UPLOAD = { kind: 'upload' };

function left(why: string) {
  return { kind: 'left', why };
}

test('a picture that is selected already needs nothing, whoever selected it', () => {
  for (const item of [pictured(), LOCKED, OVERLAID])
    assert.deepEqual(choose({ list: listing(upload(NEW)), item }), { kind: 'right' });
});

test('a picture that Plex has is selected by its key, and not uploaded again', () => {
  assert.deepEqual(choose({ list: listing(AGENT, upload(NEW)) }), { kind: 'select', key: upload(NEW) });
});

test('what nobody uploaded or locked gives way, and so does nothing at all', () => {
  for (const selected of [AGENT, 'https://images.example/pier.jpg', null])
    assert.deepEqual(choose({ list: listing(selected) }), UPLOAD);
});

test('at first contact a lock and a foreign upload stay, unless all is taken over', () => {
  const uploaded = listing(upload(THEIRS));
  assert.deepEqual(choose({ item: LOCKED }), left('locked_in_plex'));
  assert.deepEqual(choose({ list: uploaded }), left('uploaded_in_plex'));
  const always = writing({ takeover: 'always' });
  assert.deepEqual(choose({ item: LOCKED, context: always }), UPLOAD);
  assert.deepEqual(choose({ list: uploaded, item: LOCKED, context: always }), UPLOAD);
});

test('with never, an upload that is not even selected keeps ours away', () => {
  const never = writing({ takeover: 'never' });
  assert.deepEqual(choose({ list: listing(AGENT, upload(THEIRS)), context: never }), left('uploaded_in_plex'));
  assert.deepEqual(choose({ list: listing(AGENT, upload(THEIRS)) }), UPLOAD);
  assert.deepEqual(choose({ list: listing(AGENT), context: never }), UPLOAD);
  assert.deepEqual(choose({ list: listing(AGENT), item: LOCKED, context: never }), left('locked_in_plex'));
});

test('with preserve_plex_edits only what nobody uploaded or locked counts as empty', () => {
  const context = writing({ takeover: 'always' }, { preservePlexEdits: true });
  assert.deepEqual(choose({ context }), UPLOAD);
  assert.deepEqual(choose({ item: LOCKED, context }), left('preserved'));
  assert.deepEqual(choose({ list: listing(upload(THEIRS)), context }), left('preserved'));
  assert.deepEqual(choose({ list: listing(upload(OURS)), item: LOCKED, known: oursAt('4'), context }), UPLOAD);
});

test('ours gives way to a newer one of ours, although we locked the field', () => {
  assert.deepEqual(choose({ list: listing(upload(OURS)), item: LOCKED, known: oursAt('4') }), UPLOAD);
});

test('a poster that was selected after ours stays, also when the scene gets another picture', () => {
  for (const sha1 of [NEW, OURS])
    for (const selected of [upload(THEIRS), AGENT])
      for (const takeover of ['unlocked', 'never', 'always'] as const) {
        const list = listing(selected, upload(OURS));
        const context = writing({ takeover });
        assert.deepEqual(choose({ sha1, list, item: LOCKED, known: oursAt('4'), context }), left('edited_in_plex'));
      }
  assert.deepEqual(choose({ list: listing(upload(THEIRS)), known: oursAt('4') }), left('edited_in_plex'), 'unlocked');
});

test('what was left as edited is taken up again once ours is selected', () => {
  const known = oursAt('4', { state: 'left', why: 'edited_in_plex', sha1: NEW });
  assert.deepEqual(choose({ list: listing(upload(OURS)), item: LOCKED, known }), UPLOAD);
});

test('where nothing is locked, ours comes back after an agent has replaced it', () => {
  const list = listing(AGENT, upload(OURS));
  assert.deepEqual(choose({ sha1: OURS, list, known: oursAt('4') }), { kind: 'select', key: upload(OURS) });
});

test('under the label the poster stays where the scene has another picture', () => {
  const list = listing(upload(THEIRS), upload(OURS));
  for (const known of [undefined, oursAt('4')])
    for (const takeover of ['unlocked', 'never', 'always'] as const)
      assert.deepEqual(choose({ list, item: OVERLAID, known, context: writing({ takeover }) }), left('overlay'));
  assert.deepEqual(choose({ list: listing(upload(OURS)), item: OVERLAID, known: oursAt('4') }), left('overlay'));
});

test('an overlay that was laid on our picture is right as it is', () => {
  for (const overlay of ['respect', 'release'] as const) {
    const list = listing(upload(THEIRS), upload(OURS));
    const context = writing({ overlay });
    assert.deepEqual(choose({ sha1: OURS, list, item: OVERLAID, known: oursAt('4'), context }), { kind: 'right' });
  }
});

test('a label that may be removed gives way to another picture of the scene', () => {
  const context = writing({ overlay: 'release' });
  const list = listing(upload(THEIRS), upload(OURS));
  assert.deepEqual(choose({ list, item: OVERLAID, known: oursAt('4'), context }), UPLOAD);
  assert.deepEqual(choose({ list, item: OVERLAID, context }), UPLOAD, 'never ours');
});

test('a label that may be removed frees no lock of somebody else, and nothing that never gives way', () => {
  const list = listing(upload(THEIRS));
  const locked = { ...OVERLAID, locked: new Set(['thumb']) };
  const release = { overlay: 'release' } as const;
  assert.deepEqual(choose({ list, item: locked, context: writing(release) }), left('locked_in_plex'));
  const never = writing({ ...release, takeover: 'never' });
  assert.deepEqual(choose({ list, item: OVERLAID, context: never }), left('uploaded_in_plex'));
  const preserving = writing(release, { preservePlexEdits: true });
  assert.deepEqual(choose({ list, item: OVERLAID, context: preserving }), left('preserved'));
});

test('the label says nothing about the background', () => {
  const facts = {
    field: 'art',
    sha1: NEW,
    known: undefined,
    list: listing(null),
    item: OVERLAID,
    lockedBy: 'others',
  } as const;
  assert.deepEqual(choosePicture(facts, writing()), UPLOAD);
});

const INTENDED: PictureRecord = { state: 'new', source: SHOT, intended: { source: SHOT, sha1: OURS, before: AGENT } };

test('a write that was cut short before it landed counts for nothing', () => {
  const always = writing({ takeover: 'always' });
  assert.deepEqual(choose({ sha1: OURS, item: LOCKED, known: INTENDED, context: always }), UPLOAD);
  assert.deepEqual(choose({ sha1: OURS, item: LOCKED, known: INTENDED }), left('locked_in_plex'));
});

test('a lock that a picture of ours has left is no obstacle', () => {
  assert.deepEqual(choose({ sha1: OURS, item: LOCKED, known: INTENDED, lockedBy: 'us' }), UPLOAD);
});

test('a write that was cut short after it landed is ours, to be replaced or left to a person', () => {
  assert.deepEqual(choose({ list: listing(upload(OURS)), item: LOCKED, known: INTENDED }), UPLOAD);
  const list = listing(upload(THEIRS), upload(OURS));
  assert.deepEqual(choose({ list, item: LOCKED, known: INTENDED }), left('edited_in_plex'));
  const never = writing({ takeover: 'never' });
  assert.deepEqual(choose({ list: listing(AGENT, upload(OURS)), known: INTENDED, context: never }), UPLOAD);
});

const anyList = fc
  .subarray([AGENT, upload(OURS), upload(NEW), upload(THEIRS)])
  .chain((keys) => fc.tuple(fc.constant(keys), fc.option(fc.nat({ max: Math.max(0, keys.length - 1) }))))
  .map(([keys, selected]) => keys.map((key, index): ListedPicture => ({ key, selected: index === selected })));
const anyItem = fc
  .record({ isLocked: fc.boolean(), isOverlaid: fc.boolean() })
  .map(({ isLocked, isOverlaid }) =>
    pictured({ locked: isLocked ? ['thumb'] : [], labels: isOverlaid ? ['Overlay'] : [] }),
  );
const anyContext = fc
  .record({
    takeover: fc.constantFrom('unlocked' as const, 'never' as const, 'always' as const),
    overlay: fc.constantFrom('respect' as const, 'release' as const),
    preservePlexEdits: fc.boolean(),
  })
  .map(({ preservePlexEdits, ...rules }) => writing(rules, { preservePlexEdits }));
const anyKnown = fc.constantFrom(undefined, oursAt('4'), INTENDED, oursAt('4', { state: 'none' }));

test('once a choice was carried out, the next look finds nothing to do', () => {
  fc.assert(
    fc.property(anyList, anyItem, anyContext, anyKnown, (list, item, context, known) => {
      const first = choose({ list, item, context, known });
      if (first.kind !== 'upload' && first.kind !== 'select') return;
      const others = list.filter(({ key }) => key !== upload(NEW)).map(({ key }) => key);
      const after = { ...item, locked: new Set(['thumb']), labels: [] };
      const again = choose({
        list: listing(upload(NEW), ...others),
        item: after,
        context,
        known: oursAt('5', { sha1: NEW, ours: NEW }),
      });
      assert.deepEqual(again, { kind: 'right' });
    }),
  );
});

test('a foreign upload that is selected gives way only to always, or beneath a label that may be removed', () => {
  fc.assert(
    fc.property(anyList, anyItem, anyContext, anyKnown, (list, item, context, known) => {
      const isForeign = list.some(({ key, selected }) => selected && key === upload(THEIRS));
      const { kind } = choose({ list, item, context, known });
      if (!isForeign || (kind !== 'upload' && kind !== 'select')) return;
      const { takeover, overlay } = context.pictures;
      assert.ok(takeover === 'always' || (item.labels.length > 0 && overlay === 'release'));
    }),
  );
});
