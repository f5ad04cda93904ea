import type { Job } from '../job.ts';
import type { DrainDeps } from '../ports.ts';
import { connect } from './connect.ts';
import type { Course, DrainOptions, Ended } from './course.ts';
import type { Gate, Halt } from './gate.ts';
import { createGate } from './gate.ts';
import { hydrate } from './hydrate.ts';
import { intend, plan } from './plan.ts';
import { keepOwners, readAndRecheck } from './read.ts';
import { resolve } from './resolve.ts';
import { settle } from './settle.ts';
import { createSystemicWatch } from './systemic.ts';
import type { Tally } from './tally.ts';
import { NO_JOBS } from './tally.ts';
import { verify } from './verify.ts';
import { wake } from './wake.ts';
import { write } from './write.ts';

/** A claim covers the slowest attempt; it is renewed long before it ends. */
export const LEASE_MS = 120_000;
const RENEW_EVERY_MS = 30_000;
/** One GET reads this many items, so one claim takes as many jobs (plex-api.md 3 advises at most 50 to 100). */
export const BATCH_SIZE = 100;

/** Why a drain ended. */
export type DrainEnd =
  | { readonly kind: 'drained' }
  | { readonly kind: 'limit' }
  /** Plex did not answer; what was claimed is back. */
  | { readonly kind: 'unreachable'; readonly message: string }
  | Halt;

export type DrainReport = { readonly end: DrainEnd; readonly tally: Readonly<Tally> };

/**
 * Drains what is due: claim → hydrate → resolve → read → diff → intend → write → verify → settle, a batch at a time,
 * until nothing is due or something stops it. Each step is one named function, in that order.
 * @throws {UsageError} when the configuration cannot work; no job was touched then.
 */
export async function drain(deps: DrainDeps, options: DrainOptions): Promise<DrainReport> {
  const gate = createGate(deps, options.deadlineAt);
  const tally: Tally = { ...NO_JOBS };
  const connection = await connect(deps, gate, options.libraries);
  if (connection.kind === 'unreachable') return { end: connection, tally };
  if (connection.kind === 'halted') return { end: haltOf(gate), tally };

  const { sections } = connection;
  deps.emit({ kind: 'connected', libraries: sections.map(({ title }) => title) });
  const revived = deps.queue.reviveRefused(deps.now());
  if (revived > 0) deps.emit({ kind: 'revived', count: revived });
  const watch = createSystemicWatch({ sections, everMatched: deps.queue.hasRecords() });
  const course: Course = { deps, gate, watch, options, sections };
  const stopRenewing = deps.every(RENEW_EVERY_MS, () => deps.queue.renew(deps.now() + LEASE_MS));
  try {
    await wake(course);
    const end = await drainBatches(course, tally);
    return { end, tally };
  } finally {
    stopRenewing();
  }
}

async function drainBatches(course: Course, tally: Tally): Promise<DrainEnd> {
  const { deps, gate, options } = course;
  let claimed = 0;
  for (;;) {
    if (gate.halted() !== undefined) return haltOf(gate);
    if (options.limit !== undefined && claimed >= options.limit) return { kind: 'limit' };
    const jobs = claim(course, Math.min(BATCH_SIZE, (options.limit ?? Number.POSITIVE_INFINITY) - claimed));
    if (jobs.length === 0) return drained(gate);
    claimed += jobs.length;
    const deferred = settle(await runBatch(jobs, course), course, tally);
    claimed -= deferred;
    deps.checkpoint('settled');
  }
}

function drained(gate: Gate): DrainEnd {
  const outage = gate.outage();
  return outage === undefined ? { kind: 'drained' } : { kind: 'unreachable', message: outage.message };
}

function haltOf(gate: Gate): Halt {
  const halt = gate.halted();
  if (halt === undefined) throw new Error('the drain halted without a reason');
  return halt;
}

async function runBatch(jobs: readonly Job[], course: Course): Promise<readonly Ended[]> {
  const { checkpoint } = course.deps;
  checkpoint('claimed');
  const hydrated = hydrate(jobs, course);
  const resolved = await resolve(hydrated.going, course);
  checkpoint('resolved');
  const read = await readAndRecheck(resolved.going, course);
  const owned = keepOwners(read.going, course);
  checkpoint('read');
  const planned = plan(owned.going, course);
  intend(planned.going, course);
  checkpoint('intended');
  const written = await write(planned.going, course);
  checkpoint('written');
  const verified = await verify(written.going, course);
  checkpoint('verified');
  return [hydrated, resolved, read, owned, planned, written].flatMap(({ ended }) => ended).concat(verified);
}

function claim({ deps, gate }: Course, most: number): readonly Job[] {
  const jobs = deps.queue.claim({ now: deps.now(), limit: gate.batchLimit(most), leaseMs: LEASE_MS });
  for (const { id, sceneId, lease } of jobs) {
    deps.emit({ kind: 'claimed', jobId: id, sceneId, attempt: lease.attempt });
  }
  return jobs;
}
