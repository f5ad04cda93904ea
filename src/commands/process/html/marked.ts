import { escaped } from './escape.ts';

/** Two values as text of a page, with the words in which they differ marked where both have others in common. */
export function marked(before: string, after: string): readonly [before: string, after: string] {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  const most = Math.min(old.length, now.length);
  const start = commonLength(most, (index) => old[index] === now[index]);
  const end = commonLength(most - start, (index) => old.at(-1 - index) === now.at(-1 - index));
  if (start + end === 0) return [escaped(before), escaped(after)];
  return [withMark(old, { start, end }), withMark(now, { start, end })];
}

/** Words and what stands between them, in turn. */
function wordsOf(text: string): readonly string[] {
  return text.split(/(\s+)/u).filter((word) => word !== '');
}

function commonLength(most: number, isSame: (index: number) => boolean): number {
  let length = 0;
  while (length < most && isSame(length)) length += 1;
  return length;
}

function withMark(words: readonly string[], { start, end }: { readonly start: number; readonly end: number }): string {
  const [from, to] = [start, words.length - end];
  const text = (first: number, last: number): string => escaped(words.slice(first, last).join(''));
  const changed = text(from, to);
  return `${text(0, from)}${changed === '' ? '' : `<mark>${changed}</mark>`}${text(to, words.length)}`;
}
