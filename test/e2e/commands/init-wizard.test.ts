/** The wizard by lines of standard input: what it tries, what it asks again, and what it finds out by itself. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { StashServerOptions } from '../../../src/simulator/stash/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { setup } from '../../helpers/rig.ts';
import type { RunOptions } from '../../helpers/run-main.ts';

type Films = { readonly inStash: number; readonly inPlex: number };

/** Plex and Stash with the same films under other mounts; nothing is set but the data directory. */
async function setupHarbour(t: TestContext, { inStash, inPlex }: Films, options: StashServerOptions = {}) {
  const rig = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', locations: ['/media/harbours'] },
      { key: '2', title: 'Gardens', locations: ['/media/gardens'] },
    ],
  });
  const stash = await startStashServer(options);
  t.after(() => stash.close());
  const { plex, dataDir } = rig;
  for (let index = 0; index < Math.max(inStash, inPlex); index += 1) {
    const [folder, sectionKey] = index % 2 === 0 ? ['harbours', '1'] : ['gardens', '2'];
    const file = { path: `${folder}/film ${index}.mp4`, size: 1_000 + index };
    if (index < inPlex) plex.addItem({ sectionKey, file: `/media/${file.path}`, size: file.size });
    if (index < inStash) stash.addScene({ title: `Film ${index}`, files: [{ ...file, path: `/data/${file.path}` }] });
  }
  const bare = { PLEX_URL: '', PLEX_TOKEN: '' };
  const init = async (lines: readonly string[], args: readonly string[] = [], { env }: RunOptions = {}) =>
    await rig.run(['init', ...args], { input: lines.map((line) => `${line}\n`).join(''), env: { ...bare, ...env } });
  const file = join(dataDir, 'config.json');
  const config = (): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const begin = [plex.url, plex.token, ''] as const;
  return { ...rig, stash, init, file, config, begin };
}

const AGREED = [{ from: '/data', to: '/media' }];

test('from nothing to a file that works: libraries by number, the path_map found, and the next commands', async (t) => {
  const { init, config, run, plex, stash } = await setupHarbour(t, { inStash: 30, inPlex: 30 });
  const { code, stdout, stderr } = await init([plex.url, plex.token, '2, 1', stash.url, 'yes', 'no']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(config(), {
    ...{ plex_url: plex.url, plex_token: plex.token, plex_library: ['Gardens', 'Harbours'] },
    ...{ stash_url: stash.url, path_map: AGREED, sync_poster: false },
  });
  assert.match(stderr, /"View XML".*Take no token out of the server’s Preferences\.xml/);
  assert.match(stderr, /^ {2}1 {2}Harbours \(\/media\/harbours\)\n {2}2 {2}Gardens \(\/media\/gardens\)$/m);
  assert.match(stderr, /^20 of 20 files agree on --path-map \/data=\/media\.$/m);
  assert.deepEqual(
    [...stdout.matchAll(/^ {2}(plexsync .*?) *#/gm)].map(([, command]) => command),
    [
      'plexsync enqueue --all --dry-run',
      'plexsync enqueue --all',
      'plexsync process --watch',
      'plexsync service install',
      'plexsync doctor',
    ],
  );
  assert.equal((await run(['enqueue', '--all', '--yes'], { env: { PLEX_URL: '', PLEX_TOKEN: '' } })).code, 0);
  assert.equal((await run(['process'], { env: { PLEX_URL: '', PLEX_TOKEN: '' } })).code, 0);
  assert.equal(plex.count('edit'), 30);
});

test('only the answer at fault is asked for again, and what was typed before is kept', async (t) => {
  const { init, config, plex, stash } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const { code, stderr } = await init([
    ...['http://127.0.0.1:9', plex.token, stash.url, 'http://127.0.0.1:9', plex.url],
    ...['2', plex.url, `${stash.url}/graphql`, '/data=/media', 'yes'],
  ]);
  assert.equal(code, 0, stderr);
  const { path_map, plex_library, stash_url, sync_poster } = config();
  assert.deepEqual([plex_library, stash_url, path_map, sync_poster], [['Gardens'], stash.url, ['/data=/media'], true]);
  for (const said of [
    /Plex at http:\/\/127\.0\.0\.1:9 did not answer .*: connection refused/,
    new RegExp(`${stash.url} is Stash, and not Plex\\.`),
    new RegExp(`Address of Stash, .* \\[${stash.url}\\]:`),
    new RegExp(`${plex.url} is not a Stash server: it says that it is Plex\\.`),
    /\/graphql is left out/,
  ])
    assert.match(stderr, said);
  assert.equal(stderr.match(/^Token \(/gm)?.length, 1);
  assert.ok(!stderr.includes(plex.token));
});

for (const page of ['/graphql', '/graphql/', '/scenes'])
  test(`a Stash given for Plex as ${page} is known as Stash, and offered without it`, async (t) => {
    const { init, config, plex, stash } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
    const typed = [stash.url + page, plex.token, plex.url, '2', '', '/data=/media', 'yes'];
    const { code, stderr } = await init(typed);
    assert.match(stderr, new RegExp(`${stash.url} is Stash, and not Plex\\.`));
    assert.match(stderr, new RegExp(`Address of Stash, .* \\[${stash.url}\\]:`));
    assert.equal(code, 0, stderr);
    assert.equal(config()['stash_url'], stash.url);
  });

test('a token that is refused is asked for again alone; without another one the run ends as refused', async (t) => {
  const { init, config, plex, file } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const refused = await init([plex.url, 'not-the-right-one']);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /^plexsync: Unauthorized: Plex refused the token \(401\)/m);
  assert.equal(existsSync(file), false);
  const { code, stderr } = await init([plex.url, 'not-the-right-one', plex.token]);
  assert.equal(code, 0, stderr);
  assert.equal(config()['plex_token'], plex.token);
  assert.equal(stderr.match(/^Address of Plex/gm)?.length, 1);
  assert.equal(stderr.match(/View XML/g)?.length, 1);
});

test('lines end at an answer that cannot be used: the next one, a secret, is taken for nothing else', async (t) => {
  const { init, file, begin, plex } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const [word, jwt] = ['AbCdEfGhIjKlMnOpQrSt', 'eyJhbGciOi.eyJ1aWQiOi.c2lnbmF0dXJl'];
  for (const lines of [
    ['my plex', word],
    [word, plex.url],
    [`"${jwt}"`, plex.url],
    [plex.url, 'short', word],
    [...begin, 'no stash', jwt],
    [...begin, jwt, 'none'],
    [...begin, word, 'none'],
    ['PLEX_TOKEN=AbCdEfGhIjKl', plex.url],
    [...begin, '', word, jwt],
    [...begin, '', 'harbour0master0key', jwt],
  ]) {
    const { code, stderr } = await init(lines);
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stderr, /abcdefgh|eyJ|harbour0master/i);
    assert.equal(stderr.match(/^plexsync: /gm)?.length, 1, stderr);
    assert.equal(existsSync(file), false);
  }
});

test('a host with its port is an address by http', async (t) => {
  const { init, config, plex, stash } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const bare = (url: string): string => url.replace('http://', '');
  const { code, stderr } = await init([bare(plex.url), plex.token, '', bare(stash.url)]);
  assert.equal(code, 0, stderr);
  assert.deepEqual([config()['plex_url'], config()['stash_url']], [plex.url, stash.url]);
});

test('a Stash that asks for its key gets it, after a wrong one', async (t) => {
  const key = 'harbour-master-key';
  const { init, config, begin, stash } = await setupHarbour(t, { inStash: 0, inPlex: 0 }, { apiKey: key });
  const other = await init([...begin, stash.url, '', 'none']);
  assert.deepEqual([other.code, config()['stash_url']], [0, undefined]);
  const { code, stderr } = await init(['y', ...begin, stash.url, 'lighthouse-keeper', key]);
  assert.equal(code, 0, stderr);
  assert.deepEqual([config()['stash_url'], config()['stash_api_key']], [stash.url, key]);
  assert.equal(stderr.match(/^API key of Stash/gm)?.length, 2);
  assert.match(stderr, /^Stash asks for its API key\.$/m);
  assert.equal(stderr.match(/Unauthorized/g)?.length, 1, stderr);
  assert.ok(!stderr.includes(key));
});

test('a key that Stash does not want is taken out by none', async (t) => {
  const { init, config, begin, stash } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const flags = ['--stash-url', stash.url, '--stash-api-key', 'lighthouse-keeper'];
  const { code, stderr } = await init([...begin, '', 'none'], flags);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /where Stash has no password, stash_api_key must not be set/);
  assert.deepEqual([config()['stash_url'], config()['stash_api_key']], [stash.url, undefined]);
});

test('without a Stash that answers one goes on: with none, or with an address that is kept untried', async (t) => {
  const { init, config, begin, file } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const down = 'http://127.0.0.1:9';
  for (const [answer, expected] of [
    ['keep', down],
    ['none', undefined],
  ] as const) {
    const { code, stderr } = await init([...begin, down, answer, 'same']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /none to go on without it, or keep to write it untried/);
    assert.equal(config()['stash_url'], expected);
    writeFileSync(file, '{}', { mode: 0o600 });
  }
  assert.equal((await init([...begin, down])).code, 4);
  const { code, stderr } = await init([...begin, 'no address', 'keep']);
  assert.equal(code, 2);
  assert.match(stderr, /^plexsync: stash_url must be .* but your answer says "no address"/m);
});

test('19 files of 30 are too few for a proposal; all of 19 are enough', async (t) => {
  const few = await setupHarbour(t, { inStash: 30, inPlex: 19 });
  const unsure = await few.init([...few.begin, few.stash.url, 'same']);
  assert.equal(unsure.code, 0, unsure.stderr);
  assert.match(
    unsure.stderr,
    /19 of 30 files agree on --path-map \/data=\/media, 11 are not in Plex: too few to be sure/,
  );
  assert.equal(few.config()['path_map'], undefined);
  const all = await setupHarbour(t, { inStash: 19, inPlex: 19 });
  assert.equal((await all.init([...all.begin, all.stash.url, 'y'])).code, 0);
  assert.deepEqual(all.config()['path_map'], AGREED);
});

test('where Plex lacks the first scenes, more of them are looked at until 20 agree', async (t) => {
  const { init, config, begin, stash } = await setupHarbour(t, { inStash: 90, inPlex: 60 });
  const { code, stderr } = await init([...begin, stash.url, 'y']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /2\d of 40 files agree on --path-map \/data=\/media, 1\d are not in Plex\./);
  assert.deepEqual(config()['path_map'], AGREED);
});

test('where only some libraries are chosen, and none of the files is there, it is said where was looked', async (t) => {
  const { init, plex, stash } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  for (let index = 0; index < 30; index += 1) {
    plex.addItem({ sectionKey: '1', file: `/media/harbours/film ${index}.mp4` });
    stash.addScene({ title: `Film ${index}`, files: [`/data/harbours/film ${index}.mp4`] });
  }
  const { stderr } = await init([plex.url, plex.token, 'Gardens', stash.url]);
  assert.match(stderr, /^Looking at scenes of Stash, 20 at a time/m);
  assert.match(
    stderr,
    /Plex has none of the files .* looked for \(30\) in "Gardens", where alone it was looked: nothing/,
  );
});

test('a file that is elsewhere keeps the proposal back, and is named', async (t) => {
  const { init, config, begin, plex, stash } = await setupHarbour(t, { inStash: 30, inPlex: 30 });
  for (let index = 100; index < 103; index += 1) {
    plex.addItem({ sectionKey: '1', file: `/media/harbours/moved/pier ${index}.mp4`, size: index });
    stash.addScene({ title: 'Pier', files: [{ path: `/data/harbours/pier ${index}.mp4`, size: index }] });
  }
  const { stderr } = await init([...begin, stash.url]);
  assert.match(
    stderr,
    /of 20 files agree on --path-map \/data=\/media: but pier 10\d\.mp4 is elsewhere, or another file/,
  );
  assert.equal(config()['path_map'], undefined);
});

test('a path_map that is set and fits is said to fit, and asked for no more', async (t) => {
  const { init, config, begin, stash } = await setupHarbour(t, { inStash: 30, inPlex: 30 });
  const { stderr } = await init([...begin, stash.url], ['--path-map', '/data=/media']);
  assert.match(stderr, /20 of 20 files of Stash are in Plex where they are expected: path_map needs no change/);
  assert.doesNotMatch(stderr, /Stash sees them elsewhere/);
  assert.deepEqual(config()['path_map'], AGREED);
});

test('with --yes a path_map is only told, until --accept-path-map says to write it', async (t) => {
  const { init, config, plex, stash } = await setupHarbour(t, { inStash: 30, inPlex: 30 });
  const flags = ['--yes', '--plex-url', plex.url, '--stash-url', stash.url];
  const env = { PLEX_TOKEN: plex.token };
  const told = await init([], [...flags, '--json'], { env });
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stderr, /20 of 20 files agree on --path-map \/data=\/media/);
  const document = JSON.parse(told.stdout) as { proposed_path_map: unknown; next: string[] };
  assert.deepEqual(
    [document.proposed_path_map, document.next[0]],
    [AGREED, 'plexsync config set path_map /data=/media'],
  );
  assert.equal(config()['path_map'], undefined);
  // Lines that end at the question are no yes either.
  const unanswered = await init(['y', '', '', '', ''], [], { env });
  assert.match(unanswered.stdout, /^ {2}plexsync config set path_map \/data=\/media +#/m);
  assert.equal(config()['path_map'], undefined);
  const written = await init([], [...flags, '--accept-path-map'], { env });
  assert.equal(written.code, 0);
  assert.deepEqual(config()['path_map'], AGREED);
});

test('with --yes a Stash that is down is warned of and written; another server there, or a refused key, ends it', async (t) => {
  const key = { apiKey: 'harbour-master-key' };
  const { init, config, plex, stash, file } = await setupHarbour(t, { inStash: 0, inPlex: 0 }, key);
  const env = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token };
  for (const [url, code] of [
    [plex.url, 2],
    [stash.url, 3],
  ] as const) {
    const ended = await init([], ['--yes', '--stash-url', url], { env });
    assert.equal(ended.code, code);
    assert.equal(existsSync(file), false);
  }
  const refused = await init([], ['--yes'], { env: { ...env, PLEX_TOKEN: 'not-the-right-one' } });
  assert.deepEqual([refused.code, refused.stderr.match(/refused the token/g)?.length], [3, 1]);
  const { code, stderr } = await init([], ['--yes', '--stash-url', 'http://127.0.0.1:9'], { env });
  assert.equal(code, 0);
  assert.match(stderr, /connection refused\. The address of Stash is written all the same/);
  assert.equal(config()['stash_url'], 'http://127.0.0.1:9');
});

test('flags alone need no answer, and the lines go on where they end', async (t) => {
  const { init, config, plex } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  const env = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token };
  const flags = await init([], [], { env });
  assert.deepEqual([flags.code, flags.stderr], [0, '']);
  assert.deepEqual(config(), { plex_url: plex.url, plex_token: plex.token });
  const declined = await init(['n'], [], { env });
  assert.match(declined.stderr, /Nothing was changed/);
  const nobody = await init([], [], { env });
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /exists\. Change it\? There is no terminal to ask at\.\n {2}Run again with --yes/);
  const some = await init(['y', '', '', '1'], [], { env });
  assert.equal(some.code, 0);
  assert.deepEqual(config()['plex_library'], ['Harbours']);
  assert.match(some.stderr, /Address of Stash/);
  assert.doesNotMatch(some.stderr, /as posters/);
  const wrong = await init(['y', '', '', 'Harbor'], [], { env });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^plexsync: Plex has no library "Harbor"/m);
});

test('a file that cannot be written is refused before anything is asked', async (t) => {
  const { init, file, dataDir, begin } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, '{"max_tags": 60}\n');
  chmodSync(file, 0o400);
  const { code, stderr } = await init(['y', ...begin]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^plexsync: .*config\.json cannot be written: it is read-only\.\n {2}Make it writable: chmod u\+w /,
  );
  assert.equal(readFileSync(file, 'utf8'), '{"max_tags": 60}\n');
});

test('the order and form of keys that were there stay', async (t) => {
  const { init, file, plex, dataDir } = await setupHarbour(t, { inStash: 0, inPlex: 0 });
  mkdirSync(dataDir, { recursive: true });
  const before = '{\n    "max_tags": 60,\n    "plex_url": "http://plex:32400",\n    "concurrency": 1\n}\n';
  writeFileSync(file, before, { mode: 0o600 });
  assert.equal((await init([], ['--yes', '--plex-url', plex.url], { env: { PLEX_TOKEN: plex.token } })).code, 0);
  const text = readFileSync(file, 'utf8');
  assert.ok(text.startsWith(before.replace('http://plex:32400', plex.url).replace(/\n\}\n$/, '')), text);
  assert.deepEqual(Object.keys(JSON.parse(text) as object), ['max_tags', 'plex_url', 'concurrency', 'plex_token']);
});
