import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';

/** Up to where Stash was asked for changes. Times are texts in the server's own spelling. */
export type PollState = {
  /** Where the first poll began: what is older was never asked for. */
  readonly begin: string;
  readonly cursor: string;
  /** The changes seen since the cursor: scene id → stamp. */
  readonly seen: Readonly<Record<string, string>>;
};

export type PollMemory = {
  read(): PollState | undefined;
  save(state: PollState): void;
};

const NAME = 'stash_poll';

/** What is remembered of the polls of Stash, in the data directory. */
export function openPollMemory({ queueDb: db }: Pick<Stores, 'queueDb'>): PollMemory {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const write = db.prepare<[string, string]>(
    `INSERT INTO meta (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
  );
  return translated(db.name, {
    read: () => {
      const row = read.get(NAME);
      return row === undefined ? undefined : (JSON.parse(row.value) as PollState);
    },
    save: (state: PollState) => {
      write.run(NAME, JSON.stringify(state));
    },
  });
}
