import { benchDir, enqueueScenes, execSql } from '../data-dir.ts';
import { costOf, withDir } from '../measure.ts';
import { withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

const ITEMS = 1_000;
const FILES = 1_000;
const LATER_TRIES = 3;

/** How much is asked for files that Plex does not have. */
export const missing: Subject = {
  name: 'missing',
  run: () =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: ITEMS }, async (servers) => {
        const data = benchDir(dir, 'data', servers.env);
        enqueueScenes(data, { from: ITEMS, count: FILES, title: 'Pier' });
        const tries: number[] = [];
        for (let round = 0; round <= LATER_TRIES; round += 1) {
          execSql(data, 'UPDATE jobs SET available_at = 0');
          await servers.ask('resetRequests', undefined);
          await costOf({ ...data.plexsync(['process', '--quiet']), exitCodes: [0, 1] });
          tries.push((await servers.ask('count', {})).plex / FILES);
        }
        return { 'missing-first': tries.slice(0, 1), 'missing-later': tries.slice(1) };
      }),
    ),
};
