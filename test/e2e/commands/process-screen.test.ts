/** What a person at a terminal sees of a run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

/** The lines that were written; where the live line was taken away, a new one begins. */
function plain(sent: string): string {
  return stripVTControlCharacters(sent.replaceAll('\u001b[1G', '\n')).replaceAll('\r', '');
}

test('at a terminal each scene that was written has one line, what is right none, and what waits says why', async (t) => {
  const { plex, run, env } = await setup(t);
  for (const name of ['pier', 'quay']) plex.addItem({ sectionKey: '1', file: `/media/${name}.mp4`, title: 'old' });
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier', '--tag', 'sea']);
  await run(['process']);
  await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', 'Pier', '--tag', 'sea']);
  await run(['enqueue', '2', '--path', '/media/quay.mp4', '--title', 'Quay', '--tag', 'sea']);
  await run(['enqueue', '3', '--path', '/media/none.mp4', '--title', 'None']);
  const shell = { columns: 80, rows: 30, env: { ...env } };
  const first = await startAtTerminal(`${process.execPath} ${BIN} process --no-color`, shell).ended;
  assert.equal(first.code, 0);
  const shown = plain(first.sent);
  assert.match(shown, /^✓ 2 Quay {2}title, \+1 tag → 2$/m);
  assert.match(shown, /^↷ 3 none\.mp4 {2}not in Plex yet, next try in 30s$/m);
  assert.doesNotMatch(shown, /^. 1 Pier/m, 'it was right');
  assert.doesNotMatch(shown, /\[PlexSync (Worker|Matcher)\]/);
  await run(['queue', 'drop', '--all', '--yes']);
  const idle = plain((await startAtTerminal(`${process.execPath} ${BIN} process`, shell).ended).sent);
  assert.match(idle, /Nothing waits\. Next: plexsync enqueue --all --dry-run/);
});

test('--log-format brief is one line a scene in a log too', async (t) => {
  const { plex, run } = await setup(t);
  plex.addItem({ sectionKey: '1', file: '/media/quay.mp4', title: 'old' });
  await run(['enqueue', '2', '--path', '/media/quay.mp4', '--title', 'Quay']);
  const { stderr } = await run(['process', '--log-format', 'brief']);
  assert.equal(stderr, '✓ 2 Quay  title → 1\n');
});
