/** Colours are for terminals, for whoever forces them, and for nobody who refuses them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { runAtTerminal } from '../../helpers/terminal.ts';

const ESCAPE = '\u001b[';

test('a pipe gets colours only where they are forced, and NO_COLOR, --no-color and 0 refuse them', async (t) => {
  const { run } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier']);
  const colours = async (args: readonly string[], env: Record<string, string>): Promise<boolean> =>
    (await run(['doctor', ...args], { env })).stdout.includes(ESCAPE);
  assert.equal(await colours([], {}), false);
  assert.equal(await colours([], { FORCE_COLOR: '1' }), true);
  assert.equal(await colours([], { FORCE_COLOR: '0' }), false);
  assert.equal(await colours([], { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(await colours(['--no-color'], { FORCE_COLOR: '1' }), false);
});

test('at a terminal results are coloured, and plain where TERM is dumb or colours are refused', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier']);
  const shown = (env: string): string =>
    runAtTerminal(`${env} PLEXSYNC_DATA_DIR=${dataDir} ${process.execPath} ${BIN} queue list`, {
      columns: 80,
      rows: 24,
    });
  assert.ok(shown('').includes(`${ESCAPE}32mdue`));
  for (const env of ['NO_COLOR=1', 'TERM=dumb']) assert.ok(!shown(env).includes(`${ESCAPE}32m`), env);
});

test('at a terminal a spinner shows that doctor works, and is gone at its end; a pipe sees none', async (t) => {
  const { run, dataDir } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/a.mp4', '--title', 'Pier']);
  const sent = runAtTerminal(`PLEXSYNC_DATA_DIR=${dataDir} ${process.execPath} ${BIN} doctor`, {
    columns: 80,
    rows: 40,
  });
  assert.match(sent, /Checking the whole set-up/);
  assert.ok(!sent.includes('\u001b[?25l'), 'the cursor is never hidden');
  assert.doesNotMatch(sent.slice(sent.lastIndexOf('\u001b[2K')), /Checking/);
  assert.doesNotMatch((await run(['doctor'])).stderr, /Checking/);
});
