import { nearest } from '../text/nearest.ts';
import { UsageError } from './errors.ts';
import type { ListKind, ScalarField } from './plex-item.ts';

/** The fields that options, settings and JSON call by one name. */
export const COMMON_FIELDS = ['studio', 'tagline', 'date', 'rating', 'performers', 'tags', 'collection'] as const;

/** The fields that a person can take back from Plex, by the names that scenes have in options and in JSON. */
export const REASSERT_FIELDS = ['title', 'details', ...COMMON_FIELDS] as const;
export type ReassertField = (typeof REASSERT_FIELDS)[number];

/** What may follow `--reassert`. */
export const REASSERT_VALUES = ['all', ...REASSERT_FIELDS] as const;

/** Plex's name of each. */
export const PLEX_NAMES: Readonly<Record<ReassertField, ScalarField | ListKind>> = {
  title: 'title',
  details: 'summary',
  studio: 'studio',
  tagline: 'tagline',
  date: 'originallyAvailableAt',
  rating: 'userRating',
  performers: 'actor',
  tags: 'genre',
  collection: 'collection',
};

/** Names that people may know a field by, from Plex and from the scene JSON. */
const OTHER_NAMES: Readonly<Record<string, ReassertField>> = {
  summary: 'details',
  rating100: 'rating',
  actors: 'performers',
  genres: 'tags',
  collections: 'collection',
};

/**
 * Parses what follows `--reassert`: names between commas, or `all`.
 * @throws {UsageError} naming the unknown name and the nearest known one.
 */
export function parseReassert(text: string): readonly ReassertField[] {
  const typed = text.split(',').map((name) => name.trim());
  if (typed.length === 1 && typed[0]?.toLowerCase() === 'all') return REASSERT_FIELDS;
  return inOrder(typed.map(fieldNamed));
}

function fieldNamed(typed: string): ReassertField {
  const name = typed.toLowerCase();
  const known = REASSERT_FIELDS.find((field) => field === name) ?? OTHER_NAMES[name];
  if (known !== undefined) return known;
  if (/^\d+$/.test(typed))
    throw new UsageError(
      `"${typed}" behind --reassert is no field but looks like a scene id.`,
      `Put the ids before it, or name the fields: plexsync enqueue ${typed} --reassert.`,
    );
  const close = typed === '' ? undefined : nearest(typed, REASSERT_VALUES);
  throw new UsageError(
    `--reassert knows no field "${typed}"${close === undefined ? '.' : `; did you mean ${close}?`}`,
    `Give some of ${REASSERT_FIELDS.join(', ')} between commas, or all.`,
  );
}

/** All fields of both, each once; `undefined` when neither takes anything back. */
export function unionOf(
  one: readonly ReassertField[] | undefined,
  other: readonly ReassertField[] | undefined,
): readonly ReassertField[] | undefined {
  return one === undefined && other === undefined ? undefined : inOrder([...(one ?? []), ...(other ?? [])]);
}

/** Whether everything that is wanted back is among what was taken back. */
export function isTakenBack(
  wanted: readonly ReassertField[] | undefined = [],
  done: readonly ReassertField[] | undefined = [],
): boolean {
  return wanted.every((field) => done.includes(field));
}

function inOrder(fields: readonly ReassertField[]): readonly ReassertField[] {
  return REASSERT_FIELDS.filter((field) => fields.includes(field));
}

/** Fields in words, for a question: `the title and the tags`, `every field`. */
export function reassertWords(fields: readonly ReassertField[]): string {
  if (fields.length === REASSERT_FIELDS.length) return 'every field';
  const names = fields.map((field) => `the ${field === 'details' ? 'summary' : field}`);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
