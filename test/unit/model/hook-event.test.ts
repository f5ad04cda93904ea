import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHookEvent, TASK_MODES } from '../../../src/core/model/hook-event.ts';

const CONNECTION = {
  Scheme: 'http',
  Host: '0.0.0.0',
  Port: 9999,
  SessionCookie: { Name: 'session', Value: 'not-ours' },
};

function hook(context: object): unknown {
  return { server_connection: CONNECTION, args: { hookContext: context } };
}

function update(inputFields: unknown, input: unknown = {}): unknown {
  return hook({ id: 4211, type: 'Scene.Update.Post', input, inputFields });
}

const SYNC = { kind: 'sync', sceneId: 4211 };
const IGNORED = { kind: 'ignored', reason: 'scene 4211 has changed only in what is not synced' };

test('an edit of one scene, of several at once, and in bulk each name their own scene', () => {
  const one = { id: '4211', title: 'Harbour Lights', tag_ids: ['17'], details: null };
  assert.deepEqual(readHookEvent(update(['tag_ids', 'id', 'title'], one)), SYNC);
  assert.deepEqual(readHookEvent(update(['id', 'title'], [{ id: '1', title: 'Other' }, one])), SYNC);
  assert.deepEqual(readHookEvent(update(['ids', 'tag_ids'], { ids: ['1', '4211'], tag_ids: { mode: 'ADD' } })), SYNC);
});

test('a name that is gone asks for a comparison, whatever the event says', () => {
  for (const type of ['Tag.Merge.Post', 'Tag.Destroy.Post', 'Performer.Destroy.Post', 'Studio.Destroy.Post'])
    for (const more of [{ id: 17, input: { id: '17' }, inputFields: ['id'] }, { input: null }, { id: 0 }])
      assert.deepEqual(readHookEvent(hook({ type, ...more })), { kind: 'task', mode: 'compare' });
  assert.equal(readHookEvent(hook({ id: 17, type: 'Tag.Create.Post' })).kind, 'ignored');
  assert.equal(readHookEvent(hook({ id: 17, type: 'Gallery.Destroy.Post' })).kind, 'ignored');
});

test('a scan has no input and no fields, and counts', () => {
  for (const type of ['Scene.Create.Post', 'Scene.Update.Post'])
    assert.deepEqual(readHookEvent(hook({ id: 4211, type, input: null })), SYNC);
});

test('what Identify writes counts, with its cover and the old name of groups', () => {
  const input = {
    title: 'Pier',
    movies: [],
    cover_image: 'aGFyYm91cg==',
    stash_ids: [{ endpoint: 'e', stash_id: 's' }],
  };
  assert.deepEqual(readHookEvent(update(['movies', 'cover_image', 'stash_ids', 'title'], input)), SYNC);
  assert.deepEqual(readHookEvent(update(['stash_ids', 'urls', 'code'], input)), IGNORED);
});

test('an edit of nothing but what is not synced is left out, and one of anything unheard of is not', () => {
  for (const fields of [['o_counter'], ['id', 'organized'], ['play_count', 'play_duration', 'resume_time'], ['urls']])
    assert.deepEqual(readHookEvent(update(fields)), IGNORED);
  for (const fields of [
    ['cover_image'],
    ['primary_file_id'],
    ['organized', 'rating100'],
    ['id', 'custom_fields'],
    [],
    7,
  ])
    assert.deepEqual(readHookEvent(update(fields)), SYNC);
});

test('a scene that is destroyed is forgotten, by Clean too, which names no id in its input', () => {
  const input = { id: '', checksum: 'c', oshash: 'o', path: '/harbour/a.mp4' };
  const event = readHookEvent(hook({ id: 4211, type: 'Scene.Destroy.Post', input }));
  assert.deepEqual(event, { kind: 'forget', sceneId: 4211 });
});

test('hooks of other things are left out', () => {
  for (const type of ['Tag.Update.Post', 'Scene.Merge.Post', 'SceneMarker.Create.Post', 'constructor', '__proto__'])
    assert.equal(readHookEvent(hook({ id: 1, type, input: null })).kind, 'ignored');
});

test('a task is known by its mode, also with arguments of its own', () => {
  for (const mode of TASK_MODES)
    assert.deepEqual(readHookEvent({ server_connection: null, args: { mode, days: '7' } }), { kind: 'task', mode });
  assert.equal(readHookEvent({ args: { mode: 'reboot' } }).kind, 'malformed');
});

test('what names no scene, or is nothing that Stash says, is malformed', () => {
  const ids = [0, '', -1, 1.5, null, undefined, '0', '1e3', 'x', {}, 2 ** 53, '99999999999999999999'];
  for (const id of ids)
    assert.deepEqual(readHookEvent(hook({ id, type: 'Scene.Update.Post' })), {
      kind: 'malformed',
      reason: 'it names no scene',
    });
  const shapes = [
    null,
    7,
    'scene',
    [],
    {},
    { args: null },
    { args: [] },
    { args: {} },
    { args: { hookContext: null } },
  ];
  for (const value of [...shapes, hook({ id: 1 }), hook({ id: 1, type: 7 })])
    assert.equal(readHookEvent(value).kind, 'malformed', JSON.stringify(value));
});

test('what names neither a hook nor a task is no task of an older plugin', () => {
  assert.deepEqual(readHookEvent({ args: {} }), { kind: 'malformed', reason: 'it names neither a hook nor a task' });
});

test('whatever is given, there is an answer, and no malformed one quotes what it was given', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ args: fc.jsonValue(), server_connection: fc.jsonValue() }),
    fc.record({ args: fc.record({ hookContext: fc.jsonValue(), mode: fc.jsonValue() }, { requiredKeys: [] }) }),
  );
  const reasons = new Set<string>();
  fc.assert(
    fc.property(anything, (value) => {
      const event = readHookEvent(value);
      if (event.kind === 'malformed') reasons.add(event.reason);
    }),
  );
  assert.ok(reasons.size < 10);
});

test('the scene is the one of the hook, whatever the input is', () => {
  const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const type = fc.constantFrom('Scene.Update.Post', 'Scene.Create.Post', 'Scene.Destroy.Post');
  fc.assert(
    fc.property(id, type, fc.jsonValue(), fc.boolean(), (sceneId, hookType, input, isText) => {
      const given = isText ? String(sceneId) : sceneId;
      const event = readHookEvent(hook({ id: given, type: hookType, input, inputFields: ['id', 'title'] }));
      assert.deepEqual(event, { kind: hookType === 'Scene.Destroy.Post' ? 'forget' : 'sync', sceneId });
    }),
  );
});

test('an edit is left out only when every field of it is one that is not synced', () => {
  const unsynced = ['id', 'o_counter', 'play_count', 'organized', 'urls'];
  const field = fc.constantFrom(...unsynced, 'title', 'details', 'tag_ids', 'unheard_of');
  fc.assert(
    fc.property(fc.array(field, { minLength: 1 }), (fields) => {
      const isIgnored = fields.every((one) => unsynced.includes(one));
      assert.equal(readHookEvent(update(fields)).kind, isIgnored ? 'ignored' : 'sync');
    }),
  );
});
