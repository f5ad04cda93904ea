import { UsageError } from '../../core/model/errors.ts';
import type { Reader } from '../reader.ts';
import { isTerminal, readerOf } from '../reader.ts';
import { sanitize } from '../sanitize.ts';
import type { Streams } from '../streams.ts';
import { writeText } from '../streams.ts';
import { wrapToWidth } from '../width.ts';
import type { Reply, Source } from './keys.ts';
import { keysOf } from './keys.ts';
import type { LineSource } from './line-source.ts';
import { linesOf } from './line-source.ts';

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
 * A dialogue on standard input and standard error. A terminal is in raw mode until `close`; Node puts it back too,
 * whenever the process ends otherwise.
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
      if (signal !== undefined) return { kind: 'stopped', signal };
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
