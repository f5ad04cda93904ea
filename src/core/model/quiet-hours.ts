/** A part of each day, in minutes since local midnight; one that ends before it begins goes over midnight. */
export type QuietRange = { readonly from: number; readonly to: number };

/** How quiet hours are written. */
export const QUIET_HOURS_FORM = 'must be parts of a day such as 02:00-05:00 (not 02:00-02:00), several between commas';

/** Parses `02:00-05:00`; `undefined` for what is no part of a day. */
export function parseQuietRange(text: string): QuietRange | undefined {
  const [from, to] = text.split('-').map((side) => minuteOf(side.trim()));
  if (text.split('-').length !== 2 || from === undefined || to === undefined || from === to) return undefined;
  return { from, to };
}

function minuteOf(text: string): number | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}

/** `02:00-05:00`, as it is written. */
export function quietRangeText({ from, to }: QuietRange): string {
  return `${minuteText(from)}-${minuteText(to)}`;
}

function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/**
 * How many minutes are left until the quiet part that `minute` of the day lies in is over; `undefined` outside of them.
 * Parts that touch or overlap are one.
 */
export function quietMinutesLeft(ranges: readonly QuietRange[], minute: number): number | undefined {
  let left: number | undefined;
  for (;;) {
    const at = (minute + (left ?? 0)) % DAY_MINUTES;
    const more = Math.max(0, ...ranges.map((range) => leftIn(range, at)));
    if (more === 0 || (left ?? 0) >= DAY_MINUTES) return left;
    left = (left ?? 0) + more;
  }
}

const DAY_MINUTES = 1_440;

function leftIn({ from, to }: QuietRange, minute: number): number {
  const length = (to - from + DAY_MINUTES) % DAY_MINUTES;
  const gone = (minute - from + DAY_MINUTES) % DAY_MINUTES;
  return gone < length ? length - gone : 0;
}
