import { benchDir, enqueueScenes } from '../data-dir.ts';
import { costOf, withDir } from '../measure.ts';
import { withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

const JOBS = 200;

/** What it takes to know a large library, and to learn that nothing was added. */
export const library: Subject = {
  name: 'library',
  run: ({ many, rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: many }, async (servers) => {
        const samples: Record<string, number[]> = {};
        for (let round = 0; round < rounds(5); round += 1) {
          const data = benchDir(dir, `data-${round}`, servers.env);
          for (const [index, what] of ['listed', 'refreshed'].entries()) {
            enqueueScenes(data, { from: index * JOBS, count: JOBS, title: `Pier ${round}` });
            await servers.ask('resetRequests', undefined);
            const { peakMiB } = await costOf(data.plexsync(['process', '--quiet'], { memory: 'told' }));
            const { plex } = await servers.ask('count', { route: 'listing' });
            samples[`library-${what}`] = [...(samples[`library-${what}`] ?? []), plex];
            samples[`library-${what}-memory`] = [...(samples[`library-${what}-memory`] ?? []), peakMiB];
          }
        }
        return samples;
      }),
    ),
};
