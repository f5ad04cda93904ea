/** Taking in what Stash left, from real folders. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Ingest, Taken } from '../../src/spool/ingest.ts';
import { ingestSpool, removeAsked } from '../../src/spool/ingest.ts';
import type { Spool } from '../../src/spool/layout.ts';
import { prepareSpool, spoolOf } from '../../src/spool/layout.ts';
import { lookAtSpool } from '../../src/spool/look.ts';
import { scratchDir } from '../helpers/scratch.ts';

// Whole seconds, as every file system keeps them.
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const COOKIE = 'harbour-session-cookie';
const CONNECTION = { Host: '0.0.0.0', SessionCookie: { Name: 'session', Value: COOKIE } };

type Event = Parameters<Ingest['apply']>[0][number];
type World = {
  readonly spool: Spool;
  put(name: string, value: unknown, secondsAgo?: number): string;
  take(now?: number): Taken & { readonly applied: readonly (readonly Event[])[]; readonly ignored: readonly string[] };
};

function setup(t: TestContext): World {
  const dir = scratchDir(t, 'spool');
  const spool = spoolOf(dir);
  prepareSpool(spool, 'same_user');
  return {
    spool,
    put: (name, value, secondsAgo = 0) => {
      const path = join(spool.new, name);
      writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
      utimesSync(path, NOW / 1_000 - secondsAgo, NOW / 1_000 - secondsAgo);
      return path;
    },
    take: (now = NOW) => {
      const applied: (readonly Event[])[] = [];
      const ignored: string[] = [];
      const taken = ingestSpool({
        spool,
        now,
        apply: (events) => applied.push(events),
        ignore: (reason) => ignored.push(reason),
      });
      return { ...taken, applied, ignored };
    },
  };
}

function hook(id: number, type = 'Scene.Update.Post', more: object = {}): object {
  return { server_connection: CONNECTION, args: { hookContext: { id, type, input: null, ...more } } };
}

test('events are applied oldest first, whatever they are called, and their files are gone', (t) => {
  const { put, take, spool } = setup(t);
  put('a', hook(3, 'Scene.Destroy.Post'), 1);
  put('b', hook(1), 3);
  put('c', hook(2, 'Scene.Create.Post'), 2);
  const { applied, warnings } = take();
  assert.deepEqual(applied, [
    [
      { kind: 'sync', sceneId: 1, at: NOW - 3_000 },
      { kind: 'sync', sceneId: 2, at: NOW - 2_000 },
      { kind: 'forget', sceneId: 3, at: NOW - 1_000 },
    ],
  ]);
  assert.deepEqual([warnings, readdirSync(spool.new)], [[], []]);
  assert.deepEqual(take().applied, []);
});

test('an event has the time of its file, and never one that is still to come', (t) => {
  const { put, take } = setup(t);
  put('late', hook(1), 600);
  put('ahead', hook(2), -600);
  assert.deepEqual(take().applied, [
    [
      { kind: 'sync', sceneId: 1, at: NOW - 600_000 },
      { kind: 'sync', sceneId: 2, at: NOW },
    ],
  ]);
});

test('a spool that is not there is empty', (t) => {
  const { take, spool } = setup(t);
  rmSync(spool.path, { recursive: true });
  assert.deepEqual(take(), { tasks: [], ignored: [], warnings: [], applied: [] });
});

test('1,200 events are applied in batches of 500', (t) => {
  const { put, take, spool } = setup(t);
  for (let id = 1; id <= 1_200; id += 1) put(`event-${id}`, hook(id), 2_000 - id);
  const { applied } = take();
  assert.deepEqual(
    applied.map((batch) => batch.length),
    [500, 500, 200],
  );
  assert.deepEqual(
    applied.flat().map(({ sceneId }) => sceneId),
    Array.from({ length: 1_200 }, (_, index) => index + 1),
  );
  assert.deepEqual(readdirSync(spool.new), []);
});

test('a batch is read when the one before is applied and its files are gone, so that 500 events are held at most', (t) => {
  const { put, spool } = setup(t);
  for (let id = 1; id <= 1_200; id += 1) put(`event-${id}`, id === 1_200 ? '{' : hook(id), 2_000 - id);
  const waiting: number[] = [];
  const counts: number[] = [];
  const { warnings } = ingestSpool({
    spool,
    now: NOW,
    apply: (events) => {
      counts.push(events.length);
      waiting.push(readdirSync(spool.new).length);
      // Nothing is known of what is to come but its name.
      for (let id = 1_001; id <= 1_100; id += 1) rmSync(join(spool.new, `event-${id}`), { force: true });
    },
    ignore: () => assert.fail('there is nothing to ignore'),
  });
  assert.deepEqual([waiting, counts, warnings.length], [[1_200, 600, 99], [500, 500, 99], 1]);
});

test('of very much that cannot be used the first files are named, and the others counted', (t) => {
  const { put, take, spool } = setup(t);
  for (let id = 1; id <= 700; id += 1) put(`event-${id}`, '{', 1_000 - id);
  const { warnings } = take();
  assert.equal(warnings.length, 21);
  assert.match(warnings[0] ?? '', /left as event-1 cannot be used/);
  assert.match(warnings.at(-1) ?? '', /goes for 680 more files of /);
  assert.equal(readdirSync(spool.bad).length, 700);
});

for (const [what, value, advice] of [
  ['half an event', '{"args":{"hookCon', /now; plexsync reconcile finds the scene/],
  [
    'an unknown task',
    { args: { mode: 'sync_gardens' } },
    /now; if it is a task of an older plugin, run plexsync plugin install/,
  ],
  ['an event of an unknown shape', { args: { hookContext: {} } }, /now; plexsync enqueue takes the scene by its id/],
] as const)
  test(`${what} is set aside with what to do about it`, (t) => {
    const { put, take } = setup(t);
    put('a', value);
    assert.match(take().warnings.join('\n'), advice);
  });

test('when the queue refuses, the files stay, and come again', (t) => {
  const { put, take, spool } = setup(t);
  put('a', hook(1));
  const refuse = (): never => {
    throw new Error('the disk is full');
  };
  assert.throws(() => ingestSpool({ spool, now: NOW, apply: refuse, ignore: refuse }), /the disk is full/);
  assert.deepEqual(readdirSync(spool.new), ['a']);
  assert.deepEqual(take().applied, [[{ kind: 'sync', sceneId: 1, at: NOW }]]);
});

test('tasks are handed back, each once, with the files that ask for it, which stay until they are removed', (t) => {
  const { put, take, spool } = setup(t);
  put('a', { args: { mode: 'sync_all' } }, 3);
  put('b', { args: { mode: 'status' } }, 2);
  put('c', { args: { mode: 'sync_all' } }, 1);
  const both: Taken['tasks'] = [
    { mode: 'sync_all', names: ['a', 'c'] },
    { mode: 'status', names: ['b'] },
  ];
  // A task is no event that is applied, also when it is found once more.
  for (const _again of [1, 2]) assert.deepEqual(take(), { tasks: both, ignored: [], warnings: [], applied: [] });
  put('d', { args: { mode: 'sync_all' } });
  for (const task of both) assert.deepEqual(removeAsked(spool, task), []);
  assert.deepEqual(take().tasks, [{ mode: 'sync_all', names: ['d'] }]);
  assert.deepEqual(removeAsked(spool, { mode: 'status', names: ['gone'] }), []);
});

test('an event that needs no action reports why', (t) => {
  const { put, take, spool } = setup(t);
  put('a', hook(7, 'Scene.Update.Post', { inputFields: ['o_counter'] }));
  const ignored = ['scene 7 has changed only in what is not synced'];
  assert.deepEqual(take(), { tasks: [], ignored, warnings: [], applied: [[]] });
  assert.deepEqual(readdirSync(spool.new), []);
});

test('a file that is no event is set aside with its reason, and the others are taken in', (t) => {
  const { put, take, spool } = setup(t);
  put('half', '{"args":{"hookContext":{"id":5,"ty');
  put('empty', '');
  put('list', [hook(1)]);
  put('no-scene', hook(0, 'Scene.Update.Post', { input: { title: 'Pier', session_cookie: COOKIE } }));
  truncateSync(put('huge', '{}'), 33 * 1_048_576);
  put('good', hook(9));
  const { applied, warnings } = take();
  assert.deepEqual(applied, [[{ kind: 'sync', sceneId: 9, at: NOW }]]);
  assert.equal(warnings.length, 5);
  assert.deepEqual(readdirSync(spool.new), []);
  const notes = Object.fromEntries(
    readdirSync(spool.bad).map((name) => [name, JSON.parse(readFileSync(join(spool.bad, name), 'utf8')) as object]),
  );
  assert.deepEqual(notes, {
    'half.json': { reason: 'it is no JSON', input: null },
    'empty.json': { reason: 'it is empty', input: null },
    'list.json': { reason: 'it is no JSON object', input: null },
    'huge.json': { reason: 'it is larger than 32 MB', input: null },
    'no-scene.json': {
      reason: 'it names no scene',
      input: { args: { hookContext: { id: 0, type: 'Scene.Update.Post', input: { title: 'Pier' } } } },
    },
  });
  assert.deepEqual(take(), { tasks: [], ignored: [], warnings: [], applied: [] });
});

test('no cookie is kept or printed, wherever it appears', (t) => {
  const { put, take, spool } = setup(t);
  put('a', { ...hook(0), extra: [{ Cookie: COOKIE }], deep: { deeper: { server_connection: COOKIE } } });
  put('b', `{"server_connection":{"SessionCookie":{"Value":"${COOKIE}"`);
  put('c', JSON.stringify(COOKIE));
  put('d', { args: { mode: COOKIE } });
  const { warnings } = take();
  const kept = readdirSync(spool.bad).filter((name) => name !== 'd.json');
  const all = [...warnings, ...kept.map((name) => readFileSync(join(spool.bad, name), 'utf8'))].join('\n');
  assert.ok(!all.includes(COOKIE), all);
});

test('a file nested without end is set aside', (t) => {
  const { put, take, spool } = setup(t);
  put('deep', `{"args":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`);
  assert.equal(take().warnings.length, 1);
  assert.deepEqual(readdirSync(spool.bad), ['deep.json']);
});

test('links, folders and pipes are never opened', (t) => {
  const { put, take, spool } = setup(t);
  const elsewhere = join(spool.path, 'elsewhere');
  writeFileSync(elsewhere, JSON.stringify(hook(1)));
  symlinkSync(elsewhere, join(spool.new, 'link'));
  mkdirSync(join(spool.new, 'folder'));
  put('good', hook(2));
  const { applied, warnings } = take();
  assert.deepEqual(applied, [[{ kind: 'sync', sceneId: 2, at: NOW }]]);
  assert.equal(warnings.length, 2);
  assert.deepEqual(readdirSync(spool.new), []);
  assert.ok(existsSync(elsewhere));
});

test('files of a killed hook script expire after an hour, and hidden files of network shares are ignored', (t) => {
  const { put, take, spool } = setup(t);
  const [old, young] = [join(spool.tmp, 'old'), join(spool.tmp, 'young')];
  for (const path of [old, young]) writeFileSync(path, '{');
  utimesSync(old, NOW / 1_000 - 3_700, NOW / 1_000 - 3_700);
  put('.nfs0001', hook(5));
  put('a', hook(1));
  assert.deepEqual(take().applied, [[{ kind: 'sync', sceneId: 1, at: NOW }]]);
  assert.deepEqual(readdirSync(spool.tmp), ['young']);
  assert.deepEqual(readdirSync(spool.new), ['.nfs0001']);
});

test('files of a killed hook script expire without new events, and one warning says how to make up for them', (t) => {
  const { take, spool } = setup(t);
  writeFileSync(join(spool.tmp, 'half'), '{');
  assert.deepEqual(take(NOW + 3_500_000).warnings, []);
  assert.deepEqual(readdirSync(spool.tmp), ['half']);
  const [warning, ...others] = take(NOW + 3_700_000).warnings;
  assert.match(warning ?? '', /^1 half-written event was removed from .*tmp: .* plexsync reconcile finds/);
  assert.deepEqual(others, []);
  assert.deepEqual(readdirSync(spool.tmp), []);
  assert.deepEqual(take(NOW + 3_800_000).warnings, []);
});

test('a look counts what waits and what was set aside, and changes nothing', (t) => {
  const { put, take, spool } = setup(t);
  put('bad', '{');
  take();
  put('a', hook(1), 60);
  put('b', hook(2), 10);
  const look = lookAtSpool(spool);
  assert.deepEqual([look.state, look.waiting, look.bad], ['readable', 2, 1]);
  const secondsFromNow = (at = 0): number => Math.round((at - NOW) / 1_000);
  assert.deepEqual([secondsFromNow(look.oldestAt), secondsFromNow(look.newestAt)], [-60, -10]);
  assert.deepEqual(readdirSync(spool.new), ['a', 'b']);
  rmSync(spool.path, { recursive: true });
  assert.deepEqual(lookAtSpool(spool), {
    state: 'none',
    waiting: 0,
    oldestAt: undefined,
    newestAt: undefined,
    bad: 0,
  });
});
