import { unreachable } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import type { Paint, Style } from '../reader.ts';
import { utcTime } from '../time.ts';

export type Level = 'debug' | 'info' | 'warning' | 'error';

/** One line of the log, as the command wrote it, without control characters. */
export type LogEntry = {
  readonly level: Level;
  readonly line: string;
  /** The same, with what is personal in it still told apart. */
  readonly said: Sentence;
  /** Epoch ms. */
  readonly at: number;
  /** `usage_error`: what a person typed or set cannot work; a report has no use for it. */
  readonly about: 'work' | 'usage_error';
};

/**
 * How log lines are written to stderr: for a person, one line a scene wherever it goes, the guide’s lines without colours, for a program, for Stash's plugin log.
 */
export const LOG_FORMATS = ['pretty', 'brief', 'plain', 'json', 'stash'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Formats a log line, without its line break; `paint` adds colours for a person. */
export function formatEntry(entry: LogEntry, format: LogFormat, paint: Paint | undefined): string {
  const { level, line, at } = entry;
  switch (format) {
    case 'pretty':
      return paint === undefined ? line : paintLine(paint, level, line);
    case 'brief':
    case 'plain':
      return line;
    case 'json':
      return JSON.stringify({ time: utcTime(at), level, ...partsOf(line) });
    case 'stash':
      return `\u0001${STASH_LETTERS[level]}\u0002${cutToBytes(line, STASH_LONGEST_LINE)}`;
    default:
      return unreachable(format);
  }
}

/** Splits `[PlexSync Worker] Job 1 completed` into its component and its message. */
function partsOf(line: string): { component: string; message: string } {
  const prefix = /^\[PlexSync(?: (\w+))?\] /.exec(line);
  return { component: prefix?.[1]?.toLowerCase() ?? 'main', message: line.slice(prefix?.[0].length ?? 0).trim() };
}

/** Stash's levels; it also knows `t` for trace, which we do not have. */
const STASH_LETTERS: Readonly<Record<Level, string>> = { debug: 'd', info: 'i', warning: 'w', error: 'e' };
/** After a line of 64 KiB, Stash stops reading for good. */
const STASH_LONGEST_LINE = 60_000;

function cutToBytes(text: string, limit: number): string {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= limit) return text;
  return Buffer.from(text)
    .subarray(0, limit)
    .toString()
    .replace(/\ufffd+$/, '');
}

const STYLES: Readonly<Record<Level, Style | undefined>> = {
  debug: 'dim',
  info: undefined,
  warning: 'warning',
  error: 'bad',
};

/** The signs of scene lines that go well; those of the others take the colour of their level. */
const GOOD_SIGN = '✓';

/** Paints a log line by its level. */
function paintLine(paint: Paint, level: Level, line: string): string {
  const style = STYLES[level];
  if (style !== undefined) return paint(style, line);
  return line.startsWith(`${GOOD_SIGN} `) ? `${paint('good', GOOD_SIGN)}${line.slice(GOOD_SIGN.length)}` : line;
}
