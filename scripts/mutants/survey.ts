/** Instruments the conditions of the sources, and records which test reaches which. */
import { chmodSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mapConcurrently } from '../../src/core/drain/ports/map-concurrently.ts';
import type { Breadth, Guard, Instead } from './guards.ts';
import { findGuards, instrument } from './guards.ts';
import { runTest } from './test-run.ts';

/** One condition, changed in one way. */
export type Mutant = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** As the hook reads it: `id=false`. */
  readonly name: string;
  /** The hits after which this mutant makes a difference, as the hook writes them: `id=true`. */
  readonly triggers: readonly string[];
};

/** How a test file ends with nothing changed. */
export type Baseline = {
  readonly file: string;
  readonly kind: 'passed' | 'failed' | 'timed_out';
  readonly tookMs: number;
  readonly hits: ReadonlySet<string>;
};

/** Where a run keeps the instrumented sources, and what the tests leave behind. */
export type WorkDir = { readonly guarded: string; readonly tempDir: string; readonly hitsDir: string };

/** Test files at one time: more would make their time limits depend on each other. */
export const AT_ONCE = 2;

/** After this a test hangs, with nothing changed. */
const BASELINE_LIMIT_MS = 300_000;

/** Creates the folders of a run. A test may run as another user, who must be able to read the sources and write hits. */
export function createWorkDir(dir: string): WorkDir {
  const workDir = { guarded: join(dir, 'guarded.json'), tempDir: join(dir, 'temp'), hitsDir: join(dir, 'hits') };
  chmodSync(dir, 0o755);
  for (const inner of [workDir.tempDir, workDir.hitsDir]) mkdirSync(inner);
  chmodSync(workDir.tempDir, 0o1777);
  return workDir;
}

/** The files in folders, matching globs, or named, sorted. */
export function filesOf(patterns: readonly string[], ending: '.ts' | '.test.ts'): readonly string[] {
  const isFolder = (pattern: string): boolean => statSync(pattern, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const globs = patterns.map((pattern) => (isFolder(pattern) ? join(pattern, `**/*${ending}`) : pattern));
  return [...new Set(globSync(globs))].toSorted();
}

/** The mutants of some files; writes their instrumented sources for the tests. */
export function createMutants(files: readonly string[], { guarded }: WorkDir, breadth: Breadth): readonly Mutant[] {
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

const TRIGGERS: Readonly<Record<Instead, readonly string[]>> = {
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
    triggers: TRIGGERS[instead].map((found) => `${id}=${found}`),
  }));
}

/** Runs each test file once with nothing changed. @returns the fastest first */
export async function runBaseline(tests: readonly string[], workDir: WorkDir): Promise<readonly Baseline[]> {
  const baselines = await mapConcurrently([...tests.entries()], AT_ONCE, async ([index, file]) => {
    const hits = join(workDir.hitsDir, String(index));
    writeFileSync(hits, '');
    chmodSync(hits, 0o666);
    const end = await runTest({ file, ...workDir, hits, limitMs: BASELINE_LIMIT_MS });
    return { file, ...end, hits: new Set(readFileSync(hits, 'utf8').split('\n')) };
  });
  return baselines.toSorted((a, b) => a.tookMs - b.tookMs);
}
