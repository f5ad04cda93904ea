/** A drain in process: a real queue on disk, the simulators over loopback HTTP, and the test's own clock and dice. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { DrainReport } from '../../src/core/drain/drain.ts';
import { drain } from '../../src/core/drain/drain.ts';
import type { DrainOptions } from '../../src/core/drain/ports/drain-options.ts';
import type { WorkerEvent } from '../../src/core/drain/ports/events.ts';
import type { Checkpoint, DrainDeps, DrainPlex, DrainStash } from '../../src/core/drain/ports/ports.ts';
import type { DrainQueue } from '../../src/core/drain/ports/queue.ts';
import { createPreviewQueue } from '../../src/core/drain/preview-queue.ts';
import type { Breaker } from '../../src/core/failures/breaker.ts';
import { REQUEST_KINDS } from '../../src/core/model/request-kind.ts';
import type { SceneData, SceneEdit } from '../../src/core/model/scene.ts';
import { openMemoryIndex } from '../../src/file-index/file-index.ts';
import { createPictureSource } from '../../src/pictures/source.ts';
import { createPlexClient } from '../../src/plex/client.ts';
import { openPreviewStores } from '../../src/queue/store/preview-stores.ts';
import { openDrainQueue } from '../../src/queue/work/drain-queue.ts';
import { openPreviewReads } from '../../src/queue/work/preview-queue.ts';
import type { Fault, PlexServer, PlexServerOptions, Route, SeenRequest } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import type { StashServer } from '../../src/simulator/stash/server.ts';
import { createStashClient } from '../../src/stash/client.ts';
import { RULES } from '../unit/write/plex-model.ts';
import type { World } from './queue-world.ts';
import { KEPT_JOURNAL, LONGEST_WAIT_MS, MAX_LOSSES, NOW, setup as setupQueue } from './queue-world.ts';
import type { Worded } from './worded.ts';
import { worded } from './worded.ts';

/** What a test may do between two steps of a drain. */
export type AtStep = Partial<Record<Checkpoint, () => void>>;

/** What of the world outside is another one; of a server or the queue the functions that are named. */
export type Other = Partial<Omit<DrainDeps, 'queue' | 'plex' | 'stash'>> & {
  readonly queue?: Partial<DrainQueue>;
  readonly plex?: Partial<DrainPlex>;
  readonly stash?: Partial<DrainStash>;
  readonly at?: AtStep;
  /** Whether the process was killed: then it reaches neither queue nor server any more. */
  readonly isKilled?: () => boolean;
  /** The Plex to which the address leads. */
  readonly server?: Pick<PlexServer, 'url' | 'token'>;
  /** How long the requests to each server may take. */
  readonly times?: Partial<Record<'plex' | 'stash', typeof TIMEOUTS>>;
};

export type DrainRun = {
  readonly report: Worded<DrainReport>;
  readonly events: readonly WorkerEvent[];
  /** The events of one kind, with their sentences as they read. */
  of<K extends WorkerEvent['kind']>(kind: K): readonly Worded<Extract<WorkerEvent, { kind: K }>>[];
  /** The kinds of the report's ends. */
  readonly ends: readonly DrainReport['ends'][number]['kind'][];
  /** The report's counts that are not 0. */
  readonly tally: Partial<DrainReport['tally']>;
};

export type DrainWorld = {
  readonly world: World;
  readonly plex: PlexServer;
  /** Starts on first use; drains ask it from then on. */
  stash(): Promise<StashServer>;
  /** Epoch ms; a test moves it on. */
  readonly clock: { now: number };
  /** The signal by which drains are asked to stop. */
  readonly stop: { signal: NodeJS.Signals | undefined };
  enqueue(...edits: readonly SceneEdit[]): void;
  /** One drain under a new owner, which ends with it; a drain that throws leaves its leases as a kill would. */
  run(options?: Partial<DrainOptions>, other?: Other): Promise<DrainRun>;
};

const OPTIONS: DrainOptions = {
  mode: 'write',
  tokenFingerprint: () => 'fingerprint',
  stashFingerprint: () => 'stash fingerprint',
  ifOtherServer: 'refuse',
  libraries: [],
  plexAddress: 'http://plex.example',
  mappings: [],
  matching: 'strict',
  thinScenes: 'keep',
  maxRetries: 5,
  notFound: { kind: 'wait', maxWaitMs: 7_200_000 },
  scanning: 'leave',
  concurrency: 1,
  rules: RULES,
  removals: { kind: 'counted', most: undefined },
  limit: undefined,
  deadlineAt: undefined,
};

/** Half of every jitter: no wait is longer or shorter than its schedule says. */
const MIDDLE = 0.5;

const TRUST = { certificates: 'verified', ca: undefined } as const;
const TIMEOUTS = { connectTimeoutMs: 2_000, readTimeoutMs: 5_000 };

export async function setup(
  t: Pick<TestContext, 'after'>,
  options: Partial<PlexServerOptions> = {},
): Promise<DrainWorld> {
  const clock = { now: NOW };
  const stop: DrainWorld['stop'] = { signal: undefined };
  const sections = [{ key: '1', title: 'Harbour Films', locations: ['/harbour'] }];
  const plex = await startPlexServer({ sections, now: () => clock.now, ...options });
  t.after(() => plex.close());
  const world = setupQueue(t);
  let stash: StashServer | undefined;
  const asked = () => (stash === undefined ? 'not_asked' : 'asked');

  const depsFor = (opened: Opened, events: WorkerEvent[], other: Other): DrainDeps => {
    const connection = { trust: TRUST, signal: new AbortController().signal, now: () => clock.now };
    const { server = plex, at = {}, times = {}, isKilled = () => false, ...rest } = other;
    const [plexTimes, stashTimes] = [times.plex ?? TIMEOUTS, times.stash ?? TIMEOUTS];
    const access = { baseUrl: server.url, token: server.token, version: '0' };
    const clientIdentifier = opened.clientIdentifier();
    const stashClient =
      stash && createStashClient({ baseUrl: stash.url, apiKey: stash.apiKey, ...connection, ...stashTimes });
    return {
      files: openMemoryIndex(() => undefined),
      now: () => clock.now,
      random: () => MIDDLE,
      emit: (event) => void events.push(event),
      every: () => () => undefined,
      pause: async () => await new Promise((resolve) => void setImmediate(resolve)),
      stopRequested: () => stop.signal,
      checkpoint: (name) => at[name]?.(),
      ...rest,
      queue: mortal({ ...opened.queue, ...other.queue }, isKilled),
      plex: mortal(
        { ...createPlexClient({ ...access, ...connection, ...plexTimes, clientIdentifier }), ...other.plex },
        isKilled,
      ),
      pictures: other.pictures ?? createPictureSource({ stash: stashClient }),
      stash: stashClient && { ...stashClient, ...other.stash },
    };
  };

  return {
    ...{ world, plex, clock, stop },
    stash: async () => {
      if (stash === undefined) {
        // Loaded on demand, since it brings a GraphQL server that most files of tests can do without.
        const { startStashServer } = await import('../../src/simulator/stash/server.ts');
        const started = await startStashServer({ now: () => clock.now });
        t.after(() => started.close());
        stash = started;
      }
      return stash;
    },
    enqueue: (...edits) => void world.enqueue(edits, { now: clock.now }),
    run: async (drainOptions = {}, other = {}) => {
      const all = { ...OPTIONS, ...drainOptions };
      const opened = all.mode === 'preview' ? openPreview(world, asked()) : openQueue(world, clock.now, asked());
      const events: WorkerEvent[] = [];
      try {
        const report = await drain(depsFor(opened, events, other), all);
        opened.end();
        return toRun(report, events);
      } catch (thrown) {
        opened.abandon();
        throw thrown;
      }
    },
  };
}

/** The functions of a drain that may be killed: its batches in flight do nothing more. */
function mortal<T extends object>(functions: T, isKilled: () => boolean): T {
  return new Proxy(functions, {
    get: (target, name) => {
      if (isKilled()) throw new Error('killed');
      return Reflect.get(target, name) as unknown;
    },
  });
}

/** The queue of one run. */
type Opened = { readonly queue: DrainQueue; clientIdentifier(): string; end(): void; abandon(): void };

function openQueue(world: World, now: number, stash: 'asked' | 'not_asked'): Opened {
  const stores = world.stores();
  // No test here cuts the power, and thousands of commits need not wait for the disk.
  for (const db of [stores.queueDb, stores.dlqDb]) db.pragma('synchronous = OFF');
  const queue = openDrainQueue(stores, {
    ...{ pid: process.pid, now, stash, longestWaitMs: LONGEST_WAIT_MS, maxLosses: MAX_LOSSES },
    ...{ command: 'process', startedBy: 'script', journal: KEPT_JOURNAL },
    ...{ ifBusy: 'share', onLetterCommitted: () => undefined },
  });
  assert.ok('claim' in queue);
  const { clientIdentifier, abandon } = queue;
  return { queue, clientIdentifier, abandon, end: () => queue.end({ now, exitCode: 0, done: 0, failed: 0 }) };
}

function openPreview(world: World, stash: 'asked' | 'not_asked'): Opened {
  const stores = openPreviewStores(world.dir);
  const reads = openPreviewReads(stores, stash);
  const { clientIdentifier } = reads;
  return { queue: createPreviewQueue(reads), clientIdentifier, abandon: stores.close, end: stores.close };
}

function toRun(report: DrainReport, events: readonly WorkerEvent[]): DrainRun {
  return {
    ...{ report: worded(report), events },
    of: (kind) => {
      const isMeant = (event: WorkerEvent): event is Extract<WorkerEvent, { kind: typeof kind }> => event.kind === kind;
      return events.filter(isMeant).map((event) => worded(event));
    },
    ends: report.ends.map(({ kind }) => kind),
    tally: Object.fromEntries(Object.entries(report.tally).filter(([, count]) => count > 0)),
  };
}

/** An inline edit of a lighthouse whose file Plex may have. */
export function lighthouse(sceneId: number, data: SceneData = {}): SceneEdit {
  return { sceneId, bare: false, data: { path: fileOf(sceneId), title: `Lighthouse ${sceneId}`, ...data } };
}

/** Inline edits of the lighthouses 1 to `count`. */
export function lighthouses(count: number, data: SceneData = {}): SceneEdit[] {
  return idsTo(count).map((id) => lighthouse(id, data));
}

/** Asks for whatever Stash has of a scene. */
export function bare(sceneId: number, data: SceneData = {}): SceneEdit {
  return { sceneId, bare: true, data };
}

export function idsTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

export function fileOf(sceneId: number): string {
  return `/harbour/${sceneId}.mp4`;
}

/** A Plex beside the one of the world, that takes its token. */
export async function otherServer(
  t: Pick<TestContext, 'after'>,
  { plex, clock }: Pick<DrainWorld, 'plex' | 'clock'>,
  options: Partial<PlexServerOptions> & Pick<PlexServerOptions, 'machineIdentifier'>,
): Promise<PlexServer> {
  const sections = [{ key: '1', title: 'Gardens', locations: ['/harbour'] }];
  const other = await startPlexServer({ sections, token: plex.token, now: () => clock.now, ...options });
  t.after(() => other.close());
  return other;
}

/** Adds the items of these lighthouses; item 100 + n has the file of scene n. */
export function addItems(plex: PlexServer, ...sceneIds: readonly number[]): void {
  for (const id of sceneIds)
    plex.addItem({ sectionKey: '1', ratingKey: String(100 + id), file: fileOf(id), size: 1_000 + id });
}

type Moment = { readonly route: Route /** What goes wrong with that very request. */; readonly fault?: Fault };

/** Does `act` once, as the next request of a kind arrives and before it is answered. */
export function onRequest(plex: PlexServer, { route, fault }: Moment, act: () => void): void {
  let isDone = false;
  const isMeant = (request: SeenRequest): boolean => {
    if (isDone || request.route !== route) return false;
    isDone = true;
    act();
    return fault !== undefined;
  };
  plex.fail(isMeant, fault ?? { kind: 'drop' });
}

/** Plex answers nothing, its health check included; the returned function brings it back. */
export function silence(plex: PlexServer): () => void {
  return plex.fail('all', DOWN, Number.POSITIVE_INFINITY);
}

/** A breaker as an earlier run has left it; the data directory is made by its first job. */
export function setBreaker({ world }: Pick<DrainWorld, 'world'>, breaker: Breaker): void {
  world.sql(`INSERT OR REPLACE INTO breakers (server, state) VALUES ('plex', '${JSON.stringify(breaker)}')`);
}

/** The servers serve another scene at this instant, as an earlier run has noted it: a failure is its job's own. */
export function serveAnother({ world, clock }: Pick<DrainWorld, 'world' | 'clock'>): void {
  for (const kind of Object.keys(REQUEST_KINDS))
    world.sql(`INSERT OR REPLACE INTO successes (kind, scene_id, at) VALUES ('${kind}', 9999, ${clock.now})`);
}

/** What a Plex that starts, or is in maintenance, answers. */
export const DOWN: Fault = { kind: 'status', status: 503 };

/** So that it fails each time. */
export const ALWAYS = Number.POSITIVE_INFINITY;
