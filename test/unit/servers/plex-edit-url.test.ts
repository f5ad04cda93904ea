import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTargets, editTarget } from '../../../src/plex/edit-url.ts';

test('half a character in a name or role of Plex is sent as U+FFFD, and fails no edit', () => {
  const whole = [{ tag: 'Ada \ud83d', role: '\udc00 keeper' }];
  const target = editTarget({
    item: { ratingKey: '7', sectionKey: '1' },
    fields: [],
    lists: [{ kind: 'actor', whole, add: [], before: [], remove: ['Ben \ud83d'] }],
    lock: 'lock',
  });
  const sent = new URL(target, 'http://plex.test').searchParams;
  assert.equal(sent.get('actor[0].tag.tag'), 'Ada \ufffd');
  assert.equal(sent.get('actor[0].tagging.text'), '\ufffd keeper');
  assert.equal(decodeURIComponent(sent.get('actor[].tag.tag-') ?? ''), 'Ben \ufffd');
});

test('a part that is kept for another item, or to be sent without its lock, gets a target of its own', () => {
  const targetOf = createTargets();
  const part = { fields: [{ field: 'title', before: 'Pier', value: 'Mole' }], lists: [] } as const;
  const [pier, quay] = ['7', '8'].map((ratingKey) => ({ ratingKey, sectionKey: '1' }));
  assert.ok(pier && quay);
  for (const [item, lock] of [
    [pier, 'lock'],
    [quay, 'lock'],
    [quay, 'leave_unlocked'],
    [pier, 'lock'],
  ] as const)
    assert.equal(targetOf(item, part, lock), editTarget({ item, ...part, lock }));
});
