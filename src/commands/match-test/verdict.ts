import type { MatchResult } from '../../core/match/evidence.ts';
import { adviceOn } from '../../core/match/evidence.ts';
import { leftOutWords } from '../../core/match/near/left-out.ts';
import { isRuledOut, mayBeMeant } from '../../core/match/near/near-misses.ts';
import { pathMapFlag } from '../../core/match/paths.ts';
import { pinCommand } from '../../core/match/pin.ts';
import { OTHER_SERVER_CURE } from '../../core/match/plex-server.ts';
import { plainText } from '../../core/text/sentence.ts';
import type { Style } from '../../terminal/reader.ts';
import type { Explanation } from '../shared/match/explain-match.ts';
import type { How, Refusal } from './how.ts';

const RULE_WORDS: Readonly<Record<Extract<MatchResult, { kind: 'high' }>['rule'], string>> = {
  path: 'it has the file at this very path',
  size: 'it alone has a file of this name and size',
  folders: 'of all files of this name its path shares the most folders',
};

/** The verdict for a person, in one line. */
export function verdictWords(match: MatchResult, refusal: Refusal | undefined): string {
  if (refusal !== undefined) return `LOW: ${plainText(refusal.message)}`;
  if (match.kind === 'none') return 'none: no item has this file';
  const { candidate } = match.best;
  const item = `item ${candidate.ratingKey} "${candidate.title}" in "${candidate.sectionTitle}"`;
  if (match.kind === 'high') return `HIGH: ${item}, since ${RULE_WORDS[match.rule]}`;
  return `LOW: ${match.considered.length === 1 ? 'a candidate' : 'candidates'}, and no proof; the likeliest is ${item}`;
}

/** What a verdict means for the scene: it is written, a person has to look, or nothing is. */
export function verdictStyle(match: MatchResult, refusal: Refusal | undefined): Style {
  if (refusal !== undefined) return 'warning';
  return match.kind === 'high' ? 'good' : match.kind === 'none' ? 'bad' : 'warning';
}

/** What follows from a verdict, and what a person can do about it. */
export function nextLines(explanation: Explanation, how: How): readonly string[] {
  const { matching, scene, refusal } = how;
  const { match } = explanation.look;
  if (refusal?.kind === 'other_server') return ['process would write nothing.', OTHER_SERVER_CURE];
  if (scene?.pin !== undefined)
    return [`process would write to the pinned item ${scene.pin.ratingKey}, whatever the verdict says.`];
  if (refusal !== undefined) return ['process would not write: the job would be a dead letter, LowConfidenceMatch.'];
  switch (match.kind) {
    case 'high':
      return ['process would write to this item.', ...withFlag(explanation, 'The path would be exact with')];
    case 'low':
      return [
        matching === 'strict'
          ? 'process would not write: the job would be a dead letter, LowConfidenceMatch.'
          : 'process would write to the likeliest, since strict_matching is off.',
        ...leftOutLines(explanation, how),
        wayToProof(explanation, match),
        `If you know that it is: ${pinCommand(scene?.sceneId ?? 'SCENE', match.best.candidate.ratingKey)}`,
      ];
    case 'none':
      return [
        ...leftOutLines(explanation, how),
        ...oldFacts(explanation),
        ...pinLines(explanation, scene?.sceneId ?? 'SCENE'),
        ...withFlag(explanation, 'No library holds this folder. If it is the one shown above:'),
        ...(explanation.leftOut?.certainty === 'proven'
          ? []
          : [
              `Check that Plex has scanned the file, and that ${explanation.look.mapped.path} is where Plex sees it (path_map, plex_library).`,
            ]),
      ];
  }
}

function leftOutLines({ leftOut }: Explanation, { libraryLine }: How): readonly string[] {
  if (leftOut === undefined || libraryLine === undefined) return [];
  const words = plainText(leftOutWords(leftOut));
  return [`${words.charAt(0).toUpperCase()}${words.slice(1)}: ${plainText(libraryLine)}`];
}

/** So many near misses are offered: with more of them none stands out. */
const MOST_OFFERED = 3;

function pinLines({ nearMisses }: Explanation, sceneId: number | 'SCENE'): readonly string[] {
  const meant = nearMisses.filter(mayBeMeant).map(({ candidate }) => candidate);
  const items = new Map(meant.map((candidate) => [candidate.ratingKey, candidate]));
  return [...items.values()]
    .slice(0, MOST_OFFERED)
    .map(
      ({ ratingKey, title }) =>
        `If you know that item ${ratingKey} "${title}" is it: ${pinCommand(sceneId, ratingKey)}`,
    );
}

function withFlag({ suggestion }: Explanation, words: string): readonly string[] {
  return suggestion === undefined ? [] : [`${words} ${pathMapFlag(suggestion)}`];
}

function wayToProof(explanation: Explanation, match: MatchResult): string {
  const [flag] = withFlag(explanation, 'If that is the file, this proves it:');
  const bySize =
    explanation.file.size === undefined
      ? 'Give its size with --size, or set path_map so that the path is exact.'
      : 'Set path_map so that the path is exact, or plex_library to one library.';
  const advice = adviceOn(match);
  return advice === undefined ? (flag ?? bySize) : plainText(advice);
}

function oldFacts({ nearMisses }: Explanation): readonly string[] {
  const [ruledOut] = nearMisses.filter(isRuledOut);
  if (ruledOut === undefined) return [];
  const fact = ruledOut.kind === 'other_size' ? 'size' : 'duration';
  return [`If the file was replaced, scan the library in Plex: it still has the old ${fact}.`];
}
