import type { RetryLimits } from '../../failures/retry-policy.ts';
import type { PathMapping } from '../../match/paths.ts';
import type { WriteRules } from '../../write/desired-state.ts';

/** How a drain is configured. */
export type DrainOptions = {
  /** `preview`: everything but the writing and the settling; each job goes back as it was. */
  readonly mode: 'write' | 'preview';
  /** What stands for the token where it may not stand itself: a refused one is known again by it. */
  readonly tokenFingerprint: string;
  /** What to do when another server answers than the one the data directory belongs to. */
  readonly ifOtherServer: 'refuse' | 'adopt';
  /** Names of the libraries to look in; none means every movie library. */
  readonly libraries: readonly string[];
  readonly mappings: readonly PathMapping[];
  readonly matching: 'strict' | 'relaxed';
  /** Whether a scene that has nothing but a title in Stash is taken at its word, or waited for. */
  readonly thinScenes: 'take' | 'wait';
  readonly maxRetries: number;
  readonly notFound: RetryLimits['notFound'];
  /** Whether Plex is asked to scan the folder of a file that it does not have. */
  readonly scanning: 'request' | 'leave';
  /** Requests for single jobs in flight, 1 to 8. */
  readonly concurrency: number;
  readonly rules: WriteRules;
  /** Most jobs to claim. */
  readonly limit: number | undefined;
  /** Epoch ms after which nothing more is claimed or looked up. */
  readonly deadlineAt: number | undefined;
};
