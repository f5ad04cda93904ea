import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toItems, toListingPage, toSections } from '../../../src/plex/schemas.ts';

/** The durations of all files of one item with these versions, out of a listing and out of the full item. */
function durations(media: readonly object[]): readonly (number | undefined)[] {
  const answer = { MediaContainer: { Metadata: [{ ratingKey: '7', title: 'Fog', Media: media }] } };
  const listed = toListingPage(answer)?.rows[0]?.files.map(({ durationMs }) => durationMs);
  const full = toItems(answer)?.[0]?.files.map(({ durationMs }) => durationMs);
  assert.deepEqual(full, listed);
  return listed ?? [];
}

test('a file has its own duration, else that of its version', () => {
  const part = { file: '/media/a.mp4' };
  assert.deepEqual(durations([{ duration: 9_000, Part: [{ ...part, duration: 8_000 }] }]), [8_000]);
  assert.deepEqual(durations([{ duration: '9000', Part: [part] }]), [9_000]);
  assert.deepEqual(durations([{ Part: [part] }]), [undefined]);
});

test('the duration of a version of several files is that of none of them', () => {
  const parts = [{ file: '/media/1.mp4', duration: 4_000 }, { file: '/media/2.mp4' }];
  assert.deepEqual(durations([{ duration: 9_000, Part: parts }]), [4_000, undefined]);
});

test('an unreadable duration does not make an answer fail', () => {
  assert.deepEqual(durations([{ duration: null, Part: [{ file: '/media/a.mp4', duration: {} }] }]), [undefined]);
});

test('an unreadable date is left out, and one in the year 9999 is kept', () => {
  const dated = (addedAt: unknown) =>
    toItems({ MediaContainer: { Metadata: [{ ratingKey: '7', addedAt }] } })?.[0]?.addedAt;
  for (const none of [undefined, null, '', 'soon', 0, '0', -5, 1.5, true, {}])
    assert.equal(dated(none), undefined, `${none}`);
  assert.equal(dated(253_402_300_799), 253_402_300_799);
  assert.equal(dated('1700000000'), 1_700_000_000);
});

test('a rating of 0 is none', () => {
  const rated = (userRating: unknown) =>
    toItems({ MediaContainer: { Metadata: [{ ratingKey: '7', title: 'Fog', userRating }] } })?.[0]?.fields.userRating;
  assert.deepEqual([undefined, 0, '0', 8.5, '7'].map(rated), ['', '', '', '8.5', '7']);
});

test('every library knows the folders of all libraries of its server, and an empty one is none', () => {
  const library = (key: string, type: string, ...paths: readonly string[]) => {
    return { key, type, title: key, Location: paths.map((path) => ({ path })) };
  };
  const Directory = [library('1', 'movie', '/films', ''), library('2', 'photo', '/pictures'), library('3', 'show')];
  const sections = toSections({ MediaContainer: { Directory } }) ?? [];
  assert.deepEqual(
    sections.map(({ folders }) => folders),
    [['/films'], ['/pictures'], []],
  );
  for (const { serverFolders } of sections) assert.deepEqual(serverFolders, ['/films', '/pictures']);
});

test('one odd value of an item is left out, and the item is read', () => {
  const itemWith = (more: object) =>
    toItems({ MediaContainer: { Metadata: [{ ratingKey: '7', title: 'Fog', ...more }] } })?.[0];
  assert.equal(itemWith({ title: 12 })?.fields.title, '12');
  assert.equal(itemWith({ summary: null })?.fields.summary, '');
  assert.equal(itemWith({ userRating: null })?.fields.userRating, '');
  assert.equal(itemWith({ librarySectionID: null, librarySectionTitle: 3 })?.sectionTitle, '');
  assert.deepEqual(
    itemWith({ Genre: [{ tag: 'fog' }, {}, null, { tag: null }, { tag: 1984, thumb: null }] })?.lists.genre.map(
      ({ tag }) => tag,
    ),
    ['fog', '1984'],
  );
  assert.deepEqual(
    [...(itemWith({ Field: [{ name: 'title' }, { name: 'genre', locked: false }] })?.locked ?? [])],
    ['title'],
  );
  const part = { file: '/media/a.mp4', size: null };
  assert.equal(
    itemWith({ Media: [{ proxyType: null, deletedAt: null, Part: [part, { file: null }] }] })?.files.length,
    1,
  );
});

test('a list that is no list is an error: an empty one would be written over it', () => {
  assert.equal(toItems({ MediaContainer: { Metadata: [{ ratingKey: '7', Genre: 'fog' }] } }), undefined);
});

test('a library whose title or folder is odd does not make all libraries unreadable', () => {
  const [library] =
    toSections({
      MediaContainer: {
        Directory: [{ key: 1, type: 'movie', title: 7, uuid: null, Location: [{ path: null }, { path: '/media' }] }],
      },
    }) ?? [];
  assert.deepEqual([library?.title, library?.uuid, library?.folders], ['7', undefined, ['/media']]);
});

test('files and locks are read where their lists are null or have odd entries', () => {
  const part = { file: '/media/a.mp4' };
  const answer = (more: object) => ({ MediaContainer: { Metadata: [{ ratingKey: '7', title: 'Fog', ...more }] } });
  for (const [Media, count] of [
    [null, 0],
    [[null], 0],
    [[{ Part: null }], 0],
    [[{ Part: [null, 3, part] }], 1],
  ] as const) {
    assert.equal(toItems(answer({ Media }))?.[0]?.files.length, count);
    assert.equal(toListingPage(answer({ Media }))?.rows[0]?.files.length, count);
  }
  assert.deepEqual([...(toItems(answer({ Field: [null, { name: 'title' }] }))?.[0]?.locked ?? [])], ['title']);
  assert.equal(toItems(answer({ Field: null }))?.[0]?.locked.size, 0);
  const Directory = [{ key: 1, type: 'movie', title: 'Fog', Location: null }];
  assert.deepEqual(toSections({ MediaContainer: { Directory } })?.[0]?.folders, []);
});
