import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPlexServer } from '../../../src/simulator/plex/server.ts';
import { setup } from '../../helpers/rig.ts';

const SECTIONS = [{ key: '1', title: 'Adult', locations: ['/media'] }];

async function written(t: Parameters<typeof setup>[0]) {
  const rig = await setup(t);
  const ratingKey = rig.plex.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'a' });
  await rig.run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier']);
  assert.equal((await rig.run(['process'])).code, 0);
  return { ...rig, ratingKey };
}

test('another server at the address is named, and nothing is undone there', async (t) => {
  const { run } = await written(t);
  const other = await startPlexServer({ sections: SECTIONS, machineIdentifier: 'another-machine' });
  t.after(() => other.close());
  const ratingKey = other.addItem({ sectionKey: '1', file: '/media/a.mp4', title: 'Pier' });
  const { code, stderr } = await run([
    'undo',
    '--run',
    '1',
    '--yes',
    '--plex-url',
    other.url,
    '--plex-token',
    other.token,
  ]);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /another-machine/);
  assert.match(stderr, /can be undone there alone: correct plex_url\./);
  assert.equal(other.item(ratingKey)?.title, 'Pier');
  assert.equal(other.count('edit'), 0);
});

test('what was written to a server that was given up is undone there alone, once it is bound again', async (t) => {
  const { run, plex, ratingKey, sql } = await written(t);
  const other = await startPlexServer({ sections: SECTIONS, machineIdentifier: 'another-machine' });
  t.after(() => other.close());
  other.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'b' });
  const there = ['--plex-url', other.url, '--plex-token', other.token];
  await run(['enqueue', '2', '--path', '/media/b.mp4', '--title', 'Mole']);
  assert.equal((await run(['process', '--adopt-server', ...there])).code, 0);
  const { code, stderr } = await run(['undo', '--run', '1', '--yes', ...there]);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /Nothing to undo for run 1: it was done on the Plex server \S+, and can be undone there once the data directory belongs to it again \(process --adopt-server\)\./,
  );
  const part = await run(['undo', '--since', '1h', '--dry-run', ...there]);
  assert.match(part.stderr, /Some of it is left: it was done on the Plex server /);
  assert.match(part.stdout, /1 item, 1 field would be undone/);
  assert.equal((await run(['undo', '--run', '2', '--yes', ...there])).code, 0);
  assert.equal((await run(['process', '--adopt-server', '--limit', '1'])).code, 0);
  assert.match((await run(['undo', '--run', '2', '--yes'])).stderr, /done on the Plex server another-machine/);
  const back = await run(['undo', '--run', '1', '--yes']);
  assert.equal(back.code, 0, back.stderr);
  assert.equal(plex.item(ratingKey)?.title, 'a', back.stdout);
  assert.match(back.stdout, /Written again by: plexsync queue release 1$/m);
  const again = await run(['undo', '--run', '1', '--yes']);
  assert.match(again.stderr, /Nothing to undo for run 1: all of it is undone already\./);
  sql('UPDATE journal_servers SET server = NULL');
  const unknown = await run(['undo', '--run', '2', '--yes']);
  assert.match(unknown.stderr, /it was done on another Plex server, which this data directory no longer belongs to\./);
});

test('a run that is still going is not undone, and no run writes beside an undo', async (t) => {
  const { plex, run, start, ratingKey } = await written(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Mole']);
  plex.fail('edit', { kind: 'hang' }, 1);
  const draining = start(['process']);
  await draining.says(/Initialization complete/);
  while (plex.count('edit') < 2) await new Promise((resolve) => void setImmediate(resolve));
  const going = await run(['undo', '--run', '2', '--yes']);
  assert.equal(going.code, 2);
  assert.match(going.stderr, /Run 2 is still going \(pid \d+\)\./);
  const beside = await run(['undo', '--run', '1', '--yes']);
  assert.equal(beside.code, 2);
  assert.match(beside.stderr, /pid \d+ is writing to Plex now, and nothing can be undone beside it\./);
  draining.kill('SIGKILL');
  await draining.ended;
  const undone = await run(['undo', '--run', '1', '--yes']);
  assert.equal(undone.code, 0);
  assert.equal(plex.item(ratingKey)?.title, 'a', undone.stdout);
});
