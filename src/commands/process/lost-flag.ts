import { UsageError } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { Paused } from '../../queue/tables/paused.ts';
import { pausedWords } from '../shared/paused.ts';

/** Flags that a person gives for one run. */
export type OneRunFlags = { adoptServer: boolean; removals: 'counted' | 'allowed' };

/**
 * Refuses such a flag for a run that writes nothing: it would be gone.
 * @throws {UsageError}
 */
export function refuseLostFlag(flags: Readonly<OneRunFlags>, paused: Paused): void {
  const [flag] = namesOf(flags);
  if (flag === undefined) return;
  throw new UsageError(
    `${flag} holds for one run, and this one would write nothing: ${pausedWords(paused)}.`,
    'Give it again when writing goes on.',
  );
}

/**
 * What is said of flags that did nothing: the run stood down, Plex did not let it in, none was due, or plexsync is turned
 * off. `again`: where it is not enough to give them again, the words that follow, such as ` once …`.
 */
export function unusedFlags(flags: Readonly<OneRunFlags>, again: Sentence = say``): readonly Sentence[] {
  return namesOf(flags).map((flag) => say`[PlexSync] ${ours(flag)} did nothing: give it again${again}`);
}

function namesOf({ adoptServer, removals }: Readonly<OneRunFlags>): readonly string[] {
  const given = [adoptServer ? '--adopt-server' : undefined, removals === 'allowed' ? '--allow-removals' : undefined];
  return given.filter((flag) => flag !== undefined);
}
