/** The clock of a server, and the offset at which it writes times down (`Z`, `+11:00`); none where it has no scene yet. */
export type StashClock = { readonly at: number; readonly offset: string | undefined };

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

/** When a poll looked last, by the server's clock, where the next goes on from, and when one last looked far back. */
export type LastLook = StashClock & { readonly cursor: string; readonly farAt: number };

/** Whether it is time to look far back: again, after a gap, or since the clock is not what it was. */
export function isFarLookDue(last: LastLook, { at, offset }: StashClock): boolean {
  return at < last.at || at - last.farAt >= FAR_EVERY_MS || offset !== last.offset;
}

const SETTLED_AFTER_MS = 2_000;
/** No clock is that wrong: what is dated later was imported so. */
const LATEST_AHEAD_MS = 3_600_000;

/** Whether what is stamped so will not change once more under the same stamp, as it may within its second. */
export function isSettled(stamp: string, clock: StashClock): boolean {
  const age = ageMs(stamp, clock);
  return age > SETTLED_AFTER_MS || age < -LATEST_AHEAD_MS;
}

/** Whether no look will bring this stamp again: with the clock put back between two, one goes further than the last. */
export function isPast(stamp: string, clock: StashClock): boolean {
  return ageMs(stamp, clock) > 2 * FAR_OVERLAP_MS;
}

/** By the instant and not by the text: around a change of clocks the spelling of a moment ago may be ahead by hours. */
function ageMs(stamp: string, { at, offset = WESTERNMOST }: StashClock): number {
  const [, local, own = offset] = /^([\d-]+T[\d:]+)(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(stamp) ?? [];
  return at - (Date.parse(`${local}Z`) - offsetMs(own));
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
