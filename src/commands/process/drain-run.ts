import { setInterval } from 'node:timers';
import type { DrainReport } from '../../core/drain/drain.ts';
import { drain } from '../../core/drain/drain.ts';
import type { DrainOptions } from '../../core/drain/ports/drain-options.ts';
import type { PictureSource } from '../../core/drain/ports/pictures.ts';
import type { DrainDeps } from '../../core/drain/ports/ports.ts';
import type { DrainQueue } from '../../core/drain/ports/queue.ts';
import type { PictureRules } from '../../core/model/picture.ts';
import { foreign, say } from '../../core/text/sentence.ts';
import { withoutQuery } from '../../core/text/without-query.ts';
import type { WriteRules } from '../../core/write/desired-state.ts';
import { SYNC_TOGGLES } from '../../core/write/desired-state.ts';
import { openFileIndex, openMemoryIndex } from '../../file-index/file-index.ts';
import type { PlexClient } from '../../plex/client.ts';
import { createPlexClient } from '../../plex/client.ts';
import type { OpenDrainQueue } from '../../queue/work/drain-queue.ts';
import { requirePlex } from '../../settings/access.ts';
import { libraryLine } from '../../settings/change-words.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Settings } from '../../settings/table.ts';
import type { StashClient } from '../../stash/client.ts';
import type { Context } from '../shared/context.ts';
import { limitSemiSpace } from '../shared/heap-size.ts';
import { plexOptions } from '../shared/plex-connection.ts';
import type { StashPlace } from '../shared/stash/stash-connection.ts';
import type { Stop } from '../shared/stop.ts';
import { listenForStop } from '../shared/stop.ts';
import { fingerprintOf, stashFingerprintOf } from './token-fingerprint.ts';

export type DrainSetup = {
  readonly loaded: LoadedSettings;
  readonly limit: number | undefined;
  readonly maxTimeMs: number | undefined;
  readonly adoptServer: boolean;
  /** Whether a person allowed whatever this run removes. */
  readonly removals: 'counted' | 'allowed';
  readonly mode: DrainOptions['mode'];
  readonly startedAt: number;
  /** Whether writing was paused meanwhile. */
  readonly paused?: DrainDeps['paused'];
  readonly emit: DrainDeps['emit'];
  readonly checkpoint: DrainDeps['checkpoint'];
};

/** What a drain needs from the queue, plus what requests to the servers need from it. */
export type RunQueue = DrainQueue & Pick<OpenDrainQueue, 'clientIdentifier' | 'stashDialect' | 'saveStashDialect'>;

/**
 * Runs a drain between queue and Plex. A module of its own, because it loads the HTTP client, which a run with nothing
 * due never needs.
 * @throws {UsageError} when Plex is not configured, or configured wrongly.
 */
export async function runDrain(
  queue: RunQueue,
  setup: DrainSetup,
  { dataDir, now, version, output }: Context,
): Promise<DrainReport> {
  const { loaded, emit } = setup;
  const checkpoint: DrainDeps['checkpoint'] = (name) => {
    if (name === 'settled') output.flush();
    setup.checkpoint(name);
  };
  const access = requirePlex(loaded);
  const clientIdentifier = queue.clientIdentifier();
  const stop = listenForStop(output);
  const onTrouble = (reason: string): void => emit({ kind: 'index_unusable', reason: say`${foreign(reason)}` });
  const files = setup.mode === 'preview' ? openMemoryIndex(onTrouble) : openFileIndex(dataDir.path, onTrouble);
  try {
    const plex = createPlexClient(plexOptions(loaded, { clientIdentifier, version, signal: stop.aborted, now }));
    const stash = await stashOf(loaded, { now, signal: stop.aborted, known: queue.stashDialect() });
    const options = drainOptions({ ...setup, dataDir });
    const pictures = await pictureSourceOf(options.rules.pictures, stash);
    const report = await drain(
      depsOf({
        ...keepSmallWithMuch(queue, plex),
        ...{ files, stash, pictures, emit, stop, now, checkpoint, paused: setup.paused },
      }),
      {
        ...options,
        plexAddress: withoutQuery(access.baseUrl),
        tokenFingerprint: () => fingerprintOf(access, clientIdentifier),
        stashFingerprint: () => stashFingerprintOf(loaded, clientIdentifier),
      },
    );
    // What was learned about this Stash saves the next run a request.
    queue.saveStashDialect(stash?.dialect());
    return report;
  } finally {
    files.close();
    stop.close();
  }
}

/** From so many jobs in a batch on, a run lives long enough for its heap to grow. */
const MANY_JOBS = 10;

/** Keeps the heap small once much is claimed or listed. A run with little ends first, and would only lose time by it. */
function keepSmallWithMuch(queue: RunQueue, plex: PlexClient): Pick<DrainDeps, 'queue' | 'plex'> {
  return {
    queue: {
      ...queue,
      claim: (request) => {
        const claimed = queue.claim(request);
        if (claimed.jobs.length >= MANY_JOBS) limitSemiSpace();
        return claimed;
      },
    },
    plex: {
      ...plex,
      listPage: async (section, start, size) => {
        limitSemiSpace();
        return await plex.listPage(section, start, size);
      },
    },
  };
}

/** Loaded only where a Stash is set. */
async function stashOf(loaded: LoadedSettings, place: StashPlace): Promise<StashClient | undefined> {
  if (loaded.settings.stash_url === undefined) return undefined;
  const { connectToStash } = await import('../shared/stash/stash-connection.ts');
  return connectToStash(loaded, place);
}

/** Loaded only where pictures are written. */
async function pictureSourceOf(
  rules: PictureRules,
  stash: StashClient | undefined,
): Promise<PictureSource | undefined> {
  if (rules.poster !== 'write' && rules.background !== 'write') return undefined;
  const { createPictureSource } = await import('../../pictures/source.ts');
  return createPictureSource({ stash });
}

function depsOf(
  parts: Pick<
    DrainDeps,
    'queue' | 'plex' | 'files' | 'stash' | 'pictures' | 'emit' | 'now' | 'checkpoint' | 'paused'
  > & {
    readonly stop: Stop;
  },
): DrainDeps {
  const { stop, ...deps } = parts;
  return {
    ...deps,
    random: Math.random,
    pause: async () => await new Promise((resolve) => void setImmediate(resolve)),
    every: (ms, task) => {
      const timer = setInterval(task, ms);
      return () => clearInterval(timer);
    },
    stopRequested: stop.requested,
  };
}

function drainOptions({
  loaded,
  dataDir,
  limit,
  maxTimeMs,
  startedAt,
  adoptServer,
  removals,
  mode,
}: DrainSetup & Pick<Context, 'dataDir'>): Omit<DrainOptions, 'plexAddress' | 'tokenFingerprint' | 'stashFingerprint'> {
  const { settings } = loaded;
  return {
    mode,
    ifOtherServer: adoptServer ? 'adopt' : 'refuse',
    libraries: settings.plex_library,
    libraryLine: (title) => libraryLine({ loaded, dataDir }, title),
    mappings: settings.path_map,
    thinScenes: settings.quality_gate ? 'keep' : 'clear',
    matching: settings.strict_matching ? 'strict' : 'relaxed',
    maxRetries: settings.max_retries,
    notFound: {
      kind: settings.skip_not_found ? 'skip' : 'wait',
      maxWaitMs: settings.not_found_max_wait,
    },
    scanning: settings.trigger_plex_scan ? 'request' : 'leave',
    concurrency: settings.concurrency,
    rules: writeRules(settings),
    removals: removals === 'allowed' ? { kind: 'allowed' } : { kind: 'counted', most: settings.max_removals },
    limit,
    deadlineAt: maxTimeMs === undefined ? undefined : startedAt + maxTimeMs,
  };
}

function pictureRules({
  sync_master,
  sync_poster,
  sync_background,
  poster_takeover,
  overlay_label,
}: Settings): PictureRules {
  const rest = { takeover: poster_takeover, overlay: overlay_label };
  if (!sync_master) return { poster: 'leave', background: 'leave', ...rest };
  const decided = sync_poster === true ? 'write' : 'leave';
  return {
    poster: sync_poster === undefined ? 'unset' : decided,
    background: sync_background ? 'write' : 'leave',
    ...rest,
  };
}

function writeRules(settings: Settings): WriteRules {
  const toggles = SYNC_TOGGLES.map((name) => [name, settings.sync_master && settings[`sync_${name}`]]);
  return {
    preservePlexEdits: settings.preserve_plex_edits,
    lockFields: settings.lock_fields,
    clearEmpty: settings.clear_empty,
    maxTags: settings.max_tags,
    maxPerformers: settings.max_performers,
    sync: Object.fromEntries(toggles) as WriteRules['sync'],
    pictures: pictureRules(settings),
  };
}
