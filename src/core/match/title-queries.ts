import { fileStem, lastNames, spelledName } from './paths.ts';

/**
 * What to search Plex for by title when a file is found no other way, likeliest first: the file name up to the first
 * word about quality, the same without a trailing date, and the folder name, all spelled as in `path`. A hit proves
 * nothing.
 */
export function titleQueries(path: string): readonly string[] {
  const stem = fileStem(spelledName(path));
  const [above = ''] = lastNames(path, 2).split('/').slice(0, -1);
  // A name that consists of quality words only is no title.
  const title = hasWord(stem.replace(markers(), ' ')) ? spaced(withoutQuality(stem)) : '';
  // A drive letter is no folder name.
  const folder = spaced(above.replace(/^[a-z]:$/i, ''));
  const queries = new Map<string, string>();
  for (const query of [title, withoutDate(title), withoutDate(folder)]) {
    // Plex compares titles without case: asking twice would bring the same.
    const key = query.toLowerCase();
    if (hasWord(query) && !queries.has(key)) queries.set(key, query);
  }
  return [...queries.values()];
}

/** Whole words only: `Adventure` and `Midvale` contain `DV`. */
const markers = (): RegExp =>
  /(?<![\p{L}\p{N}])(?:WEB-?DL|WEB-?Rip|HDTV|Blu-?Ray|BD-?Rip|DVD-?Rip|480p|720p|1080p|2160p|4K|HDR(?:10\+?)?|DV)(?![\p{L}\p{N}])/giu;

/** The name up to the first marker that has a title before it; a leading marker belongs to the title. */
function withoutQuality(stem: string): string {
  for (const { index } of stem.matchAll(markers())) {
    const before = stem.slice(0, index);
    if (hasWord(before.replace(markers(), ' '))) return trimmedEnd(withoutOpenBracket(before));
  }
  return stem;
}

/** Removes a bracket that the cut left open together with its content, unless that is the whole title. */
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
 * Spells the name as a title: underscores become spaces, and so do dots in a name without any spaces, as Plex does. A
 * search for `Beach_Day`, as the Python plugin sent it, does not find a title `Beach Day`.
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
