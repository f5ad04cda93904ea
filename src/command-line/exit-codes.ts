import type { ExitCode } from '../exit.ts';
import { helpItem } from './help-layout.ts';

/** What each exit code means, as `--help exit-codes`, the man pages and the README say it. */
export const EXIT_CODE_WORDS: readonly (readonly [code: ExitCode | '129, 130, 143', meaning: string])[] = [
  [0, 'done, nothing failed (jobs that wait for Plex to find their file are no failures)'],
  [1, 'ran, and the answer is no: a job failed, a check found something, nothing matched'],
  [2, 'usage or configuration'],
  [3, 'Plex or Stash refused the credentials'],
  [4, 'a server cannot be reached, or the circuit breaker is open: nothing lost, run again'],
  [5, '--max-time reached with jobs left'],
  [6, 'the data directory cannot be used: damaged, full, read-only, newer'],
  [70, 'a bug in plexsync'],
  ['129, 130, 143', 'stopped by a signal; writes in flight were settled'],
];

const CODE_WIDTH = 13;

/** The short list that ends `plexsync --help`, in lines of `width` columns. */
export function exitCodesHelp(width: number): string {
  const layout = { termWidth: CODE_WIDTH, width };
  return ['Exit codes:', ...EXIT_CODE_WORDS.map(([code, meaning]) => helpItem(String(code), meaning, layout))].join(
    '\n',
  );
}
