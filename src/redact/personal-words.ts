import type { PersonalKind } from '../core/text/sentence.ts';
import type { Masker } from './mask.ts';

/** What the texts of stored documents are, by the key they stand under or below. */
const KINDS: Readonly<Record<string, PersonalKind>> = {
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

/** Keys whose values are not personal: dates, ratings, numbers of ours and ids of Plex. */
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

function mapTexts(value: unknown, kind: PersonalKind, change: (kind: PersonalKind, text: string) => string): unknown {
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
