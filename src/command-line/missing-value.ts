import type { Option } from 'commander';

/** What has the form of an option, and is hardly meant as a value. */
const LIKE_AN_OPTION = /^(-[a-z]|--[a-z][a-z-]*(=.*)?)$/is;

/**
 * The option before another option, where it should have a value. commander takes the next word for it, whatever that
 * is: `enqueue 1 --config --dry-run` would be no dry run.
 */
export function optionWithoutValue(argv: readonly string[], options: readonly Option[]): Option | undefined {
  const taking = options.filter(({ required }) => required);
  for (let at = 0; at < argv.length && argv[at] !== '--'; at += 1) {
    const option = takesNextWord(argv[at] ?? '', taking);
    if (option === undefined) continue;
    at += 1;
    if (LIKE_AN_OPTION.test(argv[at] ?? '')) return option;
  }
  return undefined;
}

function takesNextWord(word: string, taking: readonly Option[]): Option | undefined {
  if (word.startsWith('--') || !word.startsWith('-')) return taking.find(({ long }) => long === word);
  // Of `-vd` it is the last one; what stands behind it in the same word is its value.
  const letters = [...word.slice(1)];
  const first = letters.findIndex((letter) => taking.some(({ short }) => short === `-${letter}`));
  return first === letters.length - 1 ? taking.find(({ short }) => short === `-${letters[first]}`) : undefined;
}
