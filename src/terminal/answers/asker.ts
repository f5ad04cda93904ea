import { fstatSync } from 'node:fs';
import type { Question } from '../ask.ts';
import { ask, canAsk } from '../ask.ts';
import { readerOf } from '../reader.ts';
import { sanitize } from '../sanitize.ts';
import type { Streams } from '../streams.ts';
import { writeText } from '../streams.ts';
import { wrapWords } from '../width.ts';
import { linesOf } from './line-source.ts';

/** What came for a question: a text, the end of all answers, or Ctrl-C. */
export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'broken_off' };

/** Questions answered by a person at a terminal, by one line each from a pipe or a file, or by nobody. */
export type Asker = {
  readonly by: 'person' | 'lines' | 'nobody';
  /** Asks; an empty answer is the question's fallback. */
  ask(question: Question): Promise<Answer>;
  /** Shows lines to whoever answers; control characters are removed, and words stay whole. */
  show(text: string): void;
  close(): void;
};

type Use = {
  readonly streams: Streams;
  /** `nothing`: whatever stands there, nobody is asked. */
  readonly wanted: 'answers' | 'nothing';
  /** Whether lines from a pipe are answered without a word; a person always sees the questions. */
  readonly isQuiet: boolean;
};

/** Whoever can answer questions on standard input. Lines are read as they are asked for, and the rest is left. */
export function openAsker({ streams, wanted, isQuiet }: Use): Asker {
  if (wanted === 'nothing') return NOBODY;
  if (canAsk(streams)) return person(streams);
  return bringsLines(streams.stdin) ? byLines(streams, isQuiet) : NOBODY;
}

const NOBODY: Asker = {
  by: 'nobody',
  ask: () => Promise.resolve({ kind: 'ended' }),
  show: () => undefined,
  close: () => undefined,
};

function person(streams: Streams): Asker {
  return {
    by: 'person',
    ask: async (question) => {
      const text = await ask(question);
      return text === undefined ? { kind: 'broken_off' } : { kind: 'text', text };
    },
    show: (text) => {
      const reader = readerOf(streams, 'stderr');
      const lines = text.split('\n').flatMap((line) => {
        const clean = sanitize(line);
        return reader.kind === 'pipe' ? [clean] : wrapWords(clean, reader.width);
      });
      writeText(streams.stderr, `${lines.join('\n')}\n`);
    },
    close: () => undefined,
  };
}

function byLines(streams: Streams, isQuiet: boolean): Asker {
  const lines = linesOf(streams.stdin, new AbortController().signal);
  let isOver = false;
  const show = (text: string): void => {
    if (!isQuiet && !isOver) writeText(streams.stderr, `${text.split('\n').map(sanitize).join('\n')}\n`);
  };
  return {
    by: 'lines',
    ask: async ({ text, fallback, echo }) => {
      const offered = echo === 'hidden' ? 'keep' : fallback;
      show(fallback === undefined ? `${text}:` : `${text} [${offered}]:`);
      const line = await lines.next();
      isOver = line === undefined;
      return line === undefined ? { kind: 'ended' } : { kind: 'text', text: line || (fallback ?? '') };
    },
    show,
    close: () => lines.close(),
  };
}

/** An empty file and a device such as /dev/null, as cron and systemd give it, bring nothing. */
function bringsLines(fd: number): boolean {
  const stats = fstatSync(fd);
  return stats.isFile() ? stats.size > 0 : stats.isFIFO() || stats.isSocket();
}
