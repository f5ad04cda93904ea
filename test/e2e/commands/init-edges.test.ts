/** The wizard where something is odd: names that look like numbers, servers that answer oddly, a place that is closed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { PlexServerOptions } from '../../../src/simulator/plex/server.ts';
import type { StashServerOptions } from '../../../src/simulator/stash/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import type { RunOptions } from '../../helpers/run-main.ts';
import { serveOverTls } from '../../helpers/serve-over-tls.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { linesSeen, startAtTerminal } from '../../helpers/terminal.ts';

const BARE = { PLEX_URL: '', PLEX_TOKEN: '' };
const SECTIONS = [{ key: '1', title: 'Harbours', locations: ['/media'] }];

type Servers = { readonly plex?: Partial<PlexServerOptions>; readonly stash?: StashServerOptions };

async function setupPier(t: TestContext, servers: Servers = {}) {
  const rig = await setup(t, { sections: SECTIONS, ...servers.plex });
  const stash = await startStashServer(servers.stash);
  t.after(() => stash.close());
  /** Films that both have, under other mounts. */
  const addFilms = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const size = 1_000 + index;
      rig.plex.addItem({ sectionKey: '1', file: `/media/film ${index}.mp4`, size });
      stash.addScene({ title: `Film ${index}`, files: [{ path: `/data/film ${index}.mp4`, size }] });
    }
  };
  const init = async (lines: readonly string[], args: readonly string[] = [], { env }: RunOptions = {}) =>
    await rig.run(['init', ...args], { input: lines.map((line) => `${line}\n`).join(''), env: { ...BARE, ...env } });
  const config = (name = 'config.json'): Record<string, unknown> =>
    JSON.parse(readFileSync(join(rig.dataDir, name), 'utf8')) as Record<string, unknown>;
  return { ...rig, stash, addFilms, init, config, begin: [rig.plex.url, rig.plex.token] };
}

test('a number is that of the list, and a library called like one is named in quotes', async (t) => {
  const sections = ['2', 'Piers', 'Old'].map((title, index) => ({
    ...{ key: String(index + 1), title, locations: [`/media/${index}`] },
  }));
  const { init, config, begin, dataDir } = await setupPier(t, { plex: { sections } });
  for (const [typed, expected] of [
    ['2', ['Piers']],
    ['"2", 3', ['2', 'Old']],
    ['1 3', ['2', 'Old']],
    ['piers,1', ['piers', '2']],
  ] as const) {
    rmSync(dataDir, { recursive: true, force: true });
    const { code, stderr } = await init([...begin, typed]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(config()['plex_library'], expected, typed);
  }
  const again = await init(['y', '', '', '']);
  assert.match(again.stderr, /with commas between, or all \[piers, "2"\]:/);
});

test('a Stash with a password is known where Plex was meant, and is not sent the key that is set', async (t) => {
  const { init, stash, plex } = await setupPier(t, { stash: { apiKey: 'harbour-master-key' } });
  const { code, stderr } = await init([stash.url, plex.token, plex.url], [], {
    env: { STASH_URL: 'http://127.0.0.1:9', STASH_API_KEY: 'lighthouse-keeper' },
  });
  assert.notEqual(code, 2, stderr);
  assert.match(stderr, new RegExp(`${stash.url} is Stash, and not Plex`));
  assert.ok(stash.requests.length > 0);
  for (const { headers } of stash.requests) assert.equal(headers['apikey'], undefined);
});

test('an address that is neither is said to be no Plex', async (t) => {
  const { init, plex } = await setupPier(t);
  const { code, stderr } = await init([`${plex.url}/elsewhere`, plex.token, plex.url]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /\/elsewhere is not a Plex server/);
  assert.doesNotMatch(stderr, /is Stash/);
});

test('servers that speak https alone are found where http was typed, and trusted only after a yes', async (t) => {
  const { init, plex, stash, config, dataDir } = await setupPier(t);
  const [plexUrl, stashUrl] = [await serveOverTls(t, plex.url), await serveOverTls(t, stash.url)];
  const plain = (url: string): string => url.replace('https:', 'http:');
  const lines = [plain(plexUrl), plex.token, '', 'yes', '', plain(stashUrl), '', 'y'];
  const { code, stderr } = await init(lines);
  assert.equal(code, 0, stderr);
  assert.ok(stderr.includes(`Address of Plex [${plexUrl}]:`) && stderr.includes(`[${stashUrl}]:`), stderr);
  assert.deepEqual(config(), {
    ...{ plex_url: plexUrl, plex_token: plex.token, plex_insecure: true },
    ...{ stash_url: stashUrl, stash_insecure: true },
  });
  rmSync(dataDir, { recursive: true });
  const declined = await init([plexUrl, plex.token, '', plex.url, '', stashUrl, 'no', 'none']);
  assert.equal(declined.code, 0, declined.stderr);
  assert.match(declined.stderr, /The certificate of https:.* is not trusted: it is self-signed/);
  assert.deepEqual(config(), { plex_url: plex.url, plex_token: plex.token });
});

test('servers that speak http alone are found where https was typed', async (t) => {
  const { init, plex, stash, config } = await setupPier(t);
  const secure = (url: string): string => url.replace('http:', 'https:');
  const { code, stderr } = await init([secure(plex.url), plex.token, '', '', secure(stash.url), '']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /it does not speak https/);
  assert.deepEqual(config(), { plex_url: plex.url, plex_token: plex.token, stash_url: stash.url });
});

test('a Plex that is starting is no matter of its certificate', async (t) => {
  const { init, plex } = await setupPier(t);
  const url = await serveOverTls(t, plex.url);
  plex.fail('sections', { kind: 'status', status: 503 });
  const { stderr } = await init([url, plex.token, ''], ['--plex-insecure']);
  assert.match(stderr, /Plex is starting or in maintenance/);
  assert.doesNotMatch(stderr, /Accept any certificate/);
  plex.fail('sections', { kind: 'status', status: 404 });
  const odd = await init([url, plex.token, ''], ['--plex-insecure']);
  assert.doesNotMatch(odd.stderr, /Accept any certificate/);
});

test('a token that was set and is refused is not offered to be kept', async (t) => {
  const { init, plex, config } = await setupPier(t);
  const env = { PLEX_TOKEN: 'not-the-right-one' };
  const { code, stderr } = await init([plex.url, '', plex.token], [], { env });
  assert.equal(code, 0, stderr);
  const asked = [...stderr.matchAll(/^Token .*$/gm)].map(([line]) => line);
  assert.deepEqual(asked, ['Token (X-Plex-Token; not shown) [keep]:', 'Token (X-Plex-Token; not shown):']);
  assert.equal(config()['plex_token'], plex.token);
});

test('a token file that cannot be read is no dead end: the token may be typed', async (t) => {
  const { init, plex, config } = await setupPier(t);
  const flags = ['--plex-token-file', '/nowhere/token'];
  const { code, stderr } = await init([plex.url, '', plex.token], flags);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /The file \/nowhere\/token .* cannot be read/);
  assert.deepEqual(config(), { plex_url: plex.url, plex_token: plex.token });
});

test('the token of somebody else than the owner is warned of', async (t) => {
  const { init, plex } = await setupPier(t, { plex: { readOnlyToken: 'visitor-of-the-pier' } });
  const { code, stderr } = await init([plex.url, 'visitor-of-the-pier']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /not that of the server’s owner: Plex will refuse every edit/);
});

test('a Plex that has to be listed is listed for twenty files at the most', async (t) => {
  const { init, plex, stash, addFilms, begin } = await setupPier(t, { plex: { quirks: { fileFilter: 'ignored' } } });
  addFilms(10);
  for (let index = 0; index < 60; index += 1)
    stash.addScene({ title: 'Pier', files: [{ path: `/data/pier ${index}.mp4` }] });
  const { code, stderr } = await init([...begin, '', stash.url]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /\d of 20 files agree/);
  assert.ok(plex.count('listing') <= 40, String(plex.count('listing')));
});

test('where Plex fails while files are looked for, that is said and the path_map asked for', async (t) => {
  const { init, plex, stash, addFilms, begin, config } = await setupPier(t);
  addFilms(20);
  plex.fail('listing', { kind: 'status', status: 503 }, 100);
  const { code, stderr } = await init([...begin, '', stash.url, '/data=/media']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /Whether a path_map is needed could not be seen: Plex is starting or in maintenance/);
  assert.deepEqual(config()['path_map'], ['/data=/media']);
});

test('a Stash without scenes, and one whose files Plex does not have, tell nothing', async (t) => {
  const { init, stash, begin } = await setupPier(t);
  assert.match((await init([...begin, '', stash.url])).stderr, /Stash has no scene with a file yet/);
  stash.addScene({ title: 'Pier', files: [{ path: '/data/pier.mp4' }] });
  assert.match(
    (await init(['y', ...begin, '', ''])).stderr,
    /Plex has none of the files of Stash that were looked for \(1\)/,
  );
});

test('under --yes a path_map that fits is no news', async (t) => {
  const { init, plex, stash, addFilms } = await setupPier(t);
  addFilms(20);
  const flags = ['--yes', '--plex-url', plex.url, '--stash-url', stash.url, '--path-map', '/data=/media'];
  const { code, stderr } = await init([], flags, { env: { PLEX_TOKEN: plex.token } });
  assert.deepEqual([code, stderr], [0, '']);
});

test('the next commands lead to the same data directory and the same file', async (t) => {
  const { run, plex, stash, addFilms, dir } = await setupPier(t);
  addFilms(20);
  const [dataDir, file] = [join(dir, 'other data'), join(dir, 'settings.json')];
  const flags = ['--data-dir', dataDir, '--config', file, '--plex-url', plex.url, '--stash-url', stash.url];
  const { stdout, stderr, code } = await run(['init', '--yes', '--json', ...flags]);
  assert.equal(code, 0, stderr);
  const { next } = JSON.parse(stdout) as { next: string[] };
  const options = `--data-dir '${dataDir}' --config ${file}`;
  assert.deepEqual(next.slice(0, 2), [
    `plexsync config set path_map /data=/media ${options}`,
    `plexsync enqueue --all --dry-run ${options}`,
  ]);
});

test('--quiet answers lines without a word', async (t) => {
  const { init, begin } = await setupPier(t);
  const { code, stdout, stderr } = await init([...begin], ['--quiet']);
  assert.deepEqual([code, stdout, stderr], [0, '', '']);
});

test('where standard input is /dev/null, flags alone are taken without a word', async (t) => {
  const { plex, dataDir } = await setupPier(t);
  const env = { PATH: process.env['PATH'], PLEXSYNC_DATA_DIR: dataDir, PLEX_URL: plex.url, PLEX_TOKEN: plex.token };
  const child = spawn(process.execPath, [BIN, 'init'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr = Buffer.concat(await child.stderr.toArray()).toString();
  assert.deepEqual([stderr, existsSync(join(dataDir, 'config.json'))], ['', true]);
});

test('a directory that may not be written to is refused before anything is asked', async (t) => {
  const { dir, plex } = await setupPier(t);
  const closed = join(dir, 'closed');
  mkdirSync(closed);
  chmodSync(dir, 0o755);
  chmodSync(closed, 0o555);
  const bound = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const env = { PATH: process.env['PATH'], PLEXSYNC_DATA_DIR: closed };
  const input = `${plex.url}\n${plex.token}\n`;
  const { status, stderr } = spawnSync(process.execPath, [BIN, 'init'], { ...bound, env, input, encoding: 'utf8' });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^plexsync: .*config\.json cannot be written: this user may not write there\./);
});

test('on a narrow terminal words stay whole, and each next command stands on a line of its own', async (t) => {
  const { plex, dataDir } = await setupPier(t);
  const columns = 50;
  const env = { PLEXSYNC_DATA_DIR: dataDir };
  const session = startAtTerminal(`${process.execPath} ${BIN} init`, { columns, rows: 40, env });
  for (const [question, typed] of [
    ['Address of Plex', plex.url],
    ['not shown', plex.token],
    ['[all]', ''],
    ['Address of Stash', ''],
    ['[same]', ''],
    ['[later]', ''],
  ] as const) {
    await session.see(question);
    session.type(`${typed}\r`);
  }
  const { code, sent } = await session.ended;
  assert.equal(code, 0, sent);
  const lines = linesSeen(sent, columns);
  assert.ok(lines.includes('The token: in Plex’s web app, signed in as the'), lines.join('\n'));
  assert.ok(lines.includes('  plexsync enqueue --help'), lines.join('\n'));
});
