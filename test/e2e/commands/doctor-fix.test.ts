/** `doctor --fix`: what it mends, what it leaves to a person, and that without it nothing is ever written. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

type Document = {
  readonly ok: boolean;
  readonly findings: readonly {
    check: string;
    status: string;
    message: string;
    fix: string | null;
    command?: string;
    fixable?: true;
  }[];
  readonly fixes?: readonly { kind: string; outcome: string; message: string; command?: string }[];
};

const NAMES = Array.from({ length: 5 }, (_, index) => `film ${index}.mp4`);

/** Five scenes that Plex has under another mount, dead for that; and a config file with an order of its own. */
async function setupMissing(t: TestContext) {
  const rig = await setup(t);
  const { plex, run, dataDir } = rig;
  for (const name of NAMES) plex.addItem({ sectionKey: '1', file: `/media/${name}` });
  const scenes = NAMES.map((name, index) => ({ scene_id: index + 1, path: `/data/${name}`, title: `Film ${index}` }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  assert.equal((await run(['process'])).code, 1);
  const config = join(dataDir, 'config.json');
  const before = `{\n  "max_tags": 50,\n  "poll_interval": "1m"\n}\n`;
  writeFileSync(config, before, { mode: 0o600 });
  const doctor = async (args: readonly string[], env = {}): Promise<Document> =>
    JSON.parse((await run(['doctor', '--json', ...args], { env })).stdout) as Document;
  return { ...rig, config, before, doctor };
}

test('without --fix nothing is written, and what could be mended names it', async (t) => {
  const { doctor, config, before, dataDir } = await setupMissing(t);
  const files = readdirSync(dataDir).sort();
  const { findings, fixes } = await doctor([]);
  assert.equal(fixes, undefined);
  assert.deepEqual(
    findings.filter(({ fixable }) => fixable).map(({ check, command }) => [check, command]),
    [
      ['files', 'plexsync config set path_map /data=/media'],
      ['healable_letters', 'plexsync dlq retry --path-prefix /data'],
    ],
  );
  for (const { fix, fixable } of findings) if (fixable) assert.match(fix ?? '', /plexsync doctor --fix/);
  assert.equal(readFileSync(config, 'utf8'), before);
  assert.deepEqual(readdirSync(dataDir).sort(), files);
});

test('--fix writes the missing mapping, keeps the old file, and puts the dead letters back: then they arrive', async (t) => {
  const { run, plex, config, before } = await setupMissing(t);
  const { code, stdout, stderr } = await run(['doctor', '--fix', '--yes']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, new RegExp(`^done\tpath_map\tpath_map in ${config} is --path-map /data=/media; `, 'm'));
  assert.match(stdout, /^done\theal\t5 of 5 dead letters put back into the queue/m);
  assert.equal(readFileSync(`${config}.bak`, 'utf8'), before);
  assert.deepEqual(
    [config, `${config}.bak`].map((file) => statSync(file).mode & 0o777),
    [0o600, 0o600],
  );
  const written = readFileSync(config, 'utf8');
  assert.deepEqual(Object.keys(JSON.parse(written) as object), ['max_tags', 'poll_interval', 'path_map']);
  assert.deepEqual((JSON.parse(written) as { path_map: unknown }).path_map, [{ from: '/data', to: '/media' }]);
  assert.equal((await run(['process'])).code, 0);
  assert.equal(plex.count('edit'), 5);
  const again = await run(['doctor', '--fix', '--yes']);
  assert.match(again.stdout, /There is nothing that doctor --fix can mend/);
  assert.equal(readFileSync(config, 'utf8'), written);
});

test('where the environment or a flag says the mapping, the line for there is given and nothing is written', async (t) => {
  const { doctor, config, before } = await setupMissing(t);
  const byVariable = await doctor(['--fix', '--yes'], { PLEXSYNC_PATH_MAP: '/other=/elsewhere' });
  assert.deepEqual(
    byVariable.fixes?.map(({ kind, outcome, command }) => [kind, outcome, command]),
    [
      ['path_map', 'left', "export PLEXSYNC_PATH_MAP='/data=/media,/other=/elsewhere'"],
      ['heal', 'left', undefined],
    ],
  );
  const byFlag = await doctor(['--fix', '--yes', '--path-map', '/data=/wrong']);
  assert.equal(byFlag.fixes?.[0]?.command, '--path-map /data=/media');
  assert.match(byFlag.fixes?.[0]?.message ?? '', /path_map comes from --path-map, which counts more/);
  assert.equal(byFlag.ok, false);
  assert.equal(readFileSync(config, 'utf8'), before);
  assert.equal(existsSync(`${config}.bak`), false);
});

test('a config file and a data directory that are open to others are closed', async (t) => {
  const { doctor, run, config, dataDir } = await setupMissing(t);
  writeFileSync(config, JSON.stringify({ plex_token: 'a-token-of-harbours', path_map: ['/data=/media'] }));
  chmodSync(config, 0o644);
  chmodSync(dataDir, 0o755);
  const { findings, fixes } = await doctor(['--fix', '--yes']);
  const open = findings.filter(({ command }) => command?.startsWith('chmod'));
  assert.deepEqual(
    open.map(({ check, command }) => [check, command]),
    [
      ['data_dir', `chmod 700 ${dataDir}`],
      ['settings', `chmod 600 ${config}`],
    ],
  );
  assert.deepEqual(
    fixes?.map(({ kind, outcome }) => `${kind} ${outcome}`),
    ['close done', 'close done', 'heal done'],
  );
  assert.deepEqual(
    [dataDir, config].map((path) => statSync(path).mode & 0o777),
    [0o700, 0o600],
  );
  assert.doesNotMatch((await run(['doctor'])).stdout, /chmod/);
});

test('with nobody to ask nothing is mended, and --yes alone is refused', async (t) => {
  const { run, config, before } = await setupMissing(t);
  const alone = await run(['doctor', '--fix']);
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /Write --path-map \/data=\/media as path_map into .*config\.json\? There is no terminal/);
  assert.match(alone.stderr, /--yes/);
  assert.equal(readFileSync(config, 'utf8'), before);
  const yes = await run(['doctor', '--yes']);
  assert.deepEqual([yes.code, yes.stdout], [2, '']);
});

test('a config file that may not be written is left, and so are the letters', async (t) => {
  const { run, config, before } = await setupMissing(t);
  chmodSync(config, 0o400);
  const { code, stderr } = await run(['doctor', '--fix', '--yes']);
  assert.equal(code, 2);
  assert.match(stderr, /read-only/);
  assert.equal(readFileSync(config, 'utf8'), before);
  assert.equal(JSON.parse((await run(['stats', '--json'])).stdout).dead_letters.count, 5);
});

test('each dead letter is offered once, and those that the missing mapping leads nowhere are not', async (t) => {
  const { plex, sql, config, doctor } = await setupMissing(t);
  writeFileSync(config, JSON.stringify({ path_map: ['/old=/media/old'] }), { mode: 0o600 });
  // One is found by its folder by now, and one lies where another mapping applies.
  plex.addItem({ sectionKey: '1', file: '/media/quay/pier.mp4' });
  const move = (id: number, path: string) =>
    sql(`UPDATE dead_letters SET job_data = json_set(job_data, '$.path', '${path}') WHERE id = ${id}`, 'dlq.db');
  move(1, '/data/quay/pier.mp4');
  move(5, '/old/fog.mp4');
  const { findings } = await doctor([]);
  assert.deepEqual(
    findings.filter(({ check }) => check === 'healable_letters').map(({ message }) => message),
    ['the files of 1 of 5 sampled dead letters are found by now', '3 dead letters lie where that path_map is missing'],
  );
});

test('where all files of a library are found no letter waits for a mapping', async (t) => {
  const { plex, run } = await setup(t);
  for (const name of NAMES) plex.addItem({ sectionKey: '1', file: `/media/quay/${name}` });
  for (const folder of ['a', 'b']) plex.addItem({ sectionKey: '1', file: `/other/${folder}/fog.mp4` });
  const paths = [...NAMES.map((name) => `/data/quay/${name}`), '/data/fog.mp4'];
  const scenes = paths.map((path, index) => ({ scene_id: index + 1, path, title: `Film ${index}` }));
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  await run(['process']);
  const { findings } = JSON.parse((await run(['doctor', '--json'])).stdout) as Document;
  assert.match(findings.map(({ fix }) => fix).join(), /those would be exact with --path-map \/data=\/media/);
  assert.deepEqual(
    findings.filter(({ fixable }) => fixable),
    [],
  );
});

test('two libraries that lack a mapping each get theirs by one question', async (t) => {
  const { plex, run, dataDir } = await setup(t, {
    sections: [
      { key: '1', title: 'Harbours', locations: ['/mnt/boats'] },
      { key: '2', title: 'Gardens', locations: ['/plants'] },
    ],
  });
  for (const name of NAMES) plex.addItem({ sectionKey: '1', file: `/mnt/boats/h ${name}` });
  for (const name of NAMES) plex.addItem({ sectionKey: '2', file: `/plants/g ${name}` });
  const scenes = NAMES.flatMap((name, index) => [
    { scene_id: index + 1, path: `/data/harbours/h ${name}`, title: 'H' },
    { scene_id: index + 11, path: `/data/gardens/g ${name}`, title: 'G' },
  ]);
  await run(['enqueue', '-'], { input: JSON.stringify(scenes) });
  // Written once, each file is known to belong to its library; then the mappings are gone.
  const maps = { PLEXSYNC_PATH_MAP: '/data/harbours=/mnt/boats,/data/gardens=/plants' };
  assert.equal((await run(['process'], { env: maps })).code, 0);
  const mended = await run(['doctor', '--fix', '--yes', '--json']);
  assert.equal(mended.code, 0);
  const { fixes, findings } = JSON.parse(mended.stdout) as Document;
  assert.deepEqual(
    fixes?.map(({ kind, outcome }) => `${kind} ${outcome}`),
    ['path_map done'],
  );
  assert.equal(findings.filter(({ status, fixable }) => status === 'failure' && fixable).length, 2);
  const { path_map } = JSON.parse(readFileSync(join(dataDir, 'config.json'), 'utf8')) as {
    path_map: { from: string }[];
  };
  assert.deepEqual(path_map.map(({ from }) => from).sort(), ['/data/gardens', '/data/harbours']);
});

test('at a terminal each fix is asked for, and No leaves it', async (t) => {
  const { env, config, before } = await setupMissing(t);
  const session = startAtTerminal(`${process.execPath} ${BIN} doctor --fix`, { columns: 120, rows: 40, env });
  await session.see('as path_map into');
  await session.see('[y/N]');
  session.type('\r');
  const { code, sent } = await session.ended;
  assert.match(sent, /Left: not done, as you said/);
  assert.match(sent, /Left: the dead letters stay until that path_map is set/);
  assert.equal(code, 1);
  assert.equal(readFileSync(config, 'utf8'), before);
  const again = startAtTerminal(`${process.execPath} ${BIN} doctor --fix`, { columns: 120, rows: 40, env });
  await again.see('[y/N]');
  again.type('\u0003');
  const broken = await again.ended;
  assert.equal(broken.code, 130);
  assert.doesNotMatch(broken.sent, /Left:/);
  assert.equal(readFileSync(config, 'utf8'), before);
});
