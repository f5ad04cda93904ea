import { UsageError } from '../core/model/errors.ts';
import type { Streams } from '../terminal/streams.ts';
import { optionWithoutValue } from './missing-value.ts';
import { optionsBehind, shortsApart } from './options-first.ts';
import { ALL } from './outlines/commands.ts';
import { parseTyped } from './parse.ts';
import { valueWords } from './parse-errors.ts';
import { printingTo } from './printing.ts';
import type { Parsed } from './program.ts';
import { createProgram } from './program.ts';
import type { OptionWord } from './read-words.ts';
import { helpTopic } from './topics.ts';

/** What a line asks for. `printed`: for help, which is shown already. */
export type Line =
  | { readonly kind: 'command'; readonly parsed: Parsed }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'printed' };

/**
 * Reads any command line, knowing all commands: most start without this file. Help and complaints are printed to
 * `streams`.
 * @throws {CommanderError} when something was printed: its exit code is 0 for what was asked for.
 * @throws {UsageError} for options without a command or without a value, and for help on a command that does not exist.
 */
export function readAnyLine(typed: readonly string[], streams: Streams): Line {
  const argv = shortsApart(optionsBehind(typed));
  const text = helpTopic(argv, streams);
  if (text !== undefined) return { kind: 'text', text };
  const bare = optionWithoutValue(argv, ALL);
  if (bare !== undefined) throw withoutValue(bare);
  let parsed = parseTyped(argv, ALL);
  if (parsed === undefined) {
    const found = (line: Parsed): void => {
      parsed = line;
    };
    const printing = printingTo(streams, argv);
    const program = createProgram(argv, { table: ALL, declared: 'all', printing, found });
    if (argv.length === 0) program.outputHelp();
    else program.parse([...argv], { from: 'user' });
  }
  return parsed === undefined ? { kind: 'printed' } : { kind: 'command', parsed };
}

function withoutValue({ long, spec }: OptionWord): UsageError {
  const hint = `The word after it begins with a dash: a value that does is given as ${long}=VALUE.`;
  return new UsageError(`${long} needs a value${valueWords(spec)}.`, hint);
}
