import { benchDir, enqueueScenes, runFirst, syncScenes } from '../data-dir.ts';
import type { Cost } from '../measure.ts';
import { ratios, withDir } from '../measure.ts';
import { besideBareClient, withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

const JOBS = 1_000;

/** What a bulk of jobs costs where the server answers at once, and how much it asks. */
export const drain: Subject = {
  name: 'drain',
  run: ({ rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: 0, items: JOBS }, async (servers) => {
        const data = benchDir(dir, 'data', servers.env);
        const requestsOf = async (title: string): Promise<number> => {
          await servers.ask('resetRequests', undefined);
          await syncScenes(data, { count: JOBS, title });
          return (await servers.ask('count', {})).plex / JOBS;
        };
        const [unknown, changed, unchanged] = [
          await requestsOf('First'),
          await requestsOf('Second'),
          await requestsOf('Second'),
        ];
        await runFirst(data);
        const [ours, bare]: [Cost[], Cost[]] = [[], []];
        const process = data.plexsync(['process', '--quiet'], { memory: 'told' });
        for (let round = 0; round < rounds(11); round += 1) {
          enqueueScenes(data, { count: JOBS, title: `Round ${round}` });
          const both = await besideBareClient(process, { servers, dir, inFlight: 2 });
          ours.push(both.ours);
          bare.push(both.bare);
        }
        return {
          'drain-cpu': ratios(ours, bare, 'cpuMs'),
          'drain-wall': ratios(ours, bare, 'wallMs'),
          'drain-memory': ours.map(({ peakMiB }) => peakMiB),
          'drain-unknown': [unknown],
          'drain-changed': [changed],
          'drain-unchanged': [unchanged],
        };
      }),
    ),
};
