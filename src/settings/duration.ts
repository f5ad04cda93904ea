const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type DurationUnit = keyof typeof UNIT_MS;

/**
 * Parses a duration such as `90s`, `5m`, `24h` or `7d` into ms; a bare number is in `unit`. `undefined` when it is not
 * one.
 */
export function parseDurationMs(value: string | number, unit: DurationUnit): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value).trim());
  if (match?.[1] === undefined) return undefined;
  return Number(match[1]) * UNIT_MS[(match[2] as DurationUnit | undefined) ?? unit];
}

/** Formats a duration as it would be typed, in the largest unit that divides it: 5000 → `5s`. */
export function formatDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((each) => ms > 0 && ms % UNIT_MS[each] === 0) ?? 'ms';
  return `${ms / UNIT_MS[unit]}${unit}`;
}

/**
 * Parses a running time as a player shows it, `1:02:03` or `62:03`, or any other duration, into ms. `undefined` when it
 * is not one.
 */
export function parseRunningTimeMs(text: string): number | undefined {
  const match = /^(?:(\d+):(?=\d\d:))?(\d+):(\d\d(?:\.\d+)?)$/.exec(text.trim());
  if (match === null) return parseDurationMs(text, 's');
  const [hours, minutes, seconds] = match.slice(1).map((part = '0') => Number(part)) as [number, number, number];
  const isClock = seconds < 60 && (match[1] === undefined || minutes < 60);
  return isClock ? Math.round((hours * 3_600 + minutes * 60 + seconds) * 1_000) : undefined;
}

/** Formats a running time as a player shows it, to the second: `1:02:03`, `2:03`. */
export function clockText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const start = hours === 0 ? String(minutes) : `${hours}:${two(minutes)}`;
  return `${start}:${two(seconds % 60)}`;
}

/** Formats a span in its two largest units, such as `5h 12m`, cut to whole seconds. */
export function spanText(ms: number): string {
  const units = (['d', 'h', 'm', 's'] as const).map((name) => [name, UNIT_MS[name]] as const);
  const first = units.findIndex(([, unitMs]) => ms >= unitMs);
  if (first === -1) return '0s';
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([name, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count === 0 ? '' : `${count}${name}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}
