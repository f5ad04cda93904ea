import type { PathMapping } from '../../core/match/paths.ts';
import { fileName, pathMapWords } from '../../core/match/paths.ts';
import type { MappingVerdict } from '../../core/match/sample/agreed-mapping.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { asPath, listed, ours, say } from '../../core/text/sentence.ts';

/** What the sample says, in a sentence for whoever answers. */
export function verdictWords(verdict: MappingVerdict): Sentence {
  const { total, agreeing, missing } = verdict;
  const left = missing === 0 ? '' : say`, ${missing} are not in Plex`;
  switch (verdict.kind) {
    case 'unknown':
      return total === 0
        ? say`Stash has no scene with a file yet: nothing tells whether Plex sees the files elsewhere.`
        : say`Plex has none of the files of Stash that were looked for (${total}): nothing tells whether it sees them elsewhere.`;
    case 'fits':
      return say`${agreeing} of ${total} files of Stash are in Plex where they are expected${left}: path_map needs no change.`;
    case 'agreed':
      return say`${agreeing} of ${total} files agree on ${flagsOf(verdict.derived)}${left}.`;
    case 'unsure':
      return verdict.derived.length === 0
        ? say`The ${total - missing} files of Stash that Plex has agree on no path_map.`
        : say`${agreeing} of ${total} files agree on ${flagsOf(verdict.derived)}${left}: ${whyUnsure(verdict)}.`;
  }
}

function whyUnsure({ contradicting }: Extract<MappingVerdict, { kind: 'unsure' }>): Sentence {
  return contradicting === undefined
    ? ours('too few to be sure')
    : say`but ${asPath(fileName(contradicting.path))} is elsewhere, or another file`;
}

function flagsOf(mappings: readonly PathMapping[]): Sentence {
  return listed(mappings.map(pathMapWords), ' ');
}
