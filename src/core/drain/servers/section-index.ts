import type { IndexedSection } from '../../match/file-index.ts';
import { laterMark, markOf, NO_MARK, notAhead } from '../../match/file-index.ts';
import { listSection, pagesFor } from '../../match/listing.ts';
import type { Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { PlexGuard } from './plex-guard.ts';

type Place = {
  readonly deps: Pick<DrainDeps, 'files' | 'plex' | 'emit' | 'now'>;
  readonly guard: PlexGuard;
  readonly options: Pick<DrainOptions, 'deadlineAt'>;
};

/** A listing without dates cannot be refreshed: there is no mark to ask from. */
export function isRefreshable(indexed: IndexedSection | undefined): boolean {
  return indexed !== undefined && (indexed.mark.addedAt !== undefined || indexed.mark.updatedAt !== undefined);
}

/**
 * Brings an indexed section up to date; tells whether the index has everything Plex has. It may still have items that
 * are gone: those are noticed when the item is read.
 */
export async function refresh(section: Section, { deps, guard }: Place, mostPages: number): Promise<boolean> {
  const { files, plex, emit } = deps;
  const before = files.indexed(section);
  if (before === undefined) return false;
  const changes = await guard.ask(() => plex.changesSince(section, before.mark, mostPages));
  if (changes === undefined) return false;
  const { items, total, clockAt } = changes;
  files.update(section, items, notAhead(laterMark(before.mark, markOf(items, clockAt)), clockAt));
  if (total !== undefined) files.noteTotal(section, total);
  const after = files.indexed(section);
  const isRight = after !== undefined && (total === undefined || after.items >= total);
  emit({ kind: 'index_refreshed', section: section.title, changed: items.length, isRight });
  return isRight;
}

/**
 * Lists a section into the index. Gives up when that takes more pages than `worth` or more than half of the remaining
 * time, when the library changes meanwhile, or when there is no index.
 */
export async function listIntoIndex(
  section: Section,
  { deps, guard, options }: Place,
  worth: number | undefined,
): Promise<boolean> {
  const { files, plex, emit, now } = deps;
  const draft = files.draft(section);
  if (draft === undefined) return false;
  const startedAt = now();
  let mark = NO_MARK;
  let listed = 0;
  let reason: 'moved' | 'too_long' = 'moved';
  const isTooLong = (pageRows: number, total: number): boolean => {
    const pages = Math.max(pagesFor(total), Math.ceil(total / Math.max(1, pageRows)));
    const msLeft = (options.deadlineAt ?? Number.POSITIVE_INFINITY) - now();
    return pages > (worth ?? pages) || (worth !== undefined && (now() - startedAt) * pages > msLeft / 2);
  };
  try {
    const { kind, requests } = await guard.ask(() =>
      listSection(section, plex.listPage, (items, { total, clockAt }) => {
        draft.add(items);
        mark = laterMark(mark, markOf(items, clockAt));
        const isFirst = listed === 0;
        listed += items.length;
        if (isFirst && total !== undefined) {
          files.noteTotal(section, total);
          if (total > listed && isTooLong(items.length, total)) reason = 'too_long';
        }
        return reason === 'too_long' || guard.halted() !== undefined || guard.isTimeUp() ? 'stop' : 'go_on';
      }),
    );
    // If another process finished a later listing meanwhile, that one serves as well.
    const isWhole = kind === 'whole' && (draft.finish(mark) || files.indexed(section) !== undefined);
    if (isWhole) {
      files.noteTotal(section, listed);
      emit({ kind: 'index_listed', section: section.title, items: listed, requests });
    } else {
      draft.discard();
      emit({ kind: 'listing_given_up', section: section.title, requests, reason });
    }
    return isWhole;
  } catch (thrown) {
    draft.discard();
    throw thrown;
  }
}
