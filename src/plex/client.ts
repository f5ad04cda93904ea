import type { PlexPictures } from '../core/drain/ports/pictures.ts';
import type { DrainPlex } from '../core/drain/ports/ports.ts';
import type { Candidate } from '../core/match/evidence.ts';
import type { ListedPage } from '../core/match/listing.ts';
import { PAGE_ROWS, placeOf } from '../core/match/listing.ts';
import type { FileLook } from '../core/match/live-finders.ts';
import type { Found } from '../core/match/look-up.ts';
import type { SyncErrorCode } from '../core/model/errors.ts';
import { SyncError, UsageError } from '../core/model/errors.ts';
import type { Section } from '../core/model/plex-item.ts';
import type { Sentence } from '../core/text/sentence.ts';
import { asName, asPath, asTitle, ours, say } from '../core/text/sentence.ts';
import { parseJson } from '../http/json-body.ts';
import type { HttpAnswer, TransportOptions } from '../http/transport.ts';
import { isPage, ofProxy, parsed } from './answers.ts';
import { createPlexCollections } from './collections.ts';
import { createTargets, encode } from './edit-url.ts';
import { fileFilter, isUnfiltered, stableRun } from './file-filter.ts';
import { createPlexPictures } from './pictures.ts';
import type { ListingPage } from './schemas.ts';
import { toIdentity, toItems, toListingPage, toSections } from './schemas.ts';
import type { Asked } from './translate.ts';
import { createPlexTransport } from './transport.ts';

export type PlexClientOptions = {
  readonly baseUrl: string;
  readonly token: string;
  /** One per data directory, stable: Plex registers each new one as a device (plex-api.md 1). */
  readonly clientIdentifier: string;
  readonly version: string;
  readonly trust: TransportOptions['trust'];
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Aborts every request under way. */
  readonly signal: AbortSignal;
  now(): number;
};

/** What a server reveals before it asks for a token. */
export type Identity = {
  readonly machineIdentifier: string;
  /** Absent when the server does not tell. */
  readonly version: string | undefined;
  /** The server's clock when it answered, epoch ms to the second; absent without a readable `Date` header. */
  readonly clockAt: number | undefined;
};

/**
 * Plex as the drain and the diagnostic commands need it. Only `edit` and what changes pictures write; `scanFolder` starts
 * a scan.
 */
export type PlexClient = Omit<DrainPlex, 'identity'> &
  PlexPictures & {
    identity(): Promise<Identity>;
    /**
     * At most `most` items of the section with `text` in a file's path. The look is incomplete, so use it for hints only;
     * the caller still filters out paths that do not contain `text`.
     */
    filesLike(section: Section, text: string, most: number): Promise<Found>;
    /** Reads a page that only the server's owner may see: `plex_forbidden` means that the token is not the owner's. */
    ownerPage(): Promise<void>;
  };

/** Rows per page: one page nearly always holds every item with a given file name. */
const LISTING_PAGE = 100;

type Query = readonly (readonly [key: string, value: string])[];

/** Plex over HTTP. It retries nothing: the queue retries. */
export function createPlexClient(options: PlexClientOptions): PlexClient {
  const send = createPlexTransport({
    ...options,
    headers: {
      Accept: 'application/json',
      'X-Plex-Product': 'plexsync',
      'X-Plex-Version': options.version,
      'X-Plex-Client-Identifier': options.clientIdentifier,
      'X-Plex-Device-Name': 'plexsync',
    },
  });
  const authorised = { 'X-Plex-Token': options.token };
  const targetOf = createTargets();
  const basePath = new URL(options.baseUrl).pathname.replace(/\/$/, '');

  const get = async (
    target: string,
    asked: Asked,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> => await send({ method: 'GET', target, ...asked, headers: { ...authorised, ...headers } });

  const readPage = async (
    section: Section,
    query: Query,
    { start, size, ...asked }: Asked & { readonly start: number; readonly size: number },
  ): Promise<ListingPage & Pick<ListedPage, 'clockAt'>> => {
    const parameters = [['type', '1'], ['includeGuids', '0'], ...query].map(
      ([key = '', value = '']) => `${encode(key)}=${encode(value)}`,
    );
    const target = `/library/sections/${encode(section.key)}/all?${parameters.join('&')}`;
    // Both or none: a size alone is ignored (plex-api.md 2.2).
    const headers = { 'X-Plex-Container-Start': String(start), 'X-Plex-Container-Size': String(size) };
    const answer = await get(target, asked, headers);
    const clockAt = answer.sentAt === undefined ? undefined : Math.floor(answer.sentAt / 1_000);
    return { ...parsed(answer, toListingPage, asked), clockAt };
  };

  /** All pages of a listing, however the server cuts them; throws if one fails. */
  async function* pagesOf(section: Section, query: Query, { pageRows = LISTING_PAGE, ...asked }: ListingRequest) {
    for (let received = 0; ; ) {
      const page = await readPage(section, query, { start: received, size: pageRows, ...asked });
      const { rows, totalSize } = page;
      received += rows.length;
      yield page;
      // A server that does not page sends no total, and has sent all rows.
      if (totalSize === undefined || received >= totalSize) return;
      if (rows.length === 0)
        throw new SyncError(
          'plex_malformed',
          say`Plex promised ${totalSize} rows and sent ${received} while ${asked.what}`,
          {
            request: asked.request,
          },
        );
    }
  }

  /** Every row that the query selects, and the server's clock before the first of them was read. */
  const readListing = async (section: Section, query: Query, request: ListingRequest) => {
    const found: Rows[number][] = [];
    let firstAt: number | undefined;
    for await (const { rows, clockAt } of pagesOf(section, query, request)) {
      firstAt ??= clockAt;
      found.push(...rows);
    }
    return { rows: found, clockAt: firstAt };
  };

  /**
   * Every row whose file path contains `filter` according to the server, or a report that it does not know the filter.
   */
  const askForFile = async (section: Section, filter: string, what: Sentence): Promise<FilteredRows> => {
    const found: Rows[number][] = [];
    let requests = 0;
    try {
      for await (const { rows } of pagesOf(section, [['file', filter]], { what, request: 'plex GET file' })) {
        requests += 1;
        if (isUnfiltered(rows, filter)) return { kind: 'unusable', reason: 'ignored', requests };
        found.push(...rows);
      }
      return { kind: 'found', rows: found, requests };
    } catch (thrown) {
      // If the same request without the filter succeeds, the server does not support the filter.
      if (!(thrown instanceof SyncError) || !MAY_BE_THE_FILTERS_FAULT.has(thrown.code)) throw thrown;
      await readPage(section, [], { start: 0, size: 0, what, request: LISTING });
      return { kind: 'unusable', reason: 'refused', requests: requests + 2 };
    }
  };

  return {
    ...createPlexPictures(send, authorised),
    ...createPlexCollections(send, authorised),

    sections: async () =>
      await readSections(
        options.baseUrl,
        async () => await get('/library/sections', { what: say`reading the libraries`, request: LIBRARIES }),
      ),

    identity: async () => {
      const asked: Asked = { what: say`asking for its identity`, request: 'plex GET identity' };
      const answer = await send({ method: 'GET', target: '/identity', ...asked });
      return { ...parsed(answer, toIdentity, asked), clockAt: answer.sentAt };
    },

    findByFileName: async (section, name) => {
      const filter = fileFilter(name);
      if (filter === undefined) return { kind: 'unusable', reason: 'name', requests: 0 };
      const what = say`looking for ${asPath(name)} in "${asName(section.title)}"`;
      const answer = await askForFile(section, filter, what);
      if (answer.kind === 'unusable') return answer;
      return { kind: 'found', candidates: toCandidates(section, answer.rows), requests: answer.requests };
    },

    findByTitle: async (section, title) => {
      const filter = stableRun(title);
      if (filter === undefined) return { candidates: [], requests: 0 };
      const what = say`looking for the title ${asTitle(title)} in "${asName(section.title)}"`;
      const { rows } = await readPage(section, [['title', filter]], {
        ...{ start: 0, size: LISTING_PAGE },
        ...{ what, request: 'plex GET title' },
      });
      return { candidates: toCandidates(section, rows), requests: 1 };
    },

    listPage: async (section, start, size) => {
      const what = say`listing "${asName(section.title)}"`;
      const page = await readPage(section, [...TRIMMED, ['sort', 'id']], { start, size, what, request: LISTING });
      return { items: page.rows, total: page.totalSize, clockAt: page.clockAt };
    },

    changesSince: async (section, mark, mostPages) => {
      const what = say`asking "${asName(section.title)}" for what changed`;
      const changed = new Map<string, Rows[number]>();
      let firstAt: number | undefined;
      for (const field of ['addedAt', 'updatedAt'] as const) {
        const since = mark[field];
        if (since === undefined) continue;
        const query: Query = [...TRIMMED, ['sort', 'id'], [`${field}>>`, String(since - 1)]];
        let pages = 0;
        for await (const { rows, clockAt } of pagesOf(section, query, {
          what,
          request: LISTING,
          pageRows: PAGE_ROWS,
        })) {
          firstAt ??= clockAt;
          for (const row of rows) changed.set(row.ratingKey, row);
          pages += 1;
          if (pages >= mostPages && rows.length === PAGE_ROWS) return undefined;
        }
      }
      const { totalSize } = await readPage(section, [], { start: 0, size: 0, what, request: LISTING });
      return { items: [...changed.values()], total: totalSize, clockAt: firstAt };
    },

    filesLike: async (section, text, most) => {
      const filter = stableRun(text);
      if (filter === undefined) return { candidates: [], requests: 0 };
      const what = say`looking for files like ${asPath(text)} in "${asName(section.title)}"`;
      const { rows } = await readPage(section, [['file', filter]], { start: 0, size: most, what, request: LISTING });
      return { candidates: toCandidates(section, rows), requests: 1 };
    },

    ownerPage: async () => {
      await get('/library', { what: say`reading the owner’s page`, request: 'plex GET owner' });
    },

    addedSince: async (section, mark, newest) => {
      const asked: Asked = { what: say`asking "${asName(section.title)}" for what is new`, request: LISTING };
      // `>>=` means "after": one second earlier, so that the mark's own second is included (plex-api.md 2.2).
      const { rows, clockAt } =
        mark === undefined
          ? await readPage(section, [['sort', 'addedAt:desc']], { start: 0, size: newest, ...asked })
          : await readListing(section, [...TRIMMED, ['addedAt>>', String(mark - 1)]], {
              ...asked,
              pageRows: PAGE_ROWS,
            });
      const items = rows.flatMap(({ ratingKey, addedAt, files }) =>
        addedAt === undefined ? [] : [{ ratingKey, addedAt, files }],
      );
      return { items, clockAt };
    },

    items: async (ratingKeys) => {
      const what =
        ratingKeys.length === 1
          ? say`reading item ${ours(ratingKeys[0] ?? '')}`
          : say`reading ${ratingKeys.length} items`;
      // Without skipRefresh this GET analyses every item first (plex-api.md 3).
      const target = `/library/metadata/${ratingKeys.map(encode).join(',')}?skipRefresh=1&includeGuids=0`;
      const asked: Asked = { what, request: 'plex GET items' };
      return parsed(await get(target, asked), toItems, asked);
    },

    edit: async (item, edits, lock) => {
      const target = targetOf(item, edits, lock);
      // The answer is always empty (plex-api.md 4.1); the item is read again to see what Plex kept.
      const asked: Asked = { what: say`writing the item`, request: 'plex PUT item' };
      const { body, contentType } = await send({ method: 'PUT', target, ...asked, headers: authorised });
      // With the status 200, and yet nothing was written.
      if (body !== '' && isPage(contentType)) throw ofProxy(asked);
    },

    editLength: (item, edits, lock) => basePath.length + targetOf(item, edits, lock).length,

    scanFolder: async (section, folder) => {
      // The answer is empty and does not tell what is scanned (plex-api.md 8).
      const target = `/library/sections/${encode(section.key)}/refresh?path=${encode(folder)}`;
      await get(target, { what: say`asking "${asName(section.title)}" for a scan`, request: 'plex GET scan' });
    },
  };
}

type Rows = ListingPage['rows'];

type ListingRequest = Asked & { readonly pageRows?: number };

const LIBRARIES = 'plex GET libraries';
const LISTING = 'plex GET listing';

type FilteredRows =
  | { readonly kind: 'found'; readonly rows: Rows; readonly requests: number }
  | Extract<FileLook, { kind: 'unusable' }>;

/** A server without the `file` filter may answer like this, whatever the name (plex-api.md 2.4). */
const MAY_BE_THE_FILTERS_FAULT: ReadonlySet<SyncErrorCode> = new Set(['plex_error', 'plex_rejected', 'plex_not_found']);

/** Leaves out what a listing of files does not need (plex-api.md 2.6). A server may ignore these hints. */
const TRIMMED: Query = [
  [
    'excludeElements',
    'Genre,Country,Guid,Rating,Collection,Director,Writer,Role,Producer,Similar,Image,UltraBlurColors,Label,Field',
  ],
  ['excludeFields', 'summary,tagline'],
];

function toCandidates(section: Section, rows: Rows): Candidate[] {
  return rows.map(({ ratingKey, title, files }) => ({
    ratingKey,
    title,
    files,
    ...placeOf(section),
  }));
}

/** @throws {UsageError} when the address answers but is not Plex: it has to be corrected, waiting does not help. */
async function readSections(baseUrl: string, ask: () => Promise<HttpAnswer>): Promise<readonly Section[]> {
  const hint = 'Check plex_url: it should look like http://plex:32400.';
  let answer: HttpAnswer;
  try {
    answer = await ask();
  } catch (thrown) {
    if (!(thrown instanceof SyncError) || (thrown.code !== 'plex_not_found' && thrown.code !== 'plex_rejected'))
      throw thrown;
    throw new UsageError(`${baseUrl} is not a Plex server: ${thrown.message}.`, hint);
  }
  const value = parseJson(answer.body);
  if (value === undefined && /json/i.test(answer.contentType)) {
    throw new SyncError('plex_malformed', say`Plex sent a damaged answer while reading the libraries`, {
      request: LIBRARIES,
    });
  }
  const sections = toSections(value);
  if (sections !== undefined) return sections;
  const what = isPage(answer.contentType) ? 'an HTML page' : 'something else';
  throw new UsageError(`${baseUrl} is not a Plex server: it answers with ${what}.`, hint);
}
