import { benchDir, enqueueScenes, runFirst, syncScenes } from '../data-dir.ts';
import { BACKLOG_SHARE } from '../figures.ts';
import { withDir } from '../measure.ts';
import { besideBareClient, withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

const LATENCY_MS = 10;

/** How well the writes in flight are used where the server is far away. */
export const lanes: Subject = {
  name: 'lanes',
  run: ({ rounds }) => measureLanes('lanes', { jobs: 1_000, lanes: [1, 2, 4, 8], rounds: rounds(3) }),
};

/** The same for a backlog, in which a start and what V8 compiles while it warms up count for little. */
export const backlog: Subject = {
  name: 'backlog',
  run: ({ many, rounds }) => measureLanes('backlog', { jobs: many * BACKLOG_SHARE, lanes: [4, 8], rounds: rounds(3) }),
};

type Lanes = { readonly jobs: number; readonly lanes: readonly number[]; readonly rounds: number };

function measureLanes(id: string, { jobs, lanes: chosen, rounds }: Lanes) {
  return withDir((dir) =>
    withServers({ latencyMs: LATENCY_MS, items: jobs }, async (servers) => {
      const data = benchDir(dir, 'data', servers.env);
      await runFirst(data);
      await syncScenes(data, { count: jobs, title: 'First' });
      const samples: Record<string, number[]> = {};
      const put = (figure: string, value: number): void => {
        samples[figure] = [...(samples[figure] ?? []), value];
      };
      for (let round = 0; round < rounds; round += 1)
        for (const inFlight of chosen) {
          enqueueScenes(data, { count: jobs, title: `Round ${round} with ${inFlight}` });
          const process = data.plexsync(['process', '--quiet', '--concurrency', String(inFlight)]);
          const { ours, bare, requests } = await besideBareClient(process, { servers, dir, inFlight });
          const limitMs = (LATENCY_MS * requests) / inFlight;
          put(`${id}-${inFlight}`, ours.wallMs / bare.wallMs);
          put(`${id}-${inFlight}-limit`, ours.wallMs / limitMs);
          put(`${id}-${inFlight}-client`, bare.wallMs / limitMs);
        }
      return samples;
    }),
  );
}
