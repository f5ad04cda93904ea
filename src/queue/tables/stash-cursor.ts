import { prepareMeta } from '../store/meta.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';

/** How far Stash was asked for changes. Instants are epoch ms by the server's clock. */
export type PollState = {
  /** When the first poll began: older changes were never asked for. */
  readonly beginAt: number;
  /** The last look, the offset in which the server wrote its times then, and when a look last went far back. */
  readonly last: { readonly at: number; readonly offset: string | undefined; readonly farAt: number };
  /** Changes already seen that another look may bring again: scene id → the mark of that change (poll.ts). */
  readonly seen: Readonly<Record<string, string>>;
};

export type PollMemory = {
  read(): PollState | undefined;
  save(state: PollState): void;
};

const NAME = 'stash_poll';
/** Stored separately: it is large after a mass change, and usually the same from one poll to the next. */
const SEEN = 'stash_poll_seen';

/** Opens the memory of Stash polls in the data directory. */
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

/** As an older plexsync stored it: the start of the first look as text, and `seen` in the same value. */
type KeptAsText = { readonly begin: string; readonly seen?: PollState['seen'] };

/** The easternmost zone: nowhere is the local time further ahead. */
const EASTERNMOST_MS = 14 * 3_600_000;

function toState(kept: Kept | KeptAsText): Kept & Partial<Pick<PollState, 'seen'>> {
  if ('beginAt' in kept) return kept;
  const beginAt = Date.parse(`${kept.begin}Z`) - EASTERNMOST_MS;
  const state = { beginAt, last: { at: beginAt, offset: undefined, farAt: beginAt } };
  return kept.seen === undefined ? state : { ...state, seen: kept.seen };
}

/** Mark → the scenes that have it, as ranges of ids: thousands of scenes changed at once share a few stamps. */
type PackedSeen = Readonly<Record<string, readonly (readonly [from: number, to: number])[]>>;

/** Packs the seen changes into few bytes. */
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

/** Unpacks what `packSeen` packed. */
export function unpackSeen(packed: PackedSeen): PollState['seen'] {
  const seen: Record<string, string> = {};
  for (const [stamp, ranges] of Object.entries(packed))
    for (const [from, to] of ranges) for (let id = from; id <= to; id += 1) seen[id] = stamp;
  return seen;
}
