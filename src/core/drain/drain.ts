import type { StashEnd } from '../failures/stash-rest.ts';
import { StoreError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { Section } from '../model/plex-item.ts';
import type { Sentence } from '../text/sentence.ts';
import type { DrainOptions } from './ports/drain-options.ts';
import type { Ended } from './ports/endings.ts';
import type { ClaimRequest, DrainDeps } from './ports/ports.ts';
import { rescueEvents } from './ports/rescue-events.ts';
import type { Tally } from './ports/tally.ts';
import { NO_JOBS } from './ports/tally.ts';
import type { CollectionWatch } from './servers/collection-watch.ts';
import { createCollectionWatch } from './servers/collection-watch.ts';
import type { FileFinder } from './servers/file-finder.ts';
import { createFileFinder } from './servers/file-finder.ts';
import type { FolderScanner } from './servers/folder-scanner.ts';
import { createFolderScanner } from './servers/folder-scanner.ts';
import type { LongRequests } from './servers/long-requests.ts';
import { createLongRequests } from './servers/long-requests.ts';
import type { MissHints } from './servers/miss-hints.ts';
import { createMissHints } from './servers/miss-hints.ts';
import type { PictureCounts, PictureFigures } from './servers/picture-counts.ts';
import { createPictureCounts } from './servers/picture-counts.ts';
import type { PictureReader } from './servers/picture-reader.ts';
import { createPictureReader } from './servers/picture-reader.ts';
import type { Halt, PlexGuard } from './servers/plex-guard.ts';
import { createPlexGuard } from './servers/plex-guard.ts';
import type { RemovalGuard, RemovalsEnd } from './servers/removal-guard.ts';
import { createRemovalGuard } from './servers/removal-guard.ts';
import type { RequestWatch } from './servers/request-watch.ts';
import { createRequestWatch } from './servers/request-watch.ts';
import type { SceneFetcher } from './servers/scene-fetcher.ts';
import { createSceneFetcher } from './servers/scene-fetcher.ts';
import { SUSPICIOUSLY_MANY } from './servers/stash-identity.ts';
import type { SystemicWatch } from './servers/systemic.ts';
import { createSystemicWatch } from './servers/systemic.ts';
import { connect } from './steps/connect.ts';
import { hydrate } from './steps/hydrate.ts';
import { giveBackFailed, judge } from './steps/judge.ts';
import { findOthers } from './steps/other-files.ts';
import { intend, plan } from './steps/plan.ts';
import { preview } from './steps/preview.ts';
import { keepOwners, readAndRecheck } from './steps/read.ts';
import { resolve } from './steps/resolve.ts';
import { scanMissing } from './steps/scan.ts';
import { settle } from './steps/settle.ts';
import { verify } from './steps/verify.ts';
import { wake } from './steps/wake.ts';
import { write } from './steps/write.ts';

/** How long a lease lasts: longer than the slowest attempt, and renewed long before it ends. */
export const LEASE_MS = 120_000;
const RENEW_EVERY_MS = 30_000;
/** One GET reads this many items, so one claim takes as many jobs (plex-api.md 3 advises at most 50 to 100). */
const BATCH_SIZE = 100;

/** Why a drain ended, or did less than it could. */
export type DrainEnd =
  | { readonly kind: 'limit' }
  | { readonly kind: 'time_up' }
  /** A person paused writing, or the hours became quiet. */
  | { readonly kind: 'paused' }
  /** Plex did not answer; claimed jobs were released. */
  | { readonly kind: 'unreachable'; readonly message: Sentence }
  | StashEnd
  | RemovalsEnd
  | Halt;

/** How a drain went. No `ends` means that everything due is done. */
export type DrainReport = {
  readonly ends: readonly DrainEnd[];
  readonly tally: Readonly<Tally>;
  /** Absent where no job was looked at. */
  readonly pictures?: PictureFigures | undefined;
  /** Set when Stash answered with scenes. */
  readonly stash?: 'answered' | undefined;
};

/** Everything a drain works with. Each step declares which part of it it uses, and gets only that. */
type DrainContext = DrainDeps & {
  readonly guard: PlexGuard;
  readonly requests: RequestWatch;
  readonly scenes: SceneFetcher;
  readonly finder: FileFinder;
  readonly missHints: MissHints;
  readonly systemic: SystemicWatch;
  readonly removals: RemovalGuard;
  readonly scanner: FolderScanner;
  readonly longRequests: LongRequests;
  readonly collections: CollectionWatch;
  readonly counts: PictureCounts;
  /** Absent where no picture is to be written. */
  readonly reader: PictureReader | undefined;
  readonly options: DrainOptions;
  /** The libraries to look in. */
  readonly sections: readonly Section[];
};

/**
 * Drains what is due: claim → hydrate → resolve → read → plan → intend → write → verify → scan → judge → settle, a batch
 * at a time, until nothing is due or something stops it. Each step is one named function, in that order.
 * @throws {UsageError} when the configuration cannot work; no job was touched then.
 */
export async function drain(deps: DrainDeps, options: DrainOptions): Promise<DrainReport> {
  const guard = createPlexGuard(deps, options);
  const tally: Tally = { ...NO_JOBS };
  const connection = await connect(deps, guard, options);
  if (connection.kind === 'unreachable') return { ends: [connection], tally };
  if (connection.kind === 'halted') return { ends: guard.halts(), tally };

  const { sections, leftOut } = connection;
  deps.emit({ kind: 'connected', libraries: sections.map(({ title }) => title) });
  revive(deps, connection.token);
  const systemic = createSystemicWatch({
    sections,
    leftOut,
    libraryLine: options.libraryLine,
    mappings: options.mappings,
    everMatched: deps.queue.hasRecords(),
    doubted: deps.queue.doubt()?.code,
  });
  const requests = createRequestWatch({ ...deps, guard });
  const scenes = createSceneFetcher(deps, options);
  const scanner = createFolderScanner(deps, { guard, options, sections });
  const finder = createFileFinder({ deps, guard, options, sections });
  const missHints = createMissHints({ deps, guard, options, sections, leftOut });
  const longRequests = createLongRequests(deps, options);
  const removals = createRemovalGuard(deps, options);
  const collections = createCollectionWatch(deps, { options, sections });
  const counts = createPictureCounts(deps);
  const reader = deps.pictures && createPictureReader({ source: deps.pictures, scenes, requests });
  const watches = {
    guard,
    requests,
    scenes,
    finder,
    missHints,
    systemic,
    removals,
    scanner,
    longRequests,
    counts,
    reader,
    collections,
  };
  const context: DrainContext = { ...deps, ...watches, options, sections };
  const stopRenewing = deps.every(RENEW_EVERY_MS, () => renewLeases(deps));
  try {
    await wake(context);
    scenes.meet();
    const bound = await drainBatches(context, tally);
    const others = [scenes.end(), removals.end()].filter((end) => end !== undefined);
    const ends = [...endsOf(guard, bound), ...others];
    const stash = scenes.hasAnswered() ? ({ stash: 'answered' } as const) : {};
    return { ends, tally, pictures: counts.figures(), ...stash };
  } finally {
    stopRenewing();
  }
}

function revive({ queue, now, emit }: DrainDeps, token: 'same' | 'another'): void {
  const revived = queue.reviveRefused(now(), token);
  if (revived > 0) emit({ kind: 'revived', count: revived });
}

/**
 * A failed renewal does not stop the drain: the lease outlasts three of them, and the next step reports the trouble.
 */
function renewLeases({ queue, now }: DrainDeps): void {
  try {
    queue.renew(now() + LEASE_MS);
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown;
  }
}

/** Every reason counts for the exit code: an outage does, whatever else ended the drain. */
function endsOf(guard: PlexGuard, bound: DrainEnd | undefined): readonly DrainEnd[] {
  const outage = guard.outage();
  const halts: readonly DrainEnd[] = guard.halts();
  const isToldAlready = outage === undefined || halts.some(({ kind }) => kind === 'breaker_open');
  const silence: readonly DrainEnd[] = isToldAlready ? [] : [{ kind: 'unreachable', message: outage.said }];
  return [...halts, ...silence, ...(bound === undefined ? [] : [bound])];
}

/** Works off batches; returns the bound of the run that was reached, if any. */
async function drainBatches(context: DrainContext, tally: Tally): Promise<DrainEnd | undefined> {
  const { checkpoint, guard, options } = context;
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  let claimed = 0;
  let held: readonly Ended[] = [];
  for (;;) {
    const isHalted = guard.halted() !== undefined;
    if (!isHalted && held.length === 0 && claimed >= limit) return { kind: 'limit' };
    const bound = isHalted ? undefined : boundOf(context);
    if (isHalted || bound !== undefined) {
      if (held.length > 0) settle(giveBackFailed(held), context, tally);
      return bound;
    }
    const jobs = claimNext(context, limit - claimed, tally);
    if (jobs.length === 0 && held.length === 0) return undefined;
    const ended = jobs.length === 0 ? [] : await runBatch(jobs, context);
    const judged = judge(ended, held, context);
    held = judged.held;
    claimed += jobs.length - settle(judged.settled, context, tally);
    checkpoint('settled');
  }
}

/** What keeps the run from taking on another batch, if anything does. */
function boundOf({ guard, paused }: Pick<DrainContext, 'guard' | 'paused'>): DrainEnd | undefined {
  if (guard.isTimeUp()) return { kind: 'time_up' };
  return paused?.() === true ? { kind: 'paused' } : undefined;
}

async function runBatch(jobs: readonly Job[], context: DrainContext): Promise<readonly Ended[]> {
  const { checkpoint } = context;
  checkpoint('claimed');
  const hydrated = await hydrate(jobs, context);
  const resolved = await resolve(hydrated.going, context);
  checkpoint('resolved');
  const read = await readAndRecheck(await findOthers(resolved.going, context), context);
  const owned = keepOwners(read.going, context);
  checkpoint('read');
  const planned = plan(await context.collections.look(owned.going), context);
  const ended = [hydrated, resolved, read, owned, planned].flatMap((step) => step.ended);
  const intended = intend(planned.going, context);
  if (context.options.mode === 'preview')
    return [...ended, ...intended.ended, ...(await preview(intended.going, context))];
  checkpoint('intended');
  const written = await write(intended.going, context);
  checkpoint('written');
  const verified = await verify(written.going, context);
  checkpoint('verified');
  // Last, so that nothing delays the write after an item was read.
  await scanMissing(hydrated.going, [...resolved.ended, ...read.ended], context);
  return [...ended, ...intended.ended, ...written.ended, ...verified];
}

/**
 * Claims the next batch: the next jobs in order, or, where the run is in doubt, a sample of the whole backlog. A Stash in
 * trouble is tried with few jobs first: as many as it takes to notice a wrong one. While it is away, nothing that needs
 * it is claimed.
 */
function claimNext(context: DrainContext, most: number, tally: Tally): readonly Job[] {
  const { queue, systemic, scenes, guard, random } = context;
  const isInDoubt = systemic.doubted() !== undefined;
  const stash = scenes.state();
  const few = { limit: Math.min(most, SUSPICIOUSLY_MANY), choice: 'needing_stash' } as const;
  const onTrial = stash === 'on_trial' && !isInDoubt ? claim(context, few, tally) : [];
  // Neither are those on trial a sample, nor is the one job while Plex's breaker is half-open.
  const isTrial = onTrial.length > 0 || (!isInDoubt && guard.batchLimit(2) === 1);
  const wanted = isTrial ? undefined : systemic.wantedSample();
  // Of a few jobs that a person lets run, those that are next come first.
  const isBounded = !isInDoubt && queue.doubt() === undefined && most < (wanted ?? 0);
  const sample = isBounded ? undefined : wanted;
  const limit = Math.min(sample ?? BATCH_SIZE, most);
  const choice = stash === 'away' || (stash === 'on_trial' && isInDoubt) ? 'without_stash' : 'any';
  const spread = sample === undefined ? undefined : random();
  const jobs = onTrial.length > 0 || limit <= 0 ? onTrial : claim(context, { limit, choice, spread }, tally);
  systemic.begin({ claimed: sample === undefined ? 'in_order' : 'sample', jobs: jobs.length });
  return jobs;
}

function claim(
  { queue, emit, now, guard }: DrainContext,
  { limit, ...which }: Pick<ClaimRequest, 'limit' | 'choice' | 'spread'>,
  tally: Tally,
): readonly Job[] {
  const request = { now: now(), limit: guard.batchLimit(limit), leaseMs: LEASE_MS };
  const { jobs, rescued } = queue.claim({ ...request, ...which });
  tally.buried += rescued.buried.length;
  for (const event of rescueEvents(rescued)) emit(event);
  for (const { id, sceneId, attempt } of jobs) {
    emit({ kind: 'claimed', jobId: id, sceneId, attempt });
  }
  return jobs;
}
