/** Formats an instant for a person: local time with its offset, such as `2026-11-22 18:04:05 +01:00`. */
export function localTime(epochMs: number): string {
  const at = new Date(epochMs);
  const offset = -at.getTimezoneOffset();
  const shifted = new Date(epochMs + offset * 60_000).toISOString();
  const sign = offset < 0 ? '-' : '+';
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
  const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${sign}${hours}:${minutes}`;
}

/** Formats an instant for a script: RFC 3339 in UTC. */
export function utcTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** How long ago an instant is for a person, or in what time it comes: `3 h ago`, `in 12 min`. */
export function relativeTime(epochMs: number, now: number): string {
  const awayMs = Math.abs(epochMs - now);
  const [unit, ms] = UNITS.find(([, unitMs]) => awayMs >= unitMs) ?? ['s', 1_000];
  const count = `${Math.floor(awayMs / ms)} ${unit}`;
  if (awayMs < 1_000) return 'now';
  return epochMs > now ? `in ${count}` : `${count} ago`;
}

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
];

/** Formats a duration for a person, in its two largest units: `42s`, `5m 07s`, `1h 25m`, `3d 4h`. */
export function shortDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${twoDigits(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
