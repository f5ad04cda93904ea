/** What a run leaves as edited in Plex: told once with a count, and listed for who asks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';
import { BIN } from '../../helpers/start-bin.ts';
import { linesSeen, startAtTerminal } from '../../helpers/terminal.ts';

const TOLD =
  /^ {2}left as edited in Plex: 3 fields of 2 scenes, --verbose lists them, enqueue ID --reassert FIELDS takes them back$/gm;

/** Two scenes that were written and then edited in Plex, and are enqueued again. */
async function setupEdited(t: Parameters<typeof setup>[0]) {
  const rig = await setup(t);
  const enqueue = async (): Promise<void> => {
    for (const id of [1, 2])
      await rig.run(['enqueue', `${id}`, '--path', `/media/${id}.mp4`, '--title', `Pier ${id}`, '--tag', 'sea', '-q']);
  };
  const keys = [1, 2].map((id) => rig.plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4`, title: 'x' }));
  await enqueue();
  assert.equal((await rig.run(['process'])).code, 0);
  const [first = '', second = ''] = keys;
  rig.plex.editByHand(first, { title: 'A person’s', genres: [] });
  rig.plex.editByHand(second, { title: 'Another person’s' });
  await enqueue();
  return rig;
}

test('a run says once how much it left as edited in Plex, a dry run too, and stats has the sum', async (t) => {
  const { run } = await setupEdited(t);
  const dry = await run(['process', '--dry-run']);
  assert.equal(dry.stdout.match(TOLD)?.length, 1, dry.stdout);
  assert.equal((await run(['stats'])).stdout.match(/^left as edited in Plex\t0$/m)?.length, 1);
  const done = await run(['process']);
  assert.equal(done.stdout.match(TOLD)?.length, 1, done.stdout);
  assert.match((await run(['stats'])).stdout, /^left as edited in Plex\t3 fields of 2 scenes$/m);
  const { left } = JSON.parse((await run(['stats', '--json'])).stdout) as { left: unknown };
  assert.deepEqual(left, { fields: 3, scenes: 2 });
  assert.doesNotMatch((await run(['process'])).stdout, /left as edited/, 'with nothing due there is nothing to tell');
});

test('the summary event counts what was left, also where that is nothing', async (t) => {
  const { run } = await setupEdited(t);
  const leftOf = async (...args: string[]): Promise<unknown> => {
    const { stdout } = await run(['process', '--json', ...args]);
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { event: string; left: unknown };
    assert.equal(last.event, 'summary');
    return last.left;
  };
  assert.deepEqual(await leftOf('--dry-run'), { fields: 3, scenes: 2 });
  assert.deepEqual(await leftOf(), { fields: 3, scenes: 2 });
  assert.deepEqual(await leftOf(), { fields: 0, scenes: 0 });
});

test('a terminal shows the count, and each field with --verbose; a pipe gets every line', async (t) => {
  const { env, run } = await setupEdited(t);
  const seen = async (more: string): Promise<string> => {
    const command = `${process.execPath} ${BIN} process --dry-run${more}`;
    const { sent } = await startAtTerminal(command, { columns: 160, rows: 40, env }).ended;
    return linesSeen(sent, 160).join('\n');
  };
  const short = await seen('');
  assert.match(short, /left as edited in Plex: 3 fields of 2 scenes, --verbose lists them/);
  assert.doesNotMatch(short, /Left the title/);
  assert.match(await seen(' -v'), /Left the title of scene 1 as it is[\s\S]*Left the title of scene 2 as it is/);
  assert.match((await run(['process'])).stderr, /Left the title of scene 1 as it is: it was edited in Plex/);
});
