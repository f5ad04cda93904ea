/**
 * `npm run mutants` prints the guards of the decision code that no quick test holds. Each `if` that leaves or has no
 * `else` is taken out in turn (its condition says false), and the test files that find it true are run, the cheapest
 * first, until one fails. A guard that no test finds true is a survivor at once. Exit 1 with survivors that
 * mutants/accepted.json does not excuse, 2 where a test fails with nothing taken out.
 *
 *   npm run mutants                             all decisions, held against test/unit, test/contract and test/drain
 *   npm run mutants -- src/queue                other folders or globs
 *   npm run mutants -- --only src/core/match/evidence.ts --tests test/unit
 *   npm run mutants -- --all                    ternaries, `??`, `&&` and `||` too, and conditions that say true
 *   npm run mutants -- --json
 *
 * Why no mutation tester from the shelf: StrykerJS 10 with its TAP runner copes with node:test over TypeScript sources
 * (once its tsconfig step, which needs an API that TypeScript 7 lacks, is pointed at nothing). But it spoils each
 * operand of a condition both ways, about five mutants a guard, and runs tests in which the condition never came out
 * true: of all decisions it had not ended after 37 minutes, next to under ten here. It excuses a survivor only by a
 * comment in the source, its copy of the tree breaks the tests that run as another user, and it brings 166 packages.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readAccepted } from './mutants/accepted.ts';
import { inPairs } from './mutants/in-pairs.ts';
import { reportOf, reportText } from './mutants/report.ts';
import type { Baseline, Mutant, Workplace } from './mutants/survey.ts';
import { filesOf, layOut, runBaseline, spoilable } from './mutants/survey.ts';
import { endRunningTests } from './mutants/test-run.ts';
import type { Fate } from './mutants/try-mutant.ts';
import { tryMutant } from './mutants/try-mutant.ts';

const DECISIONS = [
  'src/core/{drain,failures,match,write}/**/*.ts',
  'src/core/model/{scene-record,scene-edit}.ts',
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
/** Guards between two lines of progress, where no terminal shows it live. */
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
  const fates = await fatesOfAll(layOut(dir));
  if (fates === undefined) return CANNOT_TELL;
  const report = reportOf(fates, readAccepted(), performance.now() - startedAt);
  process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report));
  return report.survivors.length > 0 ? SURVIVORS : 0;
}

/** Undefined where nothing can be told, which is said. */
async function fatesOfAll(place: Workplace): Promise<readonly Fate[] | undefined> {
  const named = values.only ?? (positionals.length > 0 ? positionals : DECISIONS);
  const mutants = spoilable(filesOf(named, '.ts'), place, values.all ? 'all' : 'guards');
  if (mutants.length === 0) {
    say(`No guards in ${named.join(' ')}`);
    return undefined;
  }
  const tests = filesOf(values.tests, '.test.ts');
  say(`${mutants.length} to take out; ${tests.length} test files run once as they are`);
  const baselines = await runBaseline(tests, place);
  const red = baselines.filter(({ kind, hits }) => kind !== 'passed' && mutants.some(isReachedBy(hits)));
  for (const { file, kind } of red) say(`${file} ${kind === 'failed' ? 'fails' : 'hangs'} with nothing spoilt`);
  if (red.length > 0) return undefined;
  let done = 0;
  return inPairs(mutants, async (mutant) => {
    const fate = await tryMutant(mutant, baselines, place);
    done += 1;
    sayProgress(done, mutants.length);
    return fate;
  });
}

function isReachedBy(hits: Baseline['hits']): (mutant: Mutant) => boolean {
  return ({ gainsaid }) => gainsaid.some((hit) => hits.has(hit));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function sayProgress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all}${done === all ? '\n' : ''}`);
  else if (done % PROGRESS_STEP === 0 || done === all) say(`${done} of ${all}`);
}
