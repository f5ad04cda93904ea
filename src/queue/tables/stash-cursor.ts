import { prepareMeta } from '../store/meta.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';

/** Up to where Stash was asked for changes. Instants are epoch ms by the server's clock. */
export type PollState = {
  /** When the first poll began: what is older was never asked for. */
  readonly beginAt: number;
  /** The last look, with the offset at which the server wrote its times then, and when the last one went far back. */
  readonly last: { readonly at: number; readonly offset: string | undefined; readonly farAt: number };
  /** The changes seen that another look may bring again: scene id → the mark that the poll knows each by. */
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
  const meta = prepareMeta(db);
  const save = db.transaction(({ seen, ...state }: PollState) => {
    meta.setJson(SEEN, packSeen(seen));
    meta.setJson(NAME, state);
  });
  return translated(db.name, {
    read: () => {
      const kept = meta.json<Kept | KeptAsText>(NAME);
      return kept && { seen: unpackSeen(meta.json<PackedSeen>(SEEN) ?? {}), ...toState(kept) };
    },
    save: (state: PollState) => save.immediate(state),
  });
}

type Kept = Omit<PollState, 'seen'>;

/** As it was kept before: where the first look began, as text. What it saw may lie within. */
type KeptAsText = { readonly begin: string; readonly seen?: PollState['seen'] };

/** No zone is further east, so nowhere is a time of day earlier. */
const EASTERNMOST_MS = 14 * 3_600_000;

function toState(kept: Kept | KeptAsText): Kept & Partial<Pick<PollState, 'seen'>> {
  if ('beginAt' in kept) return kept;
  const beginAt = Date.parse(`${kept.begin}Z`) - EASTERNMOST_MS;
  const state = { beginAt, last: { at: beginAt, offset: undefined, farAt: beginAt } };
  return kept.seen === undefined ? state : { ...state, seen: kept.seen };
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
