import { fileName, fileStem, folderOf } from './paths.ts';

/**
 * What to search Plex for by title when a file is found no other way, the likeliest first: the file's name up to the
 * first word about its quality, the same without a date at its end, and its folder's name. A hit proves nothing.
 */
export function titleQueries(path: string): readonly string[] {
  const stem = fileStem(fileName(path));
  // A name that says nothing but the quality is no title.
  const title = hasWord(stem.replace(MARKERS, ' ')) ? spaced(withoutQuality(stem)) : '';
  // A drive is a folder without a name.
  const folder = spaced(fileName(folderOf(path)).replace(/^[a-z]:$/i, ''));
  const queries = new Map<string, string>();
  for (const query of [title, withoutDate(title), withoutDate(folder)]) {
    // Plex compares titles without regard to case: to ask twice would bring the same.
    const key = query.toLowerCase();
    if (hasWord(query) && !queries.has(key)) queries.set(key, query);
  }
  return [...queries.values()];
}

/** Whole words only: `Adventure` has a `DV` in it, and `Midvale` too. */
const MARKERS =
  /(?<![\p{L}\p{N}])(?:WEB-?DL|WEB-?Rip|HDTV|Blu-?Ray|BD-?Rip|DVD-?Rip|480p|720p|1080p|2160p|4K|HDR(?:10\+?)?|DV)(?![\p{L}\p{N}])/giu;

/** The name up to the first marker with a title before it; a marker that opens the name belongs to the title. */
function withoutQuality(stem: string): string {
  for (const { index } of stem.matchAll(MARKERS)) {
    const before = stem.slice(0, index);
    if (hasWord(before.replace(MARKERS, ' '))) return trimmedEnd(withoutOpenBracket(before));
  }
  return stem;
}

/** A bracket that the cut left open goes with what stands in it, unless that is the title itself. */
function withoutOpenBracket(text: string): string {
  const closed = text.replace(/[[({][^\])}]*$/, '');
  return hasWord(closed) ? closed : text.replace(/[[({]/g, ' ');
}

/** `Beach Day – 2026-01-30` → `Beach Day`; the date may stand in brackets. */
function withoutDate(text: string): string {
  const date = /(?<![\p{L}\p{N}])[[(]?\d{4}-\d{2}-\d{2}[\])]?$/u;
  return date.test(text) ? trimmedEnd(text.replace(date, '')) : text;
}

/**
 * The name as a title is spelled: Plex, like a person, makes spaces of underscores, and of dots where a name has no
 * spaces at all. A search for `Beach_Day`, as the Python plugin asked, finds no title `Beach Day`.
 */
function spaced(name: string): string {
  const words = /\s/.test(name) ? name : name.replace(/\.+/g, ' ');
  return words.replace(/[\s_]+/g, ' ').trim();
}

function trimmedEnd(text: string): string {
  return text.replace(/[\s_.\-–—]+$/, '');
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
