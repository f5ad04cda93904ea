/** The clock of a server, and the offset at which it writes times down (`Z`, `+11:00`); none where it has no scene yet. */
export type StashClock = {
  readonly at: number;
  readonly offset: string | undefined;
  /** The latest time that is spelled at another offset, where some still are: the clocks were changed after that. */
  readonly otherwiseAt?: number | undefined;
};

/** The clock of a server whose latest times are these. */
export function clockOf(at: number, times: readonly string[]): StashClock {
  const offset = offsetOf(times);
  const others = times.filter((time) => offset !== undefined && !time.endsWith(offset)).map((time) => Date.parse(time));
  return others.length === 0 ? { at, offset } : { at, offset, otherwiseAt: Math.max(...others) };
}

/**
 * How far a look far back goes behind the one before it. A clock set back in autumn writes an hour twice (two, at the
 * most), and only what is written after that shows it, behind all that was written before: no cursor near the present
 * is safe (stash.md 5.2). What comes again is told apart by its stamp.
 */
export const FAR_OVERLAP_MS = 3 * 3_600_000;

/** What only a far look finds waits this long at the most; each one lists the changes of some hours again. */
const FAR_EVERY_MS = 30 * 60_000;

/** How far any other look goes back: edits of one second share a spelling, and a long one shows only when it is over. */
export const NEAR_OVERLAP_MS = 5 * 60_000;

/** When a poll looked last, and when one last looked far back: epoch ms by the server's clock. */
export type LastLook = StashClock & { readonly farAt: number };

/** Whether it is time to look far back: again, after a gap, or since the clock is not what it was. */
export function isFarLookDue(last: LastLook, { at, offset }: StashClock): boolean {
  return at < last.at || at - last.farAt >= FAR_EVERY_MS || offset !== last.offset;
}

/** Where a look begins that does not go far back: the spelling is that of the last one. */
export function nearCursor(last: LastLook, { offset }: StashClock): string {
  return cursorBefore({ at: last.at, offset }, NEAR_OVERLAP_MS);
}

/**
 * Where a look far back begins. Of a server that has moved west, what was written since shows only when it is later
 * than what was written before, as text: it goes back to where that ended. Of one that moved east, the last edits before
 * are spelled as they were.
 */
export function farCursor(last: LastLook, clock: StashClock): string {
  const offsets = [last.offset, clock.offset].flatMap((offset) => offset ?? []);
  const [before = 'Z', now = before] = offsets;
  const movedAt = before === now ? clock.at : (clock.otherwiseAt ?? clock.at - (offsetMs(before) - offsetMs(now)));
  const at = Math.min(last.farAt, clock.at, movedAt);
  return cursorBefore({ at, offset: offsetOf(offsets) }, FAR_OVERLAP_MS);
}

const SETTLED_AFTER_MS = 2_000;
/** No clock is that wrong: what is dated later was imported so. */
const LATEST_AHEAD_MS = 3_600_000;

/** Whether what is stamped so will not change once more under the same stamp, as it may within its second. */
export function isSettled(stamp: string, clock: StashClock): boolean {
  const age = ageMs(stamp, clock);
  return age > SETTLED_AFTER_MS || age < -LATEST_AHEAD_MS;
}

/** Whether no look will bring this stamp again, a clock put back by two hours between two looks included: that counts twice. */
export function isPast(stamp: string, clock: StashClock): boolean {
  return ageMs(stamp, clock) > 3 * FAR_OVERLAP_MS;
}

/** By the instant and not by the text: around a change of clocks the spelling of a moment ago may be ahead by hours. */
function ageMs(stamp: string, { at, offset = WESTERNMOST }: StashClock): number {
  const [, local, own = offset] = /^([\d-]+T[\d:]+)(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(stamp) ?? [];
  return at - (Date.parse(`${local}Z`) - offsetMs(own));
}

/** Whether a stamp is of before an instant; the second in which that lies is not. */
export function isBefore(stamp: string, beginAt: number, clock: StashClock): boolean {
  return clock.at - ageMs(stamp, clock) < Math.floor(beginAt / 1_000) * 1_000;
}

/** No zone is further west, so nowhere is the time of day written down earlier. */
const WESTERNMOST = '-12:00';

/**
 * The server's own time of day `backMs` before its clock: what `changedSince` and `pageAfter` compare with. Without an
 * offset, since Stash compares text: this way the named second itself is included.
 */
export function cursorBefore({ at, offset }: StashClock, backMs: number): string {
  const local = new Date(at - backMs + offsetMs(offset ?? WESTERNMOST));
  return local.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
}

/**
 * The offset in which these times are spelled: the westernmost, where a change of clocks or of zone has left several,
 * since a cursor may be too early and never too late. `undefined` without any.
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
