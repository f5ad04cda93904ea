/** The clock of a server, and the offset at which it writes times down (`Z`, `+11:00`); none where it has no scene yet. */
export type StashClock = { readonly at: number; readonly offset: string | undefined };

/**
 * How far back a poll looks behind its last one. A clock set back in autumn writes the same hour twice, and edits of one
 * second share a spelling (stash.md 5.2): what comes again is told apart by its stamp.
 */
export const CURSOR_OVERLAP_MS = 3 * 3_600_000;

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
