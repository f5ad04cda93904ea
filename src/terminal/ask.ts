import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { isTerminal } from './reader.ts';

/** Whether there is a person who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && isTerminal('stderr');
}

/** A question; an empty answer means `fallback`, and a hidden one is not echoed. */
export type Question = {
  readonly text: string;
  readonly fallback?: string | undefined;
  readonly echo: 'shown' | 'hidden';
};

/** Asks at the terminal; `undefined` when the person broke off with Ctrl-C or Ctrl-D. */
export async function ask({ text, fallback, echo }: Question): Promise<string | undefined> {
  const shown = fallback === undefined ? `${text}: ` : `${text} [${echo === 'hidden' ? 'keep' : fallback}]: `;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({
    input: process.stdin,
    output: echo === 'hidden' ? silent : process.stderr,
    terminal: true,
  });
  // Asked only once the terminal echoes nothing: whoever pastes at sight of the question must not show the secret.
  if (echo === 'hidden') process.stderr.write(shown);
  try {
    // A closed input settles no question: it would wait for ever.
    const closed = new Promise<undefined>((resolve) => prompt.once('close', () => resolve(undefined)));
    const answer = await Promise.race([prompt.question(echo === 'hidden' ? '' : shown), closed]);
    return answer === undefined ? undefined : answer.trim() || (fallback ?? '');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ABORT_ERR') return undefined;
    throw thrown;
  } finally {
    prompt.close();
    if (echo === 'hidden') process.stderr.write('\n');
  }
}
