import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Candidate, MatchResult, SceneFile } from '../../../src/core/match/evidence.ts';
import { adviceOn, matchScene } from '../../../src/core/match/evidence.ts';
import { adviceOnRoots, rootConflict } from '../../../src/core/match/library-roots.ts';
import type { PathMapping } from '../../../src/core/match/paths.ts';
import { isInFolder } from '../../../src/core/match/paths.ts';
import { plainText, say } from '../../../src/core/text/sentence.ts';

type Facts = Omit<SceneFile, 'path'>;

/** A server with these libraries, each by its folders; items are of the first one. */
function server(own: readonly string[], ...others: readonly (readonly string[])[]) {
  const serverFolders = [own, ...others].flat();
  return (path: string, facts: Facts = {}): Candidate => ({
    ratingKey: '1',
    title: 'A one',
    sectionKey: '1',
    sectionTitle: 'Harbours',
    sectionFolders: own,
    serverFolders,
    files: [{ path, ...facts }],
  });
}

function match(scene: string | SceneFile, candidate: Candidate, mappings: readonly PathMapping[] = []): MatchResult {
  return matchScene(typeof scene === 'string' ? { path: scene } : scene, [candidate], mappings);
}

/** The verdict, with the line it offers: `high by folders`, `low, offers /data=/media`, `low, offers nothing`. */
function verdict(result: MatchResult): string {
  if (result.kind === 'none') return 'none';
  if (result.kind === 'high') return `high by ${result.rule}`;
  const { suggestion } = result;
  return `low, offers ${suggestion === undefined ? 'nothing' : `${suggestion.from}=${suggestion.to}`}`;
}

const [FILE, SCENE] = ['/media/studio-a/2024/01.mp4', '/data/studio-b/2024/01.mp4'];
const [A, B] = [['/media/studio-a'], ['/media/studio-b']];
const NOTHING = 'low, offers nothing';
const BY_FOLDERS = 'high by folders';

test('a scene whose folder is another library folder is not proven by what lies below, and no mapping is offered', () => {
  assert.equal(verdict(match(SCENE, server([...A, ...B])(FILE))), NOTHING);
  assert.equal(verdict(match('/data/studio-a/2024/01.mp4', server([...A, ...B])(FILE))), BY_FOLDERS);
});

test('the folders of every library of the server count, whichever is looked in', () => {
  assert.equal(verdict(match(SCENE, server(A, B)(FILE))), NOTHING);
  assert.equal(verdict(match(SCENE, server(A, ['/media/studio-c'])(FILE))), BY_FOLDERS);
  assert.equal(verdict(match(SCENE, server(A, ['/tank/shows', '/tank/studio-b'])(FILE))), NOTHING);
});

test('of a library with several folders the one with the file must be named by the path of the scene', () => {
  const two = server(['/mnt/disk1', '/mnt/disk2']);
  assert.equal(verdict(match('/data/2024/01.mp4', two('/mnt/disk1/2024/01.mp4'))), NOTHING);
  assert.equal(verdict(match('/2024/01.mp4', two('/mnt/disk1/2024/01.mp4'))), NOTHING);
  assert.equal(verdict(match('/data/DISK1/2024/01.mp4', two('/mnt/disk1/2024/01.mp4'))), BY_FOLDERS);
});

test('a library with one folder may be called otherwise in Stash', () => {
  assert.equal(verdict(match('/data/clips/2024/01.mp4', server(['/media'])('/media/clips/2024/01.mp4'))), BY_FOLDERS);
  assert.equal(verdict(match('/data/clips/01.mp4', server(['/films'], ['/shows'])('/films/clips/01.mp4'))), BY_FOLDERS);
  assert.equal(verdict(match('/2024/01.mp4', server(['/media'])('/media/2024/01.mp4'))), BY_FOLDERS);
});

test('one folder that is written in two ways is one', () => {
  const clips = '/media/clips/01.mp4';
  assert.equal(verdict(match('/data/clips/01.mp4', server(['/media', '/media/'])(clips))), BY_FOLDERS);
  const drive = server(['D:\\Films', 'd:/films/']);
  assert.equal(verdict(match('/data/clips/01.mp4', drive('D:\\Films\\clips\\01.mp4'))), BY_FOLDERS);
  // Two folders where case counts.
  assert.equal(verdict(match('/data/clips/01.mp4', server(['/media', '/Media'])(clips))), NOTHING);
});

test('neither case nor a trailing slash hides another library folder', () => {
  assert.equal(verdict(match('/data/STUDIO-B/2024/01.mp4', server(A, ['/media/Studio-b/'])(FILE))), NOTHING);
});

test('of library folders in each other the inner one has the file', () => {
  const nested = server(['/media', '/media/studio-b']);
  const inner = nested('/media/studio-b/2024/01.mp4');
  assert.equal(verdict(match('/data/studio-b/2024/01.mp4', inner)), BY_FOLDERS);
  assert.equal(verdict(match('/data/studio-a/2024/01.mp4', inner)), NOTHING);
  assert.equal(verdict(match('/data/studio-b/2024/01.mp4', nested('/media/2024/01.mp4'))), NOTHING);
  // Below the outer folder the file lies in one that is no library folder, and the scene names one that is.
  assert.equal(verdict(match(SCENE, nested(FILE))), NOTHING);
  assert.equal(verdict(match(SCENE, server(['/media'], B)(FILE))), NOTHING);
  assert.equal(verdict(match(SCENE, server(['/media'])(FILE))), 'low, offers /data/studio-b=/media/studio-a');
});

test("the file's own library folder never conflicts, even if the file lies deeper in it", () => {
  const deeper = match('/data/films/2024/01.mp4', server(['/media/films'])('/media/films/West/2024/01.mp4'));
  assert.equal(verdict(deeper), 'low, offers /data/films=/media/films/West');
});

test('a file that lies in another branch of one of several library folders is still offered its mapping', () => {
  const branch = match('/data/East/2024/01.mp4', server(['/media', '/films'])('/media/West/2024/01.mp4'));
  assert.equal(verdict(branch), 'low, offers /data/East=/media/West');
});

test('a drive and the root are library folders like any other', () => {
  const drives = server(['E:\\'], ['D:\\']);
  assert.equal(verdict(match('D:\\2024\\01.mp4', drives('E:\\2024\\01.mp4'))), NOTHING);
  assert.equal(verdict(match('F:\\2024\\01.mp4', drives('E:\\2024\\01.mp4'))), BY_FOLDERS);
  assert.equal(verdict(match('/data/2024/01.mp4', server(['D:\\', 'E:\\'])('E:\\2024\\01.mp4'))), NOTHING);
  assert.equal(verdict(match('/data/2024/01.mp4', server(['/'])('/2024/01.mp4'))), BY_FOLDERS);
  assert.equal(verdict(match('/data/2024/01.mp4', server(['/'], ['/tank/data'])('/2024/01.mp4'))), NOTHING);
  assert.equal(verdict(match('/data/2024/01.mp4', server(['/', '/media'])('/2024/01.mp4'))), NOTHING);
  assert.equal(verdict(match('/data/clips/01.mp4', server(['/media'], ['/'])('/media/clips/01.mp4'))), BY_FOLDERS);
});

test('a share is a library folder like any other, whatever the case of its server', () => {
  const shares = server(['\\\\nas\\films'], ['\\\\nas\\shows']);
  assert.equal(verdict(match('/data/shows/2024/01.mp4', shares('\\\\nas\\films\\2024\\01.mp4'))), NOTHING);
  assert.equal(verdict(match('//NAS/Shows/2024/01.mp4', shares('//nas/films/2024/01.mp4'))), NOTHING);
  assert.equal(verdict(match('/data/films/2024/01.mp4', shares('//nas/films/2024/01.mp4'))), BY_FOLDERS);
});

test('of library folders of one name the scene’s path tells which, as far as it goes', () => {
  const disks = server(['/disk1/films'], ['/disk2/films']);
  const file = disks('/disk1/films/2024/01.mp4');
  assert.equal(verdict(match('/data/disk2/films/2024/01.mp4', file)), NOTHING);
  assert.equal(verdict(match('/data/disk1/films/2024/01.mp4', file)), BY_FOLDERS);
  assert.equal(verdict(match('/data/films/2024/01.mp4', file)), NOTHING, 'nothing tells one disk from the other');
});

test('a scene whose path lies in another library folder, however deep, is expected there', () => {
  assert.equal(verdict(match('/media/studio-b/2024/01.mp4', server(A, B)(FILE))), NOTHING);
  assert.equal(verdict(match('/media/studio-b/spring/2024/01.mp4', server(A, B)(FILE))), NOTHING);
  const mapped = match('/data/x/2024/01.mp4', server(A, B)(FILE), [{ from: '/data', to: '/media/studio-b' }]);
  assert.equal(verdict(mapped), NOTHING);
});

test('a wrong mapping does not hide which folder the scene is in', () => {
  const wrong = [{ from: '/data/studio-b', to: '/nowhere' }];
  assert.equal(verdict(match(SCENE, server(A, B)(FILE), wrong)), NOTHING);
  const single = server(A, ['/media/studio-c']);
  assert.equal(verdict(match(SCENE, single(FILE), wrong)), 'low, offers /data/studio-b=/media/studio-a');
});

test('a size that agrees outranks the folders, one that is unknown or a duration does not', () => {
  const own = server(A, B);
  assert.equal(verdict(match({ path: SCENE, size: 7 }, own(FILE, { size: 7 }))), 'high by size');
  assert.equal(verdict(match({ path: SCENE, size: 7 }, own(FILE, { size: 8 }))), 'none');
  assert.equal(verdict(match({ path: SCENE, size: 7 }, own(FILE))), NOTHING);
  assert.equal(verdict(match({ path: SCENE, durationMs: 60_000 }, own(FILE, { durationMs: 60_000 }))), NOTHING);
  // Two of one size: nothing is proven, and the mapping to the likelier of them may be the right one.
  const two = [own(FILE, { size: 7 }), { ...own('/media/studio-a/2024/01.mp4', { size: 7 }), ratingKey: '2' }];
  const twins = matchScene({ path: SCENE, size: 7 }, two, []);
  assert.equal(verdict(twins), 'low, offers /data/studio-b=/media/studio-a');
  const farther = { ...own('/media/studio-a/01.mp4', { size: 7 }), ratingKey: '2' };
  const nearer = matchScene({ path: SCENE, size: 7 }, [farther, own(FILE, { size: 7 })], []);
  assert.equal(verdict(nearer), BY_FOLDERS);
});

test('what is left after another size was ruled out is not proven by being left', () => {
  const own = server(['/media/studio-a', '/media/studio-b']);
  const grown = { ...own('/media/studio-b/2024/01.mp4', { size: 9 }), ratingKey: '2' };
  assert.equal(verdict(matchScene({ path: SCENE, size: 7 }, [grown, own(FILE)], [])), NOTHING);
});

test('where the libraries are not known, the folders prove what they did', () => {
  const { sectionFolders: _own, serverFolders: _all, ...unknown } = server(A)(FILE);
  assert.equal(verdict(match(SCENE, unknown)), BY_FOLDERS);
  assert.equal(verdict(match(SCENE, server(['/elsewhere'], B)(FILE))), BY_FOLDERS);
});

function adviceIn(result: MatchResult): string {
  return plainText(adviceOn(result) ?? say``);
}

test('the advice names both library folders, and no option of the command line', () => {
  const advice = adviceIn(match(SCENE, server(A, B)(FILE)));
  assert.match(advice, /\/media\/studio-a\b.*\/media\/studio-b\b/);
  const several = adviceIn(match('/data/2024/01.mp4', server(['/mnt/disk1', '/mnt/disk2'])('/mnt/disk1/2024/01.mp4')));
  assert.match(several, /several folders.*\/mnt\/disk1\b/);
  for (const words of [advice, several]) assert.doesNotMatch(words, /--/);
  assert.equal(adviceOn(match('/data/x/01.mp4', server(A)(FILE))), undefined);
  assert.equal(plainText(adviceOnRoots({ own: '/a', other: '/b' })).includes('/b'), true);
});

const anyName = fc.constantFrom('media', 'data', 'quay', 'Quay', 'pier');
const anyFolder = fc
  .tuple(fc.constantFrom('', 'D:', '//nas'), fc.array(anyName, { maxLength: 3 }))
  .map(([lead, names]) => [lead, ...names].join('/') || '/');
const anyFolders = fc.array(anyFolder, { maxLength: 4 });
const anyFile = fc
  .tuple(anyFolder, fc.constantFrom('01.mp4', '02.mp4'))
  .map(([folder, name]) => `${folder.replace(/\/$/, '')}/${name}`);

test('the order of the library folders never matters', () => {
  const both = (folders: readonly string[]) => [folders, folders.toReversed()];
  const named = both(['/x/studio-b', '/y/studio-b']).map((others) => match(SCENE, server(A, others)(FILE)));
  assert.equal(new Set(named.map(adviceIn)).size, 1);
  const spelled = both(['/media/studio-a', '/media/studio-a/']).map((own) => match(SCENE, server(own, B)(FILE)));
  assert.equal(new Set(spelled.map(adviceIn)).size, 1);
  const anyServer = fc.tuple(anyFolders, anyFolders).chain(([own, others]) =>
    fc.record({
      own: fc.constant(own),
      ownMixed: fc.shuffledSubarray(own, { minLength: own.length }),
      all: fc.constant([...own, ...others]),
      allMixed: fc.shuffledSubarray([...own, ...others], { minLength: own.length + others.length }),
    }),
  );
  fc.assert(
    fc.property(anyFile, anyFile, anyServer, (scene, plex, { own, ownMixed, all, allMixed }) => {
      const inOrder = rootConflict([scene], plex, { sectionFolders: own, serverFolders: all });
      const mixed = rootConflict([scene], plex, { sectionFolders: ownMixed, serverFolders: allMixed });
      assert.deepEqual(mixed, inOrder);
    }),
  );
});

test('no library folder contradicts an exact path that only one item has', () => {
  fc.assert(
    fc.property(anyFile, anyFolders, anyFolders, (path, own, others) => {
      const result = match(path, server(own, others)(path));
      assert.equal(verdict(result), 'high by path');
      assert.notEqual(result.kind === 'high' && result.best.branch, 'other_root');
    }),
  );
});

test('a mapping that is offered never leads out of a library folder that the scene lies in', () => {
  fc.assert(
    fc.property(anyFile, anyFile, anyFolders, anyFolders, (path, plex, own, others) => {
      const result = match(path, server(own, others)(plex));
      const folders = [...own, ...others];
      if (result.kind === 'none' || (result.kind === 'high' && result.rule === 'path')) return;
      const leaves = folders.some((folder) => isInFolder(path, folder) && !isInFolder(plex, folder));
      if (leaves && own.some((folder) => isInFolder(plex, folder))) assert.equal(verdict(result), NOTHING);
    }),
  );
});
