/** How one request gets through to a server: to each address of its name. */
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
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
  });
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
  assert.deepEqual(answer, { kind: 'silent', reason: 'no connection in time' });
});

test('an address that connects and never begins to encrypt is given up in time, whatever other addresses there are', async (t) => {
  const mute = createRawServer((socket) => void t.after(() => socket.destroy()));
  const port = await listen(t, mute, FIRST);
  nameBoth(t);
  const answer = await transportTo(port, { connectTimeoutMs: 300, readTimeoutMs: 5_000 }, 'https')(GET);
  assert.deepEqual(answer, { kind: 'silent', reason: 'no connection in time' });
});
