import assert from 'node:assert/strict';
import { test } from 'node:test';
import { say } from '../../../src/core/text/sentence.ts';
import type { LogEntry } from '../../../src/terminal/log/log-format.ts';
import { createOutput } from '../../../src/terminal/log/output.ts';
import { entryOf } from '../../helpers/log-entry.ts';

const NOW = Date.UTC(2026, 10, 22, 18, 4, 5);

test('a log file gets every line down to debug, also under --quiet, clean and with its time', () => {
  const kept: LogEntry[] = [];
  const append = (entries: readonly LogEntry[]): undefined => void kept.push(...entries);
  const output = createOutput({ quiet: true, verbosity: 0, json: false, now: () => NOW, logFiles: [{ append }] });
  output.log('debug', say`[PlexSync] Tide\u0007 tables`);
  output.log('error', say`[PlexSync] Storm`);
  assert.deepEqual(kept, [
    { ...entryOf('[PlexSync] Tide  tables', NOW), level: 'debug' },
    { ...entryOf('[PlexSync] Storm', NOW), level: 'error' },
  ]);
  assert.equal(output.end(0), 0);
});

test('a log file that fails does not keep the line from the next one', () => {
  const kept: string[] = [];
  const output = createOutput({
    quiet: true,
    verbosity: 0,
    json: false,
    now: () => NOW,
    logFiles: [
      { append: () => 'The log file is gone' },
      { append: (entries) => void kept.push(...entries.map(({ line }) => line)) },
    ],
  });
  output.log('info', say`[PlexSync] Tide`);
  assert.equal(output.end(0), 0);
  assert.deepEqual(kept, ['[PlexSync] Tide']);
});
