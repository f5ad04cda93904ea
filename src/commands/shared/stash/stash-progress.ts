import { progressOf } from '../../../terminal/progress-rate.ts';
import type { Context } from '../context.ts';

/** Shows the progress of a walk through Stash on a terminal; elsewhere nothing. */
export async function showProgress({ output, now }: Context, total: number) {
  if (!output.isLive) return { show: (_done: number): void => undefined, clear: (): void => undefined };
  const { createProgress } = await import('../../../terminal/progress.ts');
  const line = createProgress({ now });
  const startedAt = now();
  output.keepBelow(line);
  return {
    show: (done: number): void => {
      const left = Math.max(0, total - done);
      line.show({ ...progressOf({ doneBefore: 0, doneNow: done, left, startedAt, now: now() }), current: undefined });
    },
    clear: (): void => {
      line.clear();
      output.keepBelow(undefined);
    },
  };
}
