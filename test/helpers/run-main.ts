/** The built program in the process of the test: what it says and answers, for the price of a call. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { makeScratchDir, NO_HOME } from './scratch.ts';

export type Result = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
};

const { main } = createRequire(import.meta.url)('../../dist/cli.cjs') as typeof import('../../src/cli.ts');

/** What only a process of its own may be given. */
const OF_A_PROCESS = ['HOME', 'TZ', 'TMPDIR', 'PLEXSYNC_TEST_KILL_AT'];

let isRunning = false;
/** Of the files that stand for the streams; each command finds them empty. */
let folder: string | undefined;

/** Runs one command line in an environment that holds nothing but what is given, with files for its streams. */
export async function runMain(args: readonly string[], { input = '', env = {} }: RunOptions = {}): Promise<Result> {
  const ofProcess = Object.keys(env).filter((name) => OF_A_PROCESS.includes(name));
  if (ofProcess.length > 0) throw new Error(`${ofProcess.join()} is of a process: use spawn`);
  // Two in one process would share their locks on the databases (POSIX), as no two processes do.
  if (isRunning) throw new Error('Commands at the same time are processes of their own: use spawn');
  isRunning = true;
  process.env['HOME'] = NO_HOME;
  folder ??= makeScratchDir('streams');
  const path = (name: string): string => join(folder ?? '', name);
  writeFileSync(path('stdin'), input);
  const streams = {
    stdin: openSync(path('stdin'), 'r'),
    stdout: openSync(path('stdout'), 'w'),
    stderr: openSync(path('stderr'), 'w'),
  };
  try {
    const code = await main(args, { PATH: process.env['PATH'] ?? '', HOME: NO_HOME, ...env }, streams);
    return {
      code,
      signal: null,
      stdout: readFileSync(path('stdout'), 'utf8'),
      stderr: readFileSync(path('stderr'), 'utf8'),
    };
  } finally {
    for (const fd of Object.values(streams)) closeSync(fd);
    isRunning = false;
  }
}
