/** `match-test` judges an item that belongs to another scene as `process` does, and a scene by all its files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

type Verdict = { confidence: string; would_write: boolean; rating_key: string | null; belongs_to: number[] };

async function verdictOn({ run }: Rig, args: readonly string[]) {
  const { code, stdout } = await run(['match-test', ...args, '--json']);
  const { confidence, would_write, rating_key, belongs_to } = JSON.parse(stdout) as Verdict;
  return { code, confidence, would_write, rating_key, belongs_to };
}

async function enqueue({ run }: Rig, id: number, path: string): Promise<void> {
  assert.equal((await run(['enqueue', String(id), '--path', path, '--title', `Pier ${id}`])).code, 0);
}

/** An item with the files of scenes 1 and 2, written for scene 1. */
async function setupMerged(t: Parameters<typeof setup>[0]) {
  const rig = await setup(t);
  const ratingKey = rig.plex.addItem({ sectionKey: '1', file: ['/media/a.mp4', '/media/b.mp4'], title: 'Pier' });
  await enqueue(rig, 1, '/media/a.mp4');
  assert.equal((await rig.run(['process'])).code, 0);
  return { ...rig, ratingKey };
}

test('an item that belongs to another scene is LOW, as process would have it', async (t) => {
  const rig = await setupMerged(t);
  const { ratingKey } = rig;
  const low = { code: 1, confidence: 'low', would_write: false, rating_key: null, belongs_to: [1] };
  await enqueue(rig, 2, '/media/b.mp4');
  assert.deepEqual(await verdictOn(rig, ['--scene', '2']), low);
  assert.deepEqual(await verdictOn(rig, ['/media/b.mp4']), low);
  const high = { code: 0, confidence: 'high', would_write: true, rating_key: ratingKey, belongs_to: [] };
  assert.deepEqual(await verdictOn(rig, ['--scene', '1']), high);
  assert.deepEqual(await verdictOn(rig, ['/media/a.mp4']), high);
  const { stdout } = await rig.run(['match-test', '--scene', '2']);
  assert.match(stdout, /^Verdict\tLOW: Plex item \d+ "Pier 1" already belongs to scene 1: it holds the files of both/m);
  assert.match(stdout, /^Next\tprocess would not write/m);
  assert.deepEqual(await verdictOn(rig, ['--scene', '2', '--no-strict-matching']), high);
});

test('process twice on one merged item tells which scene owns it', async (t) => {
  const rig = await setupMerged(t);
  const { run, sql } = rig;
  for (const again of [1, 2]) {
    await enqueue(rig, 1, '/media/a.mp4');
    await enqueue(rig, 2, '/media/b.mp4');
    const { code, stderr } = await run(['process']);
    assert.equal(code, 1, `run ${again}`);
    assert.match(stderr, /already belongs to scene 1: it holds the files of both/);
  }
  const [letter] = sql('SELECT scene_id, error_message FROM dead_letters', 'dlq.db');
  assert.equal(letter?.['scene_id'], 2);
  assert.match(String(letter?.['error_message']), /already belongs to scene 1/);
});

test('an item that is pinned to another scene is LOW for this one', async (t) => {
  const rig = await setupMerged(t);
  assert.equal((await rig.run(['pin', '3', rig.ratingKey])).code, 0);
  const { confidence, belongs_to } = await verdictOn(rig, ['/media/a.mp4']);
  assert.deepEqual([confidence, belongs_to], ['low', [3]]);
});

test('what another server has is not judged by what was written to the own one, pinned or not', async (t) => {
  const rig = await setupMerged(t);
  const other = await setup(t, { machineIdentifier: 'other', sections: [{ key: '1', title: 'Adult', uuid: 'other' }] });
  other.plex.addItem({ sectionKey: '1', ratingKey: rig.ratingKey, file: ['/media/a.mp4', '/media/b.mp4'] });
  const env = { PLEX_URL: other.plex.url, PLEX_TOKEN: other.plex.token };
  await rig.run(['pin', '5', rig.ratingKey]);
  const loose = ['/media/else/a.mp4', '--no-strict-matching'];
  for (const asked of [
    ['/media/b.mp4'],
    ['/media/b.mp4', '--scene', '5'],
    loose,
    ['/media/none.mp4', '--scene', '5'],
  ]) {
    const { code, stdout } = await rig.run(['match-test', ...asked, '--json'], { env });
    const { would_write, belongs_to } = JSON.parse(stdout) as Verdict;
    assert.deepEqual([code, would_write, belongs_to], [1, false, []]);
    const told = await rig.run(['match-test', ...asked], { env });
    assert.match(told.stdout, /^Next\tprocess would write nothing\.\nNext\tCorrect plex_url/m);
  }
});

test('a scene is judged by all its files, and other items that hold one are named', async (t) => {
  const rig = await setup(t);
  const { plex, run } = rig;
  const files = ['a', 'b', 'c'].map((name) => ({ path: `/media/${name}.mp4` }));
  await run(['enqueue', '--file', '-'], { input: JSON.stringify({ scene_id: 1, title: 'Pier', files }) });
  const second = plex.addItem({ sectionKey: '1', file: '/media/b.mp4', title: 'Pier, uncut' });
  assert.equal((await verdictOn(rig, ['--scene', '1'])).rating_key, second);
  const first = plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  assert.equal((await verdictOn(rig, ['--scene', '1'])).rating_key, first);
  const { stdout } = await run(['match-test', '--scene', '1']);
  const line = `Other item\\t${second} "Pier, uncut" in "Adult" holds /media/b.mp4; merge them in Plex`;
  assert.match(stdout, new RegExp(`^${line}$`, 'm'));
  const { other_items } = JSON.parse((await run(['match-test', '--scene', '1', '--json'])).stdout) as {
    other_items: unknown;
  };
  assert.deepEqual(other_items, [{ path: '/media/b.mp4', rating_key: second, title: 'Pier, uncut', library: 'Adult' }]);
  assert.equal((await verdictOn(rig, ['/media/c.mp4', '--scene', '1'])).confidence, 'none', 'a path means it alone');
});
