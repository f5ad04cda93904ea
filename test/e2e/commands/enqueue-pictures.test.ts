/** Pictures by hand: what is refused at once, while the person who named it is there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { picture } from '../../helpers/pictures.ts';
import { setup } from '../../helpers/rig.ts';

const dataOf = (row: Record<string, unknown> | undefined): unknown => JSON.parse(String(row?.['data']));

test('a picture by hand is kept with its whole path, or as the address that was given', async (t) => {
  const rig = await setup(t);
  const file = join(rig.dir, 'quay.png');
  writeFileSync(file, picture('quay', { type: 'png' }));
  const screenshot = 'http://stash:9999/scene/7/screenshot?t=1700000000';
  const args = ['enqueue', '7', '--poster', relative(process.cwd(), file), '--background', screenshot];
  const { code, stderr } = await rig.run(args);
  assert.equal(code, 0, stderr);
  assert.deepEqual(rig.sql('SELECT data FROM jobs').map(dataOf), [{ poster_url: file, background_url: screenshot }]);
});

test('an empty picture leaves the one in Plex alone, and a key does not get into the queue', async (t) => {
  const rig = await setup(t);
  const address = 'http://stash:9999/image/3/image?size=large&apikey=lighthouse-keeper';
  assert.equal((await rig.run(['enqueue', '7', '--poster', '', '--background', address])).code, 0);
  const input = JSON.stringify({ scene_id: 8, poster_url: address, background_url: '' });
  assert.equal((await rig.run(['enqueue', '-'], { input })).code, 0);
  const stored = 'http://stash:9999/image/3/image?size=large';
  assert.deepEqual(rig.sql('SELECT data FROM jobs ORDER BY scene_id').map(dataOf), [
    { poster_url: null, background_url: stored },
    { poster_url: stored, background_url: null },
  ]);
});

test('a picture that cannot be one is refused in one sentence, and nothing is enqueued', async (t) => {
  const rig = await setup(t);
  const at = (name: string): string => join(rig.dir, name);
  mkdirSync(at('covers'));
  writeFileSync(at('quay.jpg'), picture('quay'));
  symlinkSync(at('quay.jpg'), at('covers/away.jpg'));
  execFileSync('mkfifo', [at('pipe.jpg')]);
  writeFileSync(at('page.jpg'), '<!DOCTYPE html><title>Harbour</title>');
  writeFileSync(at('drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(at('empty.png'), '');
  writeFileSync(at('cut.jpg'), picture('quay').subarray(0, 60));
  writeFileSync(at('large.jpg'), picture('quay', { bytes: 11_000_000 }));
  for (const [given, why] of [
    [at('gone.jpg'), `the picture ${at('gone.jpg')} cannot be read: it does not exist`],
    [at('covers'), `the picture ${at('covers')} is a folder`],
    [at('covers/away.jpg'), `the picture ${at('covers/away.jpg')} is a link that leads out of its folder`],
    [at('pipe.jpg'), `the picture ${at('pipe.jpg')} is a pipe or a device, and no file`],
    [at('page.jpg'), `the picture ${at('page.jpg')} is an HTML page`],
    [at('drawing.svg'), `the picture ${at('drawing.svg')} is an SVG drawing, which Plex does not show`],
    [at('empty.png'), `the picture ${at('empty.png')} is empty`],
    [at('cut.jpg'), `the picture ${at('cut.jpg')} is cut off: the end of it is missing`],
    [at('large.jpg'), `the picture ${at('large.jpg')} has 11,000,000 bytes, and Plex takes less than 10,480,000`],
    [`file://${at('quay.jpg')}`, 'the picture is a file URL, which is not read: give the path of the file'],
    ['ftp://nas/quay.jpg', 'the picture is neither an http or https address nor the whole path of a file'],
    ['data:image/png;base64,AAAA', 'the picture is neither an http or https address nor the whole path of a file'],
    ['http://', 'the picture has an address that cannot be read'],
    ['http://keeper:secret@stash/a.jpg', 'the picture has an address with a user or a password, which is not sent'],
  ] as const) {
    for (const option of ['--poster', '--background']) {
      const { code, stdout, stderr } = await rig.run(['enqueue', '7', '--title', 'Quay', option, given]);
      const [sentence] = stderr.split('\n');
      assert.deepEqual([code, stdout, sentence], [2, '', `plexsync: ${option} cannot be used: ${why}.`]);
    }
  }
  assert.ok(!existsSync(rig.dataDir));
});

test('in JSON a picture is an address: a local file is refused, and so is the whole input', async (t) => {
  const rig = await setup(t);
  const file = join(rig.dir, 'quay.jpg');
  writeFileSync(file, picture('quay'));
  for (const [scene, why] of [
    [{ poster_url: file }, 'poster_url must be an http or https address; a file is named with --poster'],
    [{ background_url: file }, 'background_url must be an http or https address; a file is named with --background'],
    [
      { paths: { screenshot: file } },
      'paths.screenshot must be an http or https address; a file is named with --poster',
    ],
    [{ poster_url: `file://${file}` }, 'poster_url cannot be used: the picture is a file URL, which is not read'],
    [{ poster_url: 'quay.jpg' }, 'poster_url cannot be used: the picture is neither an http or https address'],
  ] as const) {
    const input = JSON.stringify([
      { scene_id: 1, title: 'Mole' },
      { scene_id: 2, ...scene },
    ]);
    const { code, stderr } = await rig.run(['enqueue', '-'], { input });
    assert.equal(code, 2);
    assert.ok(stderr.startsWith(`plexsync: standard input, entry 2: ${why}`), stderr);
  }
  assert.ok(!existsSync(rig.dataDir));
});

test('a scene in the shape of Stash brings its picture along', async (t) => {
  const rig = await setup(t);
  const screenshot = 'http://stash:9999/scene/7/screenshot?t=1700000000';
  const input = JSON.stringify({ id: '7', title: 'Quay', paths: { screenshot } });
  assert.equal((await rig.run(['enqueue', '-'], { input })).code, 0);
  assert.deepEqual(rig.sql('SELECT data FROM jobs').map(dataOf), [{ title: 'Quay', poster_url: screenshot }]);
});

test('a picture by hand names one scene, as every other scene option does', async (t) => {
  const rig = await setup(t);
  const file = join(rig.dir, 'quay.jpg');
  writeFileSync(file, picture('quay'));
  for (const args of [['1', '2'], ['--all'], ['--file', file]]) {
    const { code } = await rig.run(['enqueue', ...args, '--poster', file]);
    assert.equal(code, 2, args.join(' '));
  }
});
