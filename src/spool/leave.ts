import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../core/model/errors.ts';
import type { TaskMode } from '../core/model/hook-event.ts';
import { makeDirectory } from '../make-directory.ts';
import type { Spool } from './layout.ts';

/**
 * Leaves a task to the next run, as the hook script leaves what Stash says.
 * @throws {UsageError} when the spool cannot be written.
 */
export function leaveTask(spool: Spool, mode: TaskMode): void {
  try {
    write(spool, JSON.stringify({ args: { mode } }));
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === undefined) throw thrown;
    throw new UsageError(`${spool.path} cannot be written (${code}).`, 'Is the disk full, or may this user not write?');
  }
}

function write(spool: Spool, text: string): void {
  // The folders of a spool that is there keep their modes.
  for (const folder of [spool.tmp, spool.new]) makeDirectory(folder, 0o700);
  const name = randomUUID();
  writeFileSync(join(spool.tmp, name), text, { mode: 0o600, flag: 'wx' });
  renameSync(join(spool.tmp, name), join(spool.new, name));
}
