/** A pipe where a file of the data directory should be: whoever opened it would wait for ever. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

const TIMEOUT = { timeout: 60_000 };

/** A data directory in use, in which one file is a pipe now. */
async function setupWithPipe(t: TestContext, name: string) {
  const rig = await setup(t);
  rig.plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  await rig.run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Quay']);
  await rig.run(['process']);
  await rig.run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Mole']);
  const path = join(rig.dataDir, name);
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  execFileSync('mkfifo', [path]);
  return { ...rig, path };
}

test('a pipe in place of a database is refused in one sentence by every command', TIMEOUT, async (t) => {
  for (const name of ['queue.db', 'dlq.db']) {
    const { spawn, path } = await setupWithPipe(t, name);
    const commands = [
      ['process'],
      ['process', '--dry-run'],
      ['diff', '1'],
      ['stats'],
      ['dlq', 'list'],
      ['queue', 'list'],
      ['status', '1'],
    ];
    for (const args of commands) {
      const { code, stderr } = await spawn(args);
      assert.equal(code, 6, `${args.join(' ')}: ${stderr}`);
      assert.ok(stderr.startsWith(`plexsync: ${path} is not a file, but a pipe or a device; it was left untouched.\n`));
    }
  }
});

test('a pipe in place of the index, the log or the config file holds up no run', TIMEOUT, async (t) => {
  const index = await setupWithPipe(t, 'index.db');
  assert.equal((await index.spawn(['process'])).code, 0);
  const log = await setupWithPipe(t, 'report-log.ndjson');
  assert.equal((await log.spawn(['process'])).code, 0);
  assert.equal((await log.spawn(['report'])).code, 0);
  const config = await setupWithPipe(t, 'config.json');
  for (const args of [['process'], ['config', 'set', 'max_tags', '60']]) {
    const { code, stderr } = await config.spawn(args);
    assert.equal(code, 2);
    assert.match(stderr, /config\.json cannot be used: it is a pipe or a device\./);
  }
});
