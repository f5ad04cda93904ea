import type { Item } from './item.ts';

/** Finds the items with a file whose path contains a text, ignoring the case of ASCII letters; valid until a file of the section changes. */
export function createFileFinder(items: readonly Item[]): (needle: string) => Item[] {
  // One long text with a file per line is searched several times faster than 100,000 short ones.
  const lines: string[] = [];
  const starts: number[] = [];
  const owners: Item[] = [];
  let length = 0;
  for (const item of items) {
    for (const { parts } of item.media) {
      for (const { file } of parts) {
        const line = `${foldAscii(file).replaceAll('\n', ' ')}\n`;
        lines.push(line);
        starts.push(length);
        owners.push(item);
        length += line.length;
      }
    }
  }
  const text = lines.join('');

  return (needle) => {
    const wanted = foldAscii(needle);
    const found = new Set<Item>();
    let at = text.indexOf(wanted);
    while (at >= 0) {
      const line = lineAt(starts, at);
      const owner = owners[line];
      if (owner) found.add(owner);
      const next = starts[line + 1];
      at = next === undefined ? -1 : text.indexOf(wanted, next);
    }
    return [...found];
  };
}

/** As SQLite's own LIKE compares: letters beyond ASCII keep their case. */
export function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The last line that starts at or before `at`. */
function lineAt(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
