/** What stands on a real terminal, and what a pipe gets. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { linesSeen, runAtTerminal } from '../helpers/terminal.ts';

const CHILD = fileURLToPath(new URL('../helpers/children/terminal-child.ts', import.meta.url));
const WIDE = { columns: 100, rows: 24 };
const NARROW = { columns: 40, rows: 10 };

const atTerminal = (task: string, size = WIDE): string =>
  runAtTerminal(`'${process.execPath}' '${CHILD}' ${task}`, size);
const onPipe = (task: string) => spawnSync(process.execPath, [CHILD, task], { encoding: 'utf8' });

const WORK_LINES = [1, 2, 3].flatMap((job) => [`[PlexSync Worker] Job ${job} completed`, `result ${job}`]);

test('the progress line stays below what is written, and is gone at the end', () => {
  for (const size of [WIDE, NARROW]) {
    const sent = atTerminal('work', size);
    assert.match(sent, /1\/3 {2}33% {2}60\/min {2}ETA 2s/);
    assert.deepEqual(linesSeen(sent, size.columns).filter(Boolean), [...WORK_LINES, 'the end']);
  }
});

test('the progress line names the scene, cut where the terminal ends', () => {
  assert.match(atTerminal('work'), /A very long walk along the new pier/);
  const narrow = atTerminal('work', { columns: 48, rows: 10 });
  assert.match(narrow, /ETA 2s {2}A very long walk a…/);
});

test('a process that is killed leaves the cursor where the line ends, and shown', () => {
  const sent = atTerminal('be-killed');
  assert.ok(!sent.includes('\u001b[?25l'));
  assert.match(linesSeen(sent, WIDE.columns).at(-1) ?? '', /2\/3/);
});

test('a live screen draws over itself and leaves what stood above and the last block', () => {
  for (const size of [WIDE, NARROW]) {
    assert.deepEqual(linesSeen(atTerminal('watch', size), size.columns), ['before', 'pending  0', 'after']);
  }
});

test('a live screen never draws more lines than the terminal has', () => {
  const sent = atTerminal('watch', NARROW);
  assert.match(sent, /line 8/);
  assert.doesNotMatch(sent, /line 9/);
});

test('a live screen on a pipe writes its blocks one after the other, an empty line between', () => {
  const { stdout } = onPipe('watch');
  assert.ok(!stdout.includes('\u001b'));
  assert.match(
    stdout,
    /^before\npending\t52\ndata dir\t\/srv\/gardens\/along.*\n\npending\t12\ndata dir\t\/srv\/gardens\n\n/,
  );
});

test('a reader is a person at a terminal of its width, of the usual width where it says none, or a pipe', () => {
  assert.match(atTerminal('reader', NARROW), /"person","width":40/);
  assert.match(atTerminal('reader', { columns: 0, rows: 0 }), /"person","width":80/);
  assert.match(onPipe('reader').stdout, /"pipe"/);
});

test('a terminal that does not know its width still gets a progress line', () => {
  const sent = atTerminal('work', { columns: 0, rows: 0 });
  assert.deepEqual(linesSeen(sent, 80).filter(Boolean), [...WORK_LINES, 'the end']);
});

test('log lines come in the format that was asked for, without control characters of others', () => {
  assert.equal(
    onPipe('pretty').stderr,
    'painted [PlexSync] Tide  [31m tables\npainted [PlexSync Worker] Job 1 released\n',
  );
  assert.equal(onPipe('plain').stderr, '[PlexSync] Tide  [31m tables\n[PlexSync Worker] Job 1 released\n');
  assert.equal(
    onPipe('stash').stderr,
    '\u0001d\u0002[PlexSync] Tide  [31m tables\n\u0001w\u0002[PlexSync Worker] Job 1 released\n',
  );
  const documents = onPipe('json')
    .stderr.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(documents, [
    { time: '2026-11-22T18:04:05.000Z', level: 'debug', component: 'main', message: 'Tide  [31m tables' },
    { time: '2026-11-22T18:04:05.000Z', level: 'warning', component: 'worker', message: 'Job 1 released' },
  ]);
});
