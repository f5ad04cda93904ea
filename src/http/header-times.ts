/** Ms a `Retry-After` asks for, in seconds or as a date (RFC 9110 10.2.3); `undefined` when absent or unreadable. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = parseHttpDate(value);
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

/** The instant a header names, epoch ms; `undefined` when absent or unreadable. */
export function parseHttpDate(header: string | undefined): number | undefined {
  // Accepts only HTTP's date forms, all of which begin with a weekday: Date.parse accepts nearly anything as a date.
  const at = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(header ?? '') ? Date.parse(header ?? '') : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
