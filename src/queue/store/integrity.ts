import { basename } from 'node:path';
import { inStore } from './store-errors.ts';
import type { Stores } from './stores.ts';

/** What SQLite says of one database. */
export type Integrity = {
  readonly fileName: string;
  /** The schema's step, as `user_version` has it. */
  readonly schema: number;
  /** The first thing that is wrong inside; absent when the file is sound. */
  readonly damage: string | undefined;
};

/**
 * Lets SQLite read through the databases of a directory; one that is not on disk yet is left out.
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
