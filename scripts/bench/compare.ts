/** Whether one run of the bench was worse than another. */
import type { Figure, Size } from './figures.ts';

/** A run as it is saved; `node` and `cores` say where it was measured. */
export type BenchRun = {
  readonly size: Size;
  readonly node: string;
  readonly cores: number;
  readonly figures: readonly Figure[];
};

export type Change = { readonly before: Figure; readonly now: Figure; readonly noise: number };

export type Comparison = {
  readonly worse: readonly Change[];
  readonly better: readonly Change[];
  /** The words of figures that only one of the runs has. */
  readonly alone: readonly string[];
  /** Where the earlier run was made, unless it was here. */
  readonly elsewhere: string | undefined;
};

/** One machine is never in the same state twice: a smaller difference is no change. */
const LEAST_NOISE = 0.05;
/** The same where the rounds are too few to tell how much the values stray. */
const LEAST_NOISE_OF_FEW = 0.1;
const FEW_ROUNDS = 3;

/** What became worse and what better by more than the noise of both runs. Less is better in every figure. */
export function compareRuns(before: BenchRun, now: BenchRun): Comparison {
  const old = new Map(before.figures.map((figure) => [figure.id, figure]));
  const changes = now.figures.flatMap((figure) => {
    const other = old.get(figure.id);
    return other ? [{ before: other, now: figure, noise: noiseOf(other, figure) }] : [];
  });
  const both = new Set(changes.map((change) => change.now.id));
  return {
    worse: changes.filter((change) => change.now.median - change.before.median > change.noise),
    better: changes.filter((change) => change.before.median - change.now.median > change.noise),
    alone: [...before.figures, ...now.figures].filter(({ id }) => !both.has(id)).map(({ what }) => what),
    elsewhere: placeOf(before) === placeOf(now) ? undefined : placeOf(before),
  };
}

/** On what a run was made. */
export function placeOf({ node, cores }: Pick<BenchRun, 'node' | 'cores'>): string {
  return `Node ${node}, ${cores} cores`;
}

/** How far two medians may be apart without meaning anything; requests are counted, and never stray. */
export function noiseOf(before: Figure, now: Figure): number {
  if (before.unit === 'requests') return Math.max(before.max - before.min, now.max - now.min);
  const isFew = Math.min(before.rounds, now.rounds) < FEW_ROUNDS;
  const least = before.median * (isFew ? LEAST_NOISE_OF_FEW : LEAST_NOISE);
  return Math.max(least, strayOf(before) + strayOf(now));
}

/**
 * How far a median strays: with this, two medians of one thing are further apart than both together about once in a
 * hundred times, whatever the outliers.
 */
function strayOf({ quartiles: [first, third], rounds }: Figure): number {
  return (1.58 * (third - first)) / Math.sqrt(rounds);
}
