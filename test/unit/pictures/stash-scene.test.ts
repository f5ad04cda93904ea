import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLook } from '../../../src/stash/scenes.ts';

test('of pictures Stash tells a scene’s own screenshot, and can name no file of this machine', () => {
  const part = {
    ...{ id: '7', updated_at: '2024-05-01T00:00:00Z', files: [] },
    ...{ poster_url: '/srv/private/quay.jpg', background_url: '/srv/private/mole.jpg' },
    paths: { screenshot: 'http://elsewhere.test/scene/9/screenshot?t=5' },
  };
  const look = toLook(7, part, { complaint: undefined, baseUrl: 'http://stash:9999' });
  assert.ok(look.kind === 'found');
  const { poster_url, background_url } = look.scene.data;
  assert.deepEqual([poster_url, background_url], ['http://stash:9999/scene/7/screenshot?t=5', undefined]);
});
