/**
 * `npm run bench` prints what plexsync costs, as ratios to a bare Node, a bare HTTP client and a bare better-sqlite3 that
 * are measured in the same run, and as requests counted at the simulator. Not a test: no figure makes it fail.
 *
 *   npm run bench                        all of it: twenty minutes
 *   npm run bench -- --quick             fewer rounds, and libraries a tenth as large: two minutes
 *   npm run bench -- --only lanes drain  only these subjects
 *   npm run bench -- --save FILE         keeps the figures for a later --against
 *   npm run bench -- --against FILE      names what got worse by more than the noise; exit 1 where something did
 *   npm run bench -- --write             writes the table of docs/performance.md anew
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchRun } from './bench/compare.ts';
import { compareRuns, placeOf } from './bench/compare.ts';
import type { Size } from './bench/figures.ts';
import { figuresOf } from './bench/figures.ts';
import type { Subject } from './bench/subject.ts';
import { benchSize } from './bench/subject.ts';
import { bulk } from './bench/subjects/bulk.ts';
import { drain } from './bench/subjects/drain.ts';
import { firstSync } from './bench/subjects/first-sync.ts';
import { known, letters, waiting } from './bench/subjects/fixed-costs.ts';
import { hookFront } from './bench/subjects/hook-front.ts';
import { backlog, lanes } from './bench/subjects/lanes.ts';
import { library } from './bench/subjects/library.ts';
import { missing } from './bench/subjects/missing.ts';
import { oneJob } from './bench/subjects/one-job.ts';
import { startUp } from './bench/subjects/start-up.ts';
import { comparisonText, plainTable, withTable } from './bench/table.ts';

const PAGE = new URL('../docs/performance.md', import.meta.url);
const SUBJECTS: readonly Subject[] = [
  startUp,
  oneJob,
  lanes,
  backlog,
  drain,
  waiting,
  letters,
  known,
  bulk,
  missing,
  library,
  hookFront,
  firstSync,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    save: { type: 'string' },
    against: { type: 'string' },
  },
});

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}

function chosenSubjects(): readonly Subject[] {
  const names = SUBJECTS.map(({ name }) => name);
  if (values.only !== positionals.length > 0) refuse(`--only takes subjects: ${names.join(', ')}.`);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0) refuse(`No subject ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  return values.only ? SUBJECTS.filter(({ name }) => positionals.includes(name)) : SUBJECTS;
}

function savedRun(file: string): BenchRun {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as BenchRun;
  } catch (thrown) {
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
    return refuse(
      isMissing ? `There is no ${file}: --save FILE makes one.` : `${file} is no saved run: ${String(thrown)}`,
    );
  }
}

/** The saved run to compare with; its libraries must be as large as ours. */
function readBefore(file: string, size: Size): BenchRun {
  const before = savedRun(file);
  if (before.size !== size) refuse(`${file} holds a ${before.size} run, and this one is ${size}: nothing to compare.`);
  return before;
}

const size: Size = values.quick ? 'quick' : 'full';
const subjects = chosenSubjects();
if (values.write && (values.quick || values.only)) refuse('--write is for a full run: without --quick and --only.');
const before = values.against === undefined ? undefined : readBefore(values.against, size);

const run: BenchRun = { size, node: process.version, cores: cpus().length, figures: [] };
process.stdout.write(`${placeOf(run)}, ${size} run: min, median, max, at most\n`);
const figures = [];
for (const { name, run: measure } of subjects) {
  const startedAt = performance.now();
  const measured = figuresOf(await measure(benchSize(size)), size);
  figures.push(...measured);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  process.stdout.write(`\n${name} (${seconds} s)\n${plainTable(measured)}`);
}
const done: BenchRun = { ...run, figures };
if (values.save !== undefined) writeFileSync(values.save, `${JSON.stringify(done, null, 2)}\n`);
if (values.write) writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), done));
if (before) {
  const comparison = compareRuns(before, done);
  process.stdout.write(`\n${comparisonText(comparison)}`);
  process.exitCode = comparison.worse.length > 0 ? 1 : 0;
}
