import { benchDir, enqueueScenes, syncScenes } from '../data-dir.ts';
import { costOf, interleaved, ratios, withDir } from '../measure.ts';
import { bareClientOf, withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

/** A run that finds one job, beside its requests alone. */
export const oneJob: Subject = {
  name: 'one-job',
  run: ({ rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: 1, items: 10 }, async (servers) => {
        const data = benchDir(dir, 'data', servers.env);
        await syncScenes(data, { count: 1, title: 'First' });
        const process = data.plexsync(['process', '--quiet']);
        await servers.ask('resetRequests', undefined);
        enqueueScenes(data, { count: 1, title: 'Second' });
        await costOf(process);
        const bareClient = await bareClientOf(servers, dir, 1);
        let edit = 0;
        const costs = await interleaved(rounds(41), {
          bare: () => costOf({ args: ['-e', '0'] }),
          client: () => costOf(bareClient),
          run: () => {
            edit += 1;
            enqueueScenes(data, { count: 1, title: `Edit ${edit}` });
            return costOf(process);
          },
        });
        return {
          'one-job': ratios(costs.run, costs.bare, 'wallMs'),
          'one-job-client': ratios(costs.client, costs.bare, 'wallMs'),
          'one-job-cpu': ratios(costs.run, costs.bare, 'cpuMs'),
        };
      }),
    ),
};
