/** A drain in process: a real queue on disk, the simulators over loopback HTTP, and the test's own clock and dice. */
import type { TestContext } from 'node:test';
import type { DrainReport } from '../../src/core/drain/drain.ts';
import { drain } from '../../src/core/drain/drain.ts';
import type { DrainOptions } from '../../src/core/drain/ports/drain-options.ts';
import type { WorkerEvent } from '../../src/core/drain/ports/events.ts';
import type { Checkpoint, DrainDeps } from '../../src/core/drain/ports/ports.ts';
import type { SceneData, SceneEdit } from '../../src/core/model/scene.ts';
import { openMemoryIndex } from '../../src/file-index/file-index.ts';
import { createPlexClient } from '../../src/plex/client.ts';
import type { OpenDrainQueue } from '../../src/queue/work/drain-queue.ts';
import type { PlexServer, PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import type { StashServer } from '../../src/simulator/stash/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { createStashClient } from '../../src/stash/client.ts';
import { RULES } from '../unit/plex-model.ts';
import type { World } from './queue-world.ts';
import { NOW, setup as setupQueue } from './queue-world.ts';

/** What a test may do between two steps of a drain. */
export type AtStep = Partial<Record<Checkpoint, () => void | Promise<void>>>;

export type DrainRun = {
  readonly report: DrainReport;
  readonly events: readonly WorkerEvent[];
  /** The events of one kind. */
  of<K extends WorkerEvent['kind']>(kind: K): readonly Extract<WorkerEvent, { kind: K }>[];
};

export type DrainWorld = {
  readonly world: World;
  readonly plex: PlexServer;
  /** Starts on first use; drains ask it from then on. */
  stash(): Promise<StashServer>;
  /** Epoch ms; a test moves it on. */
  readonly clock: { now: number };
  enqueue(...edits: readonly SceneEdit[]): void;
  /** One drain under a new owner, which ends with it. */
  run(options?: Partial<DrainOptions>, deps?: Partial<DrainDeps> & { readonly at?: AtStep }): Promise<DrainRun>;
};

const OPTIONS: DrainOptions = {
  mode: 'write',
  tokenFingerprint: 'fingerprint',
  ifOtherServer: 'refuse',
  libraries: [],
  mappings: [],
  matching: 'strict',
  thinScenes: 'wait',
  maxRetries: 5,
  notFound: { kind: 'wait', maxWaitMs: 7_200_000 },
  scanning: 'leave',
  concurrency: 1,
  rules: RULES,
  limit: undefined,
  deadlineAt: undefined,
};

/** Half of every jitter: no wait is longer or shorter than its schedule says. */
const MIDDLE = 0.5;

export async function setup(t: TestContext, options: Partial<PlexServerOptions> = {}): Promise<DrainWorld> {
  const clock = { now: NOW };
  const sections = [{ key: '1', title: 'Harbour Films', locations: ['/harbour'] }];
  const plex = await startPlexServer({ sections, now: () => clock.now, ...options });
  t.after(() => plex.close());
  const world = setupQueue(t);
  const signal = new AbortController().signal;
  const trust = { certificates: 'verified', ca: undefined } as const;
  const timeouts = { connectTimeoutMs: 2_000, readTimeoutMs: 5_000 };
  let stash: StashServer | undefined;

  const depsFor = (queue: OpenDrainQueue, events: WorkerEvent[]): DrainDeps => ({
    queue,
    plex: createPlexClient({
      ...{ baseUrl: plex.url, token: plex.token, clientIdentifier: queue.clientIdentifier(), version: '0' },
      ...{ trust, ...timeouts, signal, now: () => clock.now },
    }),
    files: openMemoryIndex(() => undefined),
    stash:
      stash &&
      createStashClient({ baseUrl: stash.url, apiKey: undefined, trust, ...timeouts, signal, now: () => clock.now }),
    now: () => clock.now,
    random: () => MIDDLE,
    emit: (event) => void events.push(event),
    every: () => () => undefined,
    stopRequested: () => undefined,
    checkpoint: () => undefined,
  });
  return {
    world,
    plex,
    clock,
    stash: async () => {
      if (stash === undefined) {
        const started = await startStashServer({ now: () => clock.now });
        t.after(() => started.close());
        stash = started;
      }
      return stash;
    },
    enqueue: (...edits) => void world.enqueue(edits, { now: clock.now }),
    run: async (drainOptions = {}, { at = {}, ...deps } = {}) => {
      const queue = world.drain({ now: clock.now, stash: stash === undefined ? 'not_asked' : 'asked' });
      const events: WorkerEvent[] = [];
      const checkpoint = (name: Checkpoint): void => void at[name]?.();
      const report = await drain({ ...depsFor(queue, events), checkpoint, ...deps }, { ...OPTIONS, ...drainOptions });
      return {
        report,
        events,
        of: (kind) =>
          events.filter((event): event is Extract<WorkerEvent, { kind: typeof kind }> => event.kind === kind),
      };
    },
  };
}

/** An inline edit of a lighthouse whose file Plex may have. */
export function lighthouse(sceneId: number, data: SceneData = {}): SceneEdit {
  return { sceneId, bare: false, data: { path: `/harbour/${sceneId}.mp4`, title: `Lighthouse ${sceneId}`, ...data } };
}

/** Adds the items of these lighthouses; item 100 + n has the file of scene n. */
export function addItems(plex: PlexServer, ...sceneIds: readonly number[]): void {
  for (const id of sceneIds)
    plex.addItem({ sectionKey: '1', ratingKey: String(100 + id), file: `/harbour/${id}.mp4`, size: 1_000 + id });
}
