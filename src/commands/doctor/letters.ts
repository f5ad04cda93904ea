import { RETRY_RULES } from '../../core/failures/retry-policy.ts';
import type { PathMapping } from '../../core/match/paths.ts';
import { isSamePath, mapPath } from '../../core/match/paths.ts';
import type { LookedUp, SampledFile } from '../../core/match/sample/file-sample.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { letterPathOf } from '../../queue/tables/dead-letters/letter.ts';
import { openDeadLetterActions } from '../../queue/work/dead-letter-actions.ts';
import type { Finding } from './finding.ts';
import { warning } from './finding.ts';

const CHECK = 'healable_letters';

/** Dead letters of the sample whose files are found now. */
export function checkFoundLetters(looked: readonly LookedUp<SampledFile>[]): readonly Finding[] {
  const sampled = looked.filter(({ file }) => file.letterId !== undefined);
  const letterIds = sampled
    .filter(({ look }) => look.match.kind === 'high')
    .flatMap(({ file }) => file.letterId ?? [])
    .toSorted((a, b) => a - b);
  if (letterIds.length === 0) return [];
  const command = `plexsync dlq retry ${letterIds.join(' ')}`;
  const fix = `Try again: ${command}, or plexsync doctor --fix`;
  const message = `the files of ${letterIds.length} of ${sampled.length} sampled dead letters are found by now`;
  return [warning(CHECK, message, { fix, command, remedy: { kind: 'heal', letterIds, after: 'nothing' } })];
}

const OF_MATCHING = [RETRY_RULES.plex_not_found.errorType, RETRY_RULES.low_confidence.errorType];

type Lacking = {
  /** All mappings once the missing ones are set, and those. */
  readonly proposed: readonly PathMapping[];
  readonly missing: readonly PathMapping[];
  /** What is said already of letters whose files are found without them. */
  readonly found: readonly Finding[];
};

/** Dead letters whose files the missing mappings would lead to. */
export function checkMappedLetters(stores: Stores, { proposed, missing, found }: Lacking): readonly Finding[] {
  if (missing.length === 0) return [];
  const known = new Set(found.flatMap(({ remedy }) => (remedy?.kind === 'heal' ? remedy.letterIds : [])));
  const actions = openDeadLetterActions(stores);
  const letters = OF_MATCHING.flatMap((errorType) => actions.list({ errorType }));
  const letterIds = letters
    .filter((letter) => {
      const path = letterPathOf(letter);
      const mapping = path === undefined ? undefined : mapPath(path, proposed).mapping;
      return mapping !== undefined && missing.some(({ from }) => isSamePath(from, mapping.from));
    })
    .map(({ id }) => id)
    .filter((id) => !known.has(id))
    .toSorted((a, b) => a - b);
  if (letterIds.length === 0) return [];
  const command = missing.map(({ from }) => `plexsync dlq retry --path-prefix ${shellWord(from)}`).join(' && ');
  const message = `${letterIds.length === 1 ? '1 dead letter lies' : `${letterIds.length} dead letters lie`} where that path_map is missing`;
  const fix = `Once it is set: ${command}; plexsync doctor --fix does both`;
  return [warning(CHECK, message, { fix, command, remedy: { kind: 'heal', letterIds, after: 'path_map' } })];
}
