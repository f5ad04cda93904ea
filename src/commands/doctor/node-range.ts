/** The Node versions that plexsync supports, as in package.json. */
export const SUPPORTED_NODE = '>=22.14 <23 || >=24';

/** Whether a version such as `24.21.0` is in a range of `>=` and `<` bounds, with `||` between alternatives. */
export function isInRange(version: string, range: string): boolean {
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .split(/\s+/)
      .every((bound) => holds(version, bound)),
  );
}

function holds(version: string, bound: string): boolean {
  const order = compareVersions(version, bound.replace(/^\D+/, ''));
  return bound.startsWith('>=') ? order >= 0 : order < 0;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (const part of [0, 1, 2]) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
