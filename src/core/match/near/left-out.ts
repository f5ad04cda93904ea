import type { Section } from '../../model/plex-item.ts';
import type { Sentence } from '../../text/sentence.ts';
import { asName, say } from '../../text/sentence.ts';
import type { Candidate } from '../evidence.ts';
import { isWritable } from '../libraries.ts';
import type { LookUp } from '../look-up.ts';
import { isInFolder } from '../paths.ts';

/**
 * A file of a library which `plex_library` leaves out. `likely`: by its name, and not proven; `folder`: nothing was
 * asked, and a folder of that library holds it.
 */
export type LeftOutFile =
  | {
      readonly library: string;
      readonly certainty: 'proven' | 'likely';
      readonly candidate: Candidate;
      readonly file: string;
    }
  | { readonly library: string; readonly certainty: 'folder' };

/** One that was found there. */
export type FoundLeftOut = Extract<LeftOutFile, { candidate: Candidate }>;

/** The libraries that could be looked in if `plex_library` did not leave them out. */
export function leftOutSections(all: readonly Section[], chosen: readonly Section[]): readonly Section[] {
  return all.filter((section) => isWritable(section) && !chosen.some(({ key }) => key === section.key));
}

/** What a look in the libraries that are left out has found, if anything. */
export function leftOutFile({ match }: Pick<LookUp, 'match'>): FoundLeftOut | undefined {
  if (match.kind === 'none') return undefined;
  const { candidate, file } = match.best;
  const certainty = match.kind === 'high' ? 'proven' : 'likely';
  return { library: candidate.sectionTitle, certainty, candidate, file };
}

/** The libraries that are left out and hold the folder of the path: where a look is likeliest to find it. */
export function holdingFolder(sections: readonly Section[], mappedPath: string): readonly Section[] {
  return sections.filter(({ folders }) => folders.some((folder) => isInFolder(mappedPath, folder)));
}

const WORDS: Readonly<Record<LeftOutFile['certainty'], Sentence>> = {
  proven: say`it is in library`,
  likely: say`a file of its name is in library`,
  folder: say`it lies in a folder of library`,
};

/** Says where a file is, to end a sentence about it. */
export function leftOutWords({ library, certainty }: Pick<LeftOutFile, 'library' | 'certainty'>): Sentence {
  return say`${WORDS[certainty]} "${asName(library)}", which plex_library leaves out`;
}
