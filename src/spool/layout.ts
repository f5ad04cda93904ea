import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';

/**
 * Where the hook script leaves events from Stash: written in `tmp`, renamed into `new`; files that are no event go to
 * `bad`.
 */
export type Spool = { readonly path: string; readonly tmp: string; readonly new: string; readonly bad: string };

/** The spool of a data directory, whether it exists or not. */
export function spoolOf(dataDir: string): Spool {
  const path = join(dataDir, 'spool');
  return { path, tmp: join(path, 'tmp'), new: join(path, 'new'), bad: join(path, 'bad') };
}

/**
 * Who writes into a spool. `same_user`: nobody else can reach it. `any_user`: Stash runs as a different user in a
 * container that mounts the spool; whoever reaches the folders may add files, but cannot list or remove those of
 * others.
 */
export type SpoolWriter = 'same_user' | 'any_user';

const MODES: Readonly<Record<SpoolWriter, { readonly root: number; readonly dropBox: number }>> = {
  same_user: { root: 0o700, dropBox: 0o700 },
  any_user: { root: 0o711, dropBox: 0o1733 },
};

/** Creates the spool in an existing data directory, with the modes its writer needs. Safe to repeat. */
export function prepareSpool(spool: Spool, writer: SpoolWriter): void {
  const { root, dropBox } = MODES[writer];
  makeFolder(spool.path, root);
  makeFolder(spool.tmp, dropBox);
  makeFolder(spool.new, dropBox);
  makeFolder(spool.bad, 0o700);
}

function makeFolder(path: string, mode: number): void {
  makeDirectory(path, mode);
  // mkdir applies the umask, and an existing spool may have had another writer.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o7777) !== mode) chmodSync(path, mode);
}
