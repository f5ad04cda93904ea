/** The bin as the first process of a container, which the system does not end at a signal. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { NO_HOME, scratchDir } from '../../helpers/scratch.ts';
import { BIN, runBin } from '../../helpers/start-bin.ts';

const ALONE = ['--user', '--map-root-user', '--fork', '--pid', '--kill-child'];
const skip = spawnSync('unshare', [...ALONE, 'true']).status !== 0 && 'this system makes no PID namespaces';

const TOKEN = 'lantern-keeper-token';

/** A server that takes a connection and says nothing; `reached` resolves at the next one. */
async function startMuteServer(t: TestContext) {
  const server = createServer((socket) => void t.after(() => socket.destroy()));
  t.after(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, reached: async () => void (await once(server, 'connection')) };
}

/** Starts the bin as the process 1; `kill` signals it from outside. */
function startAsFirst(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn('unshare', [...ALONE, process.execPath, BIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: NO_HOME, ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.after(() => void child.kill('SIGKILL'));
  const inside = (): number => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { ended, kill: (signal: NodeJS.Signals) => process.kill(inside(), signal), inside };
}

test('every command that waits for a server ends at a signal, also as the first process', { skip }, async (t) => {
  const mute = await startMuteServer(t);
  const dataDir = join(scratchDir(t), 'data');
  const env = { PLEXSYNC_DATA_DIR: dataDir, PLEX_URL: mute.url, PLEX_TOKEN: TOKEN, STASH_URL: mute.url };
  await runBin(['enqueue', '1', '--path', '/data/a.mp4', '--title', 'Quay'], { env });
  for (const [command, signal, code] of [
    ['match-test /data/a.mp4', 'SIGTERM', 143],
    ['doctor', 'SIGINT', 130],
    ['pin 1 7', 'SIGTERM', 143],
    ['reconcile --yes', 'SIGINT', 130],
    ['enqueue --all --yes', 'SIGTERM', 143],
    ['enqueue --recent', 'SIGHUP', 129],
    ['init --yes', 'SIGINT', 130],
    ['report', 'SIGTERM', 143],
    ['process', 'SIGTERM', 143],
  ] as const) {
    const reached = mute.reached();
    const { ended, kill } = startAsFirst(t, command.split(' '), env);
    await reached;
    kill(signal);
    // A drain gives its writes seven seconds; the second signal ends it at once.
    if (command === 'process') setTimeout(() => kill(signal), 600);
    assert.equal(await ended, code, command);
  }
});

test('the first process ends at a signal while it waits for its input', { skip }, async (t) => {
  const dataDir = join(scratchDir(t), 'data');
  for (const args of [['enqueue', '-'], ['hook']]) {
    const { ended, kill, inside } = startAsFirst(t, args, { PLEXSYNC_DATA_DIR: dataDir });
    await untilItSleeps(inside);
    kill('SIGTERM');
    assert.equal(await ended, 143, args.join(' '));
  }
});

test('the first process reads no input without an end', { skip }, (t) => {
  const [dataDir, endless] = [join(scratchDir(t), 'data'), openSync('/dev/zero', 'r')];
  const { status, stderr } = spawnSync('unshare', [...ALONE, process.execPath, BIN, 'enqueue', '-'], {
    env: { PATH: process.env['PATH'], HOME: NO_HOME, PLEXSYNC_DATA_DIR: dataDir },
    stdio: [endless, 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  closeSync(endless);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^plexsync: standard input cannot be read: it has more than 256 MiB\./);
});

/** Resolves once the process waits, which it first does for its input. */
async function untilItSleeps(pidOf: () => number): Promise<void> {
  for (let calm = 0; calm < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const pid = pidOf();
    const isAsleep = pid > 0 && /\) S /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    calm = isAsleep ? calm + 1 : 0;
  }
}

test('a home or a cache that no folder can be made in only costs the cache', { timeout: 20_000 }, async (t) => {
  const env = { PLEXSYNC_DATA_DIR: join(scratchDir(t), 'data') };
  for (const home of [{ HOME: '/proc' }, { XDG_CACHE_HOME: '/proc/x' }, { XDG_CACHE_HOME: 'relative' }]) {
    const { code, stdout } = await runBin(['--version'], { env: { ...env, ...home } });
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+/);
  }
  assert.equal(existsSync('relative'), false);
});

test('a folder that cannot be made is said to be so, and never waited for', { timeout: 20_000 }, async (t) => {
  const dir = scratchDir(t);
  const env = { PLEXSYNC_DATA_DIR: join(dir, 'data') };
  for (const args of [
    ['plugin', 'install', '--plugins-dir', dir, '--data-dir', '/proc'],
    ['enqueue', '1', '--data-dir', '/proc/none/data'],
  ]) {
    const { code, stderr } = await runBin(args, { env });
    assert.ok(code === 2 || code === 6, `${code} ${stderr}`);
    assert.doesNotMatch(stderr, /bug/);
  }
});
