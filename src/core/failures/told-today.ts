/** The same complaint is told once in this time. */
export const TOLD_AGAIN_MS = 86_400_000;
/** A restart or a nightly maintenance of a server is not worth telling. */
export const OUTAGE_WORTH_TELLING_MS = 3_600_000;

/** Whether a complaint was told less than a day ago. An instant in the future comes from a wrong clock. */
export function isToldToday(toldAt: number | undefined, now: number): boolean {
  return toldAt !== undefined && toldAt <= now && now - toldAt < TOLD_AGAIN_MS;
}
