import { isatty } from 'node:tty';
import type { Streams } from './streams.ts';

/** Who reads a stream: a person, at a terminal that is `width` columns wide, or another program. */
export type Reader = { readonly kind: 'person'; readonly width: number } | { readonly kind: 'pipe' };

/** Whether a person is at the other end of a stream. */
export function isTerminal(fd: number): boolean {
  return isatty(fd);
}

/** Who reads this stream now. A terminal is that of the process: no other is ever handed to a command. */
export function readerOf(streams: Streams, stream: 'stdout' | 'stderr'): Reader {
  return isTerminal(streams[stream]) ? { kind: 'person', width: widthOf(process[stream]) } : { kind: 'pipe' };
}

/** Columns of a terminal; one that does not know its size (a serial line says 0) is taken for the usual 80. */
export function widthOf(stream: { readonly columns?: number }): number {
  return stream.columns !== undefined && stream.columns > 0 ? stream.columns : USUAL_WIDTH;
}

const USUAL_WIDTH = 80;
