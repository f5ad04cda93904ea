/** What a person probably means who types an address that cannot be used. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atPort, meantAddress, withScheme } from '../../../src/commands/init/address.ts';

const SECRETS = [
  'xQ3zLmPw8sYtRb2KvN4c',
  'AbCdEfGhIjKlMnOpQrSt',
  'eyJhbGciOi.eyJ1aWQiOi.c2lnbmF0dXJl',
  'TOKEN=aBcDeFgHiJkL',
];

test('an address without http:// gets it, and the usual port', () => {
  assert.equal(meantAddress('192.168.1.5', 32_400), 'http://192.168.1.5:32400');
  assert.equal(meantAddress('plex:32401', 32_400), 'http://plex:32401');
  assert.equal(meantAddress(' harbour.local ', 9_999), 'http://harbour.local:9999');
});

test('slashes that are too few or too many are mended', () => {
  for (const typed of ['http:/plex:32400', 'http//plex:32400', 'http:///plex:32400', 'http:\\\\plex:32400'])
    assert.equal(meantAddress(typed, 32_400), 'http://plex:32400', typed);
});

test('what a browser shows is cut down to the server', () => {
  assert.equal(meantAddress('http://plex:32400/web/index.html#!/media', 32_400), 'http://plex:32400');
  assert.equal(meantAddress('https://stash.example/scenes?page=2', 9_999), 'https://stash.example');
  assert.equal(meantAddress('https://example.org/stash/graphql', 9_999), 'https://example.org/stash');
  assert.equal(meantAddress('http://user:secret@plex:32400', 32_400), 'http://plex:32400');
});

test('where nothing comes to mind, nothing is offered', () => {
  for (const typed of ['', '7', 'my plex', 'ftp://plex', 'http://', 'http://plex:32400', ...SECRETS])
    assert.equal(meantAddress(typed, 32_400), undefined, typed);
});

test('a host with its port gets http://; what is no address stays as it is', () => {
  for (const typed of ['plex:32400', '127.0.0.1:44909', '[::1]:9999', 'nas:9999/stash'])
    assert.equal(withScheme(typed), `http://${typed}`);
  for (const typed of ['plex', 'http://plex:1', 'plex:99999', 'ftp:7x', 'none', ...SECRETS, `${SECRETS[0]}:32400`])
    assert.equal(withScheme(typed), typed);
});

test('the other server is looked for on the same host', () => {
  assert.equal(atPort('http://nas:9999/stash', 32_400), 'http://nas:32400');
});
