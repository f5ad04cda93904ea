import { ours } from '../../src/core/text/sentence.ts';
import type { LogEntry } from '../../src/terminal/log/log-format.ts';

/** A line of the log that says nothing about anybody. */
export function entryOf(line: string, at: number): LogEntry {
  return { level: 'info', line, said: ours(line), at, about: 'work' };
}
