/** A container is well while its watch looks; dead letters and outages are for alerts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from '../../helpers/rig.ts';

test('a watch that looks is live, one that has not looked for three looks is not, and letters make no difference', async (t) => {
  const { run, start, sql } = await setup(t);
  await run(['enqueue', '1', '--path', '/media/none.mp4', '--title', 'None']);
  sql('UPDATE jobs SET misses = 12');
  const never = await run(['stats', '--check', '--live']);
  assert.deepEqual(
    [never.code, never.stderr],
    [1, 'plexsync: no watch has looked here yet: plexsync process --watch\n'],
  );
  const watch = start(['process', '--watch', '--poll-interval', '0.2s']);
  await watch.says(/Watching[\s\S]*DLQ contains/);
  const live = await run(['stats', '--check', '--live']);
  assert.equal(live.code, 0, live.stderr);
  assert.match(live.stdout, /^ok: /);
  watch.kill('SIGTERM');
  await watch.ended;
  const look = (agoMs: number, everyMs: number): void =>
    void sql(`UPDATE meta SET value = '{"at":${Date.now() - agoMs},"everyMs":${everyMs}}' WHERE name = 'watch_look'`);
  for (const [agoMs, everyMs, code] of [
    [170_000, 200, 0],
    [190_000, 200, 1],
    [900_000, 300_000 + 1_000, 0],
    [910_000, 300_000, 1],
    [-60_000, 200, 1],
  ] as const) {
    look(agoMs, everyMs);
    assert.equal((await run(['stats', '--check', '--live'])).code, code, `${agoMs} of ${everyMs}`);
  }
});

test('a watch that writes for longer than three looks is live, and a run by hand is none', async (t) => {
  const { run, start, sql, plex } = await setup(t);
  plex.addItem({ sectionKey: '1', ratingKey: '101', file: '/media/pier.mp4' });
  const held = async (args: readonly string[]) => {
    const edits = plex.count('edit');
    await run(['enqueue', '1', '--path', '/media/pier.mp4', '--title', `Pier ${edits}`]);
    const meanwhile = Promise.withResolvers<void>();
    plex.fail('edit', { kind: 'late', after: meanwhile.promise });
    const running = start(args);
    while (plex.count('edit') === edits) await new Promise((resolve) => setTimeout(resolve, 5));
    sql(
      `INSERT OR REPLACE INTO meta (name, value) VALUES ('watch_look', '{"at":${Date.now() - 900_000},"everyMs":200}')`,
    );
    const live = await run(['stats', '--check', '--live']);
    const json = await run(['stats', '--check', '--live', '--json']);
    meanwhile.resolve();
    running.kill('SIGTERM');
    await running.ended;
    return { live, json };
  };
  const { live, json } = await held(['process', '--watch']);
  assert.deepEqual([live.code, live.stdout], [0, 'ok: the watch is writing what is due\n']);
  assert.equal((JSON.parse(json.stdout) as { live: boolean }).live, true);
  const byHand = await held(['process']);
  assert.equal(byHand.live.code, 1);
  assert.match(byHand.live.stderr, /^plexsync: the watch has not looked since /);
});

test('--live goes with --check alone', async (t) => {
  const { run } = await setup(t);
  for (const more of [[], ['--check', '--max-dead', '1'], ['--check', '--watch']])
    assert.equal((await run(['stats', '--live', ...more])).code, 2, more.join(' '));
});
