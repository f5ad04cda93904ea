import type { Answer } from './answers.ts';
import { done, htmlError } from './answers.ts';
import type { Call, ServerState } from './call.ts';
import { applyEdits, isRating, parseEdits } from './library/edits.ts';
import type { Item, Section } from './library/item.ts';
import { TYPE_NUMBERS } from './library/item.ts';
import { setScalar } from './library/library.ts';
import { queryValue, wholeNumber } from './library/query.ts';

/**
 * `PUT /library/sections/{id}/all`. `id` is a filter: without it every item of the section is edited (plex-api.md 4.1).
 * One bad parameter refuses the whole edit.
 */
export function editSection(server: ServerState, call: Call): Answer {
  const section = server.library.sections.get(call.params[0] ?? '');
  if (!section) return htmlError(404);
  if (Number(queryValue(call.query, 'type')) !== TYPE_NUMBERS[section.type]) return htmlError(400);
  const ids = queryValue(call.query, 'id');
  const targets = ids === undefined ? section.items : namedItems(server, section, ids);
  if (ids !== undefined && targets.length === 0 && server.quirks.deadEdits === 'not-found') return htmlError(404);
  return edit(server, call, targets);
}

/** `PUT /library/metadata/{id}`, with the same parameters. */
export function editItem(server: ServerState, call: Call): Answer {
  const item = server.library.items.get(call.params[0] ?? '');
  return item ? edit(server, call, [item]) : htmlError(404);
}

function namedItems(server: ServerState, section: Section, ids: string): Item[] {
  return [...new Set(ids.split(','))]
    .flatMap((id) => server.library.items.get(id) ?? [])
    .filter((item) => item.section === section);
}

function edit(server: ServerState, call: Call, targets: readonly Item[]): Answer {
  const edits = parseEdits(call.query);
  if (!edits) return htmlError(400);
  const { library, semantics, quirks, normalise } = server;
  for (const item of targets) {
    applyEdits(item, edits, { tagRow: library.tagRow, semantics, portraits: quirks.portraits, normalise });
    library.touch(item);
  }
  return done();
}

/** `PUT /:/rate`; -1 removes the rating (plex-api.md 5). */
export function rate(server: ServerState, { query }: Call): Answer {
  const key = queryValue(query, 'key');
  const rating = queryValue(query, 'rating') ?? '';
  const identifier = queryValue(query, 'identifier');
  const ratedAt = queryValue(query, 'ratedAt');
  if (key === undefined || identifier === undefined || (rating !== '-1' && !isRating(rating))) return htmlError(400);
  if (ratedAt !== undefined && (wholeNumber(ratedAt) ?? Number.POSITIVE_INFINITY) > server.library.nowSeconds()) {
    return htmlError(400);
  }
  const item = server.library.items.get(key);
  if (!item || identifier !== 'com.plexapp.plugins.library') return htmlError(404);
  setScalar(item, 'userRating', rating === '-1' ? '' : rating);
  server.library.touch(item);
  return done();
}

/**
 * `GET` or `POST …/refresh`: begins a scan, unless the path is outside the section; `DELETE` ends it. Always 200
 * (plex-api.md 8).
 */
export function refresh(server: ServerState, { method, params, query }: Call): Answer {
  const section = server.library.sections.get(params[0] ?? '');
  if (!section) return htmlError(404);
  if (method === 'DELETE') {
    section.scanPollsLeft = 0;
    return done();
  }
  const path = queryValue(query, 'path');
  if (path === undefined || section.locations.some((location) => isUnder(path, location))) {
    section.scanPollsLeft = server.quirks.scanPolls;
    section.scannedAt = server.library.nowSeconds();
    server.onRefresh?.(section.key, path);
  }
  return done();
}

function isUnder(path: string, location: string): boolean {
  const root = location.replace(/[\\/]+$/, '');
  return path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`);
}
