import { SyncError } from '../model/errors.ts';
import type { PlexFile, Section } from '../model/plex-item.ts';
import { asName, say } from '../text/sentence.ts';
import type { Found } from './look-up.ts';
import { nameKey } from './paths.ts';

/** An item as a listing shows it: its files, enough to find it and no more. */
export type ListedItem = {
  readonly ratingKey: string;
  readonly title: string;
  readonly files: readonly PlexFile[];
  /**
   * When Plex added the item and when it last changed it, epoch seconds by Plex's clock; absent where the rows have no
   * dates.
   */
  readonly addedAt: number | undefined;
  readonly updatedAt: number | undefined;
};

/** Some rows of a section, from `start` on. `total` is absent when the server does not page and has sent all rows. */
export type ListedPage = {
  readonly items: readonly ListedItem[];
  readonly total: number | undefined;
  /** The server's clock as it answered: epoch seconds, absent if it told none. */
  readonly clockAt?: number | undefined;
};

/** Reads rows of a section in an order that edits do not change. May throw a `SyncError`. */
export type ListPage = (section: Section, start: number, size: number) => Promise<ListedPage>;

/** Rows asked for at once (plex-api.md 2.2: a server may send fewer). */
export const PAGE_ROWS = 1_000;

/** How many requests list this many items: each page after the first begins with the last row of the one before. */
export function pagesFor(total: number): number {
  return 1 + Math.max(0, Math.ceil((total - PAGE_ROWS) / (PAGE_ROWS - 1)));
}

/** How a listing ended. `moved`: the section changed during the listing, so items may be missing. */
export type ListingEnd = { readonly kind: 'whole' | 'moved' | 'stopped'; readonly requests: number };

/**
 * Lists a section page by page. Each page must begin with the last row of the one before; if it does not, something was
 * added or removed meanwhile, and the listing is not whole.
 * @param onPage takes the new rows, the total and the clock; returns whether to go on
 * @throws {SyncError}
 */
export async function listSection(
  section: Section,
  listPage: ListPage,
  onPage: (items: readonly ListedItem[], page: Pick<ListedPage, 'total' | 'clockAt'>) => 'go_on' | 'stop',
): Promise<ListingEnd> {
  let received = 0;
  let pageRows = 0;
  let last: ListedItem | undefined;
  let total: number | undefined;
  for (let requests = 1; ; requests += 1) {
    // A server whose pages hold one row leaves no room for an overlap.
    const overlap = pageRows > 1 ? 1 : 0;
    const page = await listPage(section, received - overlap, PAGE_ROWS);
    const hasMoved =
      (overlap === 1 && page.items[0]?.ratingKey !== last?.ratingKey) || (requests > 1 && page.total !== total);
    if (hasMoved) return { kind: 'moved', requests };
    const news = page.items.slice(overlap);
    pageRows = page.items.length;
    received += news.length;
    last = news.at(-1) ?? last;
    total = page.total;
    if (onPage(news, page) === 'stop') return { kind: 'stopped', requests };
    if (total === undefined || received >= total) return { kind: 'whole', requests };
    if (news.length === 0)
      throw new SyncError(
        'plex_malformed',
        say`Plex promised ${total} rows of "${asName(section.title)}" and sent ${received} of them`,
      );
  }
}

/**
 * Every item of a section with a file of this name, for a server that cannot search by name: reads the whole section
 * and keeps only the hits.
 * @throws {SyncError}
 */
export async function findInListing(section: Section, name: string, listPage: ListPage): Promise<Found> {
  const wanted = nameKey(name);
  const found: ListedItem[] = [];
  const end = await listSection(section, listPage, (items) => {
    found.push(...items.filter(({ files }) => files.some(({ path }) => nameKey(path) === wanted)));
    return 'go_on';
  });
  if (end.kind === 'moved') throw movedMeanwhile(section);
  return { candidates: found.map((item) => toCandidate(section, item)), requests: end.requests };
}

/** The error for a library that keeps changing while it is listed: the job is retried. */
export function movedMeanwhile({ title }: Section): SyncError {
  return new SyncError('plex_malformed', say`The library "${asName(title)}" changed while it was listed`, {
    request: 'plex GET listing',
  });
}

/** The library of an item, as its candidates carry it. */
export function placeOf({ key, title, folders, serverFolders }: Section) {
  return { sectionKey: key, sectionTitle: title, sectionFolders: folders, serverFolders };
}

function toCandidate(section: Section, { ratingKey, title, files }: ListedItem): Found['candidates'][number] {
  return { ratingKey, title, files, ...placeOf(section) };
}
