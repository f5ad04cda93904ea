import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPictureAddress } from '../../../src/core/pictures/address.ts';
import { unusablePicture } from '../../../src/core/pictures/unusable.ts';
import { asPath, plainText } from '../../../src/core/text/sentence.ts';

test('the version that Stash writes into an address is told apart from it, and a key is left out', () => {
  for (const [address, url, version] of [
    ['http://stash:9999/scene/7/screenshot?t=1700000000', 'http://stash:9999/scene/7/screenshot', '1700000000'],
    ['http://stash:9999/scene/7/screenshot', 'http://stash:9999/scene/7/screenshot', undefined],
    ['https://nas/stash/image/3/image?size=large&t=5', 'https://nas/stash/image/3/image?size=large', '5'],
    [
      'http://stash:9999/scene/7/screenshot?apikey=lighthouse-keeper#top',
      'http://stash:9999/scene/7/screenshot',
      undefined,
    ],
  ] as const) {
    const { shown, ...read } = readPictureAddress(address);
    assert.deepEqual(read, { kind: 'url', url, version });
    assert.ok(!JSON.stringify(shown).includes('?'));
  }
});

test('a whole path is a file, whatever the system', () => {
  for (const path of ['/srv/covers/quay.jpg', 'C:\\covers\\quay.jpg', '\\\\nas\\covers\\quay.jpg']) {
    assert.deepEqual(readPictureAddress(path), { kind: 'file', path, shown: asPath(path) });
  }
});

test('other addresses are refused, each with its reason', () => {
  for (const [address, why] of [
    ['file:///etc/hostname', /is a file URL/],
    ['FILE:quay.jpg', /is a file URL/],
    ['ftp://nas/quay.jpg', /neither an http or https address nor the whole path/],
    ['data:image/png;base64,AAAA', /neither an http/],
    ['covers/quay.jpg', /neither an http/],
    ['', /neither an http/],
    ['http://', /cannot be read/],
    ['http://keeper:secret@stash:9999/a.jpg', /with a user or a password/],
    ['/srv/quay\0.jpg', /NUL character/],
  ] as const) {
    const read = readPictureAddress(address);
    assert.ok(read.kind === 'unusable', address);
    assert.match(plainText(read.why), why);
    assert.ok(!unusablePicture(read, read.why).message.includes('secret'));
  }
});
