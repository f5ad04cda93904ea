import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { isTerminal, widthOf } from './reader.ts';
import { sanitize } from './sanitize.ts';
import type { Streams } from './streams.ts';
import { wrapWords } from './width.ts';

/** Whether there is a terminal at which a person can be asked. */
export function canAsk({ stdin, stderr }: Streams): boolean {
  return isTerminal(stdin) && isTerminal(stderr);
}

/** A question; an empty answer means `fallback`, and a hidden one is not echoed. */
export type Question = {
  readonly text: string;
  readonly fallback?: string | undefined;
  readonly echo: 'shown' | 'hidden';
};

/** Asks at the terminal; `undefined` when the person aborts with Ctrl-C or Ctrl-D. */
export async function ask({ text, fallback, echo }: Question): Promise<string | undefined> {
  const offered = echo === 'hidden' ? 'keep' : fallback;
  const answer = await readAnswer(fallback === undefined ? `${text}: ` : `${text} [${offered}]: `, echo);
  return answer === undefined ? undefined : answer || (fallback ?? '');
}

/** Reads one line after `prompt`, trimmed; `undefined` when the person aborts with Ctrl-C or Ctrl-D. */
export async function readAnswer(prompt: string, echo: Question['echo']): Promise<string | undefined> {
  // One column is left for the answer.
  const lines = wrapWords(sanitize(prompt).trimEnd(), widthOf(process.stderr) - 2);
  const above = lines
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join('');
  const shown = `${lines.at(-1) ?? ''} `;
  if (above !== '') process.stderr.write(above);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({
    input: process.stdin,
    output: echo === 'hidden' ? silent : process.stderr,
    terminal: true,
  });
  // The question appears only once echo is off: a person who pastes at once must not show the secret.
  if (echo === 'hidden') process.stderr.write(shown);
  try {
    // A closed input never answers the question, which would wait for ever.
    const closed = new Promise<undefined>((resolve) => reader.once('close', () => resolve(undefined)));
    const answer = await Promise.race([reader.question(echo === 'hidden' ? '' : shown), closed]);
    return answer?.trim();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ABORT_ERR') return undefined;
    throw thrown;
  } finally {
    reader.close();
    if (echo === 'hidden') process.stderr.write('\n');
  }
}
