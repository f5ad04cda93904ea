/** How one request gets through to a server: to each address of its name, and past a kept connection that was closed. */
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createRawServer } from 'node:net';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { TransportOptions } from '../../src/http/transport.ts';
import { createTransport } from '../../src/http/transport.ts';
import { startSilentAddress } from '../helpers/silent-address.ts';

const [FIRST, SECOND] = ['127.0.0.2', '127.0.0.1'];

/** Lets every name stand for two addresses, and tells when they were asked for. */
function nameBoth(t: TestContext, asked: () => void = () => undefined): void {
  const both = [FIRST, SECOND].map((address) => ({ address, family: 4 }));
  t.mock.method(dns, 'lookup', (...args: unknown[]) => {
    setImmediate(() => {
      (args.at(-1) as (error: null, found: unknown) => void)(null, both);
      setImmediate(asked);
    });
  });
}

async function listen(t: TestContext, server: Server, host = SECOND): Promise<number> {
  t.after(() => {
    server.close();
    if ('closeAllConnections' in server) (server as HttpServer).closeAllConnections();
  });
  await once(server.listen(0, host), 'listening');
  return (server.address() as AddressInfo).port;
}

type Times = Pick<TransportOptions, 'connectTimeoutMs' | 'readTimeoutMs'>;

function transportTo(port: number, times: Times, scheme: 'http' | 'https' = 'http') {
  return createTransport({
    baseUrl: `${scheme}://nas.test:${port}`,
    headers: {},
    trust: { certificates: 'verified', ca: undefined },
    signal: new AbortController().signal,
    now: Date.now,
    ...times,
  }).send;
}

const GET = { method: 'GET', target: '/' } as const;

test('a server whose first address wakes slowly is reached there, within the time for a connection', async (t) => {
  const other = createServer();
  const port = await listen(t, other);
  other.close();
  const { wake } = await startSilentAddress(t, FIRST, port);
  nameBoth(t, wake);
  const answer = await transportTo(port, { connectTimeoutMs: 5_000, readTimeoutMs: 5_000 })(GET);
  assert.equal(answer.kind === 'answer' && answer.body, 'awake');
});

test('each address of a name has the whole time for a connection, and the answer its own after that', async (t) => {
  const server = createServer((_request, answer) => void setTimeout(() => answer.end('here'), 200));
  const port = await listen(t, server);
  await startSilentAddress(t, FIRST, port);
  nameBoth(t);
  const answer = await transportTo(port, { connectTimeoutMs: 600, readTimeoutMs: 100 })(GET);
  assert.deepEqual(answer.kind === 'answer' ? answer.body : answer, 'here');
});

test('a name of which no address takes a connection is given up after the time for each', async (t) => {
  const other = createServer();
  const port = await listen(t, other);
  await new Promise((resolve) => other.close(resolve));
  await startSilentAddress(t, FIRST, port);
  await startSilentAddress(t, SECOND, port);
  nameBoth(t);
  const answer = await transportTo(port, { connectTimeoutMs: 300, readTimeoutMs: 10_000 })(GET);
  assert.deepEqual(answer, { kind: 'silent', reason: 'no connection in time', mayWant: 'nothing' });
});

test('an address that connects and never begins to encrypt is given up in time, whatever other addresses there are', async (t) => {
  const mute = createRawServer((socket) => void t.after(() => socket.destroy()));
  const port = await listen(t, mute, FIRST);
  nameBoth(t);
  const answer = await transportTo(port, { connectTimeoutMs: 300, readTimeoutMs: 5_000 }, 'https')(GET);
  assert.deepEqual(answer, { kind: 'silent', reason: 'no connection in time', mayWant: 'nothing' });
});

/** A server that does `onUsed` with the second request on a connection, and answers every other one. */
async function startClosing(t: TestContext, onUsed: (socket: Socket) => void) {
  const met = { connections: 0, requests: 0 };
  const server = createRawServer((socket) => {
    met.connections += 1;
    let isUsed = false;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      met.requests += 1;
      if (isUsed) onUsed(socket);
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      isUsed = true;
    });
  });
  const port = await listen(t, server);
  const { send } = createTransport({
    baseUrl: `http://127.0.0.1:${port}`,
    headers: {},
    trust: { certificates: 'verified', ca: undefined },
    signal: new AbortController().signal,
    now: Date.now,
    connectTimeoutMs: 2_000,
    readTimeoutMs: 2_000,
  });
  return { met, send };
}

test('a request on a kept connection that the server closed is sent once more, on a new one', async (t) => {
  const { met, send } = await startClosing(t, (socket) => socket.resetAndDestroy());
  for (const method of ['GET', 'PUT'] as const) {
    met.connections = 0;
    met.requests = 0;
    // Two kept connections, both closed by the time they are used again.
    await Promise.all([send(GET), send(GET)]);
    const answer = await send({ method, target: '/' });
    assert.equal(answer.kind, 'answer');
    assert.deepEqual(met, { connections: 3, requests: 4 });
    await send(GET);
  }
});

test('a reset on a new connection, or within an answer, is told and not repeated', async (t) => {
  const first = await startClosing(t, (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'));
  await first.send(GET);
  assert.deepEqual([(await first.send(GET)).kind, first.met.requests], ['silent', 2]);
  let requests = 0;
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      socket.resetAndDestroy();
    });
  });
  const port = await listen(t, server);
  nameBoth(t);
  assert.equal((await transportTo(port, { connectTimeoutMs: 2_000, readTimeoutMs: 2_000 })(GET)).kind, 'silent');
  assert.equal(requests, 1);
});
