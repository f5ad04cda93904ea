import { UsageError } from '../core/model/errors.ts';
import type { LineSource } from './answers/line-source.ts';
import { linesOf } from './answers/line-source.ts';
import type { Reader } from './reader.ts';
import { isTerminal, readerOf } from './reader.ts';
import { sanitize } from './sanitize.ts';
import type { Streams } from './streams.ts';
import { writeText } from './streams.ts';
import { wrapToWidth } from './width.ts';

/** What came for a question: a key or a line, the end of the input, or a signal. */
export type Reply =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'stopped'; readonly signal: NodeJS.Signals };

/** Questions answered by one key at a terminal, or by one line each from a pipe or a file. */
export type Dialogue = {
  readonly by: 'keys' | 'lines';
  /** Who reads the questions; a terminal may be resized, so ask before each drawing. */
  reader(): Reader;
  /** Shows lines from which control characters were removed. */
  show(text: string): void;
  /** Asks, and shows what was answered behind the question. */
  ask(prompt: string): Promise<Reply>;
  close(): void;
};

/** What ends a wait for an answer. */
export type Interruption = { requested(): NodeJS.Signals | undefined; readonly aborted: AbortSignal };

type Use = {
  readonly streams: Streams;
  readonly stop: Interruption;
  /** Whether lines from a pipe are answered without a word; a person always sees the questions. */
  readonly isQuiet: boolean;
};

/**
 * A dialogue on standard input and standard error. The terminal is in raw mode only while a key is waited for, so that
 * it is as it was whenever something else ends the program.
 * @throws {UsageError} at a terminal whose questions would go to a file
 */
export function openDialogue({ streams, stop, isQuiet }: Use): Dialogue {
  const isByKeys = isTerminal(streams.stdin);
  if (isByKeys && !isTerminal(streams.stderr))
    throw new UsageError(
      'Nobody would see the questions: standard error is no terminal.',
      'Leave out what redirects it, or give the answers on standard input, one a line.',
    );
  const show = (text: string): void => {
    if (isByKeys || !isQuiet) writeText(streams.stderr, text);
  };
  const source = isByKeys ? keysOf(process.stdin, stop.aborted) : answersOf(linesOf(streams.stdin, stop.aborted));
  return {
    by: isByKeys ? 'keys' : 'lines',
    reader: () => readerOf(streams, 'stderr'),
    show: (text) => show(`${text}\n`),
    ask: async (prompt) => {
      const signal = stop.requested();
      if (signal !== undefined) {
        // Below the ^C that the terminal has shown.
        show('\n');
        return { kind: 'stopped', signal };
      }
      const reply = await source.next(() => show(wrapped(sanitize(prompt), readerOf(streams, 'stderr'))));
      show(`${reply.kind === 'key' ? sanitize(reply.key) : ''}\n`);
      const late = stop.requested();
      return late === undefined ? reply : { kind: 'stopped', signal: late };
    },
    close: () => source.close(),
  };
}

function wrapped(prompt: string, reader: Reader): string {
  // One column is left for the answer.
  return reader.kind === 'pipe' ? `${prompt} ` : `${wrapToWidth(prompt, reader.width - 2).join('\n')} `;
}

/** `next` calls `ask` once it hears what is answered. */
type Source = { next(ask: () => void): Promise<Reply>; close(): void };

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** One key at a time. Of keys that come at once only the first counts: the others are for what nobody has seen yet. */
function keysOf(stdin: NodeJS.ReadStream, aborted: AbortSignal): Source {
  const next: Source['next'] = (ask) =>
    new Promise((resolve) => {
      const settle = (reply: Reply): void => {
        stdin.off('data', hear).off('end', end).off('close', end);
        aborted.removeEventListener('abort', end);
        stdin.setRawMode(false);
        stdin.pause();
        stdin.off('error', end);
        resolve(reply);
      };
      const end = (): void => settle({ kind: 'ended' });
      const hear = (chunk: string): void => settle(replyTo(chunk));
      stdin.setEncoding('utf8').on('data', hear).on('end', end).on('close', end).on('error', end);
      aborted.addEventListener('abort', end);
      // Before the question stands there: a key pressed at once would be shown, and Ctrl-C end the whole group.
      stdin.setRawMode(true);
      ask();
      stdin.resume();
    });
  return { next, close: () => stdin.pause() };
}

function replyTo(chunk: string): Reply {
  const [first = ''] = chunk;
  if (first === CTRL_C) return { kind: 'stopped', signal: 'SIGINT' };
  if (first === CTRL_D) return { kind: 'ended' };
  return { kind: 'key', key: first === ESC ? 'Esc' : first.trim() };
}

const ESC = '\u001b';

function answersOf(lines: LineSource): Source {
  return {
    next: async (ask) => {
      ask();
      const key = await lines.next();
      return key === undefined ? { kind: 'ended' } : { kind: 'key', key };
    },
    close: () => lines.close(),
  };
}
