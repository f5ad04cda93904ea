import { CommanderError } from 'commander';
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

/** What a line asks for: a command, or a text to show, such as help. */
export type Line =
  | { readonly kind: 'command'; readonly parsed: Parsed }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Reads any command line, knowing all commands: most start without this file. Complaints are printed to
 * `streams`.
 * @throws {CommanderError} for a line that is wrong, which was said
 * @throws {UsageError} for options without a command or without a value, and for help on a command that does not exist.
 */
export function readAnyLine(typed: readonly string[], streams: Streams): Line {
  const argv = shortsApart(optionsBehind(typed));
  const text = helpTopic(argv, streams);
  if (text !== undefined) return { kind: 'text', text };
  const bare = optionWithoutValue(argv, ALL);
  if (bare !== undefined) throw withoutValue(bare);
  const parsed = parseTyped(argv, ALL);
  return parsed === undefined ? readHelp(argv, streams) : { kind: 'command', parsed };
}

/** What a line asks for that is no command as it stands: help, or the version. */
function readHelp(argv: readonly string[], streams: Streams): Line {
  const help: string[] = [];
  let parsed: Parsed | undefined;
  const found = (line: Parsed): void => {
    parsed = line;
  };
  const printing = printingTo(streams, argv, help);
  const program = createProgram(argv, { table: ALL, declared: 'all', printing, found });
  try {
    if (argv.length === 0) program.outputHelp();
    else program.parse([...argv], { from: 'user' });
  } catch (thrown) {
    // Commander ends that way too where it has shown what was asked for.
    if (!(thrown instanceof CommanderError) || thrown.exitCode !== 0) throw thrown;
  }
  return parsed === undefined ? { kind: 'text', text: help.join('').trimEnd() } : { kind: 'command', parsed };
}

function withoutValue({ long, spec }: OptionWord): UsageError {
  const hint = `The word after it begins with a dash: a value that does is given as ${long}=VALUE.`;
  return new UsageError(`${long} needs a value${valueWords(spec)}.`, hint);
}
