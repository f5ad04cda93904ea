/**
 * At most `most` of the values, taken at even steps over all of them, in their order.
 * @param offset how far into its step each lies, in [0, 1)
 */
export function evenly<T>(values: readonly T[], most: number, offset = 0): readonly T[] {
  if (values.length <= most) return values;
  const step = values.length / most;
  return Array.from({ length: most }, (_, index) => values[Math.floor((index + offset) * step)]).filter(
    (value) => value !== undefined,
  );
}
