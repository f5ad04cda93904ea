/** The masker of logs and events under obfuscate_paths: paths and names of files, and nothing else. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { createPathMasker } from '../../../src/redact/mask.ts';

const digest = (text: string): string => createHmac('sha256', 'a key of this test').update(text).digest('hex');

function shapeAfter(paths: readonly string[]): (text: string) => string {
  const masker = createPathMasker(digest);
  for (const path of paths) masker.learn(path);
  return (text) => masker.mask(text).replace(/path-[0-9a-f]{10}/g, 'path#');
}

test('a file is masked by its name, with an extension that is not known too', () => {
  const shape = shapeAfter(['/films/Lantern Row.quay']);
  assert.equal(shape('found Lantern Row.quay there'), 'found path# there');
  assert.equal(shape('found Lantern Row there'), 'found path# there');
});

test('a name in no folder is masked wherever it stands', () => {
  assert.equal(shapeAfter(['lighthouse'])('the lighthouse is new'), 'the path# is new');
});

test('a name of one word is masked where it is a whole text, as a title that Plex made of it', () => {
  const shape = shapeAfter(['/films/pier.mp4']);
  assert.equal(shape('Pier'), 'path#');
  assert.equal(shape('the pier is wet'), 'the pier is wet');
});

test('a folder of several words is masked without its slash, and one of a single word is not', () => {
  const shape = shapeAfter(['/srv/North Quay/pier.mp4', '/srv/harbour/pier.mp4']);
  assert.equal(shape('nothing new in North Quay'), 'nothing new in path#');
  assert.equal(shape('nothing new in harbour'), 'nothing new in harbour');
});

test('hosts, names and quotes that hold no path stay readable', () => {
  const text = `nas.quay.example did not answer, 'Ada Quay' is left, http://plex.lan:32400/library is up`;
  assert.equal(shapeAfter([])(text), text);
  assert.equal(shapeAfter([])(`'/srv/a b' is gone`), `'/path#/path#' is gone`);
});

test('the paths of the last thousand files are known, and older ones are forgotten', () => {
  const many = Array.from({ length: 2_500 }, (_, index) => `/films/${index}x.mp4`);
  const soon = shapeAfter(['/films/pier.mp4', '/films/Lantern Row.mp4', ...many.slice(0, 1_000)]);
  assert.deepEqual([soon('pier'), soon('Lantern Row')], ['path#', 'path#']);
  const late = shapeAfter(['/films/pier.mp4', '/films/Lantern Row.mp4', ...many]);
  assert.deepEqual([late('pier'), late('Lantern Row')], ['pier', 'Lantern Row']);
});
