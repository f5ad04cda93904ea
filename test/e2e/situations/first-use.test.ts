/** A newcomer's evenings: the first one, and those on which the files are not where they were thought to be. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';
import { BIN, runBin } from '../../helpers/start-bin.ts';
import { linesSeen, startAtTerminal } from '../../helpers/terminal.ts';

const PLEXSYNC = `'${process.execPath}' '${BIN}'`;
const SIZE = { columns: 160, rows: 40 };

/** A rig whose own settings come from the config file alone: only the data directory is in the environment. */
async function newcomer(t: TestContext): Promise<Rig & { alone: Record<string, string> }> {
  const rig = await setup(t);
  return { ...rig, alone: { PLEXSYNC_DATA_DIR: rig.dataDir } };
}

test('“I have just installed it”: from the bare command to the first scene in Plex', async (t) => {
  const { plex, dataDir, alone } = await newcomer(t);
  const ratingKey = plex.addItem({ sectionKey: '1', file: '/media/North Quay/lantern-row.mp4' });
  const say = async (...args: string[]) => await runBin(args, { env: alone });

  const bare = await say();
  assert.equal(bare.code, 0);
  assert.match(bare.stdout, /^Usage: plexsync /);
  assert.match(bare.stdout, /New here: plexsync demo, then plexsync init\./);
  assert.equal((await say('demo')).code, 0);

  const early = await say('process');
  assert.equal(early.code, 2);
  assert.match(early.stderr, /There is no data directory at .*\n.*Begin with plexsync init, /);

  const init = await runBin(['init', '--yes', '--plex-url', plex.url], { env: { ...alone, PLEX_TOKEN: plex.token } });
  assert.equal(init.code, 0, init.stderr);
  assert.match(init.stdout, /Next:\n {2}plexsync enqueue --help /);
  const config = join(dataDir, 'config.json');
  assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), { plex_url: plex.url, plex_token: plex.token });
  assert.deepEqual([statSync(config).mode & 0o777, statSync(dataDir).mode & 0o777], [0o600, 0o700]);

  const idle = await say('process', '--cron');
  assert.deepEqual([idle.code, idle.stdout, idle.stderr], [0, '', '']);
  const doctor = await say('doctor');
  assert.equal(doctor.code, 0, doctor.stdout);
  const enqueued = await say('enqueue', '1', '--path', '/media/North Quay/lantern-row.mp4', '--title', 'Lantern Row');
  assert.equal(enqueued.code, 0, enqueued.stderr);
  const wouldBe = await say('process', '--dry-run');
  assert.equal(wouldBe.code, 0, wouldBe.stderr);
  assert.match(wouldBe.stdout, /Lantern Row/);
  assert.equal(plex.count('edit'), 0);
  const processed = await say('process');
  assert.equal(processed.code, 0, processed.stderr);
  assert.equal(plex.item(ratingKey)?.title, 'Lantern Row');
  assert.match((await say('stats')).stdout, /^completed\t1$/m);
  assert.match((await say('status', '1')).stdout, new RegExp(`^plex item\t${ratingKey} in library Adult$`, 'm'));
});

test('“It asked me everything”: init at a terminal, with a wrong token first', async (t) => {
  const { plex, dataDir, alone } = await newcomer(t);
  const { see, type, ended } = startAtTerminal(`${PLEXSYNC} init`, { ...SIZE, env: alone });
  await see('Address of Plex [http://127.0.0.1:32400]: ');
  type(`${plex.url}\r`);
  await see('Preferences.xml');
  await see('not shown): ');
  type('not-the-right-one\r');
  await see('refused the token');
  await see('Token (X-Plex-Token; not shown): ');
  type(`${plex.token}\r`);
  await see('Plex answers, and accepts the token.');
  await see('1  Adult (/media)');
  await see('Libraries to write to, by number or name, with commas between [all]: ');
  type('Adlut\r');
  await see('Did you mean "Adult"?');
  await see('with commas between [all]: ');
  type('adult\r');
  await see('Address of Stash');
  type('\r');
  await see('Plex sees the files under /media. Where Stash sees them elsewhere: /stash/folder=/plex/folder [same]: ');
  type('/data\r');
  await see('path_map ');
  await see('/stash/folder=/plex/folder [same]: ');
  type('/data=/media\r');
  await see('as posters?');
  type('\r');
  const { code, sent } = await ended;
  assert.equal(code, 0, sent);
  assert.ok(!sent.includes(plex.token) && !sent.includes('not-the-right-one'), 'the token is never shown');
  const config = join(dataDir, 'config.json');
  assert.deepEqual(JSON.parse(readFileSync(config, 'utf8')), {
    plex_url: plex.url,
    plex_token: plex.token,
    plex_library: ['adult'],
    path_map: ['/data=/media'],
  });
  assert.equal(statSync(config).mode & 0o777, 0o600);
});

test('“I cannot type tonight”: a typo finds its neighbour, wherever it stands', async (t) => {
  const { plex, dataDir, run } = await newcomer(t);
  plex.addItem({ sectionKey: '1', file: '/media/lantern-row.mp4' });
  await run(['enqueue', '1', '--path', '/media/lantern-row.mp4', '--title', 'Lantern Row']);
  const wrong = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
    const { code, stdout, stderr } = await run(args, { env });
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    return stderr;
  };
  assert.match(await wrong(['proces']), /unknown command 'proces'\.\n {2}Did you mean process\?\n/);
  assert.match(await wrong(['dlq', 'retyr']), /unknown command 'retyr'\.\n {2}Did you mean retry\?\n/);
  assert.match(await wrong(['process', '--plex-libary', 'x']), /'\.\n {2}Did you mean --plex-library\?\n/);
  const { stderr } = await run(['config', 'show'], { env: { PLEXSYNC_MAX_TAG: '20' } });
  assert.match(stderr, /PLEXSYNC_MAX_TAG is no setting, and was passed over\. Did you mean PLEXSYNC_MAX_TAGS\?/);
  assert.match(await wrong(['process', '--plex-library', 'Adlut']), /no library "Adlut"\.\n {2}Did you mean "Adult"\?/);
  writeFileSync(join(dataDir, 'config.json'), '{"plex_tokne": "x"}');
  assert.match(await wrong(['process']), /plex_tokne.*\n.*Did you mean plex_token\?/);
});

test('“I thought better of it”: Ctrl-C at a question of init leaves nothing behind', async (t) => {
  const { dataDir, alone } = await newcomer(t);
  const { see, type, ended } = startAtTerminal(`${PLEXSYNC} init`, { ...SIZE, env: alone });
  await see('Address of Plex');
  type('\u0003');
  const { code, sent } = await ended;
  assert.equal(code, 130, sent);
  assert.ok(linesSeen(sent, SIZE.columns).some((line) => line.includes('Nothing was written.')));
  assert.equal(statSync(dataDir, { throwIfNoEntry: false }), undefined);
});
