import type { Word } from '../../commands/completion/source.ts';
import type { TypedWord } from './typed-words.ts';

/** What bash tells besides the line: the signs at which it parts words, and what the key asks for. */
type BashState = { readonly current: TypedWord; readonly breaks: string; readonly type: string };

/** The keys that only list words or their common beginning; with others a word would be put in with its meaning. */
const LISTING = ['9', '33', '63', '64'];
const HELP_WIDTH = 60;

/** Words as bash puts them in for what it takes for the word at the cursor; with their meanings, where it lists them. */
export function bashWords(words: readonly Word[], { current, breaks, type }: BashState): readonly string[] {
  const from = beginOf(current, breaks);
  const isListed = words.length > 1 && LISTING.includes(type);
  return words.map(({ word, help }) => {
    const text = inQuotes(word.slice(from), current);
    return isListed && help !== '' ? `${text}  (${cut(help)})` : text;
  });
}

/** Where in the word bash begins to complete: behind an open quote, or behind the last sign at which it parts words. */
function beginOf({ text, bare, openQuote }: TypedWord, breaks: string): number {
  if (openQuote !== undefined) return openQuote;
  const parting = [...breaks].filter((sign) => /[^\s"']/.test(sign));
  return bare.findLastIndex((isBare, index) => isBare && parting.includes(text[index] ?? '')) + 1;
}

function inQuotes(word: string, { openQuote, quote }: TypedWord): string {
  if (openQuote === undefined) return word.replace(/[^\w@%+=:,./\u{80}-\u{10ffff}-]/gu, '\\$&');
  return quote === '"' ? word.replace(/["\\$`]/g, '\\$&') : word.replaceAll("'", String.raw`'\''`);
}

const cut = (help: string): string => (help.length > HELP_WIDTH ? `${help.slice(0, HELP_WIDTH - 1).trimEnd()}…` : help);

/** A word with its meaning as _describe takes them. */
export function zshWord({ word, help }: Word): string {
  const text = word.replace(/[\\:]/g, '\\$&');
  return help === '' ? text : `${text}:${help}`;
}
