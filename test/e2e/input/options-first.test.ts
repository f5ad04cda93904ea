/** Whole command lines whose options stand before the command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

test('a command takes its options before it as it takes them after it', async (t) => {
  const { run, plex } = await setup(t);
  await run(['--path', '/media/a.mp4', '--title', 'Pier', 'enqueue', '5']);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  const { stdout } = await run(['queue', '--scene', '5', '--json', 'list']);
  assert.equal((JSON.parse(stdout) as unknown[]).length, 1);
  const dry = await run(['--limit', '1', '--dry-run', 'process']);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /Pier/);
});

test('an option before a command that does not take it is refused as behind it', async (t) => {
  const { run } = await setup(t);
  assert.deepEqual(await run(['--limit', '3', 'stats']), await run(['stats', '--limit', '3']));
  assert.deepEqual(await run(['--title=x', '--json', 'stats']), await run(['stats', '--title=x', '--json']));
});

test('a token before a command, or with none, is in no complaint', async (t) => {
  const { run } = await setup(t);
  const token = 'abcDEF123456789ghiJK';
  for (const line of [
    ['--plex-token', token],
    ['--plex-token', token, 'proces'],
    [`--plex-tokn=${token}`, 'process'],
    ['--plex-tokn', token, 'process'],
    ['--limit', token, 'process'],
    ['--plex-token', 'process', token],
  ])
    for (const words of [line, [...line, '--json']]) {
      const { code, stdout, stderr } = await run(words);
      assert.equal(code, 2, words.join(' '));
      assert.ok(!`${stdout}${stderr}`.includes(token), `${words.join(' ')}: ${stderr}`);
    }
});
