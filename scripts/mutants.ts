/**
 * `npm run mutants` prints the conditions of the decision code that can be removed without a quick test failing. Each
 * `if` that leaves or has no `else` is removed in turn (its condition is false), and the test files in which it is true
 * are run, the fastest first, until one fails. A condition that is true in no test is a survivor at once. Exit 1 with
 * survivors that mutants/accepted.json does not list, 2 when a test fails with nothing removed.
 *
 *   npm run mutants                             all decisions, with the tests of test/unit, test/contract and test/drain
 *   npm run mutants -- src/queue                other folders or globs
 *   npm run mutants -- --only src/core/match/evidence.ts --tests test/unit
 *   npm run mutants -- --all                    ternaries, `??`, `&&` and `||` too, and conditions that are always true
 *   npm run mutants -- --json
 *
 * Why not StrykerJS: version 10 with its TAP runner works with node:test over TypeScript sources (once its tsconfig
 * step, which needs an API that TypeScript 7 lacks, is turned off). But it changes each operand of a condition both
 * ways, about five mutants a condition, and runs tests in which the condition was never true: for all decisions it had
 * not ended after 37 minutes, compared with under ten here. It accepts a survivor only by a comment in the source, its
 * copy of the tree breaks the tests that run as another user, and it brings 166 packages.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mapConcurrently } from '../src/core/drain/ports/map-concurrently.ts';
import { readAccepted } from './mutants/accepted.ts';
import { reportOf, reportText } from './mutants/report.ts';
import type { Baseline, Mutant, WorkDir } from './mutants/survey.ts';
import { AT_ONCE, createMutants, createWorkDir, filesOf, runBaseline } from './mutants/survey.ts';
import { endRunningTests } from './mutants/test-run.ts';
import type { MutantResult } from './mutants/try-mutant.ts';
import { tryMutant } from './mutants/try-mutant.ts';

const DECISIONS = [
  'src/core/{drain,failures,match,write}/**/*.ts',
  'src/core/model/{file-argument,file-facts,hook-event,reconcile,scene-edit,scene-record}.ts',
  'src/redact/*.ts',
  'src/queue/**/*.ts',
];
const QUICK_TESTS = ['test/unit', 'test/contract', 'test/drain'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true },
    tests: { type: 'string', multiple: true, default: QUICK_TESTS },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const SURVIVORS = 1;
const CANNOT_TELL = 2;
const INTERRUPTED = 130;
/** Mutants between two lines of progress, without a terminal. */
const PROGRESS_STEP = 25;

process.exitCode = await main();

async function main(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'plexsync-mutants-'));
  process.once('SIGINT', () => process.exit(INTERRUPTED));
  process.on('exit', () => {
    endRunningTests();
    rmSync(dir, { recursive: true, force: true });
  });
  const startedAt = performance.now();
  const results = await resultsOfAll(createWorkDir(dir));
  if (results === undefined) return CANNOT_TELL;
  const report = reportOf(results, readAccepted(), performance.now() - startedAt);
  process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report));
  return report.survivors.length > 0 ? SURVIVORS : 0;
}

/** Undefined when there is nothing to test, or a test fails unchanged; the reason is printed. */
async function resultsOfAll(dir: WorkDir): Promise<readonly MutantResult[] | undefined> {
  const named = values.only ?? (positionals.length > 0 ? positionals : DECISIONS);
  const mutants = createMutants(filesOf(named, '.ts'), dir, values.all ? 'all' : 'guards');
  if (mutants.length === 0) {
    say(`No guards in ${named.join(' ')}`);
    return undefined;
  }
  const tests = filesOf(values.tests, '.test.ts');
  say(`${mutants.length} to remove; ${tests.length} test files run once unchanged`);
  const baselines = await runBaseline(tests, dir);
  const red = baselines.filter(({ kind, hits }) => kind !== 'passed' && mutants.some(isReachedBy(hits)));
  for (const { file, kind } of red) say(`${file} ${kind === 'failed' ? 'fails' : 'hangs'} with nothing removed`);
  if (red.length > 0) return undefined;
  let done = 0;
  return mapConcurrently(mutants, AT_ONCE, async (mutant) => {
    const result = await tryMutant(mutant, baselines, dir);
    done += 1;
    sayProgress(done, mutants.length);
    return result;
  });
}

function isReachedBy(hits: Baseline['hits']): (mutant: Mutant) => boolean {
  return ({ triggers }) => triggers.some((hit) => hits.has(hit));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function sayProgress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all}${done === all ? '\n' : ''}`);
  else if (done % PROGRESS_STEP === 0 || done === all) say(`${done} of ${all}`);
}
