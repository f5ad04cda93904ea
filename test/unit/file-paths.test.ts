import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PathMapping } from '../../src/core/file-paths.ts';
import {
  derivePathMapping,
  fileName,
  folderOf,
  mapPath,
  normalisePath,
  sharedFolders,
  sharedTail,
  unmapPath,
} from '../../src/core/file-paths.ts';

const mapped = (path: string, ...mappings: readonly (readonly [string, string])[]): string =>
  mapPath(
    path,
    mappings.map(([from, to]): PathMapping => ({ from, to })),
  ).path;

test('backslashes, repeated and trailing slashes do not tell two paths apart', () => {
  assert.equal(normalisePath('C:\\Films\\\\Harbour\\'), 'C:/Films/Harbour');
  assert.equal(normalisePath('/data//films/'), '/data/films');
});

test('a path is compared in composed form', () => {
  assert.equal(normalisePath('/data/cafe\u0301.mp4'), '/data/café.mp4');
});

test('a network path keeps its two leading slashes', () => {
  assert.equal(normalisePath('\\\\nas\\films\\harbour.mp4'), '//nas/films/harbour.mp4');
  assert.notEqual(normalisePath('\\\\nas\\films'), normalisePath('/nas/films'));
});

test('the root stays the root', () => {
  assert.equal(normalisePath('/'), '/');
});

test('case is kept', () => {
  assert.equal(normalisePath('/Data/Harbour.MP4'), '/Data/Harbour.MP4');
});

test('normalising twice is normalising once', () => {
  const anyPath = fc.array(fc.constantFrom('/', '\\', 'data', 'C:', '.', ' ', 'e', '\u0301', '//', 'é'), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        anyPath.map((parts) => parts.join('')),
      ),
      (path) => {
        assert.equal(normalisePath(normalisePath(path)), normalisePath(path));
      },
    ),
  );
});

test('a file name is what follows the last slash of either kind', () => {
  assert.equal(fileName('/data/films/harbour.mp4'), 'harbour.mp4');
  assert.equal(fileName('D:\\films\\harbour.mp4'), 'harbour.mp4');
  assert.equal(fileName('harbour.mp4'), 'harbour.mp4');
});

test('shared folders are counted from the file upwards, without regard to case', () => {
  assert.equal(sharedFolders('/stash/Quay/2024/a.mp4', '/plex/quay/2024/a.mp4'), 2);
  assert.equal(sharedFolders('/a/quay/b/x.mp4', '/a/mole/b/x.mp4'), 1);
  assert.equal(sharedFolders('/quay/x.mp4', '/mole/x.mp4'), 0);
});

test('the file names themselves are no shared folder', () => {
  assert.equal(sharedFolders('/x.mp4', '/x.mp4'), 0);
  assert.equal(sharedFolders('/data/x.mp4', '/data/y.mp4'), 1);
});

test('a mapping turns the folder Stash sees into the one Plex sees', () => {
  assert.equal(mapped('/data/quay/harbour.mp4', ['/data', '/media']), '/media/quay/harbour.mp4');
});

test('a path that no mapping covers stays as it is, and says so', () => {
  assert.deepEqual(mapPath('/data/harbour.mp4', [{ from: '/films', to: '/media' }]), {
    path: '/data/harbour.mp4',
    mapping: undefined,
  });
});

test('a mapping of /data does not touch /database', () => {
  assert.equal(mapped('/database/harbour.mp4', ['/data', '/media']), '/database/harbour.mp4');
});

test('a trailing slash on either side of a mapping changes nothing', () => {
  for (const from of ['/data', '/data/', '/data//'])
    for (const to of ['/media', '/media/']) assert.equal(mapped('/data/harbour.mp4', [from, to]), '/media/harbour.mp4');
});

test('the longest prefix wins, in whatever order they are given', () => {
  const wide = ['/data', '/media'] as const;
  const narrow = ['/data/quay', '/mnt/quay'] as const;
  for (const mappings of [
    [wide, narrow],
    [narrow, wide],
  ]) {
    assert.equal(mapped('/data/quay/harbour.mp4', ...mappings), '/mnt/quay/harbour.mp4');
    assert.equal(mapped('/data/mole/harbour.mp4', ...mappings), '/media/mole/harbour.mp4');
  }
});

test('only one mapping is applied, never a second to its result', () => {
  assert.equal(mapped('/a/harbour.mp4', ['/a', '/b'], ['/b', '/c']), '/b/harbour.mp4');
});

test('a Windows drive is mapped to a folder and a folder to a drive', () => {
  assert.equal(mapped('D:\\films\\harbour.mp4', ['D:\\', '/media']), '/media/films/harbour.mp4');
  assert.equal(mapped('D:\\films\\harbour.mp4', ['D:/films', '/media']), '/media/harbour.mp4');
  assert.equal(mapped('/data/harbour.mp4', ['/data', 'E:\\']), 'E:/harbour.mp4');
});

test('a network share is mapped, and a mapping of the local folder of that name is not applied to it', () => {
  assert.equal(mapped('\\\\nas\\films\\harbour.mp4', ['\\\\nas\\films', '/media']), '/media/harbour.mp4');
  assert.equal(mapped('\\\\nas\\films\\harbour.mp4', ['/nas/films', '/media']), '//nas/films/harbour.mp4');
});

test('the root can be mapped from and to', () => {
  assert.equal(mapped('/films/harbour.mp4', ['/', '/media']), '/media/films/harbour.mp4');
  assert.equal(mapped('/data/films/harbour.mp4', ['/data', '/']), '/films/harbour.mp4');
});

test('the mapping that was applied is told', () => {
  const mapping = { from: '/data', to: '/media' };
  assert.equal(mapPath('/data/harbour.mp4', [mapping]).mapping, mapping);
});

test('two paths with a common tail give the mapping between their heads', () => {
  assert.deepEqual(derivePathMapping('/data/quay/harbour.mp4', '/mnt/media/quay/harbour.mp4'), {
    from: '/data',
    to: '/mnt/media',
  });
});

test('a bare file name in common proves no mapping', () => {
  assert.equal(derivePathMapping('/data/01.mp4', '/media/01.mp4'), undefined);
});

test('equal heads need no mapping', () => {
  assert.equal(derivePathMapping('/data/quay/a.mp4', '/data/quay/a.mp4'), undefined);
});

test('a derived mapping leads from the one path to the other', () => {
  const folder = fc.constantFrom('data', 'media', 'quay', 'mole', '2024');
  const head = fc.array(folder, { maxLength: 3 });
  const tail = fc.array(folder, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(head, head, tail, (stashHead, plexHead, shared) => {
      const [stash, plex] = [stashHead, plexHead].map((parts) => `/${[...parts, ...shared, 'harbour.mp4'].join('/')}`);
      assert.ok(stash !== undefined && plex !== undefined);
      const mapping = derivePathMapping(stash, plex);
      assert.equal(mapPath(stash, mapping ? [mapping] : []).path, plex);
    }),
  );
});

test('no mapping ever changes the name of a file below its folder', () => {
  const folder = fc.constantFrom('/data', '/data/quay', '/', 'D:\\', '\\\\nas\\films', '/database');
  const mappings = fc.array(fc.record({ from: folder, to: folder }), { maxLength: 4 });
  fc.assert(
    fc.property(folder, mappings, (under, all) => {
      assert.equal(fileName(mapPath(`${under}/harbour.mp4`, all).path), 'harbour.mp4');
    }),
  );
});

test('the mapped folder itself maps without a trailing slash', () => {
  assert.equal(mapPath('/data', [{ from: '/data', to: '/media' }]).path, '/media');
});

test('the folder of a file is what is before its name', () => {
  assert.equal(folderOf('C:\\films\\a.mp4'), 'C:/films');
  assert.equal(folderOf('/a.mp4'), '/');
});

test('the shared tail is the name with the folders that both have', () => {
  assert.equal(sharedTail('/media/Quay/a.mp4', '/data/quay/a.mp4'), 'Quay/a.mp4');
  assert.equal(sharedTail('/media/mole/a.mp4', '/data/quay/a.mp4'), 'a.mp4');
});

test('a path as Plex sees it is led back to Stash, by the mapping with the longest prefix in Plex', () => {
  const mappings = [
    { from: '/data', to: '/media' },
    { from: '/gardens', to: '/media/green' },
  ];
  assert.deepEqual(unmapPath('/media/green/a.mp4', mappings), { path: '/gardens/a.mp4', mapping: mappings[1] });
  assert.deepEqual(unmapPath('/data/a.mp4', mappings), { path: '/data/a.mp4', mapping: undefined });
});

test('the way back undoes the way there', () => {
  const folder = fc.constantFrom('/data', '/media/films', '/', 'D:/', '//nas/films');
  fc.assert(
    fc.property(folder, folder, (from, to) => {
      const mappings = [{ from, to }];
      const path = `${from.endsWith('/') ? from : `${from}/`}harbour.mp4`;
      assert.equal(unmapPath(mapPath(path, mappings).path, mappings).path, normalisePath(path));
    }),
  );
});
