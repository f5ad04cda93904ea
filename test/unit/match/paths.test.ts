import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PathMapping } from '../../../src/core/match/paths.ts';
import {
  derivePathMapping,
  fileName,
  folderOf,
  isInFolder,
  isSamePath,
  mapPath,
  normalisePath,
  sharedFolders,
  sharedTail,
  spelledName,
  unmapPath,
} from '../../../src/core/match/paths.ts';

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
    spelled: '/data/harbour.mp4',
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

test('a mapped path keeps its names letter by letter beside the spelling that is compared', () => {
  const name = 'E\u0301te\u0301 \uFA10.mp4';
  const mappings = [{ from: '/data', to: '/me\u0301dia' }];
  const { path, spelled } = mapPath(`/data//Quay/${name}`, mappings);
  assert.equal(spelled, `/me\u0301dia/Quay/${name}`);
  assert.equal(path, normalisePath(spelled));
  assert.notEqual(path, spelled);
  assert.equal(mapPath(`D:\\films\\${name}`, [{ from: 'D:', to: '/media/' }]).spelled, `/media/films/${name}`);
  const whole = { from: '/data/a.mp4', to: `/media/${name}` };
  assert.equal(spelledName(mapPath('/data/a.mp4', [whole]).spelled), name);
  assert.equal(mapPath(`/data/${name}`, []).spelled, `/data/${name}`);
});

test('case does not tell folders apart below a drive of Windows, nor a server or share of the network', () => {
  assert.equal(mapped('d:\\FILMS\\Quay\\a.mp4', ['D:/films', '/media']), '/media/Quay/a.mp4');
  assert.equal(mapped('/Data/a.mp4', ['/data', '/media']), '/Data/a.mp4');
  assert.equal(mapped('\\\\NAS\\Films\\a.mp4', ['//nas/films', '/media']), '/media/a.mp4');
  assert.equal(mapped('//nas/films/Quay/a.mp4', ['//nas/films/quay', '/media']), '//nas/films/Quay/a.mp4');
  const toDrive = [{ from: '/data', to: 'D:\\Films' }];
  assert.equal(unmapPath('d:/films/Quay/a.mp4', toDrive).path, '/data/Quay/a.mp4');
  assert.equal(mapPath('/DATA/a.mp4', toDrive).mapping, undefined);
});

test('a folder is mapped to a share of the network, and back', () => {
  const mappings = [{ from: '/data', to: '\\\\nas\\media' }];
  assert.equal(mapPath('/data/quay/a.mp4', mappings).path, '//nas/media/quay/a.mp4');
  assert.equal(unmapPath('\\\\nas\\media\\quay\\a.mp4', mappings).path, '/data/quay/a.mp4');
});

test('neither a share of the network nor a drive is in the root', () => {
  assert.equal(mapped('//nas/films/a.mp4', ['/', '/mnt']), '//nas/films/a.mp4');
  assert.equal(mapped('D:/films/a.mp4', ['/', '/mnt']), 'D:/films/a.mp4');
});

test('folders are the same whatever their slashes are, and on a drive whatever their case is', () => {
  assert.ok(isSamePath('D:\\Films\\', 'd:/films'));
  assert.ok(!isSamePath('/Films', '/films'));
  assert.ok(!isSamePath('/films', '/films/quay'));
});

test('the root can be mapped from and to', () => {
  assert.equal(mapped('/films/harbour.mp4', ['/', '/media']), '/media/films/harbour.mp4');
  assert.equal(mapped('/data/films/harbour.mp4', ['/data', '/']), '/films/harbour.mp4');
});

test('the mapping that was applied is returned', () => {
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
  assert.deepEqual(unmapPath('/media/green/a.mp4', mappings), {
    path: '/gardens/a.mp4',
    spelled: '/gardens/a.mp4',
    mapping: mappings[1],
  });
  assert.deepEqual(unmapPath('/data/a.mp4', mappings), {
    path: '/data/a.mp4',
    spelled: '/data/a.mp4',
    mapping: undefined,
  });
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

const anyPart = fc.constantFrom('data', 'database', 'Data', 'media', 'a b', 'é', 'x=y');
const anyFolder = fc
  .tuple(fc.constantFrom('', 'D:', 'e:', '//nas'), fc.array(anyPart, { minLength: 1, maxLength: 3 }))
  .map(([lead, parts]) => `${lead}/${parts.join('/')}`);

test('a mapping applies up to a folder boundary and nowhere else', () => {
  fc.assert(
    fc.property(anyFolder, anyFolder, fc.array(anyPart, { maxLength: 3 }), anyPart, (from, to, below, more) => {
      const tail = ['', ...below, 'harbour.mp4'].join('/');
      assert.equal(mapPath(from + tail, [{ from, to }]).path, to + tail);
      // The same letters, and no boundary after them.
      assert.equal(mapPath(from + more + tail, [{ from, to }]).mapping, undefined);
    }),
  );
});

test('the longest prefix that fits is applied, whatever the order', () => {
  const anyMappings = fc.array(fc.record({ from: anyFolder, to: anyFolder }), { maxLength: 5 });
  fc.assert(
    fc.property(anyFolder, anyMappings, (folder, mappings) => {
      const path = `${folder}/harbour.mp4`;
      const fits = mappings.filter(({ from }) => isInFolder(path, from)).map(({ from }) => from.length);
      const applied = mapPath(path, mappings).mapping;
      assert.equal(applied?.from.length, fits.length === 0 ? undefined : Math.max(...fits));
      assert.equal(mapPath(path, mappings.toReversed()).mapping?.from.length, applied?.from.length);
    }),
  );
});

test('there and back is the same path, where no two folders lie in each other in Plex', () => {
  const apart = (folders: readonly string[]): boolean =>
    folders.every((a, index) => folders.every((b, other) => index === other || !isInFolder(a, b)));
  const anyMappings = fc
    .array(fc.record({ from: anyFolder, to: anyFolder }), { minLength: 1, maxLength: 4 })
    .filter((all) => apart(all.map(({ from }) => from)) && apart(all.map(({ to }) => to)));
  fc.assert(
    fc.property(anyMappings, fc.nat(), fc.array(anyPart, { maxLength: 2 }), (mappings, pick, below) => {
      const chosen = mappings[pick % mappings.length];
      assert.ok(chosen);
      const path = [chosen.from, ...below, 'harbour.mp4'].join('/');
      assert.equal(unmapPath(mapPath(path, mappings).path, mappings).path, path);
    }),
  );
});
