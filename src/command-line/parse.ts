import { CommanderError } from 'commander';
import type { Streams } from '../terminal/streams.ts';
import type { Parsed, Reading } from './program.ts';
import { beginsWithCommand, createProgram } from './program.ts';

/**
 * Reads a command line; `undefined` when it asks for nothing. Help and complaints are printed to `streams`.
 * @throws {CommanderError} when something was printed: its exit code is 0 for what was asked for.
 */
export function parseCommandLine(argv: readonly string[], streams: Streams): Parsed | undefined {
  const parsed = beginsWithCommand(argv) ? readBy('typed', { argv, streams }) : undefined;
  return parsed ?? readBy('all', { argv, streams });
}

type Line = { readonly argv: readonly string[]; readonly streams: Streams };

/** `undefined` for a line that only the whole program can answer: help, or a mistake. */
function readBy(declared: Reading['declared'], { argv, streams }: Line): Parsed | undefined {
  let parsed: Parsed | undefined;
  const program = createProgram(argv, {
    declared,
    streams,
    found: (found) => {
      parsed = found;
    },
  });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (thrown) {
    if (declared === 'all' || !(thrown instanceof CommanderError)) throw thrown;
  }
  return parsed;
}
