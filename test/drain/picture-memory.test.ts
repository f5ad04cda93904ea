/** Many pictures at a time: how many are in memory, and how often each is read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PictureSource } from '../../src/core/drain/ports/pictures.ts';
import type { PictureBytes } from '../../src/core/model/picture.ts';
import { addItems, idsTo, lighthouse, setup } from '../helpers/drain-world.ts';
import { writing } from '../helpers/picture-world.ts';
import { picture, sha1 } from '../helpers/pictures.ts';

const SCENES = 60;

for (const background of ['leave', 'write'] as const) {
  test(`with eight writes in flight, at most two pictures are in memory, and none is read twice (background: ${background})`, async (t) => {
    const { plex, enqueue, run } = await setup(t);
    addItems(plex, ...idsTo(SCENES));
    enqueue(
      ...idsTo(SCENES).map((id) => lighthouse(id, { poster_url: `http://stash.example/scene/${id}/screenshot?t=1` })),
    );
    const reads = new Map<string, number>();
    let inMemory = 0;
    let most = 0;
    const uploadsLeft = new Map<string, number>();
    const pictures: PictureSource = {
      look: async (address) => {
        reads.set(address, (reads.get(address) ?? 0) + 1);
        inMemory += 1;
        most = Math.max(most, inMemory);
        await new Promise<void>((resolve) => void setImmediate(resolve));
        const bytes = picture(address);
        uploadsLeft.set(sha1(bytes), background === 'write' ? 2 : 1);
        return { kind: 'picture', picture: { bytes, sha1: sha1(bytes), contentType: 'image/jpeg' }, etag: undefined };
      },
    };
    const done = new Map<string, string>();
    /** Plays the upload: the last one of a picture frees its memory. */
    const uploadPicture = async (ratingKey: string, _field: string, { sha1: name }: PictureBytes): Promise<void> => {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const left = (uploadsLeft.get(name) ?? 0) - 1;
      uploadsLeft.set(name, left);
      if (left === 0) inMemory -= 1;
      done.set(ratingKey, name);
    };
    const rules = writing({ background });
    await run({ rules, concurrency: 8 }, { pictures, plex: { uploadPicture } });
    assert.deepEqual([most, done.size, reads.size], [2, SCENES, SCENES]);
    assert.ok([...reads.values()].every((count) => count === 1));
  });
}
