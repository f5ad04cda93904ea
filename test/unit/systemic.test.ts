import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemicWatch } from '../../src/core/drain/systemic.ts';
import { SyncError } from '../../src/core/errors.ts';
import type { LookedUp } from '../../src/core/file-sample.ts';
import { lookUpFile } from '../../src/core/look-up.ts';
import type { Section } from '../../src/core/plex-item.ts';

const SECTION: Section = { key: '1', title: 'Harbours', type: 'movie', uuid: 'a', folders: ['/media'] };

/** A look-up of a file in Stash that brought these files of Plex, one item each. */
async function looked(path: string, ...plexFiles: readonly string[]): Promise<LookedUp> {
  const candidates = plexFiles.map((file, index) => ({
    ratingKey: String(index + 1),
    title: 'Pier',
    sectionKey: SECTION.key,
    sectionTitle: SECTION.title,
    files: [{ path: file, size: undefined }],
  }));
  const file = { path, size: undefined };
  const place = { sections: [SECTION], mappings: [] };
  const byName = async () => ({ rule: 'file_name', candidates, requests: 1 }) as const;
  return { file, look: await lookUpFile(file, place, { byName }) };
}

/** The hint of the stop after ten jobs in a row of which none was proven. */
function hintAfter(looks: readonly LookedUp[]): string {
  const watch = createSystemicWatch({ sections: [SECTION], mappings: [], everMatched: true });
  for (const look of looks) {
    assert.equal(watch.verdict(), undefined);
    watch.noteUnproven(look);
    watch.note(new SyncError('low_confidence', 'nothing proves it'));
  }
  return watch.verdict()?.hint ?? '';
}

const TEN = Array.from({ length: 10 }, (_, index) => index + 1);

test('a stop for want of proof names the mapping that the files agree on, though no folder is shared', async () => {
  const looks = await Promise.all(TEN.map((n) => looked(`/data/${n}.mp4`, `/media/${n}.mp4`)));
  assert.match(hintAfter(looks), /10 of 10 would have it with --path-map \/data=\/media$/);
});

test('a stop for want of proof names the mapping of all, not what the likeliest of the first file suggests', async () => {
  const looks = TEN.map((n) => looked(`/data/q/${n}.mp4`, `/media/old ${n}/q/${n}.mp4`, `/media/q/${n}.mp4`));
  assert.match(hintAfter(await Promise.all(looks)), /10 of 10 would have it with --path-map \/data=\/media$/);
});

test('where the files agree on nothing no mapping is named', async () => {
  const looks = await Promise.all(TEN.map((n) => looked(`/data/${n}/01.mp4`, `/media/studio ${n}/01.mp4`)));
  assert.doesNotMatch(hintAfter(looks), /--path-map/);
});
