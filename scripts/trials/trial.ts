/** How a trial is run: a `short` one is part of each CI run. */
export type TrialRun = {
  readonly size: 'short' | 'full';
  readonly seed: number;
  /** Prints what was tried, a line at a time. */
  say(line: string): void;
};

export type Trial = {
  readonly name: string;
  readonly about: string;
  /** Resolves with what did not hold, each with enough to repeat it. */
  run(run: TrialRun): Promise<readonly string[]>;
};

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
