import { UsageError } from '../model/errors.ts';
import type { Section } from '../model/plex-item.ts';
import { nearest } from '../text/nearest.ts';
import { mixesLikeToken } from '../text/token-like.ts';

/** The only section type we write: movie libraries, including "Other Videos" (plex-api.md 2.1). */
const SUPPORTED_TYPE = 'movie';

/** Whether plexsync writes to libraries of this type. */
export function isWritable({ type }: Pick<Section, 'type'>): boolean {
  return type === SUPPORTED_TYPE;
}

/** A library as a person named it: by a whole name, or in a typed text that may hold several between commas. */
export type LibraryName = string | { readonly typed: string };

/**
 * The sections to look in: the named ones, or every movie library when none is named. A name letter by letter goes
 * before one that differs in case, and that before one that differs in outer spaces.
 * @throws {UsageError} listing the existing libraries, and the one that a mistyped name may mean.
 */
export function chooseSections(sections: readonly Section[], given: readonly LibraryName[]): readonly Section[] {
  const names = wholeNames(sections, given);
  const supported = sections.filter(isWritable);
  const available = supported.length > 0 ? `Plex has: ${quotedTitles(supported)}.` : 'Plex has no movie library.';
  if (names.length === 0) {
    if (supported.length > 0) return supported;
    throw new UsageError(
      'Plex has no movie library to write to.',
      'Add one in Plex (type Movies or Other Videos), then run again.',
    );
  }
  const chosen = names.flatMap((name) => {
    // Plex allows two libraries with the same title: both are meant.
    const usable = calledSo(supported, name);
    if (usable.length > 0) return usable;
    const [other] = calledSo(sections, name);
    if (other === undefined) {
      const meant = nearest(
        name.trim(),
        supported.map(({ title }) => title),
      );
      const question = meant === undefined ? '' : `Did you mean "${meant}"? `;
      throw new UsageError(
        mixesLikeToken(name)
          ? 'Plex has no library of that name, which looks like a token.'
          : `Plex has no library "${name}".`,
        `${question}${available} Set plex_library to one of them.`,
      );
    }
    throw new UsageError(
      `Library "${other.title}" is of type ${other.type}; plexsync writes to movie libraries (Movies, Other Videos).`,
      `${available} Set plex_library to one of them.`,
    );
  });
  return [...new Set(chosen)];
}

/**
 * The names in what was given. A typed text is divided at its commas, but not inside the name of an existing library:
 * the longest run that is one counts as one.
 */
export function wholeNames(sections: readonly Section[], given: readonly LibraryName[]): readonly string[] {
  return given.flatMap((name) => (typeof name === 'string' ? [name] : typedNames(sections, name.typed)));
}

function typedNames(sections: readonly Section[], typed: string): readonly string[] {
  if (calledSo(sections, typed).length > 0) return [typed];
  const pieces = typed.split(',');
  const longest = Math.max(1, ...sections.map(({ title }) => title.split(',').length));
  const names: string[] = [];
  for (let start = 0; start < pieces.length; ) {
    const lengths = Array.from({ length: longest }, (_, index) => longest - index);
    const runs = lengths.map((length) => pieces.slice(start, start + length));
    const run =
      runs.find((one) => calledSo(sections, one.join(',').trim()).length > 0) ?? pieces.slice(start, start + 1);
    names.push(run.join(',').trim());
    start += run.length;
  }
  return names.filter((name) => name !== '');
}

/** Ways to compare two titles, the strictest first. */
const SAME_TITLE: readonly ((title: string) => string)[] = [
  (title) => title,
  (title) => title.normalize('NFC').toLowerCase(),
  (title) => title.normalize('NFC').toLowerCase().trim(),
];

/** The sections of a name by the strictest comparison that finds one. */
function calledSo(sections: readonly Section[], name: string): readonly Section[] {
  for (const spelled of SAME_TITLE) {
    const found = sections.filter(({ title }) => spelled(title) === spelled(name));
    if (found.length > 0) return found;
  }
  return [];
}

/** The titles of libraries as a message lists them; in quotes, since a title may hold a comma. */
export function quotedTitles(sections: readonly Pick<Section, 'title'>[]): string {
  return sections.map(({ title }) => `"${title}"`).join(', ');
}
