import { isatty } from 'node:tty';
import type { Streams } from './streams.ts';

/** Who reads a stream: a person at a terminal of `width` columns, or another program. */
export type Reader = { readonly kind: 'person'; readonly width: number } | { readonly kind: 'pipe' };

/** Whether a person reads this stream. */
export function isTerminal(fd: number): boolean {
  return isatty(fd);
}

/** Who reads this stream now; a terminal may be resized, so ask before each drawing. */
export function readerOf(streams: Streams, stream: 'stdout' | 'stderr'): Reader {
  return isTerminal(streams[stream]) ? { kind: 'person', width: widthOf(process[stream]) } : { kind: 'pipe' };
}

/** The columns of a terminal; if it does not know its size (a serial line reports 0), the usual 80. */
export function widthOf(stream: { readonly columns?: number }): number {
  return stream.columns !== undefined && stream.columns > 0 ? stream.columns : USUAL_WIDTH;
}

const USUAL_WIDTH = 80;
