import type { StashEnd } from '../failures/stash-rest.ts';
import { StoreError } from '../model/errors.ts';
import type { Sentence } from '../text/sentence.ts';
import type { Bound } from './batches/batches.ts';
import { drainBatches } from './batches/batches.ts';
import { LEASE_MS } from './batches/claim-next.ts';
import type { DrainContext } from './drain-context.ts';
import type { DrainOptions } from './ports/drain-options.ts';
import type { DrainDeps } from './ports/ports.ts';
import type { Tally } from './ports/tally.ts';
import { NO_JOBS } from './ports/tally.ts';
import { createCollectionWatch } from './servers/collection-watch.ts';
import { createFileFinder } from './servers/file-finder.ts';
import { createFolderScanner } from './servers/folder-scanner.ts';
import { createLongRequests } from './servers/long-requests.ts';
import { createMissHints } from './servers/miss-hints.ts';
import type { PictureFigures } from './servers/picture-counts.ts';
import { createPictureCounts } from './servers/picture-counts.ts';
import { createPictureReader } from './servers/picture-reader.ts';
import type { Halt, PlexGuard } from './servers/plex-guard.ts';
import { createPlexGuard } from './servers/plex-guard.ts';
import type { RemovalsEnd } from './servers/removal-guard.ts';
import { createRemovalGuard } from './servers/removal-guard.ts';
import { createRequestWatch } from './servers/request-watch.ts';
import { createSceneFetcher } from './servers/scene-fetcher.ts';
import { createSystemicWatch } from './servers/systemic.ts';
import { connect } from './steps/connect.ts';
import { wake } from './steps/wake.ts';

const RENEW_EVERY_MS = 30_000;

/** Why a drain ended, or did less than it could. */
export type DrainEnd =
  | Bound
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

/**
 * Drains what is due: claim → hydrate → resolve → read → plan → intend → write → verify → scan → judge → settle, batch
 * by batch, until nothing is due or something stops it. Each step is one named function, in that order.
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
