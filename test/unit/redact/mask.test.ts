import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PersonalKind } from '../../../src/core/text/sentence.ts';
import type { Masker } from '../../../src/redact/mask.ts';
import { createMasker } from '../../../src/redact/mask.ts';
import { suspectSpans } from '../../../src/redact/mask-patterns.ts';

const digest = (text: string): string => createHmac('sha256', 'a key of this test').update(text).digest('hex');
const MASK = /(?:token|host|address|path|title|name|user|text)-[0-9a-f]{4,}/g;

type Known = readonly (readonly [kind: PersonalKind, text: string])[];

function maskerFor(texts: readonly string[], known: Known): Masker {
  const masker = createMasker(texts, digest);
  for (const [kind, text] of known) masker.learn(kind, text);
  return masker;
}

function masked(text: string, known: Known = []): string {
  return maskerFor([text], known).mask(text);
}

/** The masks with their digests taken out, for expectations that can be read. */
function shape(text: string, known: Known = []): string {
  return masked(text, known).replace(MASK, (mask) => mask.replace(/-.*/, '#'));
}

test('what is known is masked wherever it stands, whatever parts its words', () => {
  const known: Known = [
    ['title', 'Harbour Lights'],
    ['name', 'Ada Quay'],
    ['path', '/srv/films/North Quay/lantern-row.mp4'],
  ];
  assert.equal(shape('Found: Harbour Lights (ada quay)', known), 'Found: title# (name#)');
  assert.equal(shape('harbour.lights, HARBOUR  LIGHTS', known), 'title#, title#');
  assert.equal(shape('looking for lantern-row.mp4 in North Quay', known), 'looking for path#.mp4 in path#');
});

test('the same word has the same mask in one report, also as a part of a path', () => {
  const text = '/films/pier/a.mp4 and /films/quay/a.mp4: pier';
  const [films, pier, a, films2, quay, a2, pier2] = masked(text, [['path', '/films/pier']]).match(MASK) ?? [];
  assert.deepEqual([films, a, pier], [films2, a2, pier2]);
  assert.notEqual(pier, quay);
});

test('what looks personal is masked though nobody knows it', () => {
  for (const [text, expected] of [
    ['Plex at http://plex.lan:32400 did not answer', 'Plex at http://host#:32400 did not answer'],
    ['https://me:pw@quay.example/lib/1?X-Plex-Token=abc', 'https://host#/path#/path#?…'],
    ['file:///home/ada/x.js:3', 'file:///path#/path#/path#'],
    ['connect ECONNREFUSED 192.168.1.20:32400', 'connect ECONNREFUSED address#:32400'],
    ['peer [fe80::1%eth0]:443 and ::ffff:10.0.0.1', 'peer address#:443 and address#'],
    ['hardware 0a:1b:2c:3d:4e:5f', 'hardware address#'],
    ['no route to nas.quay.example', 'no route to host#'],
    ['nas:8096 refused', 'host#:8096 refused'],
    ['mail ada@quay.example now', 'mail user# now'],
    ['token=x1 and "apikey": "y2"', 'token=token# and "text#": "token#"'],
    ['Authorization: Bearer zz.yy', 'Authorization: token# token#'],
    ['key 9f8e7d6c5b4a39281706 end', 'key token# end'],
    ['in /srv/a b/c d.mkv it is', 'in /path#/path#/path#.mkv it is'],
    ['C:\\Films\\Ada\\pier.mp4 gone', 'path#\\path#\\path#\\path#.mp4 gone'],
    ['\\\\nas\\films is away', '\\\\path#\\path# is away'],
    ['file pier.mp4 is new', 'file path#.mp4 is new'],
    [
      `LOW confidence match for 'pier': 2 found - 'a', 'b'`,
      `LOW confidence match for 'text#': 2 found - 'text#', 'text#'`,
    ],
    [`Left 'The Sailors' Rest' alone`, `Left 'text#' alone`],
    [`'It's Tide' kept`, `'text#' kept`],
    ['no library “Films” there', 'no library “text#” there'],
  ] as const)
    assert.equal(shape(text), expected, text);
});

test('what says nothing about anybody stays readable', () => {
  for (const text of [
    'Job 12 failed (attempt 2/6), retry in 10.3s: Plex answered 500 while writing the item',
    'Circuit breaker OPENED after 5 consecutive failures',
    'the token of the server’s owner, since it’s late',
    'Authentication failed: Unauthorized',
    'Stopped at 12:34:56, code plex_unavailable (401)',
    'See: plexsync dlq list',
    'tried at 2026-11-22T18:00:00Z, again at 2026-11-22T18:00:30.250+01:00',
    'The report was written to rep.md, the counts to plexsync.prom',
  ])
    assert.equal(masked(text, [['path', '/home/plexsync/12']]), text);
});

test('a time or a file name with a personal word in it is masked there', () => {
  assert.equal(
    shape('written to pier.md, not to nas.quay.md', [['title', 'Pier']]),
    'written to title#.md, not to host#',
  );
});

test('where two words overlap, the longer one says what is masked', () => {
  const known: Known = [
    ['title', 'Ada Quay'],
    ['name', 'Quay Row Films'],
  ];
  assert.equal(shape('by Ada Quay Row Films', known), 'by name#');
});

test('a title of plain words is masked, and one with a slash is no path of which each part is known', () => {
  assert.equal(shape('Found: Data', [['title', 'Data']]), 'Found: title#');
  assert.equal(shape('the pier is wet', [['title', 'Night / Pier']]), 'the pier is wet');
});

test('with an unmatched quote everything up to the last one is masked', () => {
  assert.equal(shape(`was '?'!' before`), `was 'text#' before`);
});

test('a text of blanks has nothing to mask', () => {
  assert.equal(maskerFor([], []).maskAs('title', '  '), '  ');
});

test('a mask is no longer than it has to be, and never one for two words', () => {
  const words = Array.from({ length: 2_000 }, (_, index) => `quay ${index}x`);
  const masker = maskerFor(
    words,
    words.map((word) => ['title', word] as const),
  );
  const masks = words.map((word) => masker.mask(word));
  assert.equal(new Set(masks).size, words.length);
  assert.deepEqual(masker.counts(), { title: 2_000 });
});

const KINDS = ['host', 'title', 'name', 'user', 'text'] as const;
const word = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{3,11}$/),
  fc.stringMatching(/^[äöüßéøæñ]{4,9}$/),
  fc.stringMatching(/^[灯台港夜]{2,4}$/),
  fc.constant('Café'.normalize('NFD')),
);
const phrase = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
const noise = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(`'`, '"', '/', '\\', '://', ': ', ' (attempt 1/6) ', '@', '=', '.mp4', ':32400', '[PlexSync]'),
);
const EDGE = fc.constantFrom(' ', '/', '.', '"', `'`, ':', '(', '_', '-', '\\', '=');

/** What is left of a text besides masks, as one would search it. */
const residue = (text: string): string => text.replace(MASK, '\0').normalize('NFC').toLowerCase();

test('no known title, name, host or user survives, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...KINDS), phrase, noise, EDGE, EDGE)), (parts) => {
      const text = parts.map(([, secret, around, left, right]) => around + left + secret + right).join('');
      const shown = residue(
        masked(
          text,
          parts.map(([kind, secret]) => [kind, secret] as const),
        ),
      );
      for (const [, secret] of parts) {
        if (['plexsync', 'attempt'].includes(secret.toLowerCase())) continue;
        assert.ok(!shown.includes(residue(secret)), `${secret} in ${shown}`);
      }
    }),
    { numRuns: 500 },
  );
});

test('no segment of a known path survives', () => {
  const path = fc.array(phrase, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join('/')}.mp4`);
  fc.assert(
    fc.property(fc.array(fc.tuple(path, noise, EDGE, EDGE, fc.nat(3))), (parts) => {
      const text = parts
        .map(([file, around, left, right, skip]) => around + left + file.split('/').slice(skip).join('/') + right)
        .join('');
      const shown = residue(
        masked(
          text,
          parts.map(([file]) => ['path', file] as const),
        ),
      );
      for (const segment of parts.flatMap(([file]) => file.replace('.mp4', '').split('/').filter(Boolean)))
        assert.ok(!shown.includes(residue(segment)), `${segment} in ${shown}`);
    }),
    { numRuns: 500 },
  );
});

test('a token is masked also in the middle of a word', () => {
  const token = fc.stringMatching(/^[A-Za-z0-9_-]{10,24}$/);
  fc.assert(
    fc.property(token, noise, noise, (secret, before, after) => {
      const shown = residue(masked(`${before}x${secret}y${after}`, [['token', secret]]));
      assert.ok(!shown.includes(secret.toLowerCase()), shown);
    }),
  );
});

test('no address, mail or web address survives, known or not', () => {
  const secret = fc.oneof(
    fc.ipV4(),
    fc.ipV6().filter((address) => address.length > 6),
    fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }),
    fc.emailAddress(),
    fc.uuid(),
    fc.stringMatching(/^[0-9a-f]{40}$/),
  );
  fc.assert(
    fc.property(secret, fc.constantFrom(' ', ': ', '=', '(', ', '), (text, left) => {
      assert.ok(!residue(masked(`at ${left}${text} while`)).includes(text.toLowerCase()), masked(`at ${left}${text}`));
    }),
    { numRuns: 500 },
  );
});

test('masking takes time in proportion to the text', () => {
  for (const text of [
    '/'.repeat(4_000),
    `'a`.repeat(2_000),
    'a.'.repeat(2_000),
    'x://'.repeat(1_000),
    ':1'.repeat(2_000),
  ])
    masked(text);
});

test('a mail address whose name is all signs and whose host reads like a file is masked', () => {
  assert.doesNotMatch(masked(`at '@a.db while`), /a\.db/);
});

test('a long run of one kind of sign is looked through in time linear in its length', { timeout: 30_000 }, () => {
  const runs = [
    'a',
    '/',
    'a/',
    '.',
    'a.',
    ':',
    "'",
    " 'a",
    '"',
    '“a',
    '1.',
    '@',
    '-',
    ' ',
    'C:\\',
    'é',
    '`a',
    'a+',
    '/a.mp',
    '\n',
  ];
  // In quadratic time one of these would take minutes.
  for (const run of runs) suspectSpans(run.repeat(300_000 / run.length));
});
