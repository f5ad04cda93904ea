import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Job, Settled, Settlement } from '../../../../src/core/model/job.ts';
import type { SceneData } from '../../../../src/core/model/scene.ts';
import { openDeadLetterActions } from '../../../../src/queue/work/dead-letter-actions.ts';
import type { OpenDrainQueue } from '../../../../src/queue/work/drain-queue.ts';
import type { World } from '../../../helpers/queue-world.ts';
import {
  abandon,
  BURY,
  COMPLETE,
  claim,
  claimOne,
  createWorld,
  edit,
  failure,
  LEASE_MS,
  NOW,
  settle,
} from '../../../helpers/queue-world.ts';

const KEYS = ['title', 'details', 'tagline', 'studio'] as const;
type Key = (typeof KEYS)[number];
type Values = Partial<Record<Key, string>>;
const ENDS = ['complete', 'retry', 'miss', 'release', 'give_back', 'defer', 'dead'] as const;

type Step =
  | { readonly do: 'enqueue'; readonly scene: number; readonly keys: readonly Key[]; readonly bulk: boolean }
  | { readonly do: 'claim'; readonly drain: 0 | 1; readonly limit: number }
  | { readonly do: 'settle'; readonly drain: 0 | 1; readonly which: number; readonly how: (typeof ENDS)[number] }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'renew'; readonly drain: 0 | 1 }
  | { readonly do: 'kill'; readonly drain: 0 | 1 }
  | { readonly do: 'retry_letters'; readonly scene: number };

const drainIndex = fc.constantFrom(0 as const, 1 as const);
const scene = fc.integer({ min: 1, max: 3 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('enqueue' as const),
        scene,
        keys: fc.subarray([...KEYS], { minLength: 1 }),
        bulk: fc.boolean(),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('claim' as const),
        drain: drainIndex,
        limit: fc.integer({ min: 1, max: 3 }),
      }),
    },
    {
      weight: 7,
      arbitrary: fc.record({
        do: fc.constant('settle' as const),
        drain: drainIndex,
        which: fc.nat(5),
        how: fc.constantFrom(...ENDS),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 5_000, 60_000, LEASE_MS) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('renew' as const), drain: drainIndex }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), drain: drainIndex }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('retry_letters' as const), scene }) },
  ),
  { minLength: 10, maxLength: 70 },
);

type Held = { readonly job: Job; expiresAt: number };
type Drain = { queue: OpenDrainQueue; held: Held[] };

/** What the queue must do, kept beside what it does. Values are numbered, so that newer is greater. */
function createModel(world: World) {
  let now = NOW;
  let version = 0;
  const latest = new Map<number, Values>();
  const inPlex = new Map<number, Values>();
  /** Who holds the job of a scene that is under way: at most one. */
  const holder = new Map<number, Held>();
  const drains: [Drain, Drain] = [open(), open()];

  function open(): Drain {
    return { queue: world.drain({ now }), held: [] };
  }

  function settlementOf(how: (typeof ENDS)[number]): Settlement {
    switch (how) {
      case 'complete':
        return COMPLETE;
      case 'retry':
        return { kind: 'retry', availableAt: now + 5_000, spends: 'failure', error: failure() };
      case 'miss':
        return { kind: 'retry', availableAt: now + 30_000, spends: 'miss', error: failure('plex_not_found') };
      case 'release':
        return { kind: 'release', availableAt: now + 1_000, error: failure('plex_unavailable') };
      case 'give_back':
      case 'defer':
        return { kind: how };
      case 'dead':
        return BURY;
    }
  }

  const valuesIn = (data: SceneData): Values => data as Values;
  const isWaiting = (sceneId: number): boolean =>
    world.stores().queueDb.prepare("SELECT 1 FROM jobs WHERE scene_id = ? AND state = 'pending'").get(sceneId) !==
    undefined;

  /** Every value that stands anywhere for a scene: in Plex, in a job, in a letter. */
  function standing(sceneId: number): Values[] {
    const { queueDb, dlqDb } = world.stores();
    const jobs = queueDb.prepare<[number], { data: string }>('SELECT data FROM jobs WHERE scene_id = ?').all(sceneId);
    const letters = dlqDb
      .prepare<[number], { job_data: string }>('SELECT job_data FROM dead_letters WHERE scene_id = ?')
      .all(sceneId);
    const written = inPlex.get(sceneId) ?? {};
    return [
      written,
      ...[...jobs.map(({ data }) => data), ...letters.map(({ job_data }) => job_data)].map(
        (text) => JSON.parse(text) as Values,
      ),
    ];
  }

  /** No job is lost: the newest value of each key is in Plex, or in a job or letter that will bring it there. */
  function assertNothingLost(): void {
    for (const [sceneId, values] of latest) {
      const found = standing(sceneId);
      for (const key of KEYS) {
        const value = values[key];
        if (value === undefined) continue;
        assert.ok(
          found.some((where) => where[key] === value),
          `scene ${sceneId}: ${key} ${value} is nowhere`,
        );
      }
    }
  }

  function took(drain: Drain, jobs: readonly Job[]): void {
    for (const job of jobs) {
      const other = holder.get(job.sceneId);
      const isFree = other === undefined || other.expiresAt <= now;
      assert.ok(isFree, `scene ${job.sceneId} is under way twice`);
      const held = { job, expiresAt: now + LEASE_MS };
      holder.set(job.sceneId, held);
      drain.held.push(held);
    }
  }

  function write(job: Job): void {
    const written = inPlex.get(job.sceneId) ?? {};
    for (const [key, value] of Object.entries(valuesIn(job.data)) as [Key, string][]) {
      assert.ok(
        (written[key] ?? '') <= value,
        `scene ${job.sceneId}: ${key} goes back from ${written[key]} to ${value}`,
      );
      written[key] = value;
    }
    inPlex.set(job.sceneId, written);
  }

  function expected(held: Held, how: (typeof ENDS)[number]): readonly Settled[] {
    const isMine = holder.get(held.job.sceneId) === held;
    if (!isMine) return ['lease_lost'];
    const own: Settled = how !== 'complete' && isWaiting(held.job.sceneId) ? 'superseded' : 'applied';
    // Past its end a lease may have been taken back by whoever looked; nobody has to.
    return held.expiresAt <= now ? [own, 'lease_lost'] : [own];
  }

  function enqueue({ scene: sceneId, keys, bulk }: Extract<Step, { do: 'enqueue' }>): void {
    version += 1;
    const value = String(version).padStart(4, '0');
    const data = Object.fromEntries(keys.map((key) => [key, value]));
    latest.set(sceneId, { ...latest.get(sceneId), ...data });
    world.enqueue([edit(sceneId, data)], { priority: bulk ? 'bulk' : 'hand', now });
  }

  function claimSome(drain: Drain, limit: number): void {
    const jobs = claim(drain.queue, { now, limit });
    assert.ok(jobs.length <= limit);
    took(drain, jobs);
  }

  function settleOne(drain: Drain, which: number, how: (typeof ENDS)[number]): void {
    const held = drain.held[which % Math.max(1, drain.held.length)];
    if (held === undefined) return;
    const allowed = expected(held, how);
    const settled = settle(drain.queue, held.job, settlementOf(how), now);
    assert.ok(allowed.includes(settled), `${how}: ${settled}, not ${allowed.join(' or ')}`);
    forget(drain, [held]);
    if (settled === 'applied' && how === 'complete') write(held.job);
  }

  function forget(drain: Drain, gone: readonly Held[]): void {
    drain.held = drain.held.filter((held) => !gone.includes(held));
    for (const held of gone) if (holder.get(held.job.sceneId) === held) holder.delete(held.job.sceneId);
  }

  function renew(drain: Drain): void {
    drain.queue.renew(now + LEASE_MS);
    // A lease that was rescued is not renewed: the scene is another holder's, or nobody's.
    const rows = world.stores().queueDb.prepare('SELECT 1 FROM jobs WHERE id = @jobId AND lease_owner = @owner');
    for (const held of drain.held) {
      if (rows.get(held.job.lease) !== undefined) held.expiresAt = now + LEASE_MS;
    }
  }

  function kill(index: 0 | 1): void {
    const drain = drains[index];
    const owner = drain.held[0]?.job.lease.owner;
    if (owner !== undefined) abandon(world, drain.queue, owner);
    else drain.queue.end({ now, exitCode: 70, done: 0, failed: 0 });
    forget(drain, drain.held);
    drains[index] = open();
  }

  const take = (step: Step): void => {
    switch (step.do) {
      case 'enqueue':
        enqueue(step);
        return;
      case 'claim':
        claimSome(drains[step.drain], step.limit);
        return;
      case 'settle':
        settleOne(drains[step.drain], step.which, step.how);
        return;
      case 'advance':
        now += step.ms;
        return;
      case 'renew':
        renew(drains[step.drain]);
        return;
      case 'kill':
        kill(step.drain);
        return;
      case 'retry_letters': {
        const desk = openDeadLetterActions(world.stores());
        desk.retry(desk.list({ sceneId: step.scene }), now);
        return;
      }
    }
  };

  /** A good day at last: everybody else is dead, Plex answers, and a person retries what is in the letters. */
  const finish = (): void => {
    take({ do: 'kill', drain: 0 });
    take({ do: 'kill', drain: 1 });
    now += 3_600_000;
    const [drain] = drains;
    for (let round = 0; round < 3; round += 1) {
      while (drain.queue.dueCount(now) > 0 || drain.queue.rescue(now).takenBack > 0) {
        const job = claimOne(drain.queue, now);
        assert.equal(settle(drain.queue, job, COMPLETE, now), 'applied');
        write(job);
      }
      const desk = openDeadLetterActions(world.stores());
      desk.retry(desk.list({}), now);
    }
    assert.deepEqual([world.sql('SELECT * FROM jobs'), world.letters()], [[], []]);
    assert.deepEqual(Object.fromEntries(inPlex), Object.fromEntries(latest));
  };

  return { take, assertNothingLost, finish };
}

test('whatever happens in whatever order: no job is lost, none is leased twice, the newest value of each key wins', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (walk) => {
      const world = createWorld();
      try {
        world.enqueue([]);
        const model = createModel(world);
        for (const step of walk) {
          model.take(step);
          model.assertNothingLost();
        }
        model.finish();
      } finally {
        await world.destroy();
      }
    }),
    { numRuns: 60 },
  );
});
