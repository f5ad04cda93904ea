import type { Answer } from './answers.ts';
import { container, htmlError } from './answers.ts';
import type { Call, ServerState } from './call.ts';
import { readCollections } from './collections.ts';
import { selectItems } from './library/filters.ts';
import type { Section } from './library/item.ts';
import { filterMeta } from './library/meta.ts';
import { pageOf, queryValue, trimOf, wholeNumber } from './library/query.ts';
import type { Tree } from './library/render.ts';
import { fullRow, listingRow, sectionRow } from './library/rows.ts';
import { paged, sectionFields } from './paging.ts';

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
  if (queryValue(call.query, 'type') === '18') return readCollections(server, call);
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
