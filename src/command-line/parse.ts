import { CommanderError } from 'commander';
import { optionWithoutValue } from './missing-value.ts';
import type { CommandTable } from './outlines/spec.ts';
import type { Parsed } from './program.ts';
import { createProgram } from './program.ts';

/**
 * Reads a line that begins with a command or group of `table` and is right. `undefined` for any other line: one that
 * asks for help, has a mistake, or begins otherwise.
 */
export function parseTyped(argv: readonly string[], table: CommandTable): Parsed | undefined {
  const [first] = argv;
  if (!table.commands.some(({ name }) => name.split(' ', 1)[0] === first)) return undefined;
  if (optionWithoutValue(argv, table) !== undefined) return undefined;
  let parsed: Parsed | undefined;
  const found = (line: Parsed): void => {
    parsed = line;
  };
  try {
    createProgram(argv, { table, declared: 'typed', found }).parse([...argv], { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
  }
  return parsed;
}
