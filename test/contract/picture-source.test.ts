/** Where pictures come from: the configured Stash, and files that a person named. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { SyncErrorCode } from '../../src/core/model/errors.ts';
import { SyncError, UsageError } from '../../src/core/model/errors.ts';
import type { PictureLook } from '../../src/core/model/picture.ts';
import { createPictureSource } from '../../src/pictures/source.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { createStashClient } from '../../src/stash/client.ts';
import { listen } from '../helpers/listen.ts';
import { picture, sha1 } from '../helpers/pictures.ts';
import { scratchDir } from '../helpers/scratch.ts';

const KEY = 'lighthouse-keeper';

function sourceOf(baseUrl: string, apiKey: string | undefined = KEY) {
  const stash = createStashClient({
    ...{ baseUrl, apiKey, connectTimeoutMs: 1_000, readTimeoutMs: 5_000 },
    trust: { certificates: 'verified', ca: undefined },
    signal: new AbortController().signal,
    now: Date.now,
  });
  const source = createPictureSource({ stash });
  return { ...source, look: (address: string, etag?: string) => source.look(address, { etag }) };
}

async function setup(t: TestContext) {
  const stash = await startStashServer({ apiKey: KEY });
  t.after(() => stash.close());
  const cover = picture('quay');
  const id = stash.addScene({ title: 'The Quay', cover });
  return { stash, cover, id, address: `${stash.url}/scene/${id}/screenshot`, source: sourceOf(stash.url) };
}

async function failure(look: Promise<PictureLook>): Promise<SyncError> {
  const thrown: unknown = await look.then(
    (found) => assert.fail(`a ${found.kind}`),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof SyncError, String(thrown));
  assert.ok(!thrown.message.includes(KEY), thrown.message);
  return thrown;
}

async function refusal(look: Promise<PictureLook>): Promise<string> {
  const { code, message } = await failure(look);
  assert.equal(code, 'picture_unusable', message);
  return message;
}

test('a cover of Stash is read whole by its bare address, and by its ETag not again', async (t) => {
  const { stash, source, address, cover } = await setup(t);
  const first = await source.look(`${address}?t=1700000000`);
  assert.ok(first.kind === 'picture');
  assert.deepEqual(Buffer.from(first.picture.bytes), cover);
  assert.deepEqual([first.picture.sha1, first.picture.contentType], [sha1(cover), 'image/jpeg']);
  assert.deepEqual(await source.look(`${address}?t=1800000000`, first.etag), { kind: 'same' });
  assert.deepEqual(
    stash.requests.map(({ path, status }) => [path, status]),
    [
      [new URL(address).pathname, 200],
      [new URL(address).pathname, 304],
    ],
  );
});

test('the placeholder of a scene without a cover is no picture yet, and by its ETag none still', async (t) => {
  const { stash, source } = await setup(t);
  const address = `${stash.url}/scene/${stash.addScene({ title: 'No cover' })}/screenshot`;
  const look = await source.look(address);
  assert.ok(look.kind === 'none' && look.etag !== undefined);
  assert.deepEqual(await source.look(address, look.etag), { kind: 'same' });
});

test('a server that ignores the condition but names the same ETag has the same picture', async (t) => {
  const url = await listen(
    t,
    (_request, answer) => void answer.writeHead(200, { ETag: '"quay"' }).end(picture('quay')),
  );
  assert.deepEqual(await sourceOf(url).look(`${url}/a.jpg`, '"quay"'), { kind: 'same' });
  assert.equal((await sourceOf(url).look(`${url}/a.jpg`, '"mole"')).kind, 'picture');
});

test('the version of a picture tells, without a request, whether it may be another', async (t) => {
  const { stash, source, address } = await setup(t);
  assert.equal(await source.version(`${address}?t=1700000000`), '1700000000');
  assert.equal(await source.version(address), undefined);
  const file = join(scratchDir(t), 'quay.jpg');
  writeFileSync(file, picture('quay'));
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  const before = await source.version(file);
  assert.match(before ?? '', /1700000000000/);
  utimesSync(file, 1_700_000_001, 1_700_000_001);
  assert.notEqual(await source.version(file), before);
  assert.equal(await source.version(join(file, 'gone')), undefined);
  assert.equal(stash.requests.length, 0);
});

const PAGE = '<!DOCTYPE html><html><body>Harbour</body></html>';

test('what is no picture is refused in one sentence that says what it is', async (t) => {
  for (const [body, why] of [
    [PAGE, /is an HTML page$/],
    ['', /is empty$/],
    [picture('quay').subarray(0, 100), /is cut off: the end of it is missing$/],
    [picture('quay', { bytes: 10_480_000 }), /has 10,480,000 bytes, and Plex takes less than 10,480,000$/],
    [picture('quay', { bytes: 11_000_000 }), /has 11,000,000 bytes, and Plex takes less than 10,480,000$/],
    ['{"errors":[]}', /is no JPEG, PNG, WebP or GIF$/],
  ] as const) {
    const url = await listen(t, (_request, answer) => {
      answer.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': Buffer.byteLength(body) }).end(body);
    });
    const message = await refusal(sourceOf(url).look(`${url}/a.jpg?size=large`));
    assert.match(message, why);
    assert.ok(message.startsWith(`The picture ${url}/a.jpg `), message);
  }
});

test('of an answer that has no end, no more is read than Plex would take', async (t) => {
  let sent = 0;
  const chunk = Buffer.alloc(65_536, 1);
  const url = await listen(t, (_request, answer) => {
    const more = (): void => {
      if (answer.destroyed || sent > 200_000_000) return;
      sent += chunk.length;
      answer.write(chunk, () => setImmediate(more));
    };
    more();
  });
  assert.match(
    await refusal(sourceOf(url).look(`${url}/a.jpg`)),
    /is too large: Plex takes less than 10,480,000 bytes/,
  );
  assert.ok(sent < 50_000_000, `${sent}`);
});

test('a redirect is not followed: to another place it is that picture’s, to the login it is the key', async (t) => {
  const { stash, source, address } = await setup(t);
  let asked = 0;
  const elsewhere = await listen(t, (_request, answer) => {
    asked += 1;
    answer.end(picture('quay'));
  });
  stash.fail('screenshot', { kind: 'redirect', location: `${elsewhere}/a.jpg?apikey=${KEY}` });
  const message = await refusal(source.look(address));
  assert.ok(message.includes(`Stash redirected to ${elsewhere}, which is not followed`), message);
  assert.equal(asked, 0);
  const error = await failure(sourceOf(stash.url, 'another-key-of-a-harbour').look(address));
  assert.equal(error.code, 'stash_unauthorized');
  stash.fail('screenshot', { kind: 'redirect', location: '/login?returnURL=%2F' });
  assert.equal((await failure(source.look(address))).code, 'stash_unauthorized');
});

test('what ails Stash keeps the code that it has for every request', async (t) => {
  const { stash, source, address } = await setup(t);
  for (const [fault, code] of [
    [{ kind: 'status', status: 500 }, 'stash_error'],
    [{ kind: 'status', status: 503 }, 'stash_unavailable'],
    [{ kind: 'status', status: 429 }, 'stash_busy'],
    [{ kind: 'status', status: 403 }, 'stash_unauthorized'],
    [{ kind: 'status', status: 304 }, 'stash_malformed'],
  ] as const satisfies readonly (readonly [Parameters<typeof stash.fail>[1], SyncErrorCode])[]) {
    stash.fail('screenshot', fault);
    const error = await failure(source.look(address));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, /picture/);
  }
  const cutOff = await listen(t, (request, answer) => {
    answer.writeHead(200, { 'Content-Length': 1_000 }).write(picture('quay'), () => request.socket.destroy());
  });
  const error = await failure(sourceOf(cutOff).look(`${cutOff}/scene/1/screenshot`));
  assert.deepEqual([error.code, error.request], ['stash_unavailable', 'stash GET picture']);
});

test('an address at which Plex answers is told as the mistake that it is', async (t) => {
  const url = await listen(t, (_request, answer) => {
    answer.writeHead(200, { 'X-Plex-Protocol': '1.0' }).end(picture('quay'));
  });
  await assert.rejects(sourceOf(url).look(`${url}/a.jpg`), (thrown) => {
    assert.ok(thrown instanceof UsageError);
    assert.match(thrown.message, /is not a Stash server: it says that it is Plex/);
    return true;
  });
});

test('a picture that Stash does not have fails alone', async (t) => {
  const { stash, source } = await setup(t);
  assert.match(await refusal(source.look(`${stash.url}/scene/404/screenshot`)), /is not there: Stash answered 404$/);
});

test('a host that is not Stash’s is never asked, and the key goes to Stash alone', async (t) => {
  const { stash, id, source } = await setup(t);
  let asked = 0;
  const elsewhere = await listen(t, (_request, answer) => {
    asked += 1;
    answer.end(picture('quay'));
  });
  for (const address of [
    `${elsewhere}/scene/${id}/screenshot`,
    elsewhere.replace('127.0.0.1', 'localhost'),
    `http://pictures.test/a.jpg?token=${KEY}`,
    `${stash.url.replace('127.0.0.1', '127.0.0.1.pictures.test')}/a.jpg`,
    `https://127.0.0.1/a.jpg`,
  ]) {
    const message = await refusal(source.look(address));
    assert.ok(message.endsWith(`is not on the configured Stash (${stash.url}), and no other host is asked`), message);
  }
  assert.match(
    await refusal(source.look(`${stash.url.replace('//', `//keeper:${KEY}@`)}/a.jpg`)),
    /a user or a password/,
  );
  assert.deepEqual([asked, stash.requests.length], [0, 0]);
});

test('a Stash below a path of a proxy is asked below it alone, by whatever name of this machine', async (t) => {
  const seen: unknown[] = [];
  const url = await listen(t, ({ url: path, headers }, answer) => {
    seen.push([path, headers['apikey'], headers['accept-encoding']]);
    answer.end(picture('quay'));
  });
  const { look } = sourceOf(`${url}/stash`);
  assert.equal((await look(`${url}/stash/image/3/image?size=large&t=7&apikey=${KEY}`)).kind, 'picture');
  assert.equal((await look(`${url.replace('127.0.0.1', 'localhost')}/stash/scene/1/screenshot`)).kind, 'picture');
  assert.match(await refusal(look(`${url}/stash/../other/a.jpg`)), /is not on the configured Stash/);
  assert.match(await refusal(look(`${url}/stashed/a.jpg`)), /is not on the configured Stash/);
  assert.deepEqual(seen, [
    ['/stash/image/3/image?size=large', KEY, 'identity'],
    ['/stash/scene/1/screenshot', KEY, 'identity'],
  ]);
});

test('without a Stash a file of this machine can be read, and nothing else', async (t) => {
  const source = createPictureSource({ stash: undefined });
  const file = join(scratchDir(t), 'quay.png');
  writeFileSync(file, picture('quay', { type: 'png' }));
  const look = await source.look(file, { etag: undefined });
  assert.equal(look.kind === 'picture' && look.picture.contentType, 'image/png');
  const message = await refusal(source.look('http://stash:9999/scene/1/screenshot', { etag: undefined }));
  assert.match(message, /without stash_url no other pictures can be read$/);
});

test('a local file that cannot be the picture is refused for what it is, and nothing is waited for', async (t) => {
  const dir = scratchDir(t);
  const at = (name: string): string => join(dir, name);
  mkdirSync(at('folder'));
  mkdirSync(at('covers'));
  execFileSync('mkfifo', [at('pipe.jpg')]);
  writeFileSync(at('real.jpg'), picture('quay'));
  symlinkSync(at('real.jpg'), at('covers/away.jpg'));
  symlinkSync(at('loop.jpg'), at('loop.jpg'));
  writeFileSync(at('empty.jpg'), '');
  writeFileSync(at('page.jpg'), PAGE);
  writeFileSync(at('drawing.jpg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(at('cut.jpg'), picture('quay').subarray(0, -10));
  writeFileSync(at('huge.jpg'), '');
  // More than any memory holds: it must not be read to be refused.
  truncateSync(at('huge.jpg'), 9_000_000_000_000_000);
  const { look } = createPictureSource({ stash: undefined });
  for (const [name, why] of [
    ['gone.jpg', 'cannot be read: it does not exist'],
    ['real.jpg/quay.jpg', 'cannot be read: a part of its path is a file'],
    ['loop.jpg', 'cannot be read: it is a link that leads back to itself'],
    ['folder', 'is a folder'],
    ['pipe.jpg', 'is a pipe or a device, and no file'],
    ['covers/away.jpg', 'is a link that leads out of its folder'],
    ['empty.jpg', 'is empty'],
    ['page.jpg', 'is an HTML page'],
    ['drawing.jpg', 'is an SVG drawing, which Plex does not show'],
    ['cut.jpg', 'is cut off: the end of it is missing'],
    ['huge.jpg', 'has 9,000,000,000,000,000 bytes, and Plex takes less than 10,480,000'],
  ] as const) {
    assert.equal(await refusal(look(at(name), { etag: undefined })), `The picture ${at(name)} ${why}`);
  }
  assert.match(await refusal(look('/dev/zero', { etag: undefined })), /is a pipe or a device/);
  assert.match(await refusal(look(`file://${at('real.jpg')}`, { etag: undefined })), /is a file URL/);
  assert.match(await refusal(look('real.jpg', { etag: undefined })), /nor the whole path of a file/);
});

test('a link within its folder is read, and so is a file in a folder that is a link itself', async (t) => {
  const dir = scratchDir(t);
  mkdirSync(join(dir, 'covers'));
  writeFileSync(join(dir, 'covers/real.jpg'), picture('quay'));
  symlinkSync('real.jpg', join(dir, 'covers/beside.jpg'));
  symlinkSync(join(dir, 'covers'), join(dir, 'shortcut'));
  const { look } = createPictureSource({ stash: undefined });
  for (const name of ['covers/beside.jpg', 'shortcut/real.jpg'])
    assert.equal((await look(join(dir, name), { etag: undefined })).kind, 'picture', name);
});
