import type { LogEntry } from './log-format.ts';

/** A destination of the log besides stderr. */
export type LogSink = {
  /** Keeps entries, in one write; the first failure returns a sentence for the person. Never throws. */
  append(entries: readonly LogEntry[]): string | undefined;
};

/** Holds entries back, so that the log files are opened and written once for many of them. */
export type LogBuffer = {
  /** Adds an entry; a warning or an error is written at once, with all that waits. */
  add(entry: LogEntry): void;
  /** Writes what waits. */
  flush(): void;
};

/** What a kill may cost. */
const LONGEST_WAIT_MS = 1_000;
const MOST_ENTRIES = 1_000;

/** `tell` gets the sentence of a file that cannot be written. */
export function createLogBuffer(files: readonly LogSink[], tell: (complaint: string) => void): LogBuffer {
  let waiting: LogEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const entries = waiting;
    waiting = [];
    if (entries.length === 0) return;
    for (const file of files) {
      const complaint = file.append(entries);
      if (complaint !== undefined) tell(complaint);
    }
  };
  return {
    add: (entry) => {
      if (files.length === 0) return;
      waiting.push(entry);
      const isUrgent = entry.level === 'warning' || entry.level === 'error';
      if (isUrgent || waiting.length >= MOST_ENTRIES) flush();
      else timer ??= setTimeout(flush, LONGEST_WAIT_MS);
    },
    flush,
  };
}
