import type { Quirks } from './quirks.ts';
import type { Trim } from './rows.ts';

export type Query = [string, string][];

/** Splits a raw query string; undefined when a percent sequence is broken. The first `=` as sent ends the key, so an operator to its left must be encoded (plex-api.md 2.2). */
export function parseQuery(raw: string): Query | undefined {
  if (raw === '') return [];
  try {
    return raw
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const end = pair.indexOf('=');
        return end < 0 ? [decode(pair), ''] : [decode(pair.slice(0, end)), decode(pair.slice(end + 1))];
      });
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export function queryValue(query: Query, name: string): string | undefined {
  return query.find(([key]) => key === name)?.[1];
}

/** An `X-Plex-*` value, which may travel as a header or in the query (plex-api.md 1). */
export function plexValue(
  { query, headers }: { query: Query; headers: Record<string, string | string[] | undefined> },
  name: string,
): string | undefined {
  const header = headers[name.toLowerCase()];
  if (typeof header === 'string') return header;
  const wanted = name.toLowerCase();
  return query.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

export type Page<Row> = { rows: Row[]; container: { size: number; totalSize?: number; offset?: number } };

/** Cuts a page out of `rows`: only when both Start and Size are given; Size 0 counts only (plex-api.md 2.2). */
export function pageOf<Row>(
  rows: Row[],
  call: { query: Query; headers: Record<string, string | string[] | undefined> },
  quirks: Quirks,
): Page<Row> {
  const start = wholeNumber(plexValue(call, 'X-Plex-Container-Start'));
  const size = wholeNumber(plexValue(call, 'X-Plex-Container-Size'));
  if (start === undefined || size === undefined || quirks.paging === 'ignored') {
    return { rows, container: { size: rows.length } };
  }
  const page = rows.slice(start, start + Math.min(size, quirks.maxPageSize));
  return { rows: page, container: { size: page.length, totalSize: rows.length, offset: start } };
}

/** What the request asks to omit from rows. */
export function trimOf(query: Query): Trim {
  const names = [queryValue(query, 'excludeElements'), queryValue(query, 'excludeFields')].join(',').split(',');
  return { exclude: new Set(names.filter((name) => name !== '')), guids: queryValue(query, 'includeGuids') === '1' };
}

/** A count in digits, or undefined. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `+` is a space, as python-plexapi sends it (plex-api.md 8 and (b)). */
function decode(text: string): string {
  return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}
