import type { Section } from '../model/plex-item.ts';
import type { Candidate } from './evidence.ts';
import type { ListedItem } from './listing.ts';
import { pagesFor } from './listing.ts';

/** How far a listing knows a section, epoch seconds by Plex's clock: the latest dates in its rows, if they have any. */
export type IndexMark = { readonly addedAt: number | undefined; readonly updatedAt: number | undefined };

/** What the index has of a section that was listed whole. */
export type IndexedSection = { readonly items: number; readonly mark: IndexMark };

/** A listing on its way into the index; nothing of it is visible before `finish`. */
export type IndexDraft = {
  add(items: readonly ListedItem[]): void;
  /** Makes the listing the section's content; `false` when another process finished a later listing meanwhile. */
  finish(mark: IndexMark): boolean;
  discard(): void;
};

/**
 * The files of Plex's libraries as last listed; `file-index/` satisfies it by shape. It is optional: where it fails,
 * the drain works as if nothing had been listed.
 */
export type FileIndex = {
  indexed(section: Section): IndexedSection | undefined;
  /** The number of items in the section when it was last asked for, listed or not. */
  knownTotal(section: Section): number | undefined;
  noteTotal(section: Section, total: number): void;
  /** Items with a file of this name, by `nameKey`; `undefined` where the index cannot tell. */
  byName(section: Section, key: string): readonly Candidate[] | undefined;
  /** `undefined` where there is no index to list into. */
  draft(section: Section): IndexDraft | undefined;
  /** Replaces what is known of the changed items; without a mark the section keeps its own. */
  update(section: Section, items: readonly ListedItem[], mark: IndexMark | undefined): void;
  /** Removes an item that is gone. */
  forget(ratingKey: string): void;
  /** Removes everything: the server is a different one. */
  clear(): void;
};

/** How a section's files are looked for. */
export type LookWay = 'live' | 'refresh' | 'list';

/** A refresh asks for what was added, for what changed, and for the count. */
const REFRESH_REQUESTS = 3;
/** Below this many look-ups, a library of unknown size is not worth listing; from this many on they are bulk. */
export const FEW_LOOK_UPS = 10;

/**
 * Chooses the way that takes the fewest requests: one per look-up, three for a refresh of an indexed section, or the
 * pages of a listing.
 * @param lookUps those made in the section in this drain, and those announced
 * @param total items in the section; absent when it was never asked for
 */
export function chooseWay(facts: {
  readonly lookUps: number;
  readonly total: number | undefined;
  readonly refreshable: boolean;
}): LookWay {
  const { lookUps, total, refreshable } = facts;
  const pages = total === undefined ? FEW_LOOK_UPS : pagesFor(total);
  if (refreshable && lookUps > REFRESH_REQUESTS) return pages < REFRESH_REQUESTS ? 'list' : 'refresh';
  // A few look-ups never justify listing a library of unknown size.
  return lookUps >= FEW_LOOK_UPS && pages <= lookUps ? 'list' : 'live';
}

/** The later of two marks, date by date. */
export function laterMark(a: IndexMark, b: IndexMark): IndexMark {
  return { addedAt: later(a.addedAt, b.addedAt), updatedAt: later(a.updatedAt, b.updatedAt) };
}

/** The mark after listing these rows, by a server whose clock is at `clockAt`: a row may be dated years ahead. */
export function markOf(
  items: readonly Pick<ListedItem, 'addedAt' | 'updatedAt'>[],
  clockAt: number | undefined,
): IndexMark {
  return notAhead(
    items.reduce<IndexMark>((mark, item) => laterMark(mark, item), NO_MARK),
    clockAt,
  );
}

/** A mark that hides nothing still to come. */
export function notAhead({ addedAt, updatedAt }: IndexMark, clockAt = Number.POSITIVE_INFINITY): IndexMark {
  return {
    addedAt: addedAt === undefined ? undefined : Math.min(addedAt, clockAt),
    updatedAt: updatedAt === undefined ? undefined : Math.min(updatedAt, clockAt),
  };
}

/** The mark of a section whose rows have no dates. */
export const NO_MARK: IndexMark = { addedAt: undefined, updatedAt: undefined };

function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
