import { UsageError } from '../../core/model/errors.ts';
import { whyNotRead } from '../../settings/file-errors.ts';
import { readInput } from '../../terminal/streams.ts';

/**
 * Reads a text from standard input to its end.
 * @throws {UsageError} where it cannot be read: it may be a folder, or have more than `mostBytes`
 */
export async function readStdin(stdin: number, mostBytes: number): Promise<string> {
  try {
    return (await readInput(stdin, mostBytes)).toString('utf8');
  } catch (thrown) {
    throw new UsageError(
      `Standard input cannot be read: ${whyNotRead(thrown)}.`,
      'Give it a file or a pipe that ends.',
    );
  }
}
