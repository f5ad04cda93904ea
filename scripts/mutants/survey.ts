/** Reads the sources, makes their guards switchable, and finds out which test reaches which. */
import { chmodSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Breadth, Guard, Instead } from './guards.ts';
import { findGuards, instrument } from './guards.ts';
import { inPairs } from './in-pairs.ts';
import { runTest } from './test-run.ts';

/** One guard, spoilt in one way. */
export type Mutant = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** As the hook takes it: `id=false`. */
  readonly name: string;
  /** As the hook notes it where the guard found what this mutant gainsays, in one of these ways. */
  readonly gainsaid: readonly string[];
};

/** How a test file fares with nothing spoilt. */
export type Baseline = {
  readonly file: string;
  readonly kind: 'passed' | 'failed' | 'timed_out';
  readonly tookMs: number;
  readonly hits: ReadonlySet<string>;
};

/** Where a run keeps what it hands to the tests and what they leave behind. */
export type Workplace = { readonly guarded: string; readonly tempDir: string; readonly hitsDir: string };

/** A test that hangs with nothing spoilt. */
const BASELINE_LIMIT_MS = 300_000;

/** Lays a workplace out. A test may run as another user, who shall read the sources and leave notes as well. */
export function layOut(dir: string): Workplace {
  const place = { guarded: join(dir, 'guarded.json'), tempDir: join(dir, 'temp'), hitsDir: join(dir, 'hits') };
  chmodSync(dir, 0o755);
  for (const inner of [place.tempDir, place.hitsDir]) mkdirSync(inner);
  chmodSync(place.tempDir, 0o1777);
  return place;
}

/** The files that folders, globs and names stand for, sorted. */
export function filesOf(patterns: readonly string[], ending: '.ts' | '.test.ts'): readonly string[] {
  const isFolder = (pattern: string): boolean => statSync(pattern, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const globs = patterns.map((pattern) => (isFolder(pattern) ? join(pattern, `**/*${ending}`) : pattern));
  return [...new Set(globSync(globs))].toSorted();
}

/** Writes the switchable sources into the workplace. */
export function spoilable(files: readonly string[], { guarded }: Workplace, breadth: Breadth): readonly Mutant[] {
  const sources: Record<string, string> = {};
  const mutants = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    const guards = findGuards(source, breadth);
    const ids = guards.map((_, index) => `${file}#${index}`);
    sources[pathToFileURL(resolve(file)).href] = instrument(source, guards, ids);
    return guards.flatMap((guard, index) => mutantsOf(file, guard, ids[index] ?? ''));
  });
  writeFileSync(guarded, JSON.stringify(sources));
  return mutants;
}

const GAINSAID: Readonly<Record<Instead, readonly string[]>> = {
  false: ['true'],
  true: ['false'],
  undefined: ['true', 'false'],
};

function mutantsOf(file: string, { line, text, mutants }: Guard, id: string): readonly Mutant[] {
  return mutants.map((instead) => ({
    file,
    line,
    text: instead === 'false' ? text : `${text} → ${instead}`,
    name: `${id}=${instead}`,
    gainsaid: GAINSAID[instead].map((found) => `${id}=${found}`),
  }));
}

/** Runs each test file once with nothing spoilt; the cheapest first in the answer. */
export async function runBaseline(tests: readonly string[], place: Workplace): Promise<readonly Baseline[]> {
  const baselines = await inPairs([...tests.entries()], async ([index, file]) => {
    const hits = join(place.hitsDir, String(index));
    writeFileSync(hits, '');
    chmodSync(hits, 0o666);
    const end = await runTest({ file, ...place, hits, limitMs: BASELINE_LIMIT_MS });
    return { file, ...end, hits: new Set(readFileSync(hits, 'utf8').split('\n')) };
  });
  return baselines.toSorted((a, b) => a.tookMs - b.tookMs);
}
