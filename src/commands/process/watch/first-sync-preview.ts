import { mapConcurrently } from '../../../core/drain/ports/map-concurrently.ts';
import { evenly } from '../../../core/match/evenly.ts';
import type { SceneFile } from '../../../core/match/evidence.ts';
import { chooseSections } from '../../../core/match/libraries.ts';
import { liveFinders } from '../../../core/match/live-finders.ts';
import { lookUpFile } from '../../../core/match/look-up.ts';
import { SyncError, saidBy, UsageError } from '../../../core/model/errors.ts';
import { durationMsOf } from '../../../core/model/file-facts.ts';
import { ours, say } from '../../../core/text/sentence.ts';
import type { ReconcileStore } from '../../../queue/work/reconcile-store.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import type { StashClient } from '../../../stash/client.ts';
import { picturesOfCount, toComeWords, writtenPictures } from '../../shared/pictures-to-come.ts';
import { connectToPlex } from '../../shared/plex-connection.ts';
import type { FirstSyncContext } from './first-sync-context.ts';

type Place = {
  readonly stash: StashClient;
  readonly loaded: LoadedSettings;
  readonly store: Pick<ReconcileStore, 'pictureBytes'>;
};

/** Enough to see whether paths and libraries are right. */
const SAMPLE = 20;

/** Says what a first sync would bring: how many of a sample are found in Plex, and how many pictures come. */
export async function previewFirstSync(ids: readonly number[], place: Place, context: FirstSyncContext): Promise<void> {
  const { loaded, store } = place;
  const { output } = context;
  const pictures = picturesOfCount(ids.length * writtenPictures(loaded.settings).length, store.pictureBytes());
  const scenes = `${ids.length.toLocaleString('en')} ${ids.length === 1 ? 'scene' : 'scenes'}`;
  const come = ours(`${scenes} would be enqueued${toComeWords(pictures)}`);
  output.log('info', say`[PlexSync] Dry run of the first sync: ${come}${await sampleWords(ids, place, context)}`);
  output.log('info', say`[PlexSync] Nothing was changed. To enqueue them: plexsync reconcile, or first_sync: all`);
}

/** A Plex that cannot be asked now is told by the runs themselves. */
async function sampleWords(ids: readonly number[], { stash, loaded }: Place, context: FirstSyncContext) {
  try {
    const files = await sampleFiles(ids, stash);
    const plex = connectToPlex(loaded, context);
    const { plex_library, path_map: mappings, concurrency } = loaded.settings;
    const place = { sections: chooseSections(await plex.sections(), plex_library), mappings };
    const looks = await mapConcurrently(files, concurrency, async (file) => {
      return await lookUpFile(file, place, liveFinders(plex));
    });
    const found = looks.filter(({ match }) => match.kind === 'high').length;
    const why = found === files.length ? '' : say`; plexsync doctor says why the others would not`;
    return say`; of ${files.length} sampled files ${found} are found in Plex and would be written${why}`;
  } catch (thrown) {
    const isKnown = thrown instanceof UsageError || (thrown instanceof SyncError && thrown.code !== 'unexpected');
    if (!isKnown) throw thrown;
    return say`; how many are in Plex cannot be told now: ${saidBy(thrown)}`;
  }
}

async function sampleFiles(ids: readonly number[], stash: StashClient): Promise<readonly SceneFile[]> {
  const looks = await stash.scenes(evenly(ids, SAMPLE));
  return [...looks.values()].flatMap((look): SceneFile[] => {
    if (look.kind !== 'found' || look.scene.data.path === undefined) return [];
    const { path, size, duration } = look.scene.data;
    return [{ path, size, durationMs: durationMsOf(duration) }];
  });
}
