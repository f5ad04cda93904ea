/** How a picture comes and goes: as bytes, no more of them than are wanted, and never a part for the whole. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createRawServer } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createTransport } from '../../src/http/transport.ts';
import { listen } from '../helpers/listen.ts';

function transportTo(port: number, { signal = new AbortController().signal, readTimeoutMs = 5_000 } = {}) {
  return createTransport({
    baseUrl: `http://127.0.0.1:${port}`,
    headers: { 'X-Plex-Token': 'lighthouse-keeper' },
    trust: { certificates: 'verified', ca: undefined },
    signal,
    now: Date.now,
    connectTimeoutMs: 100,
    readTimeoutMs,
  });
}

async function start(t: TestContext, handle: RequestListener): Promise<number> {
  return Number(new URL(await listen(t, handle)).port);
}

async function startRaw(t: TestContext, onRequest: (socket: Socket, request: number) => void) {
  const met = { connections: 0 };
  const server = createRawServer((socket) => {
    met.connections += 1;
    let requests = 0;
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      onRequest(socket, requests);
    });
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { met, port: (server.address() as AddressInfo).port };
}

const ASK = { method: 'GET', target: '/picture', mostBytes: 1_000 } as const;
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, index) => index);

test('a body comes byte for byte, with its ETag, whatever bytes it has', async (t) => {
  const port = await start(t, (_request, answer) => {
    answer.writeHead(200, { 'Content-Type': 'image/png', ETag: '"quay"' }).end(EVERY_BYTE);
  });
  const answer = await transportTo(port).sendForBytes(ASK);
  assert.ok(answer.kind === 'answer' && answer.body.kind === 'whole');
  assert.deepEqual([...answer.body.bytes], [...EVERY_BYTE]);
  assert.deepEqual([answer.status, answer.contentType, answer.etag], [200, 'image/png', '"quay"']);
});

test('a body that was compressed on the way is counted as it is held', async (t) => {
  const port = await start(t, (request, answer) => {
    const plain = Buffer.alloc(request.url === '/picture' ? 1_000 : 5_000_000);
    answer.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(plain));
  });
  const { sendForBytes } = transportTo(port);
  const fits = await sendForBytes(ASK);
  assert.ok(fits.kind === 'answer' && fits.body.kind === 'whole');
  assert.equal(fits.body.bytes.length, 1_000);
  const bomb = await sendForBytes({ ...ASK, target: '/bomb' });
  assert.deepEqual(bomb.kind === 'answer' && bomb.body, { kind: 'too_large', bytes: undefined });
});

test('a body of just the limit is read; one byte more is not, and the rest is never taken', async (t) => {
  const chunk = Buffer.alloc(500);
  let sent = 0;
  let isClosed: Promise<unknown> = Promise.resolve();
  const port = await start(t, (request, answer) => {
    isClosed = once(answer, 'close');
    if (request.url === '/picture') {
      answer.writeHead(200, { 'Content-Length': 1_000 }).end(Buffer.alloc(1_000));
      return;
    }
    if (request.url === '/announced') answer.writeHead(200, { 'Content-Length': 200_000_000 });
    const more = (): void => {
      sent += chunk.length;
      if (!answer.destroyed && sent < 200_000_000) answer.write(chunk, () => setImmediate(more));
    };
    more();
  });
  const { sendForBytes } = transportTo(port);
  const exact = await sendForBytes(ASK);
  assert.equal(exact.kind === 'answer' && exact.body.kind, 'whole');
  for (const [target, bytes] of [
    ['/announced', 200_000_000],
    ['/endless', undefined],
  ] as const) {
    sent = 0;
    const answer = await sendForBytes({ ...ASK, target });
    assert.deepEqual(answer.kind === 'answer' && answer.body, { kind: 'too_large', bytes });
    await isClosed;
    assert.ok(sent < 20_000_000, `${sent} bytes of ${target}`);
  }
});

test('an answer that ends before its announced length, or within a chunk, is none', async (t) => {
  for (const head of ['Content-Length: 900\r\n\r\nhalf', 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n']) {
    const { port } = await startRaw(t, (socket) => socket.end(`HTTP/1.1 200 OK\r\n${head}`));
    const answer = await transportTo(port).sendForBytes(ASK);
    assert.deepEqual(answer, { kind: 'silent', reason: 'the answer was cut off', mayWant: 'nothing' });
  }
});

test('an answer that stops without an end, or drips, is given up in time', async (t) => {
  const { port } = await startRaw(t, (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
  const answer = await transportTo(port, { readTimeoutMs: 100 }).sendForBytes(ASK);
  assert.deepEqual(answer, { kind: 'silent', reason: 'no complete answer in time', mayWant: 'nothing' });
});

test('who aborts while bytes arrive gets no answer, and no error that carries the token', async (t) => {
  const stop = new AbortController();
  const { port } = await startRaw(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () => setImmediate(() => stop.abort()));
  });
  const answer = await transportTo(port, { signal: stop.signal }).sendForBytes(ASK);
  assert.equal(answer.kind, 'silent');
  assert.ok(!JSON.stringify(answer).includes('lighthouse-keeper'));
});

test('no redirect is followed, and no answer of 304 is one', async (t) => {
  let requests = 0;
  const port = await start(t, (request, answer) => {
    requests += 1;
    const isKnown = request.headers['if-none-match'] === '"quay"';
    answer.writeHead(isKnown ? 304 : 302, { Location: 'http://elsewhere.test/a?key=1', ETag: '"quay"' }).end();
  });
  const { sendForBytes } = transportTo(port);
  const moved = await sendForBytes(ASK);
  assert.deepEqual(moved.kind === 'answer' && moved.redirect, { to: 'http://elsewhere.test', isLogin: false });
  const same = await sendForBytes({ ...ASK, headers: { 'If-None-Match': '"quay"' } });
  assert.ok(same.kind === 'answer');
  assert.deepEqual([same.status, same.redirect, requests], [304, undefined, 2]);
});

test('a request for bytes on a kept connection that the server closed is sent once more', async (t) => {
  const { met, port } = await startRaw(t, (socket, request) => {
    if (request > 1) socket.resetAndDestroy();
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const { sendForBytes } = transportTo(port);
  await sendForBytes(ASK);
  const answer = await sendForBytes(ASK);
  assert.equal(answer.kind, 'answer');
  assert.equal(met.connections, 2);
});

test('bytes are sent as they are with their type, a part of a larger memory too', async (t) => {
  let got: { body: Buffer; type: string | undefined } | undefined;
  const port = await start(t, async (request, answer) => {
    got = { body: Buffer.concat(await request.toArray()), type: request.headers['content-type'] };
    answer.end();
  });
  const part = new Uint8Array(EVERY_BYTE.buffer, 100, 50);
  await transportTo(port).send({ method: 'POST', target: '/', headers: { 'Content-Type': 'image/gif' }, body: part });
  assert.deepEqual([...(got?.body ?? [])], [...part]);
  assert.equal(got?.type, 'image/gif');
});
