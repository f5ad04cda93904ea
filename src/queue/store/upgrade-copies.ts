import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { inStore } from './store-errors.ts';

/** How long the copies made before an upgrade are kept. */
const KEPT_MS = 30 * 86_400_000;

/** Prefix of the folders where copies are made; one older than an hour was left by a killed process. */
const DRAFT = 'upgrade-';
const DRAFT_MS = 3_600_000;

/** The folder in which a first open makes a database; one older than an hour was left by a killed process too. */
const NEW = /^(?:queue|dlq)\.db\.new-/;

/** `queue.db.schema-6.bak`: the file as it was before it left schema 6. */
const COPY = /^(?:queue|dlq)\.db\.schema-\d+\.bak$/;

/**
 * Keeps a copy of each of these databases that exists, before `migrating` (one of them) is migrated: the way back to
 * the earlier plexsync. Keeps none if another process has migrated it meanwhile.
 * @throws {StoreError} when there is no room: then nothing was changed.
 */
export function keepCopies(
  dataDir: string,
  fileNames: readonly string[],
  migrating: { readonly fileName: string; readonly version: number },
): void {
  const present = fileNames.filter((name) => existsSync(join(dataDir, name)));
  const folder = inStore(dataDir, () => mkdtempSync(join(dataDir, DRAFT)));
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

/** Whether a copy has expired, or a killed process left a copy or a new database unfinished. */
export function hasOldCopies(dataDir: string, now: number): boolean {
  return inStore(dataDir, () => oldCopies(dataDir, now).length > 0);
}

/** Removes copies that have expired, and what killed processes left unfinished. @throws {StoreError} */
export function removeOldCopies(dataDir: string, now: number): void {
  inStore(dataDir, () => {
    for (const path of oldCopies(dataDir, now)) rmSync(path, { recursive: true, force: true });
  });
}

function oldCopies(dataDir: string, now: number): readonly string[] {
  return readdirSync(dataDir)
    .map((name) => ({ path: join(dataDir, name), keptMs: keptMsOf(name) }))
    .filter(({ path, keptMs }) => {
      // Another run may be removing it at this moment.
      const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      return madeAt !== undefined && madeAt < now - keptMs;
    })
    .map(({ path }) => path);
}

/** What is no copy of ours is never old. */
function keptMsOf(name: string): number {
  if (COPY.test(name)) return KEPT_MS;
  return name.startsWith(DRAFT) || NEW.test(name) ? DRAFT_MS : Number.POSITIVE_INFINITY;
}
