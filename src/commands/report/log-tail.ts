import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { KEPT_LOG } from '../../terminal/log/log-file.ts';
import type { ReportLine } from './report-text.ts';

/** The log in the data directory and the one before it; newest last. */
const LOG_FILES = [`${KEPT_LOG}.1`, KEPT_LOG];
const LINES_SHOWN = 200;
/** 200 lines are a tenth of it. */
const TAIL_BYTES = 512 * 1024;
/** No line of ours is longer; looking through one takes time in proportion to its length. */
const LONGEST_LINE = 2_000;

/** The last lines of the log but for slips at the command line, whole ones only. @throws what the file system says, but for a file that is not there. */
export function readLogTail(dataDir: string): readonly string[] {
  const lines = LOG_FILES.flatMap((name) => tailOf(join(dataDir, name)).split('\n'));
  const whole = lines.map((line) => line.trimEnd().slice(0, LONGEST_LINE)).filter((line) => line !== '');
  return withoutComplaints(whole).slice(-LINES_SHOWN);
}

/** After the time and the level of a line. */
const COMPLAINT = /^\S+ \S+ \S+ error plexsync: /;
const BELOW_COMPLAINT = /^\S+ \S+ \S+ error {3}/;

/** A slip of the person at the command line tells nobody what went wrong, and a bug tells all: those stay. */
function withoutComplaints(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at + 1;
    if (COMPLAINT.test(lines[at] ?? '')) while (BELOW_COMPLAINT.test(lines[end] ?? '')) end += 1;
    const block = lines.slice(at, end);
    const isSlip = COMPLAINT.test(block[0] ?? '') && !block.some((line) => line.includes('This is a bug in plexsync'));
    if (!isSlip) kept.push(...block);
    at = end;
  }
  return kept;
}

function tailOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
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

/** A line with its time, level and component as they are, and the rest as text from outside. */
export function toReportLine(line: string): ReportLine {
  const [, head = '', rest = line] =
    /^(\d{4}-\d\d-\d\d[ T][\d:.]+(?: ?(?:[+-]\d\d:\d\d|Z))? +\w+ +(?:\[PlexSync(?: (?:Hook|Worker|Matcher))?\] )?)(.*)$/.exec(
      line,
    ) ?? [];
  return [head, { free: rest }];
}
