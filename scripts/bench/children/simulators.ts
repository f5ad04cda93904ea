/** The simulated Plex and Stash in a process of their own: their work is not counted with that of their clients. */
import type { PlexServer, Route, SeenRequest } from '../../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../../src/simulator/plex/server.ts';
import type { StashServer } from '../../../src/simulator/stash/server.ts';
import { startStashServer } from '../../../src/simulator/stash/server.ts';

let plex: PlexServer | undefined;
let stash: StashServer | undefined;

/** What was asked of Plex since the last reset: the simulator's own list would take gigabytes for a large library. */
type Seen = {
  readonly method: string;
  readonly target: string;
  readonly route: Route;
  /** The headers that say which part of a listing is asked for. */
  readonly page: Record<string, unknown>;
};
let seen: Seen[] = [];
let headers: SeenRequest['headers'] = {};

const PAGING = /^x-plex-container-/;

/** Lets the simulator hand over each request instead of keeping it. */
function keepShort(server: PlexServer): void {
  const note = ({ method, path, query, route, headers: sent }: SeenRequest): boolean => {
    const asked = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
    const page = Object.fromEntries(Object.entries(sent).filter(([name]) => PAGING.test(name)));
    seen.push({ method, target: asked === '' ? path : `${path}?${asked}`, route, page });
    headers = sent;
    server.resetRequests();
    return false;
  };
  server.fail(note, { kind: 'hang' });
}

const calls = {
  /** The items were added a second apart, the last one a second ago. */
  startPlex: async ({ latencyMs, items }: { latencyMs: number; items: number }) => {
    let ageMs = 0;
    plex = await startPlexServer({
      sections: [{ key: '1', title: 'Harbours', locations: ['/media'] }],
      latencyMs,
      now: () => Date.now() - ageMs,
    });
    keepShort(plex);
    for (let index = 0; index < items; index += 1) {
      ageMs = (items - index) * 1_000;
      plex.addItem({ sectionKey: '1', file: `/media/${index}.mp4` });
    }
    ageMs = 0;
    return { url: plex.url, token: plex.token };
  },
  startStash: async ({ scenes }: { scenes: number }) => {
    stash = await startStashServer({});
    for (let index = 0; index < scenes; index += 1) {
      stash.addScene({ title: `Pier ${index}`, files: [`/media/${index}.mp4`], tags: ['sea', 'fog'], studio: 'Quay' });
    }
    return { url: stash.url };
  },
  resetRequests: () => {
    seen = [];
    stash?.resetRequests();
  },
  count: ({ route }: { route?: Route }) => ({
    plex: route === undefined ? seen.length : seen.filter((request) => request.route === route).length,
    stash: stash?.count() ?? 0,
  }),
  /** What was asked of Plex since the last reset, as it can be sent again. */
  recorded: () => {
    const kept = Object.entries(headers).filter(([name]) => !/^(?:host|connection)$/.test(name) && !PAGING.test(name));
    const requests = seen.map(({ method, target, page }) => [method, target, page] as const);
    return { headers: Object.fromEntries(kept), requests };
  },
};

export type Calls = typeof calls;

process.on('message', ({ name, arg }: { name: keyof Calls; arg: never }) => {
  void Promise.resolve(calls[name](arg)).then((answer) => process.send?.({ answer }));
});
process.on('disconnect', () => process.exit());
