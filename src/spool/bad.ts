import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import type { Spool } from './layout.ts';

/** The longest file name that is kept; file systems allow 255 bytes. */
const LONGEST_NAME = 60;
/** An attached cover would fill the disk and help nobody. */
const LONGEST_INPUT = 65_536;

/**
 * Sets aside a file that is no event. Writes a note with the reason, and the content where it can be shown without the
 * session in it; then deletes the file.
 */
export function setAside(spool: Spool, name: string, { reason, value }: { reason: string; value: unknown }): void {
  makeDirectory(spool.bad, 0o700);
  const input = withoutSecrets(value, 0);
  const isShort = JSON.stringify(input ?? null).length <= LONGEST_INPUT;
  const note = JSON.stringify({ reason, input: isShort ? (input ?? null) : null }, null, 2);
  writeFileSync(join(spool.bad, `${name.slice(0, LONGEST_NAME)}.json`), `${note}\n`, { mode: 0o600 });
  rmSync(join(spool.new, name), { force: true });
}

/** Sets aside an entry that is no file (a link, a folder, a pipe) without opening it. */
export function setEntryAside(spool: Spool, name: string): void {
  makeDirectory(spool.bad, 0o700);
  renameSync(join(spool.new, name), join(spool.bad, name));
}

const DEEPEST = 8;
const SECRET_KEY = /server_?connection|cookie|session|token|api_?key|password/i;

/** Only an object can be shown: in a text or a list secrets cannot be found by key. */
function withoutSecrets(value: unknown, depth: number): unknown {
  if (depth === 0 && Array.isArray(value)) return undefined;
  if (typeof value !== 'object' || value === null) return depth === 0 ? undefined : value;
  if (depth > DEEPEST) return null;
  if (Array.isArray(value)) return value.map((entry) => withoutSecrets(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SECRET_KEY.test(key))
      .map(([key, inner]) => [key, withoutSecrets(inner, depth + 1)]),
  );
}
