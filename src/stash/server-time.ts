/**
 * The clock of a server, and the offset in which it writes times (`Z`, `+11:00`); `undefined` while it has no scene.
 */
export type StashClock = {
  readonly at: number;
  readonly offset: string | undefined;
  /** The latest time spelled at a different offset, while there still is one: the clock changed after that. */
  readonly otherwiseAt?: number | undefined;
};

/** Derives a server's clock from its latest times. */
export function clockOf(at: number, times: readonly string[]): StashClock {
  const offset = offsetOf(times);
  const others = times
    .filter((time) => offset !== undefined && !time.endsWith(offset))
    .map((time) => Date.parse(time))
    .filter((other) => !Number.isNaN(other));
  return others.length === 0 ? { at, offset } : { at, offset, otherwiseAt: Math.max(...others) };
}

/**
 * How far back a far look goes. A clock set back in autumn repeats an hour (at most two). The first time written after
 * that reveals it, but sorts behind everything written before, so no cursor near the present is safe (stash.md 5.2).
 * Changes seen twice are recognised by their stamps.
 */
export const FAR_OVERLAP_MS = 3 * 3_600_000;

/** A change that only a far look finds waits at most this long; each far look lists the changes of some hours again. */
const FAR_EVERY_MS = 30 * 60_000;

/**
 * How far a near look goes back: edits within one second share a spelling, and a long edit shows only when it is over.
 */
export const NEAR_OVERLAP_MS = 5 * 60_000;

/** When a poll looked last, and when it last looked far back: epoch ms by the server's clock. */
export type LastLook = StashClock & { readonly farAt: number };

/** Whether a far look is due: after an interval, after a gap, or because the server's clock or offset changed. */
export function isFarLookDue(last: LastLook, { at, offset }: StashClock): boolean {
  return at < last.at || at - last.farAt >= FAR_EVERY_MS || offset !== last.offset;
}

/** Where a near look begins; times are spelled as at the last look. */
export function nearCursor(last: LastLook, { offset }: StashClock): string {
  return cursorBefore({ at: last.at, offset }, NEAR_OVERLAP_MS);
}

/**
 * Where a far look begins. After a move to the west, new times sort as text before the older ones until they catch up,
 * so the look goes back to where the older ones end. After a move to the east, the last edits keep their earlier
 * spelling.
 */
export function farCursor(last: LastLook, clock: StashClock): string {
  const offsets = [last.offset, clock.offset].flatMap((offset) => offset ?? []);
  const [before = 'Z', now = before] = offsets;
  const movedAt = before === now ? clock.at : (clock.otherwiseAt ?? clock.at - (offsetMs(before) - offsetMs(now)));
  const at = Math.min(last.farAt, clock.at, movedAt);
  return cursorBefore({ at, offset: offsetOf(offsets) }, FAR_OVERLAP_MS);
}

const SETTLED_AFTER_MS = 2_000;
/** No clock is wrong by more than this: a later date was imported. */
const LATEST_AHEAD_MS = 3_600_000;

/**
 * Whether a scene with this stamp cannot change again under the same stamp, as it may within the same second. An
 * unreadable one counts as settled, or its scene would be new at each look.
 */
export function isSettled(stamp: string, clock: StashClock): boolean {
  const age = ageMs(stamp, clock);
  return Number.isNaN(age) || age > SETTLED_AFTER_MS || age < -LATEST_AHEAD_MS;
}

/**
 * Whether no look will bring this stamp again. A clock set back by two hours between two looks is included: that counts
 * twice.
 */
export function isPast(stamp: string, clock: StashClock): boolean {
  return ageMs(stamp, clock) > 3 * FAR_OVERLAP_MS;
}

/** Compares instants and not text: around a clock change the text of an earlier time may be ahead by hours. */
function ageMs(stamp: string, { at, offset = WESTERNMOST }: StashClock): number {
  const [, local, own = offset] = /^([\d-]+T[\d:]+)(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(stamp) ?? [];
  return at - (Date.parse(`${local}Z`) - offsetMs(own));
}

/** Whether a stamp is before an instant; the instant's own second is not. */
export function isBefore(stamp: string, beginAt: number, clock: StashClock): boolean {
  return clock.at - ageMs(stamp, clock) < Math.floor(beginAt / 1_000) * 1_000;
}

/** The westernmost zone: nowhere is the local time earlier. */
const WESTERNMOST = '-12:00';

/**
 * The server's local time `backMs` ago, as `changedSince` and `pageAfter` expect it. It has no offset, since Stash
 * compares text: this way the named second itself is included.
 */
export function cursorBefore({ at, offset }: StashClock, backMs: number): string {
  const local = new Date(at - backMs + offsetMs(offset ?? WESTERNMOST));
  return local.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
}

/**
 * The offset in which these times are spelled. If a change of clock or zone has left several, the westernmost, since a
 * cursor may be too early but not too late. `undefined` for no times.
 */
export function offsetOf(times: readonly string[]): string | undefined {
  const offsets = times.flatMap((time) => /(?:Z|[+-]\d{2}:\d{2})$/.exec(time)?.[0] ?? []);
  return offsets.toSorted((a, b) => offsetMs(a) - offsetMs(b))[0];
}

function offsetMs(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ms : ms;
}
