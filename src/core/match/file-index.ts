import type { Section } from '../model/plex-item.ts';
import type { Candidate } from './evidence.ts';
import type { ListedItem } from './listing.ts';
import { pagesFor } from './listing.ts';

/** Up to where a listing knows a section, epoch seconds by Plex's clock: the latest dates its rows gave, where they gave any. */
export type IndexMark = { readonly addedAt: number | undefined; readonly updatedAt: number | undefined };

/** What stands in the index for a section that was listed whole. */
export type IndexedSection = { readonly items: number; readonly mark: IndexMark };

/** A listing on its way into the index: nothing of it is seen before `finish`. */
export type IndexDraft = {
  add(items: readonly ListedItem[]): void;
  /** Makes it the section's content; `false` where another process has finished a later listing meanwhile. */
  finish(mark: IndexMark): boolean;
  discard(): void;
};

/**
 * The files of Plex's libraries as they were listed last; `file-index/` satisfies it by shape. Nothing depends on its
 * being there: where it fails, it is as if nothing had been listed.
 */
export type FileIndex = {
  indexed(section: Section): IndexedSection | undefined;
  /** Items in the section when it was last asked for, listed or not. */
  knownTotal(section: Section): number | undefined;
  noteTotal(section: Section, total: number): void;
  /** Items with a file of this name, by `nameKey`; `undefined` where the index cannot say. */
  byName(section: Section, key: string): readonly Candidate[] | undefined;
  /** `undefined` where there is no index to list into. */
  draft(section: Section): IndexDraft | undefined;
  /** Puts changed items in the place of what was known of them; without a mark the section's stays. */
  update(section: Section, items: readonly ListedItem[], mark: IndexMark | undefined): void;
  /** Forgets an item that is gone. */
  forget(ratingKey: string): void;
  /** Forgets everything: the server is another one. */
  clear(): void;
};

/** How a section's files are looked for. */
export type LookWay = 'live' | 'refresh' | 'list';

/** A refresh asks for what was added, for what changed, and for the count. */
const REFRESH_REQUESTS = 3;
/** Below this no unknown library is worth a page of its listing. */
const FEW_LOOK_UPS = 10;

/**
 * Chooses the way that costs the fewest requests: one for each look-up, three for a refresh of what is indexed, or the
 * pages of a listing.
 * @param lookUps those this drain has made in the section, and those still to come
 * @param total items in the section; absent where nobody asked yet
 */
export function chooseWay(facts: {
  readonly lookUps: number;
  readonly total: number | undefined;
  readonly refreshable: boolean;
}): LookWay {
  const { lookUps, total, refreshable } = facts;
  const pages = total === undefined ? FEW_LOOK_UPS : pagesFor(total);
  if (refreshable && lookUps > REFRESH_REQUESTS) return pages < REFRESH_REQUESTS ? 'list' : 'refresh';
  // What is never enough for an unknown library is one look-up or two.
  return lookUps >= FEW_LOOK_UPS && pages <= lookUps ? 'list' : 'live';
}

/** The later of two marks, date by date. */
export function laterMark(a: IndexMark, b: IndexMark): IndexMark {
  return { addedAt: later(a.addedAt, b.addedAt), updatedAt: later(a.updatedAt, b.updatedAt) };
}

/** The mark that rows leave. */
export function markOf(items: readonly Pick<ListedItem, 'addedAt' | 'updatedAt'>[]): IndexMark {
  return items.reduce<IndexMark>((mark, item) => laterMark(mark, item), NO_MARK);
}

/** The mark of a section whose rows tell no dates. */
export const NO_MARK: IndexMark = { addedAt: undefined, updatedAt: undefined };

function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
