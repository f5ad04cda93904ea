import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPaint } from '../../../src/terminal/palette.ts';
import { renderFields, renderTable } from '../../../src/terminal/table.ts';
import { displayWidth } from '../../../src/terminal/width.ts';

const HEAD = ['ID', 'SCENE', 'ERROR', 'FAILED', 'RETRIES', 'MESSAGE'];
const ROW = [
  12,
  4711,
  'PlexNotFound',
  '2026-11-22 18:04:05 +01:00',
  12,
  'No item has the file /media/North Quay/lantern-row.mp4',
];
const person = (width: number) => ({ kind: 'person', width }) as const;

test('a table is as wide as its content, whatever room there is', () => {
  const rows = [
    [1, 'Lantern Row'],
    [22, 'Pier'],
  ];
  assert.equal(renderTable(['ID', 'TITLE'], rows, person(200)), 'ID  TITLE\n1   Lantern Row\n22  Pier');
});

test('where it is too wide the texts are cut, and numbers, times and names of errors are not', () => {
  const [head, row] = renderTable(HEAD, [ROW], person(100)).split('\n');
  assert.equal(head, 'ID  SCENE  ERROR         FAILED                      RETRIES  MESSAGE');
  assert.equal(
    row,
    '12  4711   PlexNotFound  2026-11-22 18:04:05 +01:00  12       No item has the file /media/North Qua…',
  );
});

test('the widest of several texts gives way first', () => {
  const rows = [['/media/a b.mp4', 'a very long title indeed, for a very small pier']];
  assert.equal(
    renderTable(['FILE', 'TITLE'], rows, person(40)),
    'FILE            TITLE\n/media/a b.mp4  a very long title indee…',
  );
});

test('at 40 columns six columns become a block for each row', () => {
  assert.equal(
    renderTable(HEAD, [ROW, [3, 7, 'PlexRejected', '-', 0, 'Plex answered 400']], person(40)),
    [
      'ID       12',
      'SCENE    4711',
      'ERROR    PlexNotFound',
      'FAILED   2026-11-22 18:04:05 +01:00',
      'RETRIES  12',
      'MESSAGE  No item has the file',
      '         /media/North',
      '         Quay/lantern-row.mp4',
      '',
      'ID       3',
      'SCENE    7',
      'ERROR    PlexRejected',
      'FAILED   -',
      'RETRIES  0',
      'MESSAGE  Plex answered 400',
    ].join('\n'),
  );
});

test('columns stay in line behind wide letters, emoji and marks', () => {
  const rows = [
    ['ab', 'x'],
    ['港', 'y'],
    ['🌊', 'z'],
    ['e\u0301', 'é'],
  ];
  assert.equal(renderTable(['A', 'B'], rows, person(80)), 'A   B\nab  x\n港  y\n🌊  z\ne\u0301   é');
});

test('a pipe gets every value whole, tab-separated and without a head', () => {
  assert.equal(renderTable(HEAD, [ROW], { kind: 'pipe' }), ROW.join('\t'));
  assert.equal(renderTable(['A', 'B'], [['a\tb\nc', 'd']], { kind: 'pipe' }), 'a b c\td');
});

test('more rows than are drawn at once stay one table', () => {
  const rows = Array.from({ length: 250 }, (_, index) => [index + 1, `Pier ${index + 1}`, 'sea']);
  const lines = renderTable(['ID', 'TITLE', 'TAG'], rows, person(80)).split('\n');
  assert.equal(lines.length, 251);
  assert.deepEqual(new Set(lines.map((line) => line.search(/TAG|sea/))), new Set([15]));
});

test('named values stand below each other, and a long one goes on in the next line', () => {
  const fields = [
    ['pending', 12],
    ['  due', 3],
    ['data dir', '/srv/gardens and harbours/plexsync (from --data-dir)'],
  ] as const;
  assert.equal(
    renderFields(fields, person(40)),
    [
      'pending   12',
      '  due     3',
      'data dir  /srv/gardens and',
      '          harbours/plexsync (from',
      '          --data-dir)',
    ].join('\n'),
  );
  assert.equal(
    renderFields(fields, { kind: 'pipe' }),
    'pending\t12\ndue\t3\ndata dir\t/srv/gardens and harbours/plexsync (from --data-dir)',
  );
});

const anyCell = fc.oneof(
  fc.integer(),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '2026-11-22 18:04:05 +01:00',
    '港の灯台 🌊🌊🌊',
    'ร้าน ❤️',
    'LowConfidenceMatch',
    '/media/a/b/c.mp4',
    '\u{f0001}',
  ),
);

test('no line is ever wider than the terminal', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 120 }),
      fc
        .integer({ min: 1, max: 7 })
        .chain((columns) => fc.array(fc.array(anyCell, { minLength: columns, maxLength: columns }), { maxLength: 6 })),
      (width, rows) => {
        const head = (rows[0] ?? []).map((_, index) => `COLUMN ${index}`);
        const text = renderTable(head, rows, person(width));
        for (const line of text.split('\n')) assert.ok(displayWidth(line) <= width, line);
      },
    ),
  );
});

test('a path is cut in its middle, so that the file name stays', () => {
  const rows = [[1, '/media/North Quay/2024/some longer folder/lantern-row.mp4']];
  const [, row] = renderTable(['ID', 'PATH'], rows, person(44)).split('\n');
  assert.equal(row, '1   /media/North Quay/2024/…/lantern-row.mp4');
});

test('columns with a rank go before texts are cut to a few words, the lowest first', () => {
  const head = ['SCENE', { name: 'BY', rank: 1 }, { name: 'PATH', rank: 2 }, 'WHY'];
  const rows = [
    [7, 'process, cron', '/media/pier/a-file-of-the-harbour.mp4', 'it is not in Plex yet, and waits for its scan'],
  ];
  assert.match(renderTable(head, rows, person(140)), /^SCENE {2}BY +PATH +WHY\n/);
  assert.match(renderTable(head, rows, person(70)), /^SCENE {2}PATH +WHY\n/);
  assert.match(renderTable(head, rows, person(55)), /^SCENE {2}WHY\n/);
  assert.match(renderTable(head, rows, person(40)), /^SCENE {2}7\nBY {5}process, cron\nPATH {3}/, 'upright');
});

test('a meaning is painted after the text is cut, in tables, fields and pipes alike', () => {
  const paint = createPaint();
  const bad = paint('bad', 'failure');
  const cell = { text: 'failure', style: 'bad' } as const;
  assert.equal(renderTable(['A'], [[cell]], { ...person(80), paint }), `${paint('head', 'A')}\n${bad}`);
  assert.equal(renderFields([['a', cell]], { ...person(80), paint }), `a  ${bad}`);
  assert.equal(renderTable(['A'], [[cell]], { kind: 'pipe', paint }), bad);
  assert.equal(renderTable(['A'], [[cell]], { kind: 'pipe' }), 'failure');
});
