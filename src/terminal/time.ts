/** An instant for a person: local time with its offset, such as `2026-11-22 18:04:05 +01:00`. */
export function localTime(epochMs: number): string {
  const at = new Date(epochMs);
  const offset = -at.getTimezoneOffset();
  const shifted = new Date(epochMs + offset * 60_000).toISOString();
  const sign = offset < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${sign}${hours}:${minutes}`;
}

/** An instant for a script: RFC 3339 in UTC. */
export function utcTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
