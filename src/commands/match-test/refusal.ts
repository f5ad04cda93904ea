import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DrainPlex } from '../../core/drain/ports/ports.ts';
import { belongsElsewhere, pinnedElsewhere, standOf } from '../../core/match/ownership.ts';
import type { PathMapping } from '../../core/match/paths.ts';
import { meetServer, otherServerWords } from '../../core/match/plex-server.ts';
import { ours, say } from '../../core/text/sentence.ts';
import { QUEUE_SCHEMA } from '../../queue/store/migrations.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import { readItemClaims } from '../../queue/views/item-claims.ts';
import type { Context } from '../shared/context.ts';
import type { Explanation } from '../shared/match/explain-match.ts';
import type { Judged, Matching, Refusal } from './how.ts';
import type { AskedScene } from './scene.ts';

type Asked = {
  readonly matching: Matching;
  readonly scene: AskedScene | undefined;
  readonly mappings: readonly PathMapping[];
};

/**
 * Judges exactly as the drain does who owns the proven item, and whether the server may be written to; no refusal when
 * nothing is against that. @throws {StoreError | SyncError}
 */
export async function whyRefused(
  explanation: Explanation,
  asked: Asked & { readonly plex: Pick<DrainPlex, 'identity'> },
  { dataDir }: Context,
): Promise<Judged> {
  const unbound: Judged = { refusal: undefined, requests: 0 };
  if (!existsSync(join(dataDir.path, QUEUE_SCHEMA.fileName))) return unbound;
  const stores = openStoresToRead(dataDir);
  try {
    const binding = prepareServerState(stores.queueDb).binding();
    if (binding === undefined) return unbound;
    const met = meetServer(binding, await asked.plex.identity());
    const refusal: Refusal | undefined =
      met.kind === 'other'
        ? { kind: 'other_server', message: say`this ${ours(otherServerWords(met))}` }
        : ownedByOthers(explanation, asked, stores);
    return { refusal, requests: 1 };
  } finally {
    stores.close();
  }
}

function ownedByOthers(
  { look, file, files }: Explanation,
  { matching, scene, mappings }: Asked,
  stores: Stores,
): Refusal | undefined {
  // What a person pinned is written whatever else is true.
  if (look.match.kind !== 'high' || scene?.pin !== undefined) return undefined;
  const { candidate } = look.match.best;
  const { pinned, owner } = readItemClaims(stores, candidate.ratingKey);
  // Without --scene the file is taken for that of the scene that has it.
  const isPinnedOnes =
    scene === undefined && owner !== undefined && pinned.includes(owner.sceneId) && owner.scenePath === file.path;
  if (isPinnedOnes) return undefined;
  if (pinned.length > 0)
    return { kind: 'others_item', message: pinnedElsewhere(candidate, pinned, scene?.sceneId), sceneIds: pinned };
  if (owner === undefined || owner.sceneId === scene?.sceneId || matching === 'relaxed') return undefined;
  // Without --scene the file may be another one of the owner.
  const isOwners = scene === undefined && owner.others.some(({ path }) => path === file.path);
  if (isOwners || standOf({ files, file }, owner, candidate.files, mappings) === 'heir') return undefined;
  return { kind: 'others_item', message: belongsElsewhere(candidate, owner.sceneId), sceneIds: [owner.sceneId] };
}
