/** What a person probably means who types an address that cannot be used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atPort, meantAddress } from '../../../src/commands/init/address.ts';

test('an address without http:// gets it, and the usual port', () => {
  assert.equal(meantAddress('192.168.1.5', 32_400), 'http://192.168.1.5:32400');
  assert.equal(meantAddress('plex:32401', 32_400), 'http://plex:32401');
  assert.equal(meantAddress(' harbour.local ', 9_999), 'http://harbour.local:9999');
});

test('what a browser shows is cut down to the server', () => {
  assert.equal(meantAddress('http://plex:32400/web/index.html#!/media', 32_400), 'http://plex:32400');
  assert.equal(meantAddress('https://stash.example/scenes?page=2', 9_999), 'https://stash.example');
  assert.equal(meantAddress('https://example.org/stash/graphql', 9_999), 'https://example.org/stash');
  assert.equal(meantAddress('http://user:secret@plex:32400', 32_400), 'http://plex:32400');
});

test('where nothing comes to mind, nothing is offered', () => {
  for (const typed of ['', '7', 'my plex', 'ftp://plex', 'http://', 'http://plex:32400', 'xQ3zLmPw8sYtRb2KvN4c'])
    assert.equal(meantAddress(typed, 32_400), undefined, typed);
});

test('the other server is looked for on the same host', () => {
  assert.equal(atPort('http://nas:9999/stash', 32_400), 'http://nas:32400');
});
