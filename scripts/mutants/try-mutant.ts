/** Lets the tests that reach a mutant loose on it. */
import type { Baseline, Mutant, Workplace } from './survey.ts';
import { runTest } from './test-run.ts';

/** What became of a mutant: `held` by `tests[0]`, `survived` all of them, or `never_taken`: no test finds its guard true. */
export type Fate = {
  readonly mutant: Mutant;
  readonly kind: 'held' | 'survived' | 'never_taken';
  readonly tests: readonly string[];
};

const TIMES_SLOWER = 5;
const GRACE_MS = 5_000;

/** Runs the tests that reach the mutant, the cheapest first, until one fails or takes far too long. */
export async function tryMutant(mutant: Mutant, baselines: readonly Baseline[], place: Workplace): Promise<Fate> {
  const reaching = baselines.filter(({ hits }) => mutant.gainsaid.some((hit) => hits.has(hit)));
  for (const { file, tookMs } of reaching) {
    const limitMs = TIMES_SLOWER * tookMs + GRACE_MS;
    const { kind } = await runTest({ file, ...place, mutant: mutant.name, limitMs });
    if (kind !== 'passed') return { mutant, kind: 'held', tests: [file] };
  }
  return {
    mutant,
    kind: reaching.length === 0 ? 'never_taken' : 'survived',
    tests: reaching.map(({ file }) => file),
  };
}
