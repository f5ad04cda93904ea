/** What is told to somebody who is not at a screen: what is new and needs a person, the same once a day. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoticeMemory, Standing } from '../../../src/core/failures/notices.ts';
import { decideNotices, NOTHING_TOLD } from '../../../src/core/failures/notices.ts';

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;
const CALM: Standing = {
  now: NOW,
  letters: { byType: {}, lastId: 0 },
  outageSince: { plex: undefined, stash: undefined },
  stop: undefined,
};

/** Decides one standing after the other, and returns the kinds that were told. */
function kindsOf(standings: readonly Partial<Standing>[], from: NoticeMemory = NOTHING_TOLD): readonly string[][] {
  let memory = from;
  return standings.map((standing) => {
    const due = decideNotices({ ...CALM, ...standing }, memory);
    memory = due.reduce((soFar, { remember }) => remember(soFar), memory);
    return due.map(({ notice }) => `${notice.kind}${'server' in notice ? ` ${notice.server}` : ''}`);
  });
}

test('nothing is told of what is well', () => {
  assert.deepEqual(kindsOf([{}, {}]), [[], []]);
});

test('new letters are told together; the same types again after a day, and a new type at once', () => {
  const missing = { byType: { PlexNotFound: 3 }, lastId: 3 };
  const [due] = decideNotices({ ...CALM, letters: missing }, NOTHING_TOLD);
  assert.deepEqual(due?.notice, { kind: 'dead_letters', count: 3, byType: { PlexNotFound: 3 } });
  const told = due?.remember(NOTHING_TOLD);
  assert.equal(told?.lastLetter, 3);
  const more = { byType: { PlexNotFound: 1 }, lastId: 4 };
  assert.deepEqual(
    kindsOf(
      [
        { letters: more, now: NOW + HOUR },
        { letters: more, now: NOW + 24 * HOUR },
      ],
      told,
    ),
    [[], ['dead_letters']],
  );
  const other = { byType: { PlexNotFound: 1, LowConfidenceMatch: 1 }, lastId: 5 };
  assert.deepEqual(kindsOf([{ letters: other, now: NOW + HOUR }], told), [['dead_letters']]);
});

test('an outage is told after an hour, once a day, and so is its end', () => {
  const plex = { plex: NOW, stash: undefined };
  const at = (hours: number): Partial<Standing> => ({ outageSince: plex, now: NOW + hours * HOUR });
  assert.deepEqual(
    kindsOf([at(0.9), at(1), at(2), at(24.9), at(25), { now: NOW + 26 * HOUR }, { now: NOW + 27 * HOUR }]),
    [[], ['outage plex'], [], [], ['outage plex'], ['recovered'], []],
  );
});

test('an outage that nobody was told of ends without a word', () => {
  assert.deepEqual(kindsOf([{ outageSince: { plex: undefined, stash: NOW - HOUR / 2 } }, {}]), [[], []]);
});

test('what stops writing is told at once, another stop too, and that writing goes on', () => {
  const stop = (code: 'unauthorized' | 'removals') => ({ stop: { code, since: NOW, hint: 'Mend it' } });
  assert.deepEqual(kindsOf([stop('unauthorized'), stop('unauthorized'), stop('removals'), {}, {}]), [
    ['stopped'],
    [],
    ['stopped'],
    ['recovered'],
    [],
  ]);
});

test('a memory from a clock that ran ahead keeps nothing back', () => {
  const ahead: NoticeMemory = { ...NOTHING_TOLD, lettersAt: { PlexNotFound: NOW + HOUR } };
  assert.deepEqual(kindsOf([{ letters: { byType: { PlexNotFound: 1 }, lastId: 1 } }], ahead), [['dead_letters']]);
});

test('of what comes at once each is remembered by itself, so that what nobody took is told again alone', () => {
  const standing: Standing = {
    ...CALM,
    letters: { byType: { PlexNotFound: 1 }, lastId: 4 },
    outageSince: { plex: NOW - HOUR, stash: NOW - HOUR },
  };
  const [letters, plex, stash] = decideNotices(standing, NOTHING_TOLD);
  const told = stash?.remember(letters?.remember(NOTHING_TOLD) ?? NOTHING_TOLD) ?? NOTHING_TOLD;
  assert.deepEqual(kindsOf([standing], told), [['outage plex']]);
  assert.deepEqual(plex?.notice, { kind: 'outage', server: 'plex', since: NOW - HOUR });
});

test('what nobody took is sent again after a quarter of an hour', () => {
  const letters = { byType: { PlexNotFound: 1 }, lastId: 1 };
  const after = (ms: number): readonly string[][] =>
    kindsOf([{ letters, now: NOW + ms }], { ...NOTHING_TOLD, failedAt: NOW });
  assert.deepEqual([after(0), after(HOUR / 4 - 1)], [[[]], [[]]]);
  assert.deepEqual([after(HOUR / 4), after(-1)], [[['dead_letters']], [['dead_letters']]]);
});
