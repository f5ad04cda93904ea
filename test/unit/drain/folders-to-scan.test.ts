import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldersToScan } from '../../../src/core/drain/servers/folders-to-scan.ts';
import type { Section } from '../../../src/core/model/plex-item.ts';

const section = (key: string, ...folders: readonly string[]): Section => ({
  key,
  title: key,
  type: 'movie',
  uuid: key,
  folders,
  serverFolders: folders,
});

function scans(paths: readonly string[], sections: readonly Section[], mappings: readonly [string, string][] = []) {
  const place = { sections, mappings: mappings.map(([from, to]) => ({ from, to })) };
  return foldersToScan(paths, place).map(({ section: { key }, folder }) => [key, folder]);
}

test('files of one folder are one scan, in the library that holds the folder as Plex sees it', () => {
  const sections = [section('1', '/films'), section('2', '/media', '/more')];
  const paths = ['/data/North Quay/a.mp4', '/data/North Quay/b.mp4', '/data/South Quay/c.mp4'];
  assert.deepEqual(scans(paths, sections, [['/data', '/media']]), [
    ['2', '/media/North Quay'],
    ['2', '/media/South Quay'],
  ]);
});

test('what lies in no library is not scanned, also where the names begin alike', () => {
  assert.deepEqual(scans(['/mediathek/a.mp4', '/elsewhere/b.mp4'], [section('1', '/media')]), []);
});

test('a folder that two libraries hold is scanned in both', () => {
  const sections = [section('1', '/media'), section('2', '/media/Quay')];
  assert.deepEqual(scans(['/media/Quay/Pier/a.mp4'], sections), [
    ['1', '/media/Quay/Pier'],
    ['2', '/media/Quay/Pier'],
  ]);
});

test('a folder is spelled as the location that holds it', () => {
  const mappings: [string, string][] = [['/data', 'D:\\Media']];
  assert.deepEqual(scans(['/data/Quay/Pier/a.mp4'], [section('1', 'D:\\Media\\')], mappings), [
    ['1', 'D:\\Media\\Quay\\Pier'],
  ]);
  assert.deepEqual(scans(['/data/a.mp4'], [section('1', 'D:\\Media\\')], mappings), [['1', 'D:\\Media\\']]);
  assert.deepEqual(scans(['/data/Quay/a.mp4', '/b.mp4'], [section('1', '/')]), [
    ['1', '/data/Quay'],
    ['1', '/'],
  ]);
});

test('a folder is spelled letter by letter as the file is, below its library folder as Plex has it', () => {
  const folder = 'Te\u0301 \uFA10';
  assert.deepEqual(scans([`/data/Quay/${folder}/a.mp4`], [section('1', '/m\u00e9dia')], [['/data', '/me\u0301dia']]), [
    ['1', `/m\u00e9dia/Quay/${folder}`],
  ]);
});
