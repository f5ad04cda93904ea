/** A user without an entry in /etc/passwd and without HOME, as `docker run --user 4242` starts one. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { BIN } from '../../helpers/start-bin.ts';

const isRoot = process.getuid?.() === 0;
const UNKNOWN_UID = 54_321;

for (const command of ['stats', 'process', 'doctor', 'report', 'config show'])
  test(`${command}: a user without a home directory is told to name the data directory`, {
    skip: isRoot ? false : 'only root may start a process as another user',
  }, () => {
    const args = [BIN, ...command.split(' ')];
    const options = { uid: UNKNOWN_UID, gid: UNKNOWN_UID, cwd: '/', encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, args, { ...options, env: { PATH: process.env['PATH'] } });
    assert.equal(status, 2, stderr);
    assert.match(
      stderr,
      /There is no home directory to keep the data in\.\n {2}Give --data-dir, or set PLEXSYNC_DATA_DIR/,
    );
  });
