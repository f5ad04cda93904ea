/** The transport as it is shipped, bundled with what is left of axios: it promises the same. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { axiosPlugin } from '../../scripts/build/axios-plugin.ts';
import { builtinsPlugin } from '../../scripts/build/builtins-plugin.ts';
import { listen } from '../helpers/listen.ts';
import { makeScratchDir } from '../helpers/scratch.ts';
import { serveOverTls } from '../helpers/serve-over-tls.ts';

const SOURCE = new URL('../../src/http/transport.ts', import.meta.url);
const file = join(makeScratchDir('bundled'), 'transport.cjs');
await build({
  input: SOURCE.pathname,
  platform: 'node',
  plugins: [axiosPlugin, builtinsPlugin],
  output: { file, format: 'cjs' },
});
const url = pathToFileURL(file).href;
const { createTransport } = (await import(url)) as typeof import('../../src/http/transport.ts');

// What is promised of bytes is asked of the bundle, too.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('/src/http/transport.ts') ? { url, shortCircuit: true } : next(specifier, context),
});
await import('./transport-bytes.test.ts');

function transportTo(baseUrl: string, certificates: 'verified' | 'any' = 'verified') {
  const { signal } = new AbortController();
  const trust = { certificates, ca: undefined };
  return createTransport({
    ...{ baseUrl, headers: { 'X-Plex-Token': 'lighthouse-keeper' }, trust, signal, now: Date.now },
    ...{ connectTimeoutMs: 5_000, readTimeoutMs: 5_000 },
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString('latin1');
}

test('each method arrives with its headers and its body, text as UTF-8 and bytes as they are', async (t) => {
  const met: unknown[] = [];
  const baseUrl = await listen(t, async (request, answer) => {
    const { method, url: target, headers } = request;
    const type = method === 'POST' ? headers['content-type'] : undefined;
    met.push([method, target, headers['x-plex-token'], type, await bodyOf(request)]);
    answer.end('{"pier":1}');
  });
  const { send } = transportTo(baseUrl);
  const type = (contentType: string) => ({ headers: { 'Content-Type': contentType } });
  await send({ method: 'GET', target: '/a?title.value=Pier%20%26%20Quay' });
  await send({ method: 'PUT', target: '/b' });
  await send({ method: 'POST', target: '/c', body: '{"title":"Môle"}', ...type('application/json') });
  await send({ method: 'POST', target: '/d', body: Uint8Array.of(0, 128, 255), ...type('image/png') });
  const last = await send({ method: 'DELETE', target: '/e' });
  assert.deepEqual(met, [
    ['GET', '/a?title.value=Pier%20%26%20Quay', 'lighthouse-keeper', undefined, ''],
    ['PUT', '/b', 'lighthouse-keeper', undefined, ''],
    ['POST', '/c', 'lighthouse-keeper', 'application/json', Buffer.from('{"title":"Môle"}').toString('latin1')],
    ['POST', '/d', 'lighthouse-keeper', 'image/png', '\u0000\u0080ÿ'],
    ['DELETE', '/e', 'lighthouse-keeper', undefined, ''],
  ]);
  assert.ok(last.kind === 'answer');
  // A body is not parsed on the way.
  assert.equal(last.body, '{"pier":1}');
});

test('a packed answer is unpacked', async (t) => {
  const pack = { '/gzip': gzipSync, '/deflate': deflateSync, '/br': brotliCompressSync };
  const baseUrl = await listen(t, ({ url: target }, answer) => {
    const packed = pack[target as keyof typeof pack]('A harbour, much longer than it is wide');
    answer.writeHead(200, { 'Content-Encoding': String(target).slice(1) }).end(packed);
  });
  for (const target of Object.keys(pack)) {
    const answer = await transportTo(baseUrl).send({ method: 'GET', target });
    assert.equal(answer.kind === 'answer' && answer.body, 'A harbour, much longer than it is wide', target);
  }
});

test('a redirect and an error are answers, and no proxy of the environment is asked', async (t) => {
  const targets: (string | undefined)[] = [];
  const baseUrl = await listen(t, ({ url: target }, answer) => {
    targets.push(target);
    answer.writeHead(target === '/moved' ? 302 : 503, { Location: '/elsewhere' }).end();
  });
  const proxy = process.env['http_proxy'];
  process.env['http_proxy'] = 'http://127.0.0.1:9';
  t.after(() => {
    if (proxy === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = proxy;
  });
  for (const [target, status] of [
    ['/moved', 302],
    ['/busy', 503],
  ] as const) {
    const answer = await transportTo(baseUrl).send({ method: 'GET', target });
    assert.equal(answer.kind === 'answer' && answer.status, status);
  }
  assert.deepEqual(targets, ['/moved', '/busy']);
});

test('https is spoken where the certificate is trusted or any is, and refused else', async (t) => {
  const baseUrl = await serveOverTls(t, await listen(t, (_request, answer) => answer.end('moored')));
  const refused = await transportTo(baseUrl).send({ method: 'GET', target: '/' });
  assert.equal(refused.kind, 'distrusted');
  const taken = await transportTo(baseUrl, 'any').send({ method: 'GET', target: '/' });
  assert.equal(taken.kind === 'answer' && taken.body, 'moored');
});

test('no bundle copies a module of Node name by name', () => {
  const bundled = readFileSync(file, 'utf8');
  assert.match(bundled, /\brequire__builtin_node_http\(\)/);
  assert.doesNotMatch(bundled, /__toESM(?:\$\d+)?\((?:\w+\.)?require__builtin_\w+\(\)/);
});
