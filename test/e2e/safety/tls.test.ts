/** Plex and Stash behind https, with a certificate that no system trusts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import { CERTIFICATE, serveOverTls } from '../../helpers/serve-over-tls.ts';

test('a certificate nobody trusts is refused with the way out, and taken when it is given or any is accepted', async (t) => {
  const { plex, run, dir, sql } = await setup(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const env = { PLEX_URL: await serveOverTls(t, plex.url) };
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Harbour Lights']);

  const refused = await run(['process'], { env });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /The certificate of https:\/\/127.* is not trusted: it is self-signed\.\n.*--plex-ca/);
  assert.deepEqual(sql('SELECT attempt, failures FROM jobs'), [{ attempt: 0, failures: 0 }]);

  const given = await run(['process', '--plex-ca', CERTIFICATE], { env });
  assert.equal(given.code, 0, given.stderr);
  assert.equal(plex.item(ratingKey)?.title, 'Harbour Lights');
  assert.equal((await run(['match-test', '/media/a.mp4', '--plex-insecure'], { env })).code, 0);

  const noCertificate = join(dir, 'ca.pem');
  writeFileSync(noCertificate, 'a note about lighthouses');
  const wrong = await run(['match-test', '/media/a.mp4', '--plex-ca', noCertificate], { env });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /ca\.pem \(plex_ca, from --plex-ca\) holds no certificate/);
});

test('a certificate of Stash that nobody trusts is refused with the way out, and taken when any is accepted', async (t) => {
  const { run } = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  const env = { STASH_URL: await serveOverTls(t, stash.url) };
  const refused = await run(['doctor'], { env });
  assert.match(
    refused.stdout,
    /failure\tstash\tThe certificate of https:.* is not trusted: it is self-signed\t.*--stash-insecure/,
  );
  const accepted = await run(['doctor', '--stash-insecure'], { env });
  assert.match(accepted.stdout, /ok\tstash\tStash v0\.30\.1 answers/);
});

test('a certificate for another name is told with the way that helps, and never with the one that cannot', async (t) => {
  const { plex, run } = await setup(t);
  const url = (await serveOverTls(t, plex.url)).replace('127.0.0.1', 'localhost');
  const { code, stderr } = await run(['match-test', '/media/a.mp4', '--plex-ca', CERTIFICATE], {
    env: { PLEX_URL: url },
  });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /is not trusted: it is for another host\.\n.*plex\.direct.*--plex-insecure/);
  assert.doesNotMatch(stderr, /--plex-ca/);
});

test('a server that closes the connection of http may want https, and that is said', async (t) => {
  const { run } = await setup(t);
  const server = createTcpServer((socket) => {
    socket.once('data', () => socket.destroy());
    socket.on('error', () => undefined);
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { stderr } = await run(['match-test', '/media/a.mp4'], { env: { PLEX_URL: url } });
  assert.match(stderr, /the connection was closed; it may want https:\/\/ in plex_url/);
});
