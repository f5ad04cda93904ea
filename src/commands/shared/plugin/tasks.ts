import { unreachable } from '../../../core/model/errors.ts';
import type { TaskMode } from '../../../core/model/hook-event.ts';
import { ours, say } from '../../../core/text/sentence.ts';
import { EXIT } from '../../../exit.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openStoresToRead } from '../../../queue/store/stores.ts';
import { readStats } from '../../../queue/views/stats.ts';
import { intakeOf, openIntake } from '../../../queue/work/intake.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import { loadSettings } from '../../../settings/load.ts';
import type { Context } from '../context.ts';
import type { StashScope } from '../stash/stash-scenes.ts';
import { sum } from '../stats-document.ts';

/**
 * Where a task runs. Databases that are already open must not be opened again (closing one would drop its POSIX locks).
 */
export type TaskPlace =
  | {
      readonly stores: Stores;
      readonly loaded: LoadedSettings;
      /** Aborts requests to Stash. */
      readonly signal: AbortSignal | undefined;
    }
  | { readonly configFile: string | undefined; processQueue(): Promise<number> };

/** Does what a task of the plugin asks for; messages go to the log, which Stash shows. */
export async function runTask(mode: TaskMode, place: TaskPlace, context: Context): Promise<number> {
  switch (mode) {
    case 'process':
      // A task inside a run is done by that run.
      return 'stores' in place ? EXIT.done : await place.processQueue();
    case 'status':
      return status(place, context);
    case 'sync_all':
      return await syncScenes({ kind: 'all' }, place, context);
    case 'sync_recent':
      return await syncScenes({ kind: 'recent', backMs: RECENT_MS }, place, context);
    case 'compare':
      return await compareNames(place, context);
    default:
      return unreachable(mode);
  }
}

/** After names were merged or deleted in Stash: finds the scenes that had them, by their contents. */
async function compareNames(place: TaskPlace, context: Context): Promise<number> {
  const { output, now } = context;
  // A hook leaves this to a run, so that nobody's save waits for it.
  if (!('stores' in place)) return EXIT.done;
  const { loaded, signal, stores } = place;
  const { connectToStash } = await import('../stash/stash-connection.ts');
  const stash = connectToStash(loaded, { now, signal });
  if (stash === undefined) {
    output.log(
      'warning',
      say`[PlexSync Hook] Names were merged or deleted in Stash; in which scenes, only Stash can tell: set stash_url, then run plexsync reconcile`,
    );
    return EXIT.done;
  }
  const { enqueueChanged } = await import('../stash/compare.ts');
  const count = await enqueueChanged(stash, stores, context);
  output.log(
    'info',
    say`[PlexSync Hook] Names were merged or deleted in Stash: enqueued sync jobs for ${count} ${count === 1 ? 'scene' : 'scenes'} that had them`,
  );
  return EXIT.done;
}

const RECENT_MS = 24 * 3_600_000;

/** Pressing the button in Stash already confirms it. */
async function syncScenes(scope: StashScope, place: TaskPlace, context: Context): Promise<number> {
  const { requireStash } = await import('../stash/stash-connection.ts');
  const { enqueueWalk, passedOver, startWalk } = await import('../stash/stash-scenes.ts');
  const { dataDir, env, output, now } = context;
  const loaded =
    'loaded' in place
      ? place.loaded
      : await loadSettings({ flags: {}, env, dataDir: dataDir.path, configFile: place.configFile });
  const signal = 'signal' in place ? place.signal : undefined;
  const walk = await startWalk(requireStash(loaded, { now, signal }), scope);
  const startedAt = now();
  const onPage = (done: number): void => {
    const perSecond = (done / Math.max(1, now() - startedAt)) * 1_000;
    const left = Math.max(0, walk.total - done);
    const percent = ((done / Math.max(1, walk.total)) * 100).toFixed(0);
    const text = `Progress: ${done}/${walk.total} (${percent}%), ${left} remaining, ${perSecond.toFixed(1)} items/sec`;
    output.log('info', say`[PlexSync] ${ours(text)}`);
  };
  const intake =
    'stores' in place
      ? { ...intakeOf(place.stores), noteStash: () => undefined, close: () => undefined }
      : openIntake(dataDir);
  try {
    const counted = await enqueueWalk(walk, intake, { now, onPage });
    if (loaded.origins.stash_url.kind !== 'flag') intake.noteStash('asked');
    const { added, merged } = counted;
    const text = `Enqueued sync jobs for ${added + merged} scenes of Stash: ${added} new${passedOver(counted)}`;
    output.log('info', say`[PlexSync Hook] ${ours(text)}`);
    return EXIT.done;
  } finally {
    intake.close();
  }
}

function status(place: TaskPlace, context: Context): number {
  if ('stores' in place) return logStatus(place.stores, context);
  const stores = openStoresToRead(context.dataDir);
  try {
    return logStatus(stores, context);
  } finally {
    stores.close();
  }
}

function logStatus(stores: Stores, { output, now }: Context): number {
  const stats = readStats(stores, now());
  const tell = (text: string): void => output.log('info', say`[PlexSync] ${ours(text)}`);
  const types = Object.entries(stats.deadLetters).map(([type, count]) => `${count} ${type}`);
  const { due, retry, not_found, no_stash, removals } = stats.waiting;
  tell('=== Queue Status ===');
  tell(
    `Pending: ${stats.pending} (${due} due, ${retry} to retry, ${not_found} not in Plex yet, ${no_stash + removals} held)`,
  );
  tell(`In Progress: ${stats.inProgress}`);
  tell(`Completed: ${stats.totals.updated + stats.totals.unchanged}`);
  tell(`Failed: ${stats.totals.dead_lettered}`);
  tell(`Dead Letter Queue: ${sum(stats.deadLetters)}${types.length === 0 ? '' : ` (${types.join(', ')})`}`);
  return EXIT.done;
}
