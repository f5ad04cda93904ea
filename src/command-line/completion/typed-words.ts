/** A word as a shell reads it. `bare` has the places in `text` of what stood without quotes or a backslash. */
export type TypedWord = {
  readonly text: string;
  readonly bare: readonly boolean[];
  /** Where in `text` the quote was opened that is not closed, and which. */
  readonly openQuote?: number;
  readonly quote?: string;
  /** Where a redirection leads. */
  readonly isTarget?: true;
};

/**
 * Splits what was typed into words, as a shell does, and reads quotes and backslashes; the last word is the one that the
 * cursor is at, and may be empty. Nothing is expanded: what a variable or a command stands for is not known. Earlier
 * redirections are left out.
 */
export function typedWords(line: string): readonly TypedWord[] {
  const words: TypedWord[] = [];
  let rest = line.trimStart();
  for (;;) {
    const { word, after } = firstWord(rest);
    words.push(word);
    if (after === undefined) return withoutRedirections(words);
    rest = after.trimStart();
  }
}

/** The first word, and what follows it; `undefined` where the line ends in the word. */
function firstWord(line: string): { readonly word: TypedWord; readonly after: string | undefined } {
  let text = '';
  const bare: boolean[] = [];
  let quote: string | undefined;
  let openedAt = 0;
  const signs = [...line];
  const add = (sign: string, isBare: boolean): void => {
    text += sign;
    for (let unit = 0; unit < sign.length; unit++) bare.push(isBare);
  };
  for (let index = 0; index < signs.length; index++) {
    const sign = signs[index] ?? '';
    const next = signs[index + 1];
    if (quote === undefined && /\s/.test(sign)) return { word: { text, bare }, after: signs.slice(index).join('') };
    if (sign === quote) quote = undefined;
    else if (quote === undefined && /["']/.test(sign)) [quote, openedAt] = [sign, text.length];
    else if (sign === '\\' && next !== undefined && isEscape(next, quote)) {
      add(next, false);
      index++;
    } else add(sign, quote === undefined);
  }
  const word = quote === undefined ? { text, bare } : { text, bare, openQuote: openedAt, quote };
  return { word, after: undefined };
}

function isEscape(next: string, quote: string | undefined): boolean {
  if (quote === undefined) return true;
  return quote === '"' && /["\\$`]/.test(next);
}

const REDIRECTION = /^(?:\d*|&)[<>]{1,3}[&|]?/;

function withoutRedirections(words: readonly TypedWord[]): readonly TypedWord[] {
  const signOf = ({ text, bare }: TypedWord): string => (bare[0] === true ? (REDIRECTION.exec(text)?.[0] ?? '') : '');
  return words.flatMap((word, index): readonly TypedWord[] => {
    const before = words[index - 1];
    const isTarget = before !== undefined && signOf(before) !== '' && signOf(before) === before.text;
    if (!isTarget && signOf(word) === '') return [word];
    return index === words.length - 1 ? [{ ...word, isTarget: true }] : [];
  });
}
