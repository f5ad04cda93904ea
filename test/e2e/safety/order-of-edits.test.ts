/** A bulk command, an edit by hand and an event of Stash: whatever was said last is written. */
import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStashServer } from '../../../src/simulator/stash/server.ts';
import { prepareSpool, spoolOf } from '../../../src/spool/layout.ts';
import { setup } from '../../helpers/rig.ts';

const START = Date.parse('2026-05-01T10:00:00Z');
const SOURCES = ['bulk', 'hand', 'hook'] as const;
type Source = (typeof SOURCES)[number];

/** Every order of the three. */
const ORDERS = SOURCES.flatMap((first) =>
  SOURCES.filter((second) => second !== first).map((second): readonly Source[] => [
    first,
    second,
    ...SOURCES.filter((third) => third !== first && third !== second),
  ]),
);

const SCENES = 20_000;
/** Near the end of the call: where each edit had a stamp of its own, its stamp was twenty seconds ahead. */
const SCENE = 19_990;

for (const order of ORDERS) {
  test(`of 20,000 inline scenes, a hand edit and a hook seconds apart the newest wins: ${order.join(', ')}`, async (t) => {
    const stash = await startStashServer({});
    t.after(() => stash.close());
    const { plex, run, dataDir } = await setup(t);
    const item = plex.addItem({ sectionKey: '1', file: '/media/lighthouse.mp4' });
    const id = stash.addScene({ id: SCENE, title: 'By hook', files: ['/media/lighthouse.mp4'] });
    assert.equal(Number(id), SCENE);
    const at = (source: Source): number => START + order.indexOf(source) * 3_000;
    const lines = Array.from({ length: SCENES }, (_, index) =>
      JSON.stringify({
        scene_id: index + 1,
        path: `/media/${index === SCENE - 1 ? 'lighthouse' : index}.mp4`,
        title: 'By bulk',
      }),
    );
    const say: Readonly<Record<Source, () => Promise<unknown>>> = {
      bulk: async () =>
        await run(['enqueue', '-'], { input: lines.join('\n'), env: { PLEXSYNC_TEST_NOW: String(at('bulk')) } }),
      hand: async () =>
        await run(['enqueue', String(SCENE), '--path', '/media/lighthouse.mp4', '--title', 'By hand'], {
          env: { PLEXSYNC_TEST_NOW: String(at('hand')) },
        }),
      hook: () => {
        const spool = spoolOf(dataDir);
        prepareSpool(spool, 'same_user');
        const file = join(spool.new, 'event');
        writeFileSync(
          file,
          JSON.stringify({ args: { hookContext: { type: 'Scene.Update.Post', id: SCENE, input: { title: 'x' } } } }),
        );
        utimesSync(file, at('hook') / 1_000, at('hook') / 1_000);
        return Promise.resolve();
      },
    };
    // The event lies in the spool until the run takes it in, whatever came meanwhile.
    for (const source of order.filter((one) => one !== 'hook')) await say[source]();
    await say.hook();
    const result = await run(['process', '--limit', '1'], {
      env: { STASH_URL: stash.url, PLEXSYNC_TEST_NOW: String(START + 60_000) },
    });
    assert.equal(result.code, 0, result.stderr);
    assert.equal(plex.item(item)?.title, `By ${order.at(-1)}`);
  });
}
