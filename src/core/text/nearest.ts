/**
 * The known name that a mistyped one is meant for: the only one that begins with it, or else the closest.
 * `undefined` when none is close enough to be meant.
 */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const [begun, ...others] = known.filter((name) => isBeginning(typed, name));
  if (begun !== undefined && others.length === 0) return begun;
  const ranked = known
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= mostSlips(typed) ? best.name : undefined;
}

/** Of fewer letters than three many names begin. */
function isBeginning(typed: string, name: string): boolean {
  return typed.replace(/^-+/, '').length >= 3 && name.toLowerCase().startsWith(typed.toLowerCase());
}

/** Two slips in a word of three or four letters make it any other word: `foo` is not meant as `hook`. Dashes count not. */
function mostSlips(typed: string): number {
  const { length } = typed.replace(/^-+/, '');
  return length < 5 ? 1 : Math.max(2, length * 0.4);
}

/** The number of insertions, deletions, substitutions and swaps of two neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  let above: readonly number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.entries()) {
    const next = [i + 1];
    for (const [j, other] of to.entries()) {
      const substituted = (row[j] ?? 0) + Number(letter !== other);
      const isSwap = i > 0 && j > 0 && letter === to[j - 1] && other === from[i - 1];
      const swapped = isSwap ? (above[j - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(substituted, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [above, row] = [row, next];
  }
  return row[to.length] ?? 0;
}
