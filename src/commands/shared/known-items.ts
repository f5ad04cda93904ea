import { isKnownServer } from '../../core/match/libraries.ts';
import type { SyncErrorCode } from '../../core/model/errors.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Binding, PlexItem, Section } from '../../core/model/plex-item.ts';
import type { SweptRecord } from '../../core/model/reconcile.ts';
import { isOfItem } from '../../core/model/scene-record.ts';
import type { PlexClient } from '../../plex/client.ts';

/**
 * Makes sure that Plex answers, takes the token, and is the server whose rating keys we know.
 * @returns its libraries.
 * @throws {UsageError | SyncError}
 */
export async function proveKnownServer(plex: PlexClient, bound: Binding | undefined): Promise<readonly Section[]> {
  const sections = await plex.sections();
  if (bound === undefined || isKnownServer(bound, sections)) return sections;
  const { machineIdentifier } = await plex.identity();
  if (machineIdentifier === bound.machineIdentifier) return sections;
  throw new UsageError(
    `This data directory belongs to the Plex server ${bound.machineIdentifier}, but plex_url leads to ${machineIdentifier}.`,
    'Correct plex_url, or use another --data-dir for the other server. Nothing was changed.',
  );
}

/** Full items in one GET: as many as a run reads at once. */
const PER_REQUEST = 100;

/**
 * Those of the records whose item Plex has no more, by scene: none has the key, or one that was made anew has it.
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

/** What a request for many fails with that one for fewer may not: a 404 may stand for all or for one of them. */
const WORTH_HALVING: ReadonlySet<SyncErrorCode> = new Set(['plex_not_found', 'plex_too_long']);

async function foundOf(plex: PlexClient, asked: readonly string[]): Promise<ReadonlyMap<string, PlexItem>> {
  try {
    return new Map((await plex.items(asked)).map((item) => [item.ratingKey, item]));
  } catch (thrown) {
    if (!(thrown instanceof SyncError) || !WORTH_HALVING.has(thrown.code)) throw thrown;
    if (asked.length === 1 && thrown.code === 'plex_not_found') return new Map();
    if (asked.length === 1) throw thrown;
    const middle = Math.ceil(asked.length / 2);
    const [first, second] = [asked.slice(0, middle), asked.slice(middle)];
    return new Map([...(await foundOf(plex, first)), ...(await foundOf(plex, second))]);
  }
}
