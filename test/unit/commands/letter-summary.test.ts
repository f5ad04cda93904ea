import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cureFor, ERROR_TYPES } from '../../../src/commands/dlq/cures.ts';
import { summariseLetters } from '../../../src/commands/dlq/letter-summary.ts';

const lost = (...paths: (string | undefined)[]) =>
  summariseLetters(paths.map((path) => ({ errorType: 'PlexNotFound', path })));
const folders = (...paths: (string | undefined)[]) =>
  lost(...paths).flatMap((group) => group.folders.map(({ folder, count }) => [folder, count]));

test('files of one moved folder are told by that folder, however it is divided', () => {
  const paths = Array.from({ length: 137 }, (_, index) => `/data/old/pier ${index % 40}/${index}.mp4`);
  assert.deepEqual(lost(...paths), [
    { errorType: 'PlexNotFound', count: 137, folders: [{ folder: '/data/old', count: 137 }] },
  ]);
});

test('a folder near the top is divided, unless that would give many', () => {
  assert.deepEqual(folders('/data/old/a.mp4', '/data/new/b.mp4', '/data/old/c.mp4'), [
    ['/data/old', 2],
    ['/data/new', 1],
  ]);
  assert.deepEqual(folders('/data/old/a.mp4', '/mnt/b.mp4', '/data/old/x/c.mp4'), [
    ['/data/old', 2],
    ['/mnt', 1],
  ]);
  assert.deepEqual(folders(...Array.from({ length: 9 }, (_, index) => `/data/${index}/a.mp4`)), [['/data', 9]]);
  assert.deepEqual(folders('/data/a.mp4', '/data/old/b.mp4'), [['/data', 2]]);
});

test('letters without a path, in the root and with Windows paths have their place too', () => {
  assert.deepEqual(folders(undefined, '/a.mp4', undefined), [
    ['/', 1],
    [undefined, 2],
  ]);
  assert.deepEqual(folders('C:\\films\\a.mp4', 'C:\\films\\b\\c.mp4'), [['C:/films', 2]]);
  assert.deepEqual(folders('//nas/films/a.mp4'), [['//nas/films', 1]]);
});

test('the types come most first, and every letter is counted once', () => {
  const letter = fc.record({
    errorType: fc.constantFrom('PlexNotFound', 'NoFilePath', 'LowConfidenceMatch'),
    path: fc.option(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(fc.array(letter), (letters) => {
      const groups = summariseLetters(letters);
      const counts = groups.map(({ count }) => count);
      assert.deepEqual(
        counts,
        counts.toSorted((a, b) => b - a),
      );
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        letters.length,
      );
      for (const { count, folders: places } of groups)
        assert.equal(
          places.reduce((sum, place) => sum + place.count, 0),
          count,
        );
    }),
  );
});

test('every error type has a cure of one sentence and a command', () => {
  for (const type of [...ERROR_TYPES, 'SomethingElse']) {
    const { advice, command } = cureFor(type, `--error-type ${type}`);
    assert.match(advice, /^[A-Z].*\.$/);
    assert.match(command, /^plexsync \w/);
    assert.doesNotMatch(command, /LETTERS/);
  }
});

test('the cure of a doubtful match is of use whether or not its letter suggests a mapping', () => {
  const { advice } = cureFor('LowConfidenceMatch', '');
  for (const way of ['match-test FILE', 'path_map', '"size" in the JSON', 'a name of its own'])
    assert.ok(advice.includes(way), way);
  assert.doesNotMatch(advice, /suggest/);
});
