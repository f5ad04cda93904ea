import { closeSync, constants, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Piece } from '../../core/text/sentence.ts';
import { mapPieces, pieceText } from '../../core/text/sentence.ts';
import { KEPT_LOG } from '../../terminal/log/log-file.ts';
import type { ReportEntry } from '../../terminal/log/report-log.ts';
import { REPORT_LOG, readReportEntry } from '../../terminal/log/report-log.ts';
import { localTime } from '../../terminal/time.ts';
import type { ReportLine } from './report-text.ts';

/** The log for reports in the data directory and the one before it; newest last. */
const LOG_FILES = [`${REPORT_LOG}.1`, REPORT_LOG];
const LINES_SHOWN = 200;
/** 200 lines are a tenth of it. */
const TAIL_BYTES = 512 * 1024;
/** No line of ours is longer; looking through one takes time in proportion to its length. */
const LONGEST_LINE = 2_000;

/** An earlier version kept plain sentences, in which what is personal is not marked. */
const OLDER_LOG: ReportLine = [
  '(left out: the log of an earlier version, which does not tell what is personal; run plexsync again, then report)',
];

/** The last lines of the log, whole ones only, each with its parts told apart. @throws what the file system says, but for a file that is not there. */
export function readLogTail(dataDir: string): readonly ReportLine[] {
  const lines = LOG_FILES.flatMap((name) => tailOf(join(dataDir, name)).split('\n'));
  const entries = lines.flatMap((line) => (line === '' ? [] : (readReportEntry(line) ?? [])));
  if (entries.length === 0 && existsSync(join(dataDir, KEPT_LOG))) return [OLDER_LOG];
  return entries.slice(-LINES_SHOWN).map(toLine);
}

function toLine({ at, level, pieces }: ReportEntry): ReportLine {
  return [`${localTime(at)} ${level} `, ...cut(pieces)];
}

function cut(pieces: readonly Piece[]): readonly Piece[] {
  let left = LONGEST_LINE;
  const shortened = mapPieces({ pieces }, (piece) => {
    const text = pieceText(piece).slice(0, left);
    left -= text.length;
    return text;
  });
  return shortened.pieces.filter((piece) => pieceText(piece) !== '');
}

function tailOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw thrown;
  }
  try {
    const { size } = fstatSync(handle);
    const from = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - from);
    const text = buffer.toString('utf8', 0, readSync(handle, buffer, 0, buffer.length, from));
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    closeSync(handle);
  }
}
