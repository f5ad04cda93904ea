const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
export type DurationUnit = keyof typeof UNIT_MS;

/** Ms of a duration such as `90s`, `5m`, `24h` or `7d`; a bare number is in `unit`. `undefined` when it is none. */
export function parseDurationMs(value: string | number, unit: DurationUnit): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value).trim());
  if (match?.[1] === undefined) return undefined;
  return Number(match[1]) * UNIT_MS[(match[2] as DurationUnit | undefined) ?? unit];
}

/** A duration as it would be typed, in the largest unit that leaves no rest: 5000 → `5s`. */
export function formatDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((each) => ms > 0 && ms % UNIT_MS[each] === 0) ?? 'ms';
  return `${ms / UNIT_MS[unit]}${unit}`;
}
