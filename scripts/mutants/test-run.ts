/** Runs one test file in a process of its own, over instrumented sources. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const HOOK = new URL('./hook.ts', import.meta.url).href;
const PASSED = 0;

export type TestRun = {
  readonly file: string;
  /** The file with all instrumented sources. */
  readonly guarded: string;
  /** Folder for the temporary files of the test. */
  readonly tempDir: string;
  /** Written by each guard that is reached. */
  readonly hits?: string | undefined;
  /** `id=false`: the guard, and the value to use. */
  readonly mutant?: string | undefined;
  readonly limitMs: number;
};

export type TestEnd = { readonly kind: 'passed' | 'failed' | 'timed_out'; readonly tookMs: number };

const running = new Set<number>();

/** Ends the tests that still run, before this process exits. */
export function endRunningTests(): void {
  for (const pid of running) killGroup(pid);
}

/**
 * Resolves at the first test of the file that fails, when all have passed, or after `limitMs`. The environment carries
 * the hook, so that what a test spawns is followed too.
 */
export function runTest({ file, guarded, tempDir, hits, mutant, limitMs }: TestRun): Promise<TestEnd> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--test-reporter=tap', file], {
    // A group of its own, so that what it spawned ends with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      // Under `node --test` the child would report to its runner in another format than TAP.
      NODE_TEST_CONTEXT: undefined,
      TMPDIR: tempDir,
      NODE_OPTIONS: `--import=${HOOK}`,
      PLEXSYNC_GUARDED: guarded,
      PLEXSYNC_HITS: hits,
      PLEXSYNC_MUTANT: mutant,
    },
  });
  const { pid } = child;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    if (pid === undefined) return;
    running.add(pid);
    let cutShort: 'failed' | 'timed_out' | undefined;
    const cut = (why: 'failed' | 'timed_out'): void => {
      cutShort ??= why;
      killGroup(pid);
    };
    const limit = setTimeout(() => cut('timed_out'), limitMs);
    onFirstFailure(child.stdout, () => cut('failed'));
    child.on('exit', (code) => {
      clearTimeout(limit);
      killGroup(pid);
      running.delete(pid);
      resolve({ kind: cutShort ?? (code === PASSED ? 'passed' : 'failed'), tookMs: performance.now() - startedAt });
    });
  });
}

function onFirstFailure(tap: Readable, failed: () => void): void {
  createInterface({ input: tap }).on('line', (line) => {
    if (/^\s*not ok\b(?!.*# (?:TODO|SKIP))/.test(line)) failed();
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The group has ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
