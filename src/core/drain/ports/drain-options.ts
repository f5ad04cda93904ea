import type { RetryLimits } from '../../failures/retry-policy.ts';
import type { LibraryName } from '../../match/libraries.ts';
import type { PathMapping } from '../../match/paths.ts';
import type { Sentence } from '../../text/sentence.ts';
import type { WriteRules } from '../../write/desired-state.ts';
import type { MostRemovals } from '../../write/removals.ts';

/** How a drain is configured. */
export type DrainOptions = {
  /** `preview`: everything except writing and settling; each job goes back as it was. */
  readonly mode: 'write' | 'preview';
  /**
   * Stands for the token where the token itself must not appear: it recognises a token that was refused before. Made when
   * it is asked for, since Node takes milliseconds to load what makes it.
   */
  tokenFingerprint(): string;
  /** The same for Stash's address and key; `undefined` where no Stash is configured. */
  stashFingerprint(): string | undefined;
  /** The address of Plex without a name and a password. */
  readonly plexAddress: string;
  /** What to do when a server answers that the data directory does not belong to. */
  readonly ifOtherServer: 'refuse' | 'adopt';
  /** The libraries to look in; an empty list means every movie library. */
  readonly libraries: readonly LibraryName[];
  /** The line that takes in one more library, for a person; absent where none is left out. */
  readonly libraryLine?: ((title: string) => Sentence) | undefined;
  readonly mappings: readonly PathMapping[];
  readonly matching: 'strict' | 'relaxed';
  /** Whether the empty fields of a scene with only a title clear anything in Plex. */
  readonly thinScenes: 'clear' | 'keep';
  readonly maxRetries: number;
  readonly notFound: RetryLimits['notFound'];
  /** Whether to ask Plex to scan the folder of a file that Plex lacks. */
  readonly scanning: 'request' | 'leave';
  /** Requests for single jobs in flight, 1 to 8. */
  readonly concurrency: number;
  readonly rules: WriteRules;
  /** Whether too many removals wait for permission, or a person allowed them for this drain. */
  readonly removals: { readonly kind: 'counted'; readonly most: MostRemovals } | { readonly kind: 'allowed' };
  /** How many jobs a batch has; a hundred by default. */
  readonly batchSize?: number | undefined;
  /** Most jobs to claim. */
  readonly limit: number | undefined;
  /** Epoch ms after which nothing more is claimed or looked up. */
  readonly deadlineAt: number | undefined;
};
