import type { Masker } from './mask.ts';
import type { MaskKind } from './mask-patterns.ts';

/** What the texts of stored documents are, by the key they stand under or below. */
const KINDS: Readonly<Record<string, MaskKind>> = {
  path: 'path',
  file: 'path',
  poster_url: 'path',
  background_url: 'path',
  title: 'title',
  details: 'text',
  summary: 'text',
  tagline: 'text',
  studio: 'name',
  performers: 'name',
  tags: 'name',
  actor: 'name',
  genre: 'name',
  collection: 'name',
  name: 'name',
  library: 'name',
  machineIdentifier: 'token',
};

/** Below these there are dates, ratings, numbers of ours and ids of Plex. */
const HARMLESS = ['date', 'updated_at', 'originallyAvailableAt', 'userRating', 'rating_key'];

/** A stored document with every text in it masked by what it is; keys of lists of names are names too. */
export function maskDocument(value: unknown, masker: Pick<Masker, 'maskAs'>): unknown {
  return mapTexts(value, 'text', (kind, text) => masker.maskAs(kind, text));
}

/** Makes every text of a stored document known. */
export function learnDocument(value: unknown, masker: Pick<Masker, 'learn'>): void {
  mapTexts(value, 'text', (kind, text) => {
    masker.learn(kind, text);
    return text;
  });
}

function mapTexts(value: unknown, kind: MaskKind, change: (kind: MaskKind, text: string) => string): unknown {
  if (typeof value === 'string') return value === '' ? value : change(kind, value);
  if (Array.isArray(value)) return value.map((entry) => mapTexts(entry, kind, change));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (HARMLESS.includes(key)) return [key, inner];
    const isName = kind === 'name' && !['sent', 'kept', 'before', 'value', 'add', 'remove'].includes(key);
    return [isName ? change('name', key) : key, mapTexts(inner, KINDS[key] ?? kind, change)];
  });
  return Object.fromEntries(entries);
}

/** The wordings of our log behind which a word from outside stands without quotes, and what it is. */
const LOGGED: readonly (readonly [regex: RegExp, kind: MaskKind])[] = [
  [/Found(?: \((?:cached|pinned)\))?: (.+)$/, 'title'],
  [/Updated metadata \([^)]*\): (.+)$/, 'title'],
  [/Libraries: (.+)$/, 'name'],
  [/Added to collection: (.+)$/, 'name'],
  [/Searching '(.+)' for: /, 'name'],
  [/Searching .* for: (.+)$/, 'path'],
  [/looking for (.+) in "/, 'path'],
  [/is pinned to has another file now: (.+)$/, 'path'],
  [/The pin of scene \d+ moved .*, which has its file: (.+)$/, 'path'],
  [/LOW confidence match for '(.+)': /, 'path'],
  [/has added files to '(.+)' that /, 'name'],
];

/** Makes known what a line of our log names, so that it is masked where other lines name it. */
export function learnLogLine(line: string, masker: Pick<Masker, 'learn'>): void {
  for (const [regex, kind] of LOGGED) {
    const named = regex.exec(line)?.[1];
    if (named === undefined) continue;
    masker.learn(kind, named);
    if (kind === 'name') for (const name of named.split(', ')) masker.learn(kind, name);
  }
  const kind = /(?:Added|Removed) \d/.test(line) ? 'name' : 'text';
  for (const [, quoted = ''] of line.matchAll(/'([^']{3,})'/g))
    masker.learn(quoted.includes('/') ? 'path' : kind, quoted);
}
