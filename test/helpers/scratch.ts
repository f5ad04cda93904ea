/** Folders that a test fills and that end with it. */
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RAM_DISK = '/dev/shm';
/** More than all tests at work at once ever hold; a container may have as little as 64 MiB there. */
const LEAST_FREE_BYTES = 1024 ** 3;

/** Where tests put what they write: in memory where that can be, unless `TMPDIR` says where. */
const SCRATCH = process.env['TMPDIR'] === undefined && mayTake(RAM_DISK) ? RAM_DISK : tmpdir();

/** A home with nothing in it but the compiled code of the bin, which the next process finds there. */
export const NO_HOME = fileURLToPath(new URL('../../node_modules/.cache/plexsync-test-no-home', import.meta.url));

type Ends = { after(end: () => void): void };

/** A folder of its own for what ends with `t`: mostly a data directory, which needs no disk to be true to life. */
export function scratchDir(t: Ends, name = 'test'): string {
  const dir = makeScratchDir(name);
  t.after(() => removeScratchDir(dir));
  return dir;
}

/** The same on the disk: for tests of disks and their rights, and of programs, which no memory may be allowed to run. */
export function scratchDirOnDisk(t: Ends, name = 'test'): string {
  const dir = make(tmpdir(), name);
  t.after(() => removeScratchDir(dir));
  return dir;
}

/** The same for what has an end of its own; it goes with the process at the latest. */
export function makeScratchDir(name = 'test'): string {
  return make(SCRATCH, name);
}

export function removeScratchDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  inUse.delete(dir);
}

/** What ends a process before its tests are over must not leave their folders in memory. */
const inUse = new Set<string>();
process.once('exit', () => inUse.forEach(removeScratchDir));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

function make(base: string, name: string): string {
  const dir = mkdtempSync(join(base, `plexsync-${name}-`));
  inUse.add(dir);
  return dir;
}

function mayTake(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize >= LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}
