import { UsageError } from '../core/model/errors.ts';
import { nearest } from '../core/text/nearest.ts';
import type { Streams } from '../terminal/streams.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { helpParagraph, helpWidth } from './help-layout.ts';
import { ALL, COMMANDS } from './outlines/commands.ts';
import { HELP } from './outlines/global-options.ts';
import { printingTo } from './printing.ts';
import { createProgram } from './program.ts';
import { readWords } from './read-words.ts';

/**
 * The text of `plexsync help exit-codes` and of `plexsync help dlq list`, where commander would read only the first word,
 * also as `--help dlq list`; `undefined` for any other line.
 * @throws {UsageError} for help on a command that does not exist.
 */
export function helpTopic(argv: readonly string[], streams: Streams): string | undefined {
  const words = wordsAfterHelp(argv);
  if (words === undefined || words.length === 0 || words[0] === 'help') return undefined;
  if (words.length === 1 && words[0] === 'exit-codes') return exitCodesTopic(streams);
  return words.every((word) => !word.startsWith('-')) ? commandHelp(words, streams) : undefined;
}

/** What follows where help is asked for before anything else but options, such as `-d DIR help dlq list`. */
function wordsAfterHelp(argv: readonly string[]): readonly string[] | undefined {
  const first = readWords(argv, ALL).pieces.find(({ kind, option }) => kind !== 'option' || option?.spec === HELP);
  if (first === undefined) return undefined;
  return first.option?.spec === HELP || first.words[0] === 'help' ? argv.slice(first.until) : undefined;
}

function commandHelp(words: readonly string[], streams: Streams): string {
  const help: string[] = [];
  const printing = printingTo(streams, words, help);
  let command = createProgram(words, { table: ALL, declared: 'all', printing, found: () => undefined });
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) throw unknownCommand(words.slice(0, index), { word, known: command.commands });
    command = next;
  }
  command.outputHelp();
  return help.join('').trimEnd();
}

function unknownCommand(
  above: readonly string[],
  { word, known }: { readonly word: string; readonly known: readonly { name(): string }[] },
): UsageError {
  const start = ['plexsync', ...above].join(' ');
  const names = known.map((one) => one.name());
  const meant = nearest(word, names);
  return new UsageError(
    `There is no command "${[...above, word].join(' ')}".`,
    meant === undefined ? `${start} --help shows what there is.` : `Did you mean ${[...above, meant].join(' ')}?`,
  );
}

function exitCodesTopic(streams: Streams): string {
  const width = helpWidth(streams);
  const perCommand = COMMANDS.map(({ name, exitCodes }) => `  ${name.padEnd(18)}${exitCodes.join(' ')}`);
  return [
    exitCodesHelp(width),
    '',
    helpParagraph('Where several apply: a signal, then 70, 6, 3, 4, 2, 5, 1.', width),
    '',
    helpParagraph('Which command ends with which (all may end with 2, 70, and by a signal):', width),
    ...perCommand,
  ].join('\n');
}
