import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemicWatch } from '../../../src/core/drain/servers/systemic.ts';
import { placeOf } from '../../../src/core/match/listing.ts';
import { lookUpFile } from '../../../src/core/match/look-up.ts';
import type { LookedUp } from '../../../src/core/match/sample/file-sample.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import type { Section } from '../../../src/core/model/plex-item.ts';
import { plainText, say } from '../../../src/core/text/sentence.ts';

const SECTION: Section = {
  key: '1',
  title: 'Harbours',
  type: 'movie',
  uuid: 'a',
  folders: ['/media'],
  serverFolders: ['/media'],
};

/** A server with a library for each studio, of which one is looked in. */
const STUDIO_A: Section = {
  ...SECTION,
  folders: ['/media/studio-a'],
  serverFolders: ['/media/studio-a', '/media/studio-b', '/pictures'],
};

/** A look-up of a file in Stash that brought these files of Plex, one item each. */
async function looked(path: string, ...plexFiles: readonly string[]): Promise<LookedUp> {
  return await lookedIn(SECTION, path, plexFiles);
}

async function lookedIn(section: Section, path: string, plexFiles: readonly string[]): Promise<LookedUp> {
  const candidates = plexFiles.map((file, index) => ({
    ratingKey: String(index + 1),
    title: 'Pier',
    ...placeOf(section),
    files: [{ path: file, size: undefined }],
  }));
  const file = { path, size: undefined };
  const place = { sections: [section], mappings: [] };
  const byName = async () => ({ rule: 'file_name', candidates, requests: 1 }) as const;
  return { file, look: await lookUpFile(file, place, { byName }) };
}

/** The hint of the stop after ten jobs in a row of which none was proven. */
function hintAfter(looks: readonly LookedUp[]): string {
  const watch = createSystemicWatch({ sections: [SECTION], mappings: [], everMatched: true });
  for (const look of looks) {
    assert.equal(watch.verdict(), undefined);
    watch.noteUnproven(look);
    watch.note(new SyncError('low_confidence', say`nothing proves it`));
  }
  return plainText(watch.verdict()?.hint ?? say``);
}

const TEN = Array.from({ length: 10 }, (_, index) => index + 1);

test('a stop without proof names the mapping that the files agree on, even without a shared folder', async () => {
  const looks = await Promise.all(TEN.map((n) => looked(`/data/${n}.mp4`, `/media/${n}.mp4`)));
  assert.match(hintAfter(looks), /10 of 10 would have it with --path-map \/data=\/media$/);
});

test('a stop without proof names the mapping of all files, not the one that the first file suggests', async () => {
  const looks = TEN.map((n) => looked(`/data/q/${n}.mp4`, `/media/old ${n}/q/${n}.mp4`, `/media/q/${n}.mp4`));
  assert.match(hintAfter(await Promise.all(looks)), /10 of 10 would have it with --path-map \/data=\/media$/);
});

test('where the files agree on nothing no mapping is named', async () => {
  const looks = await Promise.all(TEN.map((n) => looked(`/data/${n}/01.mp4`, `/media/studio ${n}/01.mp4`)));
  assert.doesNotMatch(hintAfter(looks), /--path-map/);
});

test('files that would come to lie in another library folder name no mapping', async () => {
  for (const below of ['', '2024/']) {
    const looks = TEN.map((n) =>
      lookedIn(STUDIO_A, `/data/studio-b/${below}${n}.mp4`, [`/media/studio-a/${below}${n}.mp4`]),
    );
    assert.doesNotMatch(hintAfter(await Promise.all(looks)), /--path-map/);
  }
});

/** The hint of the stop after a hundred files in a folder of Stash that Plex has none of. */
function hintMissing(section: Section, folder: string): string {
  const watch = createSystemicWatch({ sections: [section], mappings: [], everMatched: false });
  for (let n = 1; n <= 100; n += 1) watch.noteMissing(`${folder}/${n}.mp4`);
  return plainText(watch.verdict()?.hint ?? say``);
}

test('a stop without files offers the only library folder, unless Stash names another one of the server', () => {
  assert.match(hintMissing(STUDIO_A, '/data/films'), /--path-map \/data\/films=\/media\/studio-a$/);
  assert.match(hintMissing(STUDIO_A, '/data/studio-a'), /--path-map \/data\/studio-a=\/media\/studio-a$/);
  for (const folder of [
    '/data/studio-b',
    '/data/Studio-B/2024',
    '/pictures/films',
    '/pictures',
    '/media/studio-b/2024',
  ])
    assert.doesNotMatch(hintMissing(STUDIO_A, folder), /--path-map/, folder);
});

test('what lies in a library folder that is not looked in is not offered another of the same name', () => {
  const serverFolders = ['/media/studio-a', '/tank/studio-a'];
  const looking: Section = { ...STUDIO_A, folders: ['/media/studio-a'], serverFolders };
  for (const folder of ['/tank/studio-a/2024', '/tank/studio-a', '/data/studio-a'])
    assert.doesNotMatch(hintMissing(looking, folder), /--path-map/, folder);
  const all: Section = { ...looking, serverFolders: ['/media/studio-a', '/tank'] };
  assert.doesNotMatch(hintMissing(all, '/tank/2024'), /--path-map/);
});

test('in the root of all folders nothing is elsewhere', () => {
  const root: Section = { ...SECTION, folders: ['/'], serverFolders: ['/'] };
  assert.doesNotMatch(hintMissing(root, '/data/films'), /--path-map/);
});
