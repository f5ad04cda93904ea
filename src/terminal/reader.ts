import { isatty } from 'node:tty';

/** Who reads a stream: a person, at a terminal that is `width` columns wide, or another program. */
export type Reader = { readonly kind: 'person'; readonly width: number } | { readonly kind: 'pipe' };

/** Whether a person is reading this stream. */
export function isTerminal(stream: 'stdout' | 'stderr'): boolean {
  return isatty(stream === 'stdout' ? 1 : 2);
}

/** Who reads this stream now; a terminal may be resized, so ask again before each drawing. */
export function readerOf(stream: 'stdout' | 'stderr'): Reader {
  return isTerminal(stream) ? { kind: 'person', width: widthOf(process[stream]) } : { kind: 'pipe' };
}

/** Columns of a terminal; one that does not know its size (a serial line says 0) is taken for the usual 80. */
export function widthOf(stream: { readonly columns?: number }): number {
  return stream.columns !== undefined && stream.columns > 0 ? stream.columns : USUAL_WIDTH;
}

const USUAL_WIDTH = 80;
