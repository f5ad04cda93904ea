import { bisect } from '../../core/failures/bisect.ts';
import { meetServer, otherServerWords } from '../../core/match/plex-server.ts';
import type { SyncErrorCode } from '../../core/model/errors.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Binding, PlexItem, Section } from '../../core/model/plex-item.ts';
import type { SweptRecord } from '../../core/model/reconcile.ts';
import { isOfItem } from '../../core/model/scene-record.ts';
import type { PlexClient } from '../../plex/client.ts';

/**
 * Makes sure that Plex answers, accepts the token, and is the server whose rating keys we know, or the first server.
 * @returns its libraries, and what to store about a first server.
 * @throws {UsageError | SyncError}
 */
export async function proveKnownServer(
  plex: PlexClient,
  { binding, doubtServer }: { binding(): Binding | undefined; doubtServer(): void },
): Promise<{ readonly sections: readonly Section[]; readonly firstBinding: Binding | undefined }> {
  const sections = await plex.sections();
  const { machineIdentifier } = await plex.identity();
  const met = meetServer(binding(), { machineIdentifier });
  if (met.kind !== 'other')
    return { sections, firstBinding: met.kind === 'first' ? { machineIdentifier, sectionUuids: [] } : undefined };
  doubtServer();
  throw new UsageError(
    `This ${otherServerWords(met)}.`,
    'Correct plex_url, or use another --data-dir for the other server. Nothing was changed.',
  );
}

/** Full items in one GET: as many as a run reads at once. */
const PER_REQUEST = 100;

/**
 * The records whose item no longer exists in Plex, by scene: the rating key is gone, or belongs to a newly created
 * item.
 * @throws {SyncError}
 */
export async function missingItems(plex: PlexClient, records: readonly SweptRecord[]): Promise<ReadonlySet<number>> {
  const missing = new Set<number>();
  for (let start = 0; start < records.length; start += PER_REQUEST) {
    const asked = records.slice(start, start + PER_REQUEST);
    const items = await foundOf(
      plex,
      asked.map(({ ratingKey }) => ratingKey),
    );
    for (const record of asked) {
      const item = items.get(record.ratingKey);
      if (item === undefined || !isOfItem(record, item)) missing.add(record.sceneId);
    }
  }
  return missing;
}

/** Errors of a large request that a smaller one may avoid: a 404 may be about all items or about one. */
const WORTH_HALVING: ReadonlySet<SyncErrorCode> = new Set(['plex_not_found', 'plex_too_long']);

async function foundOf(plex: PlexClient, asked: readonly string[]): Promise<ReadonlyMap<string, PlexItem>> {
  const found = new Map<string, PlexItem>();
  await bisect(asked, async (part) => {
    try {
      for (const item of await plex.items(part)) found.set(item.ratingKey, item);
      return 'done';
    } catch (thrown) {
      if (!(thrown instanceof SyncError) || !WORTH_HALVING.has(thrown.code)) throw thrown;
      if (part.length === 1 && thrown.code !== 'plex_not_found') throw thrown;
      return 'halve';
    }
  });
  return found;
}
