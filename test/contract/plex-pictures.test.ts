/** The pictures of an item, as Plex lists, takes and chooses them. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SyncErrorCode } from '../../src/core/model/errors.ts';
import { SyncError } from '../../src/core/model/errors.ts';
import type { PictureBytes } from '../../src/core/model/picture.ts';
import type { PlexClient } from '../../src/plex/client.ts';
import { createPlexClient } from '../../src/plex/client.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import type { PictureType } from '../helpers/pictures.ts';
import { picture, sha1 } from '../helpers/pictures.ts';

function clientOf(baseUrl: string, token: string): PlexClient {
  return createPlexClient({
    ...{ baseUrl, token, clientIdentifier: 'lighthouse', version: '0' },
    trust: { certificates: 'verified', ca: undefined },
    ...{ connectTimeoutMs: 1_000, readTimeoutMs: 5_000 },
    signal: new AbortController().signal,
    now: Date.now,
  });
}

async function setup(t: TestContext) {
  const plex = await startPlexServer({ sections: [{ key: '1', title: 'Scenes' }] });
  t.after(plex.close);
  const item = plex.addItem({ sectionKey: '1', file: '/data/a.mp4' });
  return { plex, item, client: clientOf(plex.url, plex.token) };
}

function made(content: string, type: PictureType = 'jpeg'): PictureBytes {
  const bytes = picture(content, { type });
  return { bytes, sha1: sha1(bytes), contentType: `image/${type}` };
}

test('an uploaded picture is there under the SHA-1 of its bytes, and shown', async (t) => {
  const { client, item, plex } = await setup(t);
  const [before] = await client.pictures(item, 'thumb');
  assert.ok(before?.selected);
  const [poster, background] = [made('quay'), made('mole', 'png')];
  await client.uploadPicture(item, 'thumb', poster);
  await client.uploadPicture(item, 'art', background);
  assert.deepEqual(
    (await client.pictures(item, 'thumb')).filter(({ selected }) => selected),
    [{ key: `upload://posters/${poster.sha1}`, selected: true }],
  );
  assert.deepEqual(await client.pictures(item, 'art'), [{ key: `upload://art/${background.sha1}`, selected: true }]);
  const posts = plex.requests.filter(({ method }) => method === 'POST');
  assert.deepEqual(
    posts.map(({ route, headers, bodyBytes }) => [route, headers['content-type'], bodyBytes]),
    [
      ['posters', 'image/jpeg', poster.bytes.length],
      ['arts', 'image/png', background.bytes.length],
    ],
  );
});

test('a listed picture is chosen by its key, and none is', async (t) => {
  const { client, item } = await setup(t);
  await client.uploadPicture(item, 'thumb', made('quay'));
  const chosen = async (): Promise<readonly string[]> =>
    (await client.pictures(item, 'thumb')).filter(({ selected }) => selected).map(({ key }) => key);
  for (const { key } of await client.pictures(item, 'thumb')) {
    await client.selectPicture(item, 'thumb', key);
    assert.deepEqual(await chosen(), [key]);
  }
  await client.selectPicture(item, 'thumb', null);
  assert.deepEqual(await chosen(), []);
});

/** A Plex that gives one answer to everything. */
async function answering(
  t: TestContext,
  status: number,
  { body = '', type = 'application/json' } = {},
): Promise<PlexClient> {
  const server = createServer((request, answer) => {
    request.resume().on('end', () => void answer.writeHead(status, { 'Content-Type': type }).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'lighthouse-keeper');
}

test('a list is read however a version of Plex spells it', async (t) => {
  for (const [container, expected] of [
    [{ size: 0 }, []],
    [{ size: 0, Metadata: null }, []],
    [{ Metadata: [{ ratingKey: 'media://1', selected: 1 }] }, [{ key: 'media://1', selected: true }]],
    [{ Metadata: [{ ratingKey: 'media://1', selected: '0' }] }, [{ key: 'media://1', selected: false }]],
    [{ Metadata: [{ ratingKey: 'media://1', selected: 'true' }] }, [{ key: 'media://1', selected: true }]],
    [{ Metadata: [{ ratingKey: 'media://1', selected: {} }, 7, {}] }, [{ key: 'media://1', selected: false }]],
    [{ Metadata: [{ key: 'https://pictures.test/a.jpg' }] }, [{ key: 'https://pictures.test/a.jpg', selected: false }]],
    [
      { Metadata: [{ key: '/library/metadata/1/file?url=upload%3A%2F%2Fposters%2Fab', ratingKey: '' }] },
      [{ key: 'upload://posters/ab', selected: false }],
    ],
  ] as const) {
    const client = await answering(t, 200, { body: JSON.stringify({ MediaContainer: container }) });
    assert.deepEqual(await client.pictures('1', 'thumb'), expected);
  }
});

type Act = (client: PlexClient) => Promise<unknown>;
const ACTS: readonly (readonly [what: string, Act])[] = [
  ['listing the posters', (client) => client.pictures('1', 'thumb')],
  ['uploading the background', (client) => client.uploadPicture('1', 'art', made('quay'))],
  ['choosing the poster', (client) => client.selectPicture('1', 'thumb', 'upload://posters/ab')],
  ['taking away the poster', (client) => client.selectPicture('1', 'thumb', null)],
];

async function failure(act: Promise<unknown>): Promise<SyncError> {
  const thrown: unknown = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof SyncError, String(thrown));
  return thrown;
}

test('each failure names what was done, and keeps the class that it has for every request', async (t) => {
  for (const [status, code] of [
    [400, 'plex_rejected'],
    [401, 'plex_unauthorized'],
    [404, 'plex_not_found'],
    [413, 'plex_too_long'],
    [429, 'plex_busy'],
    [500, 'plex_error'],
    [503, 'plex_unavailable'],
  ] as const satisfies readonly (readonly [number, SyncErrorCode])[]) {
    const client = await answering(t, status, { type: 'text/html', body: '<h1>no</h1>' });
    for (const [what, act] of ACTS) {
      const error = await failure(act(client));
      assert.equal(error.code, code, what);
      if (code !== 'plex_unauthorized') assert.ok(error.message.includes(what), error.message);
    }
  }
});

test('a token that may not edit is told as such by whatever would change a picture', async (t) => {
  const client = await answering(t, 403);
  for (const [what, act] of ACTS.slice(1))
    assert.match((await failure(act(client))).message, /this token to edit: it is probably not the owner’s/, what);
});

test('a page of a proxy is no success, any other text after a change is', async (t) => {
  const page = await answering(t, 200, { type: 'text/html', body: '<h1>Please log in</h1>' });
  for (const [what, act] of ACTS) {
    const { code, message } = await failure(act(page));
    assert.equal(code, 'plex_malformed', what);
    assert.match(message, /A proxy, and not Plex/);
  }
  for (const answer of [{ type: 'text/html' }, { type: 'text/plain', body: '/library/metadata/1/thumb/5' }]) {
    const client = await answering(t, 200, answer);
    for (const [, act] of ACTS.slice(1)) await act(client);
  }
  assert.equal((await failure((await answering(t, 200, { body: '[' })).pictures('1', 'art'))).code, 'plex_malformed');
});

test('a broken connection during an upload is an outage of Plex', async (t) => {
  const { client, item, plex } = await setup(t);
  plex.fail('posters', { kind: 'drop' });
  const error = await failure(client.uploadPicture(item, 'thumb', made('quay')));
  assert.equal(error.code, 'plex_unavailable');
  assert.equal(error.request, 'plex POST picture');
});

test('each of them is one request', async (t) => {
  const { client, item, plex } = await setup(t);
  await client.pictures(item, 'thumb');
  await client.uploadPicture(item, 'thumb', made('quay'));
  await client.selectPicture(item, 'thumb', null);
  assert.equal(plex.requests.length, 3);
});
