import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseSections } from '../../../src/core/match/libraries.ts';
import { UsageError } from '../../../src/core/model/errors.ts';
import type { Section } from '../../../src/core/model/plex-item.ts';

function section(key: string, title: string, more: Partial<Section> = {}): Section {
  return { key, title, type: 'movie', uuid: `uuid-${key}`, folders: [`/data/${key}`], serverFolders: [], ...more };
}

const HARBOURS = section('1', 'Harbours');
const GARDENS = section('2', 'Gardens');
const SONGS = section('3', 'Sea Songs', { type: 'artist' });
const ALL = [HARBOURS, SONGS, GARDENS];

function refusal(sections: readonly Section[], names: readonly string[]): UsageError {
  try {
    chooseSections(sections, names);
  } catch (thrown) {
    if (thrown instanceof UsageError) return thrown;
    throw thrown;
  }
  return assert.fail('the libraries were accepted');
}

test('without a name every movie library is looked in, and no other', () => {
  assert.deepEqual(chooseSections(ALL, []), [HARBOURS, GARDENS]);
});

test('a named library is found without regard to case or outer spaces', () => {
  assert.deepEqual(chooseSections(ALL, [' gardens ']), [GARDENS]);
});

test('a name letter by letter goes before one that differs in case or outer spaces', () => {
  const [spaced, plain, small] = [section('7', ' Films'), section('8', 'Films'), section('9', 'films')];
  const sections = [spaced, plain, small];
  assert.deepEqual(chooseSections(sections, [' Films']), [spaced]);
  assert.deepEqual(chooseSections(sections, ['Films']), [plain]);
  assert.deepEqual(chooseSections(sections, ['films']), [small]);
  assert.deepEqual(chooseSections([spaced, plain], ['FILMS']), [plain]);
  assert.deepEqual(chooseSections([spaced], ['films']), [spaced]);
});

test('a typed text is one library with a comma in its name before it is several', () => {
  const [comma, films, old] = [section('7', 'Films, Old'), section('8', 'Films'), section('9', 'Old')];
  const sections = [comma, films, old, HARBOURS];
  const chosen = (typed: string, among = sections) => chooseSections(among, [{ typed }]);
  assert.deepEqual(chosen('films, old'), [comma]);
  assert.deepEqual(chosen('Harbours, Films, Old'), [HARBOURS, comma]);
  assert.deepEqual(chosen('Films, Old,, Harbours,'), [comma, HARBOURS]);
  assert.deepEqual(chosen('Old, Films'), [old, films]);
  assert.deepEqual(chosen('Films, Old', [films, old]), [films, old]);
  assert.throws(() => chosen('Films, Fog'), /Plex has no library "Fog"/);
});

test('an entry of a list is one whole name, comma or not', () => {
  const [comma, films, old] = [section('7', 'Films, Old'), section('8', 'Films'), section('9', 'Old')];
  assert.deepEqual(chooseSections([films, comma, old], ['Films, Old']), [comma]);
  const { message, hint } = refusal([films, old], ['Films, Old']);
  assert.equal(message, 'Plex has no library "Films, Old".');
  assert.match(hint ?? '', /Plex has: "Films", "Old"\./);
});

test('several named libraries are looked in', () => {
  assert.deepEqual(chooseSections(ALL, ['Gardens', 'Harbours']), [GARDENS, HARBOURS]);
});

test('a name that Plex does not have is refused with the names it has', () => {
  const { message, hint } = refusal(ALL, ['Harbours', 'Lighthouses']);
  assert.match(message, /"Lighthouses"/);
  assert.match(hint ?? '', /"Harbours", "Gardens"/);
  assert.doesNotMatch(hint ?? '', /Sea Songs/);
});

test('a mistyped library finds its neighbour, never one that cannot be written to', () => {
  assert.match(refusal(ALL, ['Gardesn ']).hint ?? '', /^Did you mean "Gardens"\? Plex has: "Harbours", "Gardens"\./);
  assert.doesNotMatch(refusal(ALL, ['Sea Sogns']).hint ?? '', /Did you mean/);
  assert.doesNotMatch(refusal(ALL, ['Lighthouses']).hint ?? '', /Did you mean/);
});

test('a library that is not for movies is refused with its type', () => {
  assert.match(refusal(ALL, ['sea songs']).message, /"Sea Songs" is of type artist/);
});

test('a movie library wins over one of another type with the same title', () => {
  const shows = section('4', 'Gardens', { type: 'show' });
  assert.deepEqual(chooseSections([shows, GARDENS], ['Gardens']), [GARDENS]);
});

test('a server without a movie library is refused, named or not', () => {
  assert.match(refusal([SONGS], []).message, /no movie library/);
  assert.match(refusal([SONGS], ['Gardens']).hint ?? '', /no movie library/);
});

test('a library named twice is looked in once, and two libraries of one title are both meant', () => {
  const films = { key: '1', title: 'Films', type: 'movie', uuid: 'a', folders: [], serverFolders: [] };
  const twin = { ...films, key: '2', uuid: 'b' };
  assert.deepEqual(chooseSections([films], ['Films', 'films']), [films]);
  assert.deepEqual(chooseSections([films, twin], ['films']), [films, twin]);
});
