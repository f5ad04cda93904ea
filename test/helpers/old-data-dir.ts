/** The data directory of an older build, with the items of Plex as they stood then. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ItemState, NewItem } from '../../src/simulator/plex/server.ts';
import type { Rig } from './rig.ts';
import { setup } from './rig.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/data-dir-0.1.0', import.meta.url));
/** Some hours after the fixture was made: every wait of its jobs is over. */
const LATER = '2026-11-20T20:00:00Z';

type Fixture = { readonly machineIdentifier: string; readonly items: readonly (NewItem & { ratingKey: string })[] };

/** A rig whose data directory is that of 0.1.0. */
export async function oldDataDir(t: TestContext): Promise<Rig & { items(): readonly (ItemState | undefined)[] }> {
  const { machineIdentifier, items } = JSON.parse(readFileSync(join(FIXTURE, 'plex.json'), 'utf8')) as Fixture;
  const sections = [{ key: '1', title: 'Harbour Films', locations: ['/media'] }];
  const rig = await setup(t, { machineIdentifier, sections, now: () => Date.parse(LATER) });
  for (const item of items) rig.plex.addItem(item);
  rmSync(rig.dataDir, { recursive: true, force: true });
  mkdirSync(rig.dataDir, { mode: 0o700 });
  for (const file of ['queue.db', 'dlq.db']) cpSync(join(FIXTURE, file), join(rig.dataDir, file));
  let minutes = 0;
  return {
    ...rig,
    // Each command a minute after the one before: what that one enqueued is due.
    run: async (args, options = {}) => {
      minutes += 1;
      const now = String(Date.parse(LATER) + minutes * 60_000);
      return await rig.run(args, { ...options, env: { PLEXSYNC_TEST_NOW: now, ...options.env } });
    },
    items: () => items.map(({ ratingKey }) => rig.plex.item(ratingKey)),
  };
}
