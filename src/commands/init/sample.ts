import { mapConcurrently } from '../../core/drain/ports/map-concurrently.ts';
import { evenly } from '../../core/match/evenly.ts';
import type { SceneFile } from '../../core/match/evidence.ts';
import type { LivePlex } from '../../core/match/live-finders.ts';
import { liveFinders } from '../../core/match/live-finders.ts';
import type { LookUpPlace } from '../../core/match/look-up.ts';
import { lookUpFile } from '../../core/match/look-up.ts';
import type { MappingVerdict } from '../../core/match/sample/agreed-mapping.ts';
import { ENOUGH_FILES, judgeMapping } from '../../core/match/sample/agreed-mapping.ts';
import type { LookedUp } from '../../core/match/sample/file-sample.ts';
import { durationMsOf } from '../../core/model/file-facts.ts';
import type { StashClient } from '../../stash/client.ts';
import { startWalk } from '../shared/stash/stash-scenes.ts';

/** So many scenes are listed to choose from: five requests. */
const MOST_LISTED = 5_000;
const LISTED_PER_PAGE = 1_000;
/** Looked up at the most, where Plex does not have the first ones. */
const MOST_LOOKED_UP = 5 * ENOUGH_FILES;

type Servers = {
  readonly stash: Pick<StashClient, 'pageAfter' | 'serverTime' | 'scenes'>;
  readonly plex: LivePlex;
};
type Place = LookUpPlace & { readonly concurrency: number };

/**
 * Looks at scenes of Stash, 20 at a time, and for their files in Plex, until they prove or disprove a `path_map` or
 * there are no more.
 * @throws {SyncError}
 */
export async function sampleMappings({ stash, plex }: Servers, place: Place): Promise<MappingVerdict> {
  const { ids, extent } = await sceneIds(stash);
  const looked: LookedUp[] = [];
  for (let start = 0; ; start += ENOUGH_FILES) {
    const files = await filesOf(stash, ids.slice(start, start + ENOUGH_FILES));
    looked.push(...(await mapConcurrently(files, place.concurrency, async (file) => await lookUp(file, place, plex))));
    const isEnd = start + ENOUGH_FILES >= ids.length;
    const verdict = judgeMapping(looked, { mappings: place.mappings, extent: isEnd ? extent : 'some' });
    // A server that cannot search by name reads a whole library for each file.
    const isCostly = looked.some(({ look }) => look.steps.some(({ rule }) => rule === 'listing'));
    if (isEnd || isCostly || isSettled(verdict)) return verdict;
  }
}

/** More files would change nothing. */
function isSettled(verdict: MappingVerdict): boolean {
  if (verdict.kind === 'unsure') return verdict.contradicting !== undefined;
  return verdict.kind !== 'unknown' && verdict.agreeing >= ENOUGH_FILES;
}

type Chosen = { readonly ids: readonly number[]; readonly extent: 'all' | 'some' };

/** Scenes with a file, spread over Stash, and each twenty of them too: neighbours tend to share a folder. */
async function sceneIds(stash: Servers['stash']): Promise<Chosen> {
  const walk = await startWalk(stash, { kind: 'all' }, { pageAfter: stash.pageAfter, perPage: LISTED_PER_PAGE });
  const filed: number[] = [];
  let listed = 0;
  for await (const scenes of walk.pages()) {
    listed += scenes.length;
    filed.push(...scenes.filter(({ paths }) => paths.length > 0).map(({ sceneId }) => sceneId));
    if (listed >= MOST_LISTED) break;
  }
  const chosen = evenly(filed, MOST_LOOKED_UP);
  const rounds = Math.ceil(chosen.length / ENOUGH_FILES);
  const ids = Array.from({ length: rounds }, (_, round) => chosen.filter((_id, index) => index % rounds === round));
  return { ids: ids.flat(), extent: listed >= walk.total && chosen.length === filed.length ? 'all' : 'some' };
}

async function filesOf(stash: Servers['stash'], ids: readonly number[]): Promise<readonly SceneFile[]> {
  const looks = await stash.scenes(ids);
  return [...looks.values()].flatMap((look): readonly SceneFile[] => {
    if (look.kind !== 'found') return [];
    const { path, size, duration } = look.scene.data;
    return path === undefined ? [] : [{ path, size, durationMs: durationMsOf(duration) }];
  });
}

/** By name alone: a search for titles would not tell where the file is. */
async function lookUp(file: SceneFile, place: LookUpPlace, plex: LivePlex): Promise<LookedUp> {
  const { byName } = liveFinders(plex);
  return { file, look: await lookUpFile(file, place, { byName }) };
}
