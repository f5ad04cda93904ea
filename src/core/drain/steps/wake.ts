import { nameKey } from '../../match/paths.ts';
import { asSyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { AddedItem, AddedMark, DrainDeps, DrainPlex, DrainQueue, Missing } from '../ports/ports.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';

type Uses = Pick<DrainDeps, 'emit' | 'now'> & {
  readonly queue: Pick<DrainQueue, 'missing' | 'addedMark' | 'saveAddedMark' | 'wake'>;
  readonly plex: Pick<DrainPlex, 'addedSince'>;
  readonly guard: Pick<PlexGuard, 'ask' | 'fault' | 'halt' | 'halted'>;
  readonly sections: readonly Section[];
};

/** How many of the newest items to look at when no earlier look left a mark. */
const NEWEST = 100;

/**
 * Asks each library once what was added since the last look, and makes the jobs due that waited for such a file; dead
 * letters that waited in vain are revived. Sends nothing while no job waits; waking does not spend an attempt.
 */
export async function wake(context: Uses): Promise<void> {
  const { emit, now, queue, plex, guard, sections } = context;
  const waiting = Map.groupBy(queue.missing(), ({ path }) => nameKey(path));
  if (waiting.size === 0) return;
  for (const section of sections) {
    if (guard.halted() !== undefined) return;
    try {
      const mark = queue.addedMark(section.key);
      const added = await guard.ask(() => plex.addedSince(section, mark?.at, NEWEST));
      const news = added.filter(
        ({ ratingKey, addedAt }) => addedAt !== mark?.at || !mark.ratingKeys.includes(ratingKey),
      );
      const names = new Set(news.flatMap(({ files }) => files).map(({ path }) => nameKey(path)));
      const found = [...names].flatMap((name): readonly Missing[] => waiting.get(name) ?? []);
      if (found.length > 0) {
        queue.wake(found, now());
        emit({ kind: 'woken', count: found.length, section: section.title });
      }
      const next = markOf(added);
      if (next !== undefined) queue.saveAddedMark(section.key, next);
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (error.code === 'unexpected') throw thrown;
      // Waking is only a convenience: waiting jobs have their own schedule.
      if (error.code === 'plex_unauthorized') guard.halt({ kind: 'unauthorized', message: error.said });
      guard.fault(error);
    }
  }
}

/** Where the next look begins: by Plex's own clock, with the items already seen in its last second. */
function markOf(added: readonly AddedItem[]): AddedMark | undefined {
  if (added.length === 0) return undefined;
  const at = Math.max(...added.map(({ addedAt }) => addedAt));
  return { at, ratingKeys: added.filter(({ addedAt }) => addedAt === at).map(({ ratingKey }) => ratingKey) };
}
