import { basename } from 'node:path';
import { inStore } from './store-errors.ts';
import type { Stores } from './stores.ts';

/** What SQLite reports about one database. */
export type Integrity = {
  readonly fileName: string;
  /** The schema's version, from `user_version`. */
  readonly schema: number;
  /** The first damage found in the file; absent when the file is sound. */
  readonly damage: string | undefined;
};

/**
 * Lets SQLite check the databases of a directory; one that does not exist yet is left out.
 * @throws {StoreError}
 */
export function checkIntegrity({ queueDb, dlqDb }: Stores): readonly Integrity[] {
  return [queueDb, dlqDb]
    .filter(({ memory }) => !memory)
    .map((db) =>
      inStore(db.name, () => {
        const verdict = String(db.pragma('quick_check(1)', { simple: true }));
        const schema = Number(db.pragma('user_version', { simple: true }));
        return { fileName: basename(db.name), schema, damage: verdict === 'ok' ? undefined : verdict };
      }),
    );
}
