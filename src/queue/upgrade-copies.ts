import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { inStore } from './store-errors.ts';

/** How long the databases of before an upgrade are kept. */
const KEPT_MS = 30 * 86_400_000;

/** `queue.db.schema-6.bak`: the file as it was before it left schema 6. */
const COPY = /^(?:queue|dlq)\.db\.schema-\d+\.bak$/;

/**
 * Keeps a copy of each of these databases, where there is one, before `migrating` (one of them) is brought up to date:
 * the way back to the plexsync of before. Nothing is kept where another process has brought it up to date meanwhile.
 * @throws {StoreError} when there is no room: then nothing was changed.
 */
export function keepCopies(
  dataDir: string,
  fileNames: readonly string[],
  migrating: { readonly fileName: string; readonly version: number },
): void {
  const present = fileNames.filter((name) => existsSync(join(dataDir, name)));
  const folder = mkdtempSync(join(dataDir, 'upgrade-'));
  try {
    const copies = present.map((name) => copyInto(folder, join(dataDir, name)));
    const isLate = copies.some(({ name, version }) => name === migrating.fileName && version !== migrating.version);
    if (isLate) return;
    for (const { path, name, version } of copies) renameSync(path, join(dataDir, `${name}.schema-${version}.bak`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Copy = { readonly path: string; readonly name: string; readonly version: number };

function copyInto(folder: string, file: string): Copy {
  return inStore(file, () => {
    const path = join(folder, basename(file));
    const source = new Database(file, { readonly: true, timeout: 5_000 });
    try {
      source.prepare('VACUUM INTO ?').run(path);
    } finally {
      source.close();
    }
    chmodSync(path, 0o600);
    const copy = new Database(path, { readonly: true });
    try {
      return { path, name: basename(file), version: copy.pragma('user_version', { simple: true }) as number };
    } finally {
      copy.close();
    }
  });
}

/** Removes the copies whose time is up. */
export function removeOldCopies(dataDir: string, now: number): void {
  for (const name of readdirSync(dataDir)) {
    const path = join(dataDir, name);
    if (COPY.test(name) && statSync(path).mtimeMs < now - KEPT_MS) rmSync(path, { force: true });
  }
}
