import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { StashServerOptions } from '../../src/simulator/stash/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { picture } from '../helpers/pictures.ts';

const HARBOUR = picture('harbour');
const START_MS = 1_700_000_000_000;

async function setup(t: TestContext, options: StashServerOptions = {}) {
  const clock = { ms: START_MS };
  const stash = await startStashServer({ now: () => clock.ms, ...options });
  t.after(stash.close);
  const id = stash.addScene({ title: 'Harbour Lights', cover: HARBOUR });
  const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    fetch(`${stash.url}/scene/${id}/screenshot`, { method, headers, redirect: 'manual' });
  return { stash, clock, id, get };
}

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

test('a cover comes with an ETag, by which it is not sent twice', async (t) => {
  const { stash, id, get } = await setup(t);
  const first = await get();
  assert.equal(first.headers.get('content-type'), 'image/jpeg');
  assert.deepEqual(await bytesOf(first), HARBOUR);
  const etag = first.headers.get('etag') ?? '';
  assert.match(etag, /^"[0-9a-f]{32}"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await get({ 'If-None-Match': known });
    assert.deepEqual([again.status, (await bytesOf(again)).length, again.headers.get('etag')], [304, 0, etag], known);
  }
  stash.swapCover(id, picture('garden'));
  assert.equal((await get({ 'If-None-Match': etag })).status, 200);
});

test('behind a proxy that takes ETags away every look is a whole answer', async (t) => {
  const { stash, get } = await setup(t, { conditional: 'ignored' });
  const first = await get();
  assert.equal(first.headers.get('etag'), null);
  const again = await get({ 'If-None-Match': '*' });
  assert.deepEqual([again.status, await bytesOf(again)], [200, HARBOUR]);
  stash.setConditional('honoured');
  assert.equal((await get({ 'If-None-Match': '*' })).status, 304);
});

test('a scene without a cover shows an SVG with status 200, and one that is gone is 404', async (t) => {
  const { stash, id, get } = await setup(t);
  stash.setCover(id, null);
  const none = await get();
  assert.deepEqual([none.status, none.headers.get('content-type')], [200, 'image/svg+xml']);
  assert.ok(none.headers.get('etag'));
  stash.removeScene(id);
  assert.equal((await get()).status, 404);
});

test('the link moves with updated_at: with any edit and a new cover, but not with a cover swapped in silence', async (t) => {
  const { stash, clock, id } = await setup(t);
  const link = async (): Promise<string> => {
    const body = JSON.stringify({ query: `{ findScene(id: ${id}) { paths { screenshot } } }` });
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const answer = await fetch(`${stash.url}/graphql`, { method: 'POST', headers, body });
    const { data } = (await answer.json()) as { data: { findScene: { paths: { screenshot: string } } } };
    return data.findScene.paths.screenshot;
  };
  const first = await link();
  assert.equal(first, `${stash.url}/scene/${id}/screenshot?t=${START_MS / 1000}`);
  clock.ms += 5000;
  stash.swapCover(id, picture('garden'));
  assert.equal(await link(), first);
  stash.setCover(id, picture('lighthouse'));
  assert.equal(await link(), first.replace(/\d+$/, String(clock.ms / 1000)));
  clock.ms += 5000;
  stash.editScene(id, { title: 'Harbour Lights II' });
  assert.equal(await link(), first.replace(/\d+$/, String(clock.ms / 1000)));
});

test('a server with credentials sends who has none to its login page, which is 200 and HTML', async (t) => {
  const { stash, get } = await setup(t, { apiKey: 'key' });
  const refused = await get();
  assert.equal(refused.status, 302);
  const login = await fetch(new URL(refused.headers.get('location') ?? '', stash.url));
  assert.deepEqual([login.status, login.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  assert.equal((await get({ ApiKey: 'wrong' })).status, 401);
  assert.equal((await get({ ApiKey: 'key' })).status, 200);
});

test('the type of a cover is that of its bytes, whatever they are', async (t) => {
  const { stash, id, get } = await setup(t);
  const types: [Buffer, string][] = [
    [picture('a', { type: 'png' }), 'image/png'],
    [picture('a', { type: 'webp' }), 'image/webp'],
    [picture('a', { type: 'gif' }), 'image/gif'],
    [Buffer.from('<!DOCTYPE html><title>Harbour</title>'), 'text/html; charset=utf-8'],
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    [Buffer.alloc(0), 'image/svg+xml'],
    [Buffer.from([0, 1, 2, 3]), 'application/octet-stream'],
  ];
  for (const [cover, type] of types) {
    stash.swapCover(id, cover);
    const answer = await get();
    assert.deepEqual([answer.headers.get('content-type'), await bytesOf(answer)], [type, cover]);
  }
});

test('images are there for GET alone', async (t) => {
  const { get } = await setup(t);
  assert.equal((await get({}, 'HEAD')).status, 405);
});

test('an answer can be cut short against its own length, or lead elsewhere', async (t) => {
  const { stash, get } = await setup(t);
  stash.fail('screenshot', { kind: 'cut' });
  const cut = await get();
  assert.equal(cut.headers.get('content-length'), String(HARBOUR.length));
  await assert.rejects(cut.arrayBuffer());
  stash.fail('screenshot', { kind: 'redirect', location: 'http://elsewhere.example/harbour.jpg' });
  assert.equal((await get()).headers.get('location'), 'http://elsewhere.example/harbour.jpg');
});

for (const length of ['announced', 'unknown'] as const) {
  test(`a flood of ${length} length goes only as far as it is read`, async (t) => {
    const { stash, get } = await setup(t);
    const bytes = 200_000_000;
    stash.fail('screenshot', { kind: 'flood', bytes, length });
    const flood = await get();
    assert.equal(flood.headers.get('content-length'), length === 'announced' ? String(bytes) : null);
    const reader = flood.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    assert.deepEqual([...(value ?? []).slice(0, 3)], [0xff, 0xd8, 0xff]);
    await reader?.cancel();
    assert.ok((stash.requests[0]?.sentBytes ?? bytes) < bytes / 4, String(stash.requests[0]?.sentBytes));
  });
}

test('a flood that is read to its end has exactly its bytes, and ends as a JPEG does', async (t) => {
  const { stash, get } = await setup(t);
  stash.fail('screenshot', { kind: 'flood', bytes: 150_001, length: 'unknown' });
  const bytes = await bytesOf(await get());
  assert.deepEqual([bytes.length, bytes.subarray(-2).toString('hex')], [150_001, 'ffd9']);
  assert.equal(stash.requests[0]?.sentBytes, 150_001);
});
