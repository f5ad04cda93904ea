import { progressOf } from '../../terminal/progress-rate.ts';
import type { Context } from './context.ts';

/** A line on a terminal that says how far a walk through Stash is; nothing elsewhere. */
export async function showProgress({ output, now }: Context, total: number) {
  if (!output.isLive) return { show: (_done: number): void => undefined, clear: (): void => undefined };
  const { createProgress } = await import('../../terminal/progress.ts');
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
