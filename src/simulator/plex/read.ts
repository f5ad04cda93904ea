import type { Answer } from './answers.ts';
import { container, htmlError } from './answers.ts';
import type { Call, ServerState } from './call.ts';
import { selectItems } from './library/filters.ts';
import { galleryOf } from './library/images.ts';
import type { ImageKind, Item, Section } from './library/item.ts';
import { filterMeta } from './library/meta.ts';
import type { Page } from './library/query.ts';
import { pageOf, queryValue, trimOf, wholeNumber } from './library/query.ts';
import type { Tree } from './library/render.ts';
import { fullRow, listingRow, sectionRow } from './library/rows.ts';

/** `GET /identity`: the one page that needs no token (plex-api.md 1). */
export function readIdentity(server: ServerState, { format }: Call): Answer {
  const { machineIdentifier, version } = server;
  return container({ size: 0, claimed: true, machineIdentifier, version }, format);
}

/** `GET /` */
export function readRoot(server: ServerState, { format }: Call): Answer {
  const { friendlyName, machineIdentifier, version, library } = server;
  return container(
    {
      size: 1,
      allowSync: true,
      apiVersion: '1.2.0',
      friendlyName,
      machineIdentifier,
      myPlex: true,
      myPlexSubscription: false,
      platform: 'Linux',
      platformVersion: '1.0',
      transcoderActiveVideoSessions: 0,
      updatedAt: library.nowSeconds(),
      version,
      Directory: [{ count: 1, key: 'library', title: 'library' }],
    },
    format,
  );
}

/** `GET /library` */
export function readLibrary(_server: ServerState, { format }: Call): Answer {
  return container(
    {
      size: 1,
      allowSync: false,
      identifier: 'com.plexapp.plugins.library',
      mediaTagPrefix: '/system/bundle/media/flags/',
      mediaTagVersion: 1_700_000_000,
      title1: 'Plex Library',
      Directory: [{ key: 'sections', title: 'Library Sections' }],
    },
    format,
  );
}

/** `GET /library/sections`; a scan shows as `refreshing` for as many polls as it lasts. */
export function readSections(server: ServerState, { format }: Call): Answer {
  const sections = [...server.library.sections.values()];
  const rows = sections.map(sectionRow);
  for (const section of sections) pollScan(section);
  return container({ size: rows.length, allowSync: false, title1: 'Plex Library', Directory: rows }, format);
}

/** `GET /library/sections/{id}`: a menu page (plex-api.md 2.1). */
export function readSectionMenu(server: ServerState, { format, params }: Call): Answer {
  const section = server.library.sections.get(params[0] ?? '');
  if (!section) return htmlError(404);
  const rows = [
    { key: 'all', title: `All ${section.title}` },
    { key: 'folder', title: 'By Folder' },
  ];
  return container({ size: rows.length, ...sectionFields(section), Directory: rows }, format);
}

/** `GET /library/sections/{id}/all` (plex-api.md 2.2). */
export function readListing(server: ServerState, call: Call): Answer {
  const section = server.library.sections.get(call.params[0] ?? '');
  if (!section) return htmlError(404);
  const limit = wholeNumber(queryValue(call.query, 'limit'));
  const found = selectItems(section, call.query, {
    nowSeconds: server.library.nowSeconds(),
    quirks: server.quirks,
  });
  // A zero limit is one of the inputs that Plex answers with 500 (plex-api.md 10).
  if (!found || limit === 0) return htmlError(500);
  const page = pageOf(limit === undefined ? found : found.slice(0, limit), call, server.quirks);
  const trim = trimOf(call.query);
  const meta = queryValue(call.query, 'includeMeta') === '1' ? { Meta: filterMeta(section) } : {};
  const fields = { ...sectionFields(section), ...meta };
  return paged(call, page, { fields, toRow: (item) => listingRow(item, trim, server.quirks) });
}

/** `GET /library/sections/{id}/collections`: no collection is modelled as an item, so it only lists the filters. */
export function readCollections(server: ServerState, call: Call): Answer {
  const section = server.library.sections.get(call.params[0] ?? '');
  if (!section) return htmlError(404);
  const meta = queryValue(call.query, 'includeMeta') === '1' ? { Meta: filterMeta(section) } : {};
  const fields = { ...sectionFields(section), ...meta };
  return paged(call, pageOf<Item>([], call, server.quirks), { fields, toRow: () => ({}) });
}

/**
 * `GET /library/metadata/{id},{id}`: the existing ones, in the order asked; 404 when there are none (plex-api.md 3).
 */
export function readItems(server: ServerState, call: Call): Answer {
  const ids = new Set((call.params[0] ?? '').split(','));
  const found = [...ids].flatMap((id) => server.library.items.get(id) ?? []);
  const first = found[0];
  if (!first || (found.length < ids.size && server.quirks.missingIds === 'not-found')) return htmlError(404);
  const trim = trimOf(call.query);
  const fields = sectionFields(first.section);
  return paged(call, pageOf(found, call, server.quirks), { fields, toRow: (item) => fullRow(item, trim) });
}

/** `GET /library/metadata/{id}/posters` or `/arts` (plex-api.md 6). */
export function readImages(server: ServerState, call: Call, kind: ImageKind): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  if (!item) return htmlError(404);
  const { images, selected } = galleryOf(item, kind);
  const toRow = ({ ratingKey, provider }: (typeof images)[number]): Tree => {
    const key = `/library/metadata/${item.ratingKey}/file?url=${encodeURIComponent(ratingKey)}`;
    return { key, ratingKey, thumb: key, selected: ratingKey === selected, provider };
  };
  return paged(call, pageOf(images, call, server.quirks), { fields: {}, toRow });
}

/** Bytes of an uploaded image: `/library/metadata/{id}/file?url=` or the item's `thumb` and `art` paths. */
export function readImageBytes(server: ServerState, call: Call, shown?: ImageKind): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  if (!item) return htmlError(404);
  const ratingKey = shown ? galleryOf(item, shown).selected : queryValue(call.query, 'url');
  const sha1 = /^upload:\/\/[a-z]+\/([0-9a-f]{40})$/.exec(ratingKey ?? '')?.[1];
  const bytes = sha1 === undefined ? undefined : server.images.get(sha1);
  return bytes ? { status: 200, body: bytes, contentType: 'image/jpeg' } : htmlError(404);
}

/** `GET /activities`: the running scans; only the owner sees them (plex-api.md 8). */
export function readActivities(server: ServerState, { format, isOwner }: Call): Answer {
  const running = isOwner ? [...server.library.sections.values()].filter(({ scanPollsLeft }) => scanPollsLeft > 0) : [];
  const rows: Tree[] = running.map((section) => ({
    uuid: section.uuid,
    type: 'library.update.section',
    cancellable: true,
    userID: 1,
    title: `Scanning ${section.title}`,
    subtitle: '',
    progress: -1,
    Context: { librarySectionID: section.key },
  }));
  for (const section of running) pollScan(section);
  return container({ size: rows.length, ...(rows.length > 0 ? { Activity: rows } : {}) }, format);
}

function pollScan(section: Section): void {
  if (section.scanPollsLeft > 0) section.scanPollsLeft -= 1;
}

function sectionFields(section: Section): Tree {
  return {
    allowSync: true,
    identifier: 'com.plexapp.plugins.library',
    librarySectionID: Number(section.key),
    librarySectionTitle: section.title,
    librarySectionUUID: section.uuid,
    title1: section.title,
    viewGroup: section.type,
  };
}

/** In JSON an empty list is absent (plex-api.md 11). */
function paged<Row>(
  call: Call,
  page: Page<Row>,
  { fields, toRow }: { readonly fields: Tree; readonly toRow: (row: Row) => Tree },
): Answer {
  const { totalSize, offset } = page.container;
  const headers: Record<string, string> =
    totalSize === undefined
      ? {}
      : { 'X-Plex-Container-Start': String(offset), 'X-Plex-Container-Total-Size': String(totalSize) };
  const rows = page.rows.length > 0 ? { Metadata: page.rows.map(toRow) } : {};
  return container({ ...page.container, ...fields, ...rows }, call.format, headers);
}
