/** Runs the tests that cover a mutant. */
import type { Baseline, Mutant, WorkDir } from './survey.ts';
import { runTest } from './test-run.ts';

/** Result of a mutant: `killed` by `tests[0]`, `survived` all of them, or `never_taken`: in no test is its guard true. */
export type MutantResult = {
  readonly mutant: Mutant;
  readonly kind: 'killed' | 'survived' | 'never_taken';
  readonly tests: readonly string[];
};

const TIMES_SLOWER = 5;
const GRACE_MS = 5_000;

/** Runs the tests that reach the mutant, the fastest first, until one fails or takes far too long. */
export async function tryMutant(
  mutant: Mutant,
  baselines: readonly Baseline[],
  workDir: WorkDir,
): Promise<MutantResult> {
  const reaching = baselines.filter(({ hits }) => mutant.triggers.some((hit) => hits.has(hit)));
  for (const { file, tookMs } of reaching) {
    const limitMs = TIMES_SLOWER * tookMs + GRACE_MS;
    const { kind } = await runTest({ file, ...workDir, mutant: mutant.name, limitMs });
    if (kind !== 'passed') return { mutant, kind: 'killed', tests: [file] };
  }
  return {
    mutant,
    kind: reaching.length === 0 ? 'never_taken' : 'survived',
    tests: reaching.map(({ file }) => file),
  };
}
