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

test('--live goes with --check alone', async (t) => {
  const { run } = await setup(t);
  for (const more of [[], ['--check', '--max-dead', '1'], ['--check', '--watch']])
    assert.equal((await run(['stats', '--live', ...more])).code, 2, more.join(' '));
});
