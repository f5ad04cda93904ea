import { benchDir } from '../data-dir.ts';
import { costOf, withDir } from '../measure.ts';
import { bareClientOf, withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

/** A whole library of Stash on its first way to Plex, as a new user does it. */
export const firstSync: Subject = {
  name: 'first-sync',
  run: ({ many }) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: many, scenes: many }, async (servers) => {
        const data = benchDir(dir, 'data', servers.env);
        const enqueue = await costOf(data.plexsync(['enqueue', '--all', '--yes'], { memory: 'told' }));
        await servers.ask('resetRequests', undefined);
        const process = await costOf(data.plexsync(['process', '--quiet'], { memory: 'told' }));
        const counts = await servers.ask('count', {});
        const bare = await costOf(await bareClientOf(servers, dir, 2));
        return {
          'first-sync': [process.wallMs / bare.wallMs],
          'first-sync-cpu': [process.cpuMs / bare.cpuMs],
          'first-sync-enqueue': [enqueue.wallMs / 1_000],
          'first-sync-process': [process.wallMs / 1_000],
          'first-sync-plex': [counts.plex / many],
          'first-sync-stash': [counts.stash / many],
          'first-sync-memory': [Math.max(enqueue.peakMiB, process.peakMiB)],
        };
      }),
    ),
};
