/** A link that nothing can open is no error. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink } from '../../../src/terminal/open-link.ts';

test('a PATH that leads nowhere, or through a file, has nothing that opens a page', {
  skip: process.platform === 'darwin' || process.platform === 'win32',
}, async () => {
  for (const PATH of ['/no/such/folder', process.execPath])
    assert.equal(await openLink('http://127.0.0.1:1/', { PATH }), 'no_opener');
});
