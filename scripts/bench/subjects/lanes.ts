import { benchDir, enqueueScenes, runFirst, syncScenes } from '../data-dir.ts';
import { withDir } from '../measure.ts';
import { besideBareClient, withServers } from '../servers.ts';
import type { Subject } from '../subject.ts';

const JOBS = 1_000;
const LATENCY_MS = 10;
const LANES = [1, 2, 4, 8] as const;

/** How well the writes in flight are used where the server is far away. */
export const lanes: Subject = {
  name: 'lanes',
  run: ({ rounds }) =>
    withDir((dir) =>
      withServers({ latencyMs: LATENCY_MS, items: JOBS }, async (servers) => {
        const data = benchDir(dir, 'data', servers.env);
        await runFirst(data);
        await syncScenes(data, { count: JOBS, title: 'First' });
        const samples: Record<string, number[]> = {};
        const put = (id: string, value: number): void => {
          samples[id] = [...(samples[id] ?? []), value];
        };
        for (let round = 0; round < rounds(3); round += 1)
          for (const inFlight of LANES) {
            enqueueScenes(data, { count: JOBS, title: `Round ${round} with ${inFlight}` });
            const process = data.plexsync(['process', '--quiet', '--concurrency', String(inFlight)]);
            const { ours, bare, requests } = await besideBareClient(process, { servers, dir, inFlight });
            const limitMs = (LATENCY_MS * requests) / inFlight;
            put(`lanes-${inFlight}`, ours.wallMs / bare.wallMs);
            put(`lanes-${inFlight}-limit`, ours.wallMs / limitMs);
            put(`lanes-${inFlight}-client`, bare.wallMs / limitMs);
          }
        return samples;
      }),
    ),
};
