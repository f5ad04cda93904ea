import { say } from '../../core/text/sentence.ts';
import type { Output } from '../../terminal/log/output.ts';

/** Names the step after one that put something into the queue; a program that reads JSON knows it. */
export function tellNextRun(output: Pick<Output, 'json' | 'log'>): void {
  if (!output.json) output.log('info', say`Next: plexsync process writes what waits, unless a watch or cron does.`);
}
