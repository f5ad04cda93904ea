import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../migrations.ts';
import { inStore } from '../store-errors.ts';

/**
 * Renames both databases, each with its log, so that others can take their place: `queue.db.damaged-1750000000000`.
 * Nothing may have them open.
 * @returns where the databases are now.
 * @throws {StoreError}
 */
export function setAside(dataDir: string, now: number): readonly string[] {
  return inStore(dataDir, () =>
    [QUEUE_SCHEMA, DLQ_SCHEMA].flatMap(({ fileName }) => {
      const file = join(dataDir, fileName);
      if (!isPresent(file)) return [];
      const aside = `${file}.damaged-${now}`;
      for (const part of ['-wal', '-shm', '']) {
        // A database is opened with the log of its name: together they may still be mended.
        if (isPresent(file + part)) renameSync(file + part, aside + part);
      }
      return [aside];
    }),
  );
}

const isPresent = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;
