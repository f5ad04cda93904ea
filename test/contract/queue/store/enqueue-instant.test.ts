import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../../../src/commands/enqueue/enqueue.ts';
import { openIntake } from '../../../../src/queue/work/intake.ts';
import { createOutput } from '../../../../src/terminal/log/output.ts';
import { PROCESS_STREAMS } from '../../../../src/terminal/streams.ts';
import { edit, NOW, setup } from '../../../helpers/queue-world.ts';

test('a list is stamped when its command began: an edit by hand made while it is read is later', async (t) => {
  const world = setup(t);
  world.enqueue([edit(8)]);
  const file = join(world.dir.path, 'scenes.json');
  writeFileSync(file, JSON.stringify({ scene_id: 7, path: '/harbour/7.mp4', title: 'By bulk', tagline: 'All at sea' }));
  let asked = 0;
  const now = (): number => {
    asked += 1;
    if (asked === 1) return NOW;
    const intake = openIntake(world.dir);
    intake.enqueue([edit(7, { path: '/harbour/7.mp4', title: 'By hand' })], { priority: 'hand', now: NOW + 3_000 });
    intake.close();
    return NOW + 5_000;
  };
  const output = createOutput({ quiet: true, verbosity: 0, json: false, now });
  const given = { reassert: undefined, confirmed: 'ask', effect: 'enqueue', configFile: undefined } as const;
  const options = { sceneIds: [], file, inline: {}, optionNames: {}, ...given };
  assert.equal(
    await run(options, { dataDir: world.dir, output, streams: PROCESS_STREAMS, env: {}, now, version: '0' }),
    0,
  );
  const [job] = world.sql('SELECT data FROM jobs WHERE scene_id = 7');
  const { title, tagline } = JSON.parse(String(job?.['data'])) as Record<string, unknown>;
  assert.deepEqual([title, tagline], ['By hand', 'All at sea']);
});
