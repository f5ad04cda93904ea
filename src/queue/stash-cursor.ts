import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';

/** Up to where Stash was asked for changes. Times that are texts are in the server's own spelling. */
export type PollState = {
  /** Where the first poll began: what is older was never asked for. */
  readonly begin: string;
  /** Where the next look far back begins. */
  readonly cursor: string;
  /** The last look, by the server's clock (epoch ms and offset), and when the last one went far back. None: the next does. */
  readonly last:
    | {
        readonly at: number;
        readonly offset: string | undefined;
        /** Where the next look begins, unless it goes far back. */
        readonly cursor: string;
        readonly farAt: number;
      }
    | undefined;
  /** The changes seen since `cursor`: scene id → the mark that the poll knows each by. */
  readonly seen: Readonly<Record<string, string>>;
};

export type PollMemory = {
  read(): PollState | undefined;
  save(state: PollState): void;
};

const NAME = 'stash_poll';
/** Apart from the rest: it is large after a mass change, and the same from one poll to the next. */
const SEEN = 'stash_poll_seen';

/** What is remembered of the polls of Stash, in the data directory. */
export function openPollMemory({ queueDb: db }: Pick<Stores, 'queueDb'>): PollMemory {
  const read = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const write = db.prepare<[string, string]>(
    `INSERT INTO meta (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
  );
  const save = db.transaction(({ seen, ...state }: PollState) => {
    write.run(SEEN, JSON.stringify(packSeen(seen)));
    write.run(NAME, JSON.stringify(state));
  });
  return translated(db.name, {
    read: () => {
      const row = read.get(NAME);
      if (row === undefined) return undefined;
      const seen = read.get(SEEN);
      return {
        seen: seen === undefined ? {} : unpackSeen(JSON.parse(seen.value) as PackedSeen),
        // A state of before `last` brings what it saw.
        ...(JSON.parse(row.value) as Omit<PollState, 'seen'>),
      };
    },
    save: (state: PollState) => save.immediate(state),
  });
}

/** Mark → the scenes that have it, as ranges of ids: thousands changed at once share a few stamps. */
type PackedSeen = Readonly<Record<string, readonly (readonly [from: number, to: number])[]>>;

/** The changes seen, in few bytes. */
export function packSeen(seen: PollState['seen']): PackedSeen {
  const packed: Record<string, [from: number, to: number][]> = {};
  const sorted = Object.entries(seen).toSorted(([a], [b]) => Number(a) - Number(b));
  for (const [id, stamp] of sorted) {
    packed[stamp] ??= [];
    const range = packed[stamp].at(-1);
    if (range?.[1] === Number(id) - 1) range[1] += 1;
    else packed[stamp].push([Number(id), Number(id)]);
  }
  return packed;
}

/** The changes that were packed. */
export function unpackSeen(packed: PackedSeen): PollState['seen'] {
  const seen: Record<string, string> = {};
  for (const [stamp, ranges] of Object.entries(packed))
    for (const [from, to] of ranges) for (let id = from; id <= to; id += 1) seen[id] = stamp;
  return seen;
}
