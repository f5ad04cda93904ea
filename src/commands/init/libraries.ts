import type { LibraryName } from '../../core/match/libraries.ts';
import { chooseSections, wholeNames } from '../../core/match/libraries.ts';
import type { Section } from '../../core/model/plex-item.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import type { Wizard } from './questions.ts';
import { askFor } from './questions.ts';
import type { Answers } from './source.ts';

const ALL = 'all';

/** Shows the libraries with numbers, and asks for those to write to. */
export async function askForLibraries(
  answers: Answers,
  { sections, now }: { readonly sections: readonly Section[]; readonly now: LoadedSettings },
  wizard: Wizard,
): Promise<Answers | undefined> {
  const writable = chooseSections(sections, []);
  const present = wholeNames(sections, now.settings.plex_library).map(spelled);
  const lines = writable.map(({ title, folders }, index) => `  ${index + 1}  ${title} (${folders.join(', ')})`);
  wizard.asker.show(['Libraries of films in Plex:', ...lines].join('\n'));
  return await askFor(
    answers,
    {
      name: 'plex_library',
      text: 'Libraries to write to, by number or name, with commas between',
      present: present.join(', ') || undefined,
      none: ALL,
      toValue: (typed) => chosen(typed, writable).flatMap((name) => wholeNames(sections, [name])),
      accept: (loaded) => void chooseSections(sections, loaded.settings.plex_library),
    },
    wizard,
  );
}

/**
 * A library may have the same name as the word for all of them, a number for its name, a comma in it or a space around
 * it: quotes tell them apart.
 */
function spelled(title: string): string {
  const needsQuotes = title.trim().toLowerCase() === ALL || /,|^\s|\s$|^\d+$/.test(title);
  return needsQuotes ? `"${title}"` : title;
}

/** What is typed in quotes is a whole name; a number is that of the list. */
function chosen(typed: string, listed: readonly Section[]): readonly LibraryName[] {
  const parts = typed.split(/((?<=^\s*|,\s*)"[^"]*"(?=\s*(?:,|$)))/);
  return parts.flatMap((part, index): readonly LibraryName[] =>
    index % 2 === 1 ? [part.slice(1, -1)] : outsideQuotes(part, listed),
  );
}

function outsideQuotes(text: string, listed: readonly Section[]): readonly LibraryName[] {
  const words = (/^[\d\s,]+$/.test(text) ? text.split(/[\s,]+/) : text.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const numbered = words.map((word) => (/^\d+$/.test(word) ? listed[Number(word) - 1]?.title : undefined));
  // A name may hold a comma: only where there are numbers is the text divided here.
  if (numbered.every((title) => title === undefined)) return [{ typed: text.trim() }];
  return words.map((word, index) => numbered[index] ?? { typed: word });
}
