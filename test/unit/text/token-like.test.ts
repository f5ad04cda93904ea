import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideTokens } from '../../../src/command-line/hide-tokens.ts';
import { looksLikeToken } from '../../../src/core/text/token-like.ts';

const TOKEN = 'xY7abcDEF123ghiJKL45';
const JWT = 'eyJhbGciOi.eyJ1aWQiOi.c2lnbmF0dXJl';

test('a Plex token and a key of Stash look like tokens; names, ids and paths do not', () => {
  for (const word of [TOKEN, JWT, '0123456789abcdef']) assert.ok(looksLikeToken(word), word);
  for (const word of [
    'lighthouses-of-the-north',
    '20240101',
    '/media/harbour2024lights.mp4',
    'short1',
    'pier.2024.mp4',
  ])
    assert.ok(!looksLikeToken(word), word);
});

test('a token typed as an argument, behind an equals sign or in quotes is hidden in messages', () => {
  for (const word of [TOKEN, `--limit=${TOKEN}`, `"${TOKEN}"`, `PLEX_TOKEN=${TOKEN}`, JWT]) {
    const shown = hideTokens(`Got ${word}, and ${word} again.`, ['process', word]);
    assert.ok(!shown.includes(TOKEN) && !shown.includes(JWT), shown);
  }
});

test('a folder whose name looks like a token stays in the path that names it', () => {
  const message = `There is no data directory at /srv/${TOKEN}/data.`;
  assert.equal(hideTokens(message, [TOKEN]), message);
});
