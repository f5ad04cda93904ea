import { GLOBAL_OPTIONS } from './outlines/global-options.ts';
import type { CommandTable } from './outlines/spec.ts';
import type { OptionWord } from './read-words.ts';
import { optionNamed, readWords } from './read-words.ts';

/** Those of each command. */
const SWITCHES: ReadonlySet<string> = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => !flags.includes('<')).flatMap(({ flags }) => flags.split(', ')),
);

/**
 * The first option that needs a value and is followed by an option, or by `--`. commander takes the next word for the
 * value, whatever that is: `enqueue 1 --config --dry-run` would be no dry run.
 */
export function optionWithoutValue(argv: readonly string[], table: CommandTable): OptionWord | undefined {
  // Most lines have no two such words in a row but after a switch, and to read one takes time.
  const isInDoubt = (word: string, index: number): boolean =>
    word.startsWith('-') && argv[index + 1]?.startsWith('-') === true && !SWITCHES.has(word);
  if (!argv.some(isInDoubt)) return undefined;
  const { pieces, command } = readWords(argv, table);
  const found = pieces.find(({ option, words, until }) => {
    const [, value] = words;
    // What stands behind `-d` in the same word is its value, whatever it looks like.
    const isApart = value !== undefined && argv[until - 1] === value;
    return (
      option?.takes === 'value' && isApart && isOption((name) => optionNamed(name, table, command) !== undefined, value)
    );
  });
  return found?.option;
}

function isOption(isKnown: (name: string) => boolean, word: string): boolean {
  if (word === '--') return true;
  if (word.startsWith('--')) return isKnown(word.replace(/=.*$/s, ''));
  const letters = /^-([a-z]+)$/i.exec(word)?.[1] ?? '';
  return letters !== '' && [...letters].every((letter) => isKnown(`-${letter}`));
}
