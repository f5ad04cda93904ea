import type { Answer } from './answers.ts';
import { container, done, htmlError } from './answers.ts';
import type { Call, ServerState } from './call.ts';
import type { Collection } from './library/collections.ts';
import { addSmartCollection, collectionRow, collectionsOf, removeCollection } from './library/collections.ts';
import { selectItems } from './library/filters.ts';
import type { Item, Section } from './library/item.ts';
import { TYPE_NUMBERS } from './library/item.ts';
import { filterMeta } from './library/meta.ts';
import { pageOf, parseQuery, queryValue, trimOf } from './library/query.ts';
import { listingRow } from './library/rows.ts';
import { paged, sectionFields } from './paging.ts';

/** `GET /library/sections/{id}/collections`, and `…/all?type=18`: plain and smart ones, by title (plex-api.md 7). */
export function readCollections(server: ServerState, call: Call): Answer {
  const section = server.library.sections.get(call.params[0] ?? '');
  if (!section) return htmlError(404);
  const meta = queryValue(call.query, 'includeMeta') === '1' ? { Meta: filterMeta(section) } : {};
  const fields = { ...sectionFields(section), ...meta };
  const page = pageOf(collectionsIn(server, section), call, server.quirks);
  return paged(call, page, { fields, toRow: (collection) => collectionRow(section, collection) });
}

/** `GET /library/collections/{id}` */
export function readCollection(server: ServerState, call: Call): Answer {
  const found = findCollection(server, call.params[0]);
  if (!found) return htmlError(404);
  const { section, collection } = found;
  const rows = { Metadata: [collectionRow(section, collection)] };
  return container({ size: 1, ...sectionFields(section), ...rows }, call.format);
}

/** `GET /library/collections/{id}/children` or `/items`. */
export function readCollectionItems(server: ServerState, call: Call): Answer {
  const found = findCollection(server, call.params[0]);
  if (!found) return htmlError(404);
  const trim = trimOf(call.query);
  const page = pageOf(found.collection.items, call, server.quirks);
  const toRow = (item: Item) => listingRow(item, trim, server.quirks);
  return paged(call, page, { fields: sectionFields(found.section), toRow });
}

/** `POST /library/collections?type=1&title=&smart=&sectionId=&uri=`: of named items, or smart (plex-api.md 7). */
export function addCollection(server: ServerState, { query, format }: Call): Answer {
  const section = server.library.sections.get(queryValue(query, 'sectionId') ?? '');
  const title = queryValue(query, 'title') ?? '';
  const uri = uriOf(server, queryValue(query, 'uri') ?? '');
  if (!section || title === '' || !uri || Number(queryValue(query, 'type')) !== TYPE_NUMBERS[section.type]) {
    return htmlError(400);
  }
  const isSmart = queryValue(query, 'smart') === '1';
  if (isSmart) {
    const filter = parseQuery(uri.query);
    if (uri.path !== `/library/sections/${section.key}/all` || !filter) return htmlError(400);
    addSmartCollection(section, { title, filter });
  } else if (!tagItems(server, { section, title, path: uri.path })) return htmlError(400);
  const made = collectionsIn(server, section).find((one) => one.title === title && one.smart === isSmart);
  return container({ size: made ? 1 : 0, Metadata: made ? [collectionRow(section, made)] : [] }, format);
}

/** `server://<machineIdentifier>/com.plexapp.plugins.library` and a path of the library. */
function uriOf({ machineIdentifier }: ServerState, uri: string): { path: string; query: string } | undefined {
  const start = `server://${machineIdentifier}/com.plexapp.plugins.library`;
  if (!uri.startsWith(`${start}/`)) return undefined;
  const [path = '', query = ''] = uri.slice(start.length).split('?');
  return { path, query };
}

function tagItems(
  server: ServerState,
  { section, title, path }: { section: Section; title: string; path: string },
): boolean {
  const ids = /^\/library\/metadata\/([^/]+)$/.exec(path)?.[1]?.split(',') ?? [];
  const items = ids.flatMap((id) => server.library.items.get(id) ?? []).filter((item) => item.section === section);
  if (items.length === 0) return false;
  const tag = server.library.tagRow('collection', title);
  for (const item of items) {
    const others = (item.lists.collection ?? []).filter((tagging) => tagging.tag !== tag);
    item.lists.collection = [...others, { tag }];
    server.library.touch(item);
  }
  return true;
}

/** `DELETE /library/collections/{id}`: its items stay, without it. */
export function deleteCollection(server: ServerState, { params }: Call): Answer {
  const found = findCollection(server, params[0]);
  if (!found) return htmlError(404);
  for (const item of removeCollection(found.section, found.collection)) server.library.touch(item);
  return done();
}

function findCollection(
  server: ServerState,
  ratingKey: string | undefined,
): { section: Section; collection: Collection } | undefined {
  for (const section of server.library.sections.values()) {
    const collection = collectionsIn(server, section).find((one) => one.ratingKey === ratingKey);
    if (collection) return { section, collection };
  }
  return undefined;
}

export function collectionsIn({ library, quirks }: ServerState, section: Section): Collection[] {
  return collectionsOf(
    section,
    (filter) => selectItems(section, filter, { nowSeconds: library.nowSeconds(), quirks }) ?? [],
  );
}
