/**
 * Writes instants as Stash stores them: RFC 3339 text in whole seconds in the server's own zone, with `Z` for UTC
 * (stash.md 5.2).
 */
export function createTimeWriter(zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  const offsets = new Map<number, string>();

  /** `GMT+11:00` as `+11:00`; cached per quarter of an hour, within which a zone's offset is constant. */
  function offsetAt(ms: number): string {
    const quarter = Math.floor(ms / 900_000);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
      offset = name.slice(3) || '+00:00';
      offsets.set(quarter, offset);
    }
    return offset;
  }

  return (ms) => {
    const offset = offsetAt(ms);
    const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
    const aheadMs = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
    const local = new Date(ms + aheadMs).toISOString().slice(0, 19);
    return local + (aheadMs === 0 ? 'Z' : offset);
  };
}
