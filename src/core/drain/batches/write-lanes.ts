import type { BatchLanes } from '../ports/in-flight.ts';

/**
 * The lanes in which writes are sent: at most so many at a time, whatever batch they are of. Those of the older batch go
 * first, so that what was read first is written first.
 */
export type WriteLanes = {
  /** The lanes as the batch of that turn uses them. */
  of(turn: number): BatchLanes;
  /** How many writes wait for a lane. */
  waiting(): number;
  /** Writes that wait are not sent any more, and fail with `reason`. */
  close(reason: unknown): void;
};

type Waiting = { readonly turn: number; send(): Promise<void>; drop(reason: unknown): void };

/** Opens so many lanes; `onEnd` hears of each write that has ended. */
export function createWriteLanes(count: number, onEnd: () => void): WriteLanes {
  const queue: Waiting[] = [];
  let busy = 0;
  const fill = (): void => {
    while (busy < count) {
      const next = queue.shift();
      if (next === undefined) return;
      busy += 1;
      void next.send().then(() => {
        busy -= 1;
        fill();
        onEnd();
      });
    }
  };
  const add = async <T, R>(turn: number, item: T, task: (item: T) => Promise<R>): Promise<R> =>
    await new Promise<R>((resolve, reject) => {
      // The promise of a task that fails is the caller's; the lane is free either way.
      const send = async (): Promise<void> => await task(item).then(resolve, reject);
      const place = queue.findLastIndex((other) => other.turn <= turn) + 1;
      queue.splice(place, 0, { turn, send, drop: reject });
    });
  return {
    of: (turn) => ({
      map: async (items, task) => {
        const results = items.map(async (item) => await add(turn, item, task));
        fill();
        return await Promise.all(results);
      },
    }),
    waiting: () => queue.length,
    close: (reason) => {
      for (const { drop } of queue.splice(0)) drop(reason);
    },
  };
}
