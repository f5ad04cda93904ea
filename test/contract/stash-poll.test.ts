/** Polls of the simulated Stash: that no change is lost, and what looking costs. Its clock stands until it is told to go on. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import fc from 'fast-check';
import { pollStash } from '../../src/commands/process/watch/poll.ts';
import { UsageError } from '../../src/core/model/errors.ts';
import { openPollMemory, packSeen, unpackSeen } from '../../src/queue/tables/stash-cursor.ts';
import { openIntake } from '../../src/queue/work/intake.ts';
import type { StashServerOptions } from '../../src/simulator/stash/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { createStashClient } from '../../src/stash/client.ts';
import { setup as setupQueue } from '../helpers/queue-world.ts';

const NOON = Date.UTC(2024, 4, 1, 12, 0, 0);
const MINUTE_MS = 60_000;

async function setup(t: TestContext, options: StashServerOptions & { startAt?: number } = {}) {
  const clock = { at: options.startAt ?? NOON };
  const stash = await startStashServer({ now: () => clock.at, ...options });
  t.after(() => stash.close());
  const world = setupQueue(t);
  openIntake(world.dir).close();
  const memory = openPollMemory(world.stores());
  const client = createStashClient({
    baseUrl: stash.url,
    apiKey: undefined,
    trust: { certificates: 'verified', ca: undefined },
    connectTimeoutMs: 1_000,
    readTimeoutMs: 30_000,
    signal: new AbortController().signal,
    now: () => clock.at,
  });
  /** Scene id → when it was enqueued, each time. */
  const enqueued = new Map<number, number[]>();
  /** Scene id → the priority it was enqueued with last. */
  const priorities = new Map<number, string>();
  const doubt: { found: UsageError | undefined } = { found: undefined };
  const poll = async (): Promise<number> => {
    const before = stash.count();
    const intake: Parameters<typeof pollStash>[1]['intake'] = {
      enqueue: (edits, { priority }) => {
        for (const { sceneId } of edits) priorities.set(sceneId, priority);
        for (const { sceneId } of edits) enqueued.set(sceneId, [...(enqueued.get(sceneId) ?? []), clock.at]);
        return [];
      },
    };
    await pollStash(client, { intake, memory, now: () => clock.at, doubt: () => Promise.resolve(doubt.found) });
    return stash.count() - before;
  };
  return { stash, clock, poll, enqueued, priorities, world, memory, doubt };
}

test('after 5,000 scenes changed at once, polls are cheap again in five minutes, and none comes twice', async (t) => {
  const { stash, clock, poll, enqueued, world } = await setup(t);
  const ids = Array.from({ length: 5_000 }, (_, index) => stash.addScene({ title: `Pier ${index}` }));
  clock.at += MINUTE_MS;
  await poll();
  clock.at += MINUTE_MS;
  for (const id of ids) stash.editWithoutHook(id, { tags: ['sea'] });
  const costs: number[] = [];
  for (let minute = 1; minute <= 200; minute += 1) {
    clock.at += MINUTE_MS;
    costs.push(await poll());
  }
  const all = 12;
  t.diagnostic(`${costs.reduce((sum, cost) => sum + cost, 0)} requests in 200 polls`);
  assert.equal(enqueued.size, 5_000);
  assert.ok([...enqueued.values()].every((times) => times.length === 1));
  // A look far back each half hour, and not at all once the change is older than it goes.
  assert.ok(costs.filter((cost) => cost > 2).length <= 5 + 7, costs.join());
  assert.ok(Math.max(...costs) <= all + 1);
  assert.deepEqual(new Set(costs.slice(-10)), new Set([2]));
  const [{ bytes } = { bytes: 0 }] = world.sql(
    `SELECT sum(length(value)) AS bytes FROM meta WHERE name LIKE 'stash_%'`,
  );
  assert.ok(Number(bytes) < 1_000, `${bytes} bytes`);
});

for (const [zone, change, name] of [
  ['America/New_York', Date.UTC(2024, 10, 3, 6, 0, 0), 'back by an hour'],
  ['Antarctica/Troll', Date.UTC(2024, 9, 27, 1, 0, 0), 'back by two hours'],
  ['Australia/Lord_Howe', Date.UTC(2024, 3, 6, 15, 0, 0), 'back by half an hour'],
  ['America/New_York', Date.UTC(2024, 2, 10, 7, 0, 0), 'ahead'],
] as const) {
  test(`around a clock that is put ${name} (${zone}) every edit arrives within half an hour, and comes once`, async (t) => {
    const startAt = change - 5 * 60 * MINUTE_MS;
    const { stash, clock, poll, enqueued } = await setup(t, { zone, startAt });
    const ids = Array.from({ length: 300 }, (_, index) => stash.addScene({ title: `Pier ${index}` }));
    clock.at += MINUTE_MS;
    await poll();
    const editedAt = new Map<number, number>();
    // One each other minute: those before the change fill the list that shows how the server spells its times.
    for (let minute = 0; minute < 600; minute += 2) {
      clock.at = startAt + (minute + 2) * MINUTE_MS;
      for (const id of ids.splice(0, 1)) {
        stash.editScene(id, { details: 'Fog.' });
        editedAt.set(id, clock.at);
      }
      clock.at += 30_000;
      await poll();
    }
    const late = [...editedAt].map(([id, at]) => (enqueued.get(id)?.at(-1) ?? Number.POSITIVE_INFINITY) - at);
    assert.equal(editedAt.size, 300);
    assert.ok(Math.max(...late) <= 32 * MINUTE_MS, `${Math.max(...late) / MINUTE_MS} min`);
    for (const times of enqueued.values()) assert.equal(times.length, 1);
  });
}

test('a first watch just before the clock is put back misses no edit of the hour that is written twice', async (t) => {
  const change = Date.UTC(2024, 10, 3, 6, 0, 0);
  const { stash, clock, poll, enqueued } = await setup(t, {
    zone: 'America/New_York',
    startAt: change - 60 * MINUTE_MS,
  });
  const ids = Array.from({ length: 40 }, (_, index) => stash.addScene({ title: `Pier ${index}` }));
  clock.at = change - 5 * MINUTE_MS;
  await poll();
  const edited = ids.slice(0, 25);
  for (const id of edited) {
    clock.at += 2 * MINUTE_MS;
    stash.editScene(id, { details: 'Fog.' });
    clock.at += 30_000;
    await poll();
  }
  clock.at += 31 * MINUTE_MS;
  await poll();
  assert.deepEqual(
    [...enqueued].map(([id, times]) => [id, times.length]).toSorted(([a = 0], [b = 0]) => a - b),
    edited.map((id) => [id, 1]),
  );
});

for (const [from, to] of [
  ['Australia/Sydney', 'UTC'],
  ['UTC', 'Australia/Sydney'],
  ['UTC', 'America/Los_Angeles'],
] as const) {
  test(`a server that moves from ${from} to ${to} keeps every edit of before, between and after`, async (t) => {
    const { stash, clock, poll, enqueued } = await setup(t, { zone: from });
    const ids = Array.from({ length: 60 }, (_, index) => stash.addScene({ title: `Pier ${index}` }));
    clock.at += MINUTE_MS;
    await poll();
    for (const [index, id] of ids.entries()) {
      clock.at += 10 * MINUTE_MS;
      if (index === 30) {
        await stash.restart({ zone: to });
        // The connection of before is closed.
        await poll().catch(() => undefined);
      }
      stash.editScene(id, { details: 'Fog.' });
      // The last edits before the move are of no look.
      if (index < 28 || index > 31) await poll();
    }
    for (let hour = 0; hour < 30; hour += 1) {
      clock.at += 31 * MINUTE_MS;
      // What shows that the server has moved, where those before have the later spelling.
      if (hour === 24) stash.addScene({ title: 'Mole' });
      await poll();
    }
    assert.deepEqual(
      ids.filter((id) => !enqueued.has(id)),
      [],
    );
  });
}

test('what shows up late, dated before the near look, is found by the next far one', async (t) => {
  const { stash, clock, poll, enqueued } = await setup(t);
  const id = stash.addScene({ title: 'Pier' });
  clock.at += MINUTE_MS;
  await poll();
  for (let minute = 0; minute < 20; minute += 1) {
    clock.at += MINUTE_MS;
    await poll();
  }
  // An edit of many scenes that took ten minutes until it was written.
  stash.importScene(id, { updatedAt: clock.at - 10 * MINUTE_MS });
  for (let minute = 0; minute < 30; minute += 1) {
    clock.at += MINUTE_MS;
    await poll();
  }
  assert.equal(enqueued.get(id)?.length, 1);
});

test('a page that always fails holds up what is behind it, and what was before it comes once', async (t) => {
  const { stash, clock, poll, enqueued } = await setup(t);
  const ids = Array.from({ length: 700 }, (_, index) => stash.addScene({ title: `Pier ${index}` }));
  clock.at += MINUTE_MS;
  await poll();
  clock.at += MINUTE_MS;
  stash.bulkEdit(ids, { tags: ['sea'] });
  for (let look = 0; look < 3; look += 1) {
    clock.at += MINUTE_MS;
    const lift = stash.fail(
      ({ operationName, variables }) =>
        operationName === 'PlexsyncChanges' && JSON.stringify(variables).includes('"id":{"value":500,'),
      { kind: 'errors', message: 'a damaged row' },
    );
    await assert.rejects(poll(), /damaged row/);
    lift();
  }
  assert.equal(enqueued.size, 500);
  clock.at += MINUTE_MS;
  await poll();
  assert.equal(enqueued.size, 700);
  assert.ok([...enqueued.values()].every((times) => times.length === 1));
});

test('more than a page of changes goes behind edits by hand, a single edit in a long list does not', async (t) => {
  const { stash, clock, poll, priorities } = await setup(t);
  const ids = Array.from({ length: 700 }, (_, index) => stash.addScene({ title: `Pier ${index}` }));
  clock.at += MINUTE_MS;
  await poll();
  clock.at += MINUTE_MS;
  stash.bulkEdit(ids, { tags: ['sea'] });
  clock.at += MINUTE_MS;
  await poll();
  assert.deepEqual([priorities.size, new Set(priorities.values())], [700, new Set(['bulk'])]);
  stash.editScene(ids[3] ?? 0, { title: 'Harbour Lights' });
  clock.at += MINUTE_MS;
  await poll();
  assert.equal(priorities.get(ids[3] ?? 0), 'hand');
});

test('what changed while nobody polled is found, and what is dated years ahead comes once', async (t) => {
  const { stash, clock, poll, enqueued } = await setup(t);
  const [gap, ahead] = [stash.addScene({ title: 'Pier' }), stash.addScene({ title: 'Mole' })];
  clock.at += MINUTE_MS;
  await poll();
  clock.at += MINUTE_MS;
  await poll();
  clock.at += MINUTE_MS;
  stash.editScene(gap, { title: 'Harbour Lights' });
  stash.importScene(ahead, { updatedAt: Date.UTC(2031, 0, 1) });
  clock.at += 26 * 60 * MINUTE_MS;
  for (let minute = 0; minute < 40; minute += 1) {
    clock.at += MINUTE_MS;
    await poll();
  }
  assert.deepEqual([enqueued.get(gap)?.length, enqueued.get(ahead)?.length], [1, 1]);
});

test('an edit in the seconds before a look comes once more when its second is over, however often anybody looks', async (t) => {
  const { stash, clock, poll, enqueued } = await setup(t);
  const [late, early] = [stash.addScene({ title: 'Pier' }), stash.addScene({ title: 'Mole' })];
  clock.at += MINUTE_MS;
  await poll();
  clock.at += MINUTE_MS;
  stash.editScene(early, { title: 'Breakwater' });
  clock.at += 10_000;
  await poll();
  stash.editScene(late, { title: 'Harbour Lights' });
  await poll();
  clock.at += 400;
  // Within its second: the same stamp once more.
  stash.editScene(late, { title: 'Harbour Light' });
  const again = clock.at;
  for (let look = 0; look < 50; look += 1) {
    clock.at += 200;
    await poll();
  }
  assert.equal(enqueued.get(early)?.length, 1);
  assert.equal(enqueued.get(late)?.length, 2);
  assert.ok(Number(enqueued.get(late)?.at(-1)) > again);
});

test('what was seen is kept in few bytes and comes back as it was, also from before it was packed', async (t) => {
  const stamp = fc.constantFrom('2024-05-01T12:00:00Z', '2024-05-01T12:00:01Z', '2024-05-01T12:00:02+01:00');
  fc.assert(
    fc.property(fc.dictionary(fc.integer({ min: 1, max: 60 }).map(String), stamp), (seen) => {
      assert.deepEqual(unpackSeen(packSeen(seen)), { ...seen });
    }),
  );
  const { memory, world } = await setup(t);
  const old = { begin: '2024-05-01T10:00:00', cursor: '2024-05-01T10:00:00', seen: { 7: '2024-05-01T12:00:00Z' } };
  world.sql(`INSERT INTO meta (name, value) VALUES ('stash_poll', '${JSON.stringify(old)}')`);
  const state = memory.read();
  const beginAt = Date.UTC(2024, 3, 30, 20);
  assert.deepEqual(state, { beginAt, last: { at: beginAt, offset: undefined, farAt: beginAt }, seen: old.seen });
  if (state !== undefined) memory.save(state);
  assert.deepEqual(memory.read()?.seen, old.seen);
});

test('a Stash that is not believed has nothing enqueued, and is asked for the same again', async (t) => {
  const { stash, clock, poll, enqueued, doubt } = await setup(t);
  await poll();
  clock.at += MINUTE_MS;
  const id = stash.addScene({ title: 'Pier' });
  clock.at += MINUTE_MS;
  doubt.found = new UsageError('Stash has 1 of 9 scenes');
  await assert.rejects(poll(), { name: 'UsageError' });
  assert.equal(enqueued.size, 0);
  doubt.found = undefined;
  await poll();
  assert.deepEqual([...enqueued.keys()], [id]);
});
