import { StoreError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { Course, Ended } from './course.ts';
import type { DrainDeps } from './ports.ts';
import { rescueEvents } from './rescue-events.ts';
import { createFileDesk } from './servers/file-desk.ts';
import type { Gate, Halt } from './servers/gate.ts';
import { createGate } from './servers/gate.ts';
import { createLongRequests } from './servers/long-requests.ts';
import type { StashEnd } from './servers/stash-desk.ts';
import { createStashDesk } from './servers/stash-desk.ts';
import type { DrainOptions } from './setting.ts';
import { connect } from './steps/connect.ts';
import { hydrate } from './steps/hydrate.ts';
import { intend, plan } from './steps/plan.ts';
import { preview } from './steps/preview.ts';
import { keepOwners, readAndRecheck } from './steps/read.ts';
import { resolve } from './steps/resolve.ts';
import { createScanDesk, scanMissing } from './steps/scan.ts';
import { settle } from './steps/settle.ts';
import { verify } from './steps/verify.ts';
import { wake } from './steps/wake.ts';
import { write } from './steps/write.ts';
import { createSystemicWatch } from './systemic.ts';
import type { Tally } from './tally.ts';
import { NO_JOBS } from './tally.ts';

/** A claim covers the slowest attempt; it is renewed long before it ends. */
export const LEASE_MS = 120_000;
const RENEW_EVERY_MS = 30_000;
/** One GET reads this many items, so one claim takes as many jobs (plex-api.md 3 advises at most 50 to 100). */
const BATCH_SIZE = 100;

/** Why a drain ended, or why it did less than it could. */
export type DrainEnd =
  | { readonly kind: 'limit' }
  | { readonly kind: 'time_up' }
  /** Plex did not answer; what was claimed is back. */
  | { readonly kind: 'unreachable'; readonly message: string }
  | StashEnd
  | Halt;

/** How a drain went. Without an end everything that was due is done. */
export type DrainReport = { readonly ends: readonly DrainEnd[]; readonly tally: Readonly<Tally> };

/**
 * Drains what is due: claim → hydrate → resolve → read → plan → intend → write → verify → scan → settle, a batch at a
 * time, until nothing is due or something stops it. Each step is one named function, in that order.
 * @throws {UsageError} when the configuration cannot work; no job was touched then.
 */
export async function drain(deps: DrainDeps, options: DrainOptions): Promise<DrainReport> {
  const gate = createGate(deps, options.deadlineAt);
  const tally: Tally = { ...NO_JOBS };
  const connection = await connect(deps, gate, options);
  if (connection.kind === 'unreachable') return { ends: [connection], tally };
  if (connection.kind === 'halted') return { ends: gate.halts(), tally };

  const { sections } = connection;
  deps.emit({ kind: 'connected', libraries: sections.map(({ title }) => title) });
  if (options.mode === 'write') revive(deps);
  const watch = createSystemicWatch({
    sections,
    mappings: options.mappings,
    everMatched: deps.queue.hasRecords(),
  });
  const stash = createStashDesk(deps);
  const scan = createScanDesk({ deps, gate, options, sections });
  const files = createFileDesk({ deps, gate, options, sections });
  const longRequests = createLongRequests(deps, options);
  const course: Course = { deps, gate, stash, files, watch, scan, longRequests, options, sections };
  const stopRenewing = deps.every(RENEW_EVERY_MS, () => renewLeases(deps));
  try {
    if (options.mode === 'write') await wake(course);
    const bound = await drainBatches(course, tally);
    const stashEnd = stash.end();
    return { ends: [...endsOf(gate, bound), ...(stashEnd === undefined ? [] : [stashEnd])], tally };
  } finally {
    stopRenewing();
  }
}

function revive({ queue, now, emit }: DrainDeps): void {
  const revived = queue.reviveRefused(now());
  if (revived > 0) emit({ kind: 'revived', count: revived });
}

/** A renewal that fails is no reason to fall over: the lease outlasts three of them, and the next step will say it. */
function renewLeases({ queue, now }: DrainDeps): void {
  try {
    queue.renew(now() + LEASE_MS);
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown;
  }
}

/** Every reason counts for the exit code: an outage is one, whatever else ended the drain. */
function endsOf(gate: Gate, bound: DrainEnd | undefined): readonly DrainEnd[] {
  const outage = gate.outage();
  const halts: readonly DrainEnd[] = gate.halts();
  const isToldAlready = outage === undefined || halts.some(({ kind }) => kind === 'breaker_open');
  const silence: readonly DrainEnd[] = isToldAlready ? [] : [{ kind: 'unreachable', message: outage.message }];
  return [...halts, ...silence, ...(bound === undefined ? [] : [bound])];
}

/** Works off batches; answers which bound of the run was reached, if one was. */
async function drainBatches(course: Course, tally: Tally): Promise<DrainEnd | undefined> {
  const { deps, gate, options } = course;
  let claimed = 0;
  for (;;) {
    if (gate.halted() !== undefined) return undefined;
    if (options.limit !== undefined && claimed >= options.limit) return { kind: 'limit' };
    if (gate.isTimeUp()) return { kind: 'time_up' };
    const jobs = claim(course, Math.min(BATCH_SIZE, (options.limit ?? Number.POSITIVE_INFINITY) - claimed), tally);
    if (jobs.length === 0) return undefined;
    const deferred = settle(await runBatch(jobs, course), course, tally);
    claimed += jobs.length - deferred;
    deps.checkpoint('settled');
  }
}

async function runBatch(jobs: readonly Job[], course: Course): Promise<readonly Ended[]> {
  const { checkpoint } = course.deps;
  checkpoint('claimed');
  const hydrated = await hydrate(jobs, course);
  const resolved = await resolve(hydrated.going, course);
  checkpoint('resolved');
  const read = await readAndRecheck(resolved.going, course);
  const owned = keepOwners(read.going, course);
  checkpoint('read');
  const planned = plan(owned.going, course);
  const ended = [hydrated, resolved, read, owned, planned].flatMap((step) => step.ended);
  if (course.options.mode === 'preview') return [...ended, ...preview(planned.going, course)];
  const intended = intend(planned.going, course);
  checkpoint('intended');
  const written = await write(intended.going, course);
  checkpoint('written');
  const verified = await verify(written.going, course);
  checkpoint('verified');
  // Last, so that nothing stands between the read of an item and its write.
  await scanMissing(hydrated.going, [...resolved.ended, ...read.ended], course);
  return [...ended, ...intended.ended, ...written.ended, ...verified];
}

function claim({ deps, gate }: Course, most: number, tally: Tally): readonly Job[] {
  const { jobs, rescued } = deps.queue.claim({ now: deps.now(), limit: gate.batchLimit(most), leaseMs: LEASE_MS });
  tally.buried += rescued.buried.length;
  for (const event of rescueEvents(rescued)) deps.emit(event);
  for (const { id, sceneId, attempt } of jobs) {
    deps.emit({ kind: 'claimed', jobId: id, sceneId, attempt });
  }
  return jobs;
}
