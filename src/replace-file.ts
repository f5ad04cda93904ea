import type { Stats } from 'node:fs';
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A text written beside the file it shall replace. */
export type Draft = {
  readonly path: string;
  /** Puts it in the place of the file: nobody ever reads half of it. */
  commit(): void;
  /** Takes it away, as if it had never been; harmless once it is committed. */
  discard(): void;
};

/**
 * Writes a draft of `file` with exactly the rights of `mode`, whatever the umask says and whoever may read the file now.
 * Written by root it belongs to whom the file does, or else its folder: a service that runs as another user reads it on.
 * @throws what the file system says; nothing is left behind then.
 */
export function draftOf(file: string, text: string, { mode }: { readonly mode: number }): Draft {
  // Hidden, and no *.json, *.prom or *.yml: whoever reads all files of a folder must not read it.
  const path = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  const discard = (): void => rmSync(path, { force: true });
  try {
    // Left behind by a process of this number that was killed: a file that is there keeps its rights while it is filled.
    discard();
    const handle = openSync(path, 'wx', mode & OWNER_ONLY);
    try {
      writeFileSync(handle, text);
      // By the handle: in a folder of another user the name may lead elsewhere by now.
      if (process.getuid?.() === 0) giveToOwner(handle, file);
      fchmodSync(handle, mode);
      bringToDisk(handle);
    } finally {
      closeSync(handle);
    }
  } catch (thrown) {
    discard();
    throw thrown;
  }
  return { path, commit: () => renameSync(path, file), discard };
}

/** Or a power cut could leave an empty file in the place of the old one. Some file systems cannot be asked for that. */
function bringToDisk(handle: number): void {
  try {
    fsyncSync(handle);
  } catch (thrown) {
    if (!CANNOT_SYNC.includes((thrown as NodeJS.ErrnoException).code)) throw thrown;
  }
}

const CANNOT_SYNC: readonly (string | undefined)[] = ['EINVAL', 'ENOTSUP', 'ENOSYS'];

function giveToOwner(handle: number, file: string): void {
  const { uid, gid } = statSync(file, { throwIfNoEntry: false }) ?? statSync(dirname(file));
  const now = fstatSync(handle);
  if (now.uid !== uid || now.gid !== gid) fchownSync(handle, uid, gid);
}

/**
 * Replaces a file whole: beside it, then renamed. A link is replaced as well.
 * @throws what the file system says, and with the code `NOT_A_FILE` where a device or a pipe is there; it stays then.
 */
export function replaceFile(file: string, text: string, rights: { readonly mode: number }): void {
  refuseDevice(file);
  const draft = draftOf(file, text, rights);
  try {
    draft.commit();
  } catch (thrown) {
    draft.discard();
    throw thrown;
  }
}

const OWNER_ONLY = 0o600;

/** A rename would put a file in the place of /dev/full, or of /dev/stdout, which is a link. */
function refuseDevice(file: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there === undefined || isFileOrFolder(there)) return;
  const isLink = there.isSymbolicLink() && !readlinkSync(file).startsWith('/proc/');
  const target = isLink ? statSync(file, { throwIfNoEntry: false }) : there;
  if (target !== undefined && !isFileOrFolder(target))
    throw Object.assign(new Error(`${file} is a device or a pipe`), { code: 'NOT_A_FILE' });
}

/** The rename itself fails over a folder. */
function isFileOrFolder(stats: Stats): boolean {
  return stats.isFile() || stats.isDirectory();
}
