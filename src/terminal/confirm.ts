import { createInterface } from 'node:readline/promises';
import { UsageError } from '../core/errors.ts';

/**
 * Asks before something that cannot be taken back; the default is No.
 * @throws {UsageError} when there is no terminal to ask at and the answer was not given with `--yes`.
 */
export async function confirm(question: string, answer: { readonly yes: boolean }): Promise<boolean> {
  if (answer.yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${question} There is no terminal to ask at.`, 'Run again with --yes.');
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } catch (thrown) {
    // Ctrl-C and Ctrl-D at the question are a No.
    if ((thrown as NodeJS.ErrnoException).code === 'ABORT_ERR') return false;
    throw thrown;
  } finally {
    prompt.close();
  }
}
