import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GivenMapping } from '../../../src/core/match/mappings.ts';
import { parsePathMappings } from '../../../src/core/match/mappings.ts';

/** The mappings as `from → to`, or the fault. */
function read(...given: readonly GivenMapping[]): string {
  const parsed = parsePathMappings(given);
  if (parsed.kind === 'fault') return parsed.fault;
  return parsed.mappings.map(({ from, to }) => `${from} → ${to}`).join(', ');
}

test('a line is two whole paths, of any system on either side', () => {
  for (const [line, mapping] of [
    ['/data=/media', '/data → /media'],
    [' /data/ = /media/ ', '/data/ → /media/'],
    ['C:\\media=/media', 'C:\\media → /media'],
    ['/data=c:/media', '/data → c:/media'],
    ['D:=/media', 'D: → /media'],
    ['\\\\nas\\media=/media', '\\\\nas\\media → /media'],
    ['/data=//nas/media', '/data → //nas/media'],
    ['/=/mnt', '/ → /mnt'],
    ['/data/my films=/media', '/data/my films → /media'],
  ] as const)
    assert.equal(read(line), mapping);
});

test('a folder may have an = in its name, where only one way of reading leaves whole paths', () => {
  assert.equal(read('C:\\films=old=/media'), 'C:\\films=old → /media');
  assert.equal(read('/data=/media/a=b'), '/data → /media/a=b');
  assert.match(read('/data=/media=/mnt'), /which = divides it/);
  assert.equal(read({ from: '/data=/media', to: '/mnt' }), '/data=/media → /mnt');
});

test('several mappings in one text are told to be given one by one, and a comma in a name is none', () => {
  for (const line of ['/data=/media,/data/Quay=/clips', '/data=/media; /mole=/pier;C:\\quay=/quay'])
    assert.match(read(line), /^must have one mapping in each text: repeat --path-map/, line);
  assert.equal(read('/data/fog, mist=/media/fog, mist'), '/data/fog, mist → /media/fog, mist');
  assert.match(read('/data/a,b=/media=/mnt'), /which = divides it/);
});

test('a mapping without two sides is refused with the form it must have', () => {
  for (const line of ['/data', '/data=', '=/media', ' = ', '', '/data==/media'])
    assert.match(read(line), /^must look like \/stash\/folder=\/plex\/folder$/, line);
});

test('a side that is no whole path can never apply', () => {
  for (const line of ['data=/media', '/data=media', './data=/media', '~/data=/media', 'C:data=/media'])
    assert.match(read(line), /^must have a whole path on both sides, such as/, line);
  assert.match(read({ from: 'data', to: '/media' }), /^must have a whole path/);
});

test('one folder of Stash cannot be two in Plex, however it is spelled', () => {
  assert.match(
    read('/data=/media', '/mole=/pier', '/data/=/mnt'),
    /^must map \/data\/ to one folder: keep \/data=\/media or /,
  );
  assert.match(read('D:\\Films=/media', 'd:/films/=/mnt'), /to one folder/);
  assert.match(read('/data=/media', '/data//=/media/'), /^must name \/data\/\/ once/);
  assert.equal(read('/Data=/media', '/data=/mnt'), '/Data → /media, /data → /mnt');
});

test('a folder is not mapped to itself, but for one inside a folder that is mapped', () => {
  assert.match(read('/data=/data/'), /^must not map \/data to itself/);
  assert.match(read('C:\\films=c:/Films'), /to itself/);
  assert.match(read('/data=/media', '/mole=/mole'), /^must not map \/mole to itself/);
  assert.equal(read('/data=/media', '/data/mole=/data/mole'), '/data → /media, /data/mole → /data/mole');
});

test('a pair that points both ways is refused with the way to choose', () => {
  assert.match(
    read('/data=/media', '/media/=/data'),
    /^must not map both ways: keep \/data=\/media if \/data is where Stash/,
  );
});

test('folders that are one in Plex, chains and mappings inside each other may be meant', () => {
  for (const lines of [
    ['/films=/media', '/clips=/media'],
    ['/data=/media', '/media=/mnt'],
    ['/data=/media', '/data/mole=/mnt/mole'],
    ['/data=/media', '/media/quay=/data/quay'],
  ])
    assert.equal(parsePathMappings(lines).kind, 'mappings', lines.join(' '));
});

test('what was taken is taken again as it was read, in any order', () => {
  const folder = fc.constantFrom(
    '/data',
    '/data/',
    '/media',
    '/',
    'D:',
    'd:\\',
    'D:/films',
    '//nas/films',
    '/a=b',
    'mole',
  );
  const line = fc.tuple(folder, folder).map(([from, to]) => `${from}=${to}`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const parsed = parsePathMappings(lines);
      assert.equal(parsePathMappings(lines.toReversed()).kind, parsed.kind);
      if (parsed.kind === 'mappings') assert.deepEqual(parsePathMappings(parsed.mappings), parsed);
    }),
  );
});
