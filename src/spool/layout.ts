import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the plugin's front leaves what Stash says: written in `tmp`, renamed into `new`, and what is no event in `bad`. */
export type Spool = { readonly path: string; readonly tmp: string; readonly new: string; readonly bad: string };

/** The spool of a data directory, whether it is there or not. */
export function spoolOf(dataDir: string): Spool {
  const path = join(dataDir, 'spool');
  return { path, tmp: join(path, 'tmp'), new: join(path, 'new'), bad: join(path, 'bad') };
}

/**
 * Who writes into a spool. `same_user`: nobody else reaches it. `any_user`: Stash runs as somebody else in a container
 * into which the spool is mounted; whoever reaches the folders may leave files there, but list or remove none of others.
 */
export type SpoolWriter = 'same_user' | 'any_user';

const MODES: Readonly<Record<SpoolWriter, { readonly root: number; readonly dropBox: number }>> = {
  same_user: { root: 0o700, dropBox: 0o700 },
  any_user: { root: 0o711, dropBox: 0o1733 },
};

/** Makes the spool in a data directory that is there, with the modes that its writer needs. Safe to repeat. */
export function prepareSpool(spool: Spool, writer: SpoolWriter): void {
  const { root, dropBox } = MODES[writer];
  makeFolder(spool.path, root);
  makeFolder(spool.tmp, dropBox);
  makeFolder(spool.new, dropBox);
  makeFolder(spool.bad, 0o700);
}

function makeFolder(path: string, mode: number): void {
  mkdirSync(path, { recursive: true, mode });
  // What mkdir gives is less the umask; and a spool that is there already may have had another writer.
  if (process.platform !== 'win32' && (statSync(path).mode & 0o7777) !== mode) chmodSync(path, mode);
}
