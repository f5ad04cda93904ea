import type { Section } from '../../model/plex-item.ts';
import type { Sentence } from '../../text/sentence.ts';
import { asName, say } from '../../text/sentence.ts';
import type { Candidate } from '../evidence.ts';
import { isWritable } from '../libraries.ts';
import type { LookUp } from '../look-up.ts';
import { isInFolder } from '../paths.ts';

/** A file that was found in a library which `plex_library` leaves out; `likely`: by its name, and not proven. */
export type LeftOutFile = {
  readonly candidate: Candidate;
  readonly file: string;
  readonly certainty: 'proven' | 'likely';
};

/** The libraries that could be looked in if `plex_library` did not leave them out. */
export function leftOutSections(all: readonly Section[], chosen: readonly Section[]): readonly Section[] {
  return all.filter((section) => isWritable(section) && !chosen.some(({ key }) => key === section.key));
}

/** What a look in the libraries that are left out has found, if anything. */
export function leftOutFile({ match }: Pick<LookUp, 'match'>): LeftOutFile | undefined {
  if (match.kind === 'none') return undefined;
  const { candidate, file } = match.best;
  return { candidate, file, certainty: match.kind === 'high' ? 'proven' : 'likely' };
}

/** The libraries that are left out and hold the folder of the path: where a look is likeliest to find it. */
export function holdingFolder(sections: readonly Section[], mappedPath: string): readonly Section[] {
  return sections.filter(({ folders }) => folders.some((folder) => folder !== '' && isInFolder(mappedPath, folder)));
}

/** Says where a file is, to end a sentence about it. */
export function leftOutWords({ candidate, certainty }: Pick<LeftOutFile, 'candidate' | 'certainty'>): Sentence {
  const what = certainty === 'proven' ? say`it is` : say`a file of its name is`;
  return say`${what} in library "${asName(candidate.sectionTitle)}", which plex_library leaves out`;
}
