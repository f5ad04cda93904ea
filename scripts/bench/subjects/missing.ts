import { NOT_FOUND_TRIES } from '../../../src/core/failures/retry-policy.ts';
import { benchDir, enqueueScenes, execSql, syncScenes } from '../data-dir.ts';
import { costOf, withDir } from '../measure.ts';
import { withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

// So many that the library is not simply listed at each try.
const ITEMS = 5_000;
const FILES = 1_000;
const TRIES = 1 + NOT_FOUND_TRIES;

/** How much is asked for files that Plex does not have. */
export const missing: Subject = {
  name: 'missing',
  run: () =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: ITEMS }, async (servers) => {
        const data = benchDir(dir, 'data', servers.env);
        // A directory that never matched anything doubts its settings first.
        await syncScenes(data, { count: 1, title: 'Pier' });
        enqueueScenes(data, { from: ITEMS, count: FILES, title: 'Pier' });
        const tries: number[] = [];
        for (let round = 0; round < TRIES; round += 1) {
          execSql(data, 'UPDATE jobs SET available_at = 0');
          await servers.ask('resetRequests', undefined);
          await costOf({ ...data.plexsync(['process', '--quiet']), exitCodes: [0, 1] });
          tries.push((await servers.ask('count', {})).plex / FILES);
        }
        return {
          'missing-first': tries.slice(0, 1),
          'missing-later': tries.slice(1, -1),
          'missing-last': tries.slice(-1),
        };
      }),
    ),
};
