import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { localTime } from '../time.ts';
import type { LogSink } from './log-buffer.ts';
import type { LogEntry } from './log-format.ts';
import { REPORT_LOG, toReportEntry } from './report-log.ts';

/** The log that every data directory keeps; a report quotes its end. */
export const KEPT_LOG = 'plexsync.log';

const MIB = 1_048_576;

export type RotatingLogOptions = {
  readonly path: string;
  /** At this size the file is renamed to `path.1`, the previous one to `path.2`, and so on. */
  readonly maxBytes: number;
  /** How many renamed files stay; at least 1. */
  readonly keep: number;
  /** Whether to tell the person when the file cannot be written. */
  readonly ifUnwritable: 'tell' | 'ignore';
  /** If set: nothing is written or created unless this file exists. */
  readonly onlyBeside?: string | undefined;
};

/** The log file a person asked for: 10 MiB, and five older ones. */
export function createLogFile(path: string): RotatingLog {
  return createRotatingLog({ path, maxBytes: 10 * MIB, keep: 5, ifUnwritable: 'tell' });
}

/**
 * The bounded logs of a data directory. They need a queue beside them, so that a foreign directory gets no file from us.
 * The log for reports has the same lines with their parts told apart, except for slips.
 */
export function createKeptLogs(dataDir: string): readonly LogSink[] {
  const kept = { keep: 1, ifUnwritable: 'ignore', onlyBeside: join(dataDir, 'queue.db') } as const;
  const report = createRotatingLog({ ...kept, path: join(dataDir, REPORT_LOG), maxBytes: MIB / 4 }, toReportEntry);
  return [
    createRotatingLog({ ...kept, path: join(dataDir, KEPT_LOG), maxBytes: MIB }),
    { append: (entries) => report.append(entries.filter(({ about }) => about !== 'usage_error')) },
  ];
}

export type RotatingLog = LogSink & {
  /** Why nothing could be written now, as a sentence for the person, unless it was told before. Creates nothing. */
  readonly check: () => string | undefined;
};

/**
 * A log file of bounded size, which several processes may write at once. It is opened for each write, so that a file may
 * be moved away at any time, and a command that logs nothing pays nothing.
 */
export function createRotatingLog(options: RotatingLogOptions, toLine = lineOf): RotatingLog {
  const { path, maxBytes, ifUnwritable, onlyBeside } = options;
  let isWanted = onlyBeside === undefined;
  let isTold = false;
  const complain = (what: string, thrown: unknown): string | undefined => {
    if (isTold || ifUnwritable === 'ignore') return undefined;
    isTold = true;
    const reason = (thrown as NodeJS.ErrnoException).code ?? String(thrown);
    return `[PlexSync] The log file ${path} ${what} (${reason}). The work goes on; check its directory and its rights.`;
  };
  return {
    check: () => {
      try {
        refuseUnwritable(path);
        return undefined;
      } catch (thrown) {
        return complain('cannot be written', thrown);
      }
    },
    append: (entries) => {
      isWanted ||= onlyBeside !== undefined && existsSync(onlyBeside);
      if (!isWanted || entries.length === 0) return undefined;
      let size: number;
      try {
        size = appendTo(path, Buffer.from(entries.map((entry) => `${toLine(entry)}\n`).join('')));
      } catch (thrown) {
        return complain('cannot be written', thrown);
      }
      try {
        if (size >= maxBytes) rotate(options);
      } catch (thrown) {
        // Another process was faster.
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        return complain('cannot be set aside and keeps growing', thrown);
      }
      return undefined;
    },
  };
}

function lineOf({ level, line, at }: LogEntry): string {
  return `${localTime(at)} ${level} ${line}`;
}

/** Throws what the system would throw on a write. */
function refuseUnwritable(path: string): void {
  const isThere = existsSync(path);
  const place = isThere ? path : dirname(path);
  if (statSync(place).isDirectory() === isThere)
    throw Object.assign(new Error(path), { code: isThere ? 'EISDIR' : 'ENOTDIR' });
  accessSync(place, isThere ? constants.W_OK : constants.W_OK | constants.X_OK);
}

/** O_NONBLOCK: a named pipe without a reader must not block the work. */
const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;
const OWNER_ONLY = 0o600;

/** Appends lines and returns the file's new size; 0 for something other than a file, which cannot be renamed. */
function appendTo(path: string, lines: Uint8Array): number {
  const written = appendOnce(path, lines);
  // Another process renamed and deleted the file between our open and our write: the lines would be lost.
  return written.isDeleted ? appendOnce(path, lines).size : written.size;
}

function appendOnce(path: string, lines: Uint8Array): { readonly size: number; readonly isDeleted: boolean } {
  const fd = openSync(path, APPEND, OWNER_ONLY);
  try {
    let rest = lines;
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
    const stats = fstatSync(fd);
    return { size: stats.isFile() ? stats.size : 0, isDeleted: stats.nlink === 0 };
  } finally {
    closeSync(fd);
  }
}

/** Renames the file, unless another process is doing so or has just done so: a small, new file stays. */
function rotate({ path, maxBytes, keep }: RotatingLogOptions): void {
  // For a symbolic link, the file it points to is renamed, and the link stays.
  const file = realpathSync(path);
  const lock = `${file}.lock`;
  if (!take(lock)) return;
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < maxBytes) return;
    for (let number = keep; number > 1; number--) {
      if (existsSync(`${file}.${number - 1}`)) renameSync(`${file}.${number - 1}`, `${file}.${number}`);
    }
    renameSync(file, `${file}.1`);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Renames take microseconds: a lock this old belongs to a process that died holding it. */
const STALE_LOCK_MS = 10_000;

/** Whether we got the lock. An abandoned one is removed, so that the next line finds it free. */
function take(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', OWNER_ONLY));
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    const takenAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    // The file system's clock, not the log's, which a test may have moved.
    if (takenAt !== undefined && Date.now() - takenAt > STALE_LOCK_MS) rmSync(lock, { force: true });
    return false;
  }
}
