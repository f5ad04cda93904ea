import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEntry } from '../../../src/terminal/log/log-format.ts';
import { formatEntry } from '../../../src/terminal/log/log-format.ts';
import { entryOf } from '../../helpers/log-entry.ts';

const ENTRY: LogEntry = {
  ...entryOf('[PlexSync Worker] Job 3 released', Date.UTC(2026, 10, 22, 18, 4, 5)),
  level: 'warning',
};
const inCapitals = (_level: string, line: string): string => line.toUpperCase();

test('pretty is painted, plain never is', () => {
  assert.equal(formatEntry(ENTRY, 'pretty', inCapitals), '[PLEXSYNC WORKER] JOB 3 RELEASED');
  assert.equal(formatEntry(ENTRY, 'pretty', undefined), ENTRY.line);
  assert.equal(formatEntry(ENTRY, 'plain', inCapitals), ENTRY.line);
});

test('json names time, level and component, and leaves the prefix out', () => {
  assert.equal(
    formatEntry(ENTRY, 'json', inCapitals),
    '{"time":"2026-11-22T18:04:05.000Z","level":"warning","component":"worker","message":"Job 3 released"}',
  );
  const componentOf = (line: string): unknown => JSON.parse(formatEntry({ ...ENTRY, line }, 'json', undefined));
  const rest = { time: '2026-11-22T18:04:05.000Z', level: 'warning' };
  assert.deepEqual(componentOf('[PlexSync] Done'), { ...rest, component: 'main', message: 'Done' });
  assert.deepEqual(componentOf('[PlexSync Hook] Done'), { ...rest, component: 'hook', message: 'Done' });
  assert.deepEqual(componentOf('  Run it again.'), { ...rest, component: 'main', message: 'Run it again.' });
});

test('stash gets its level bytes before each line', () => {
  const bytes = (['debug', 'info', 'warning', 'error'] as const).map((level) =>
    formatEntry({ ...ENTRY, level, line: 'Tide' }, 'stash', inCapitals),
  );
  assert.deepEqual(bytes, ['\u0001d\u0002Tide', '\u0001i\u0002Tide', '\u0001w\u0002Tide', '\u0001e\u0002Tide']);
});

test('no line for stash reaches the 64 KiB at which it stops reading, and none ends in half a sign', () => {
  for (const line of ['a'.repeat(70_000), '港'.repeat(30_000), `a${'🌊'.repeat(20_000)}`]) {
    const text = formatEntry({ ...ENTRY, line }, 'stash', undefined);
    assert.ok(Buffer.byteLength(text) <= 60_003);
    assert.ok(line.startsWith(text.slice(3)));
  }
});
