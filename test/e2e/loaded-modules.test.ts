/** Which of Node's own modules and of our stages a command has loaded at its end: each costs time at every start. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PlexServerOptions } from '../../src/simulator/plex/server.ts';
import { setup } from '../helpers/rig.ts';

const TELL_MODULES = fileURLToPath(new URL('../helpers/tell-modules.cjs', import.meta.url));

async function setupLoaded(t: TestContext, options: Partial<PlexServerOptions> = {}) {
  const rig = await setup(t, options);
  rig.plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  const file = join(rig.dir, 'modules');
  const env = { NODE_OPTIONS: `--require ${JSON.stringify(TELL_MODULES)}`, LOADED_MODULES: file };
  return {
    ...rig,
    /** The modules that a command has loaded which ends well. */
    loadedBy: async (args: readonly string[], input = ''): Promise<ReadonlySet<string>> => {
      const result = await rig.spawn(args, { env, input });
      assert.equal(result.code, 0, result.stderr);
      return new Set(readFileSync(file, 'utf8').split('\n'));
    },
  };
}

function refuse(loaded: ReadonlySet<string>, names: readonly string[]): void {
  assert.ok(loaded.has('fs'), 'the list is one of names');
  assert.deepEqual(
    names.filter((name) => loaded.has(name)),
    [],
  );
}

const NETWORK = ['net', 'tty', 'http', 'https', 'tls', 'http2', 'internal/deps/undici/undici'];
const OTHERS = ['crypto', 'zlib', 'stream', 'child_process', 'readline', 'worker_threads', 'perf_hooks'];

test('what takes in a scene, or has nothing to do, loads no network, no streams and no cryptography', async (t) => {
  const { loadedBy } = await setupLoaded(t);
  const enqueue = ['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier'];
  await loadedBy(enqueue);
  for (const args of [enqueue, ['stats'], ['--version']]) refuse(await loadedBy(args), [...NETWORK, ...OTHERS]);
  await loadedBy(['process']);
  refuse(await loadedBy(['process']), [...NETWORK, ...OTHERS]);
});

test('what Stash, cron and scripts start is read without the other commands', async (t) => {
  const { loadedBy } = await setupLoaded(t);
  const enqueue = ['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier'];
  const event = JSON.stringify({ args: { hookContext: { id: 1, type: 'Scene.Update.Post', inputFields: ['title'] } } });
  for (const args of [enqueue, ['process', '--quiet'], ['stats', '--json'], ['hook'], ['--version']]) {
    const loaded = await loadedBy(args, event);
    assert.ok(loaded.has('cli.cjs'), 'the stages are told');
    refuse(loaded, ['any-line.cjs']);
  }
  assert.ok((await loadedBy(['queue', 'list'])).has('any-line.cjs'));
});

test('a run that writes over http loads nothing of https, HTTP/2, fetch and cryptography', async (t) => {
  const { loadedBy, plex } = await setupLoaded(t);
  await loadedBy(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  // The first run of a directory makes the key that stands for it.
  await loadedBy(['process']);
  await loadedBy(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Quay']);
  const loaded = await loadedBy(['process']);
  assert.equal(plex.count('edit'), 2);
  assert.ok(loaded.has('http'));
  refuse(loaded, ['https', 'tls', 'http2', 'internal/deps/undici/undici', 'crypto', 'child_process', 'tty']);
  // What only packed answers, browsers, long runs and measurements need.
  refuse(loaded, ['zlib', 'internal/navigator', 'v8', 'perf_hooks']);
  // No Stash is set.
  assert.ok(loaded.has('drain.cjs'));
  refuse(loaded, ['stash-connection.cjs']);
});

function linesOf(count: number, title: string): string {
  const scenes = Array.from({ length: count }, (_, index) => ({ id: index + 1, path: `/media/${index}.mp4`, title }));
  return scenes.map((scene) => JSON.stringify(scene)).join('\n');
}

test('a run with many jobs loads what keeps its heap small', async (t) => {
  const { loadedBy, run, plex } = await setupLoaded(t);
  for (let index = 0; index < 20; index += 1) plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
  await run(['enqueue', '-'], { input: linesOf(20, 'Pier') });
  assert.equal((await run(['process'])).code, 0);
  await run(['enqueue', '-'], { input: linesOf(20, 'Quay') });
  const before = plex.count('listing');
  assert.ok((await loadedBy(['process'])).has('v8'));
  assert.equal(plex.count('listing'), before);
});

test('a run with one job that has to list a library loads what keeps its heap small', async (t) => {
  const { loadedBy, run, plex } = await setupLoaded(t, { quirks: { fileFilter: 'ignored' } });
  for (let index = 0; index < 20; index += 1) plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier']);
  assert.ok((await loadedBy(['process'])).has('v8'));
});
