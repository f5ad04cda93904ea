import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import type { Session } from '../../helpers/terminal.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

type Config = Readonly<Record<string, unknown>>;

function configOf(rig: Rig): Config {
  return JSON.parse(readFileSync(join(rig.dataDir, 'config.json'), 'utf8')) as Config;
}

async function setupWith(t: TestContext, config: Config): Promise<Rig> {
  const rig = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', locations: ['/media/harbours'] },
      { key: '2', title: 'All', locations: ['/media/all'] },
    ],
  });
  await rig.run(['enqueue', '1', '--path', '/data/a.mp4', '--title', 'Quay']);
  writeFileSync(join(rig.dataDir, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  return rig;
}

const NOTHING = { PLEX_URL: '', PLEX_TOKEN: '' };

test('a token instead of a file of it takes the file out of the config, and the other way round', async (t) => {
  const rig = await setupWith(t, {});
  const file = join(rig.dir, 'token');
  writeFileSync(file, rig.plex.token);
  const byFile = ['init', '--yes', '--plex-url', rig.plex.url, '--plex-token-file', file];
  assert.equal((await rig.run(byFile, { env: NOTHING })).code, 0);
  assert.deepEqual(configOf(rig), { plex_url: rig.plex.url, plex_token_file: file });
  const itself = await rig.run(['init', '--yes', '--plex-token', rig.plex.token], { env: NOTHING });
  assert.equal(itself.code, 0, itself.stderr);
  assert.match(itself.stderr, /Everybody on this machine can see --plex-token/);
  assert.deepEqual(configOf(rig), { plex_url: rig.plex.url, plex_token: rig.plex.token });
  assert.equal((await rig.run(byFile, { env: NOTHING })).code, 0);
  assert.deepEqual(configOf(rig), { plex_url: rig.plex.url, plex_token_file: file });
  const drained = await rig.run(['process', '--dry-run'], { env: NOTHING });
  assert.equal(drained.code, 0, drained.stderr);
});

test('a key of Stash stands in the config once too', async (t) => {
  const rig = await setupWith(t, { stash_url: 'http://127.0.0.1:9', stash_api_key: 'lighthouse-keeper' });
  const file = join(rig.dir, 'key');
  writeFileSync(file, 'harbour-master-key');
  assert.equal((await rig.run(['init', '--yes', '--stash-api-key-file', file])).code, 0);
  const { stash_api_key, stash_api_key_file } = configOf(rig);
  assert.deepEqual([stash_api_key, stash_api_key_file], [undefined, file]);
});

test('a config that nothing could use is not written over the one that stands there', async (t) => {
  const config = { max_tags: 5_000 };
  const rig = await setupWith(t, config);
  const { code, stderr } = await rig.run(['init', '--yes'], { env: { PLEXSYNC_MAX_TAGS: '50' } });
  assert.equal(code, 2);
  assert.match(stderr, /config\.json was not written, since nothing could use it: max_tags must be .* from 10 to 500/);
  assert.deepEqual(configOf(rig), config);
});

test('what Plex was tried with is written as it was typed, for whoever runs it elsewhere', async (t) => {
  const rig = await setupWith(t, {});
  const { code, stderr } = await rig.run(['init', '--yes', '--read-timeout', '20s']);
  assert.equal(code, 0, stderr);
  assert.equal(configOf(rig)['read_timeout'], '20s');
  assert.equal(statSync(join(rig.dataDir, 'config.json')).mode & 0o777, 0o600);
});

const WIDE = { columns: 200, rows: 30 };

function startInit(rig: Rig): Session {
  const env = { ...rig.env, ...NOTHING };
  return startAtTerminal(`${process.execPath} ${BIN} init`, { ...WIDE, env });
}

async function answer(session: Session, answers: readonly (readonly [question: string, typed: string])[]) {
  for (const [question, typed] of answers) {
    await session.see(question);
    session.type(`${typed}\r`);
  }
}

const SET = { plex_library: ['Harbours'], path_map: ['/data=/media'], sync_poster: true };

test('Enter keeps what is set, and the words for none take it out of the file', async (t) => {
  const rig = await setupWith(t, {});
  const stash = await startStashServer();
  t.after(() => stash.close());
  const present = { plex_url: rig.plex.url, plex_token: rig.plex.token, ...SET, stash_url: stash.url };
  writeFileSync(join(rig.dataDir, 'config.json'), JSON.stringify(present), { mode: 0o600 });
  const kept = startInit(rig);
  await answer(kept, [
    ['Change it? [y/N]', 'y'],
    ['Address of Plex', ''],
    ['[keep]', ''],
    ['or all [Harbours]:', ''],
    [`or none [${stash.url}]:`, ''],
    ['or same [/data=/media]:', ''],
    ['as posters? Plex keeps each one for ever. yes or no, or later [yes]:', ''],
  ]);
  const { code, sent } = await kept.ended;
  assert.equal(code, 0, sent);
  assert.deepEqual(configOf(rig), present);
  const removed = startInit(rig);
  await answer(removed, [
    ['Change it? [y/N]', 'y'],
    ['Address of Plex', ''],
    ['[keep]', ''],
    ['[Harbours]:', 'all'],
    [`[${stash.url}]:`, 'none'],
    ['[/data=/media]:', 'same'],
    ['as posters?', 'later'],
  ]);
  assert.equal((await removed.ended).code, 0);
  assert.deepEqual(configOf(rig), { plex_url: rig.plex.url, plex_token: rig.plex.token });
});

test('a library called like the word for all of them is chosen by its name in quotes', async (t) => {
  const rig = await setupWith(t, {});
  const session = startInit(rig);
  await answer(session, [
    ['Address of Plex', rig.plex.url],
    ['not shown', rig.plex.token],
    ['[all]:', '"all"'],
    ['Address of Stash', ''],
    ['under /media/all', ''],
    ['as posters?', ''],
  ]);
  const { code, sent } = await session.ended;
  assert.equal(code, 0, sent);
  assert.deepEqual(configOf(rig)['plex_library'], ['all']);
});

test('a library with a comma in its name is chosen at the terminal, and written as a whole', async (t) => {
  const rig = await setup(t, {
    sections: ['Films, Old', 'Films', 'Old'].map((title, index) => ({
      key: String(index + 1),
      title,
      locations: [`/media/${index}`],
    })),
  });
  await rig.run(['enqueue', '1', '--path', '/data/a.mp4', '--title', 'Quay']);
  const session = startInit(rig);
  await answer(session, [
    ['Address of Plex', rig.plex.url],
    ['not shown', rig.plex.token],
    ['with commas between [all]', '"Films, Old", Old'],
    ['Address of Stash', ''],
    ['Stash sees them elsewhere', '/data/Films, Old=/media/0'],
    ['as posters?', ''],
  ]);
  const { code, sent } = await session.ended;
  assert.equal(code, 0, sent);
  assert.deepEqual(configOf(rig)['plex_library'], ['Films, Old', 'Old']);
  assert.deepEqual(configOf(rig)['path_map'], ['/data/Films, Old=/media/0']);
  const flag = ['init', '--yes', '--plex-library', 'Films, Old'];
  assert.equal((await rig.run(flag, { env: { PLEX_URL: rig.plex.url, PLEX_TOKEN: rig.plex.token } })).code, 0);
  assert.equal(configOf(rig)['plex_library'], 'Films, Old');
});

test('init asks about pictures: undecided unless told, and an answer that is none is asked again', async (t) => {
  const rig = await setupWith(t, {});
  for (const [typed, expected] of [
    [[''], undefined],
    [['y'], true],
    [['perhaps', 'No'], false],
  ] as const) {
    writeFileSync(join(rig.dataDir, 'config.json'), '{}', { mode: 0o600 });
    const session = startInit(rig);
    await answer(session, [
      ['Address of Plex', rig.plex.url],
      ['not shown', rig.plex.token],
      ['[all]:', ''],
      ['Address of Stash', ''],
      ['Stash sees them elsewhere', ''],
      ...typed.map((text) => ['yes or no [later]:', text] as const),
    ]);
    const { code, sent } = await session.ended;
    assert.equal(code, 0, sent);
    assert.equal(configOf(rig)['sync_poster'], expected);
  }
  const given = ['init', '--yes', '--no-sync-poster', '--plex-url', rig.plex.url, '--plex-token', rig.plex.token];
  writeFileSync(join(rig.dataDir, 'config.json'), '{}', { mode: 0o600 });
  assert.equal((await rig.run(given, { env: NOTHING })).code, 0);
  assert.equal(configOf(rig)['sync_poster'], false);
});

test('whoever breaks off at any question of init ends with 130 and an unchanged file', async (t) => {
  const rig = await setupWith(t, { max_tags: 20 });
  const stash = await startStashServer({ apiKey: 'harbour-master-key' });
  t.after(() => stash.close());
  rig.plex.addItem({ sectionKey: '1', file: '/media/harbours/quay.mp4', size: 7 });
  stash.addScene({ title: 'Quay', files: [{ path: '/data/harbours/quay.mp4', size: 7 }] });
  const questions = [
    ['Change it? [y/N]', 'y'],
    ['Address of Plex', rig.plex.url],
    ['Token (', rig.plex.token],
    ['Libraries to write to', ''],
    ['Address of Stash', stash.url],
    ['API key of Stash', 'harbour-master-key'],
    ['Write that path_map?', 'no'],
    ['Stash sees them elsewhere', ''],
    ['as posters?', ''],
  ] as const;
  for (const [index, [last]] of questions.entries()) {
    const session = startInit(rig);
    await answer(session, questions.slice(0, index));
    await session.see(last);
    session.type('\u0003');
    const { code, sent } = await session.ended;
    assert.equal(code, 130, last);
    assert.match(sent, /Nothing was (?:written|changed)\./);
  }
  assert.deepEqual(configOf(rig), { max_tags: 20 });
  assert.deepEqual(
    readdirSync(rig.dataDir).filter((name) => name.includes('config')),
    ['config.json'],
  );
});

test('Ctrl-C at a question before deleting ends with 130, a No with 0, and nothing is deleted by either', async (t) => {
  const rig = await setupWith(t, {});
  for (const [keys, code] of [
    ['\u0003', 130],
    ['n\r', 0],
  ] as const) {
    const session = startAtTerminal(`${process.execPath} ${BIN} queue drop --all`, { ...WIDE, env: rig.env });
    await session.see('[y/N]');
    session.type(keys);
    const ended = await session.ended;
    assert.equal(ended.code, code);
    assert.match(ended.sent, /Nothing was changed\./);
  }
  assert.equal(rig.sql('SELECT id FROM jobs').length, 1);
});

test('status and report say too that others can read the token in the config file', async (t) => {
  const rig = await setupWith(t, {});
  const file = join(rig.dataDir, 'config.json');
  writeFileSync(file, JSON.stringify({ plex_token: rig.plex.token }));
  chmodSync(file, 0o644);
  for (const command of [['status', '1'], ['report']]) {
    const { stdout, stderr } = await rig.run(command);
    assert.match(stderr, /holds a token, and others on this machine can read it/);
    assert.ok(!`${stdout}${stderr}`.includes(rig.plex.token));
  }
});
