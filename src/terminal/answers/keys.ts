import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** What came for a question: a key or a line, the end of the input, or a signal. */
export type Reply =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'ended' }
  | { readonly kind: 'stopped'; readonly signal: NodeJS.Signals };

/** `next` calls `ask` once it hears what is answered. */
export type Source = { next(ask: () => void): Promise<Reply>; close(): void };

/** What a terminal's input does. */
export type Keyboard = Readable & { setRawMode(mode: boolean): unknown };

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/**
 * One key at a time: what is pressed before a question stands there, or behind its answer, is for what nobody has seen
 * yet, and dropped. Raw mode all along hears Ctrl-C as a key, also while something is done.
 */
export function keysOf(stdin: Keyboard, aborted: AbortSignal): Source {
  let hear: ((reply: Reply) => void) | undefined;
  let isOver = false;
  const onData = (chunk: string): void => {
    const reply = replyTo(chunk);
    if (hear !== undefined) hear(reply);
    else if (reply.kind === 'stopped') process.kill(process.pid, reply.signal);
  };
  const end = (): void => {
    isOver = true;
    hear?.({ kind: 'ended' });
  };
  stdin.setEncoding('utf8').on('data', onData).on('end', end).on('close', end).on('error', end);
  aborted.addEventListener('abort', end);
  stdin.setRawMode(true);
  return {
    next: async (ask) => {
      // Two turns of the event loop, so that it has read what was pressed by now.
      await setImmediate();
      await setImmediate();
      if (isOver) return { kind: 'ended' };
      ask();
      return await new Promise<Reply>((resolve) => {
        hear = (reply) => {
          hear = undefined;
          resolve(reply);
        };
      });
    },
    close: () => {
      aborted.removeEventListener('abort', end);
      stdin.off('data', onData).off('end', end).off('close', end);
      stdin.setRawMode(false);
      stdin.pause();
      stdin.off('error', end);
    },
  };
}

function replyTo(chunk: string): Reply {
  const [first = ''] = chunk;
  if (chunk.includes(CTRL_C)) return { kind: 'stopped', signal: 'SIGINT' };
  if (first === CTRL_D) return { kind: 'ended' };
  return { kind: 'key', key: first === ESC ? 'Esc' : first.trim() };
}

const ESC = '\u001b';
