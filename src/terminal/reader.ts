import { fstatSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Streams } from './streams.ts';

/** What a part of a result means, for those who see colours; it is always said in words too. */
export type Style = 'good' | 'warning' | 'bad' | 'head' | 'dim' | 'added' | 'removed';

/** Gives a text the look of its meaning. */
export type Paint = (style: Style, text: string) => string;

/** Who reads a stream: a person at a terminal of `width` columns, or another program. `paint` where colours are wanted. */
export type Reader = ({ readonly kind: 'person'; readonly width: number } | { readonly kind: 'pipe' }) & {
  readonly paint?: Paint | undefined;
};

/** Whether a person reads this stream. What knows for sure takes Node some milliseconds to load. */
export function isTerminal(fd: number): boolean {
  return mayBeTerminal(fd) && isatty(fd);
}

/** A closed stream is no terminal, nor is a pipe, a file, or /dev/null, where many cron lines send it. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stream = fstatSync(fd);
    if (!stream.isCharacterDevice()) return false;
    return process.platform === 'win32' || stream.rdev !== statSync('/dev/null').rdev;
  } catch {
    return false;
  }
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
