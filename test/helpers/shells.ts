/** Shells with the completion of plexsync, as far as this machine has them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runMain } from './run-main.ts';
import { NO_HOME, scratchDirOnDisk } from './scratch.ts';
import { BIN } from './start-bin.ts';

/** `skip` of a test that needs this shell: what it says where the machine has none. */
export function without(shell: string): false | string {
  return spawnSync(shell, ['-c', ':']).error === undefined ? false : `${shell} is not installed`;
}

export type Shells = {
  /** The folder in which they run, with two files and a folder in it. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the script for this shell is kept. */
  script(shell: string): string;
};

/** A folder with the scripts, and `plexsync` on the PATH. */
export async function setupShells(t: TestContext, given: Readonly<Record<string, string>> = {}): Promise<Shells> {
  const dir = scratchDirOnDisk(t, 'shells');
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin', 'plexsync'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`, { mode: 0o755 });
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await runMain(['completion', shell]);
    writeFileSync(join(dir, `completion.${shell}`), stdout);
  }
  mkdirSync(join(dir, 'south'));
  for (const name of ['north quay.mp4', 'north*pier.mp4']) writeFileSync(join(dir, name), '');
  const env = {
    PATH: `${join(dir, 'bin')}:${process.env['PATH']}`,
    HOME: dir,
    // What is compiled of the bin is found by the next process.
    XDG_CACHE_HOME: join(NO_HOME, '.cache'),
    PLEXSYNC_DATA_DIR: join(dir, 'data'),
    ...given,
  };
  return { dir, env, script: (shell) => join(dir, `completion.${shell}`) };
}

/** What a script of a shell prints, and what it complains of. */
export function runShell(
  { dir, env }: Shells,
  words: readonly [string, ...string[]],
): { readonly lines: readonly string[]; readonly stderr: string } {
  const [shell, ...args] = words;
  const { stdout, stderr } = spawnSync(shell, args, { cwd: dir, env, encoding: 'utf8', timeout: 60_000 });
  return { lines: stdout.split('\n').filter((line) => line !== ''), stderr };
}
