/** An outage of half an hour under cron, and what is left after it: for a test, and for a trial of the whole grid. */
import { UsageError } from '../../src/core/model/errors.ts';
import type { SeenRequest } from '../../src/simulator/plex/server.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import type { SeenStashRequest, StashFault, StashServer } from '../../src/simulator/stash/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { createStashClient } from '../../src/stash/client.ts';
import type { DrainWorld, Other } from './drain-world.ts';
import { ALWAYS, addItems, bare, fileOf, idsTo, lighthouse, setup } from './drain-world.ts';

const HTML = { kind: 'status', status: 200, body: '<html>Welcome</html>', contentType: 'text/html' } as const;

const FAULTS = {
  hang: { kind: 'hang' },
  drip: { kind: 'drip' },
  reset: { kind: 'drop' },
  'half-close': { kind: 'half-close' },
  garbage: { kind: 'garbage' },
  HTML,
  401: { kind: 'status', status: 401 },
  429: { kind: 'status', status: 429 },
  500: { kind: 'status', status: 500 },
  503: { kind: 'status', status: 503 },
} as const satisfies Readonly<Record<string, StashFault>>;

/** What a server does that is up and answers nonsense; what was garbled was carried out all the same. */
const NONSENSE = ['HTML', '429', '500'] as const;

export type OutageKind = 'refused' | 'wrong server' | 'nonsense' | `${keyof typeof FAULTS}`;
export const OUTAGES: readonly OutageKind[] = [
  'refused',
  'wrong server',
  ...(Object.keys(FAULTS) as `${keyof typeof FAULTS}`[]),
];

/**
 * What fails: `all` of a server, or what is asked for jobs (`work`), or the one request each job waits for (`last`: the
 * writes of Plex).
 */
export const EXTENTS = { plex: ['all', 'work', 'last'], stash: ['all', 'work'] } as const;
export type Extent = (typeof EXTENTS)[keyof typeof EXTENTS][number];

export type Outage = {
  readonly server: 'plex' | 'stash';
  readonly kind: OutageKind;
  readonly extent: Extent;
  readonly jobs: number;
  readonly minutes: number;
  /** How often cron runs meanwhile. */
  readonly everyMinutes: number;
  /** In [0, 1): which nonsense is answered. */
  random(): number;
};

/** What an outage led to. */
export type Aftermath = {
  /** The most dead letters at any time of the outage. */
  readonly mostLetters: number;
  readonly mostFailures: number;
  /** Left once it was over, and how many minutes it took until nothing was. */
  readonly letters: number;
  readonly jobs: number;
  readonly minutes: number;
  /** Scenes whose item has not what was asked for. */
  readonly unwritten: readonly number[];
};

/** Scenes that were written before: they show a wrong Stash, and bind the directory to its Plex. */
const KNOWN = 4;
const MINUTE_MS = 60_000;
/** A refused token is asked again after a quarter of an hour; no other wait is longer. */
const MOST_MINUTES_AFTER = 20;
/** A request that would hang is given up soon: whoever hangs never answers. What else is asked has more time. */
const SHORT = { connectTimeoutMs: 5, readTimeoutMs: 10 };
const ENOUGH = { connectTimeoutMs: 50, readTimeoutMs: 100 };

/** Whether an outage of this kind can be of this extent: a server that cannot be reached has no parts. */
export function isPossible(kind: OutageKind, extent: Extent): boolean {
  return extent === 'all' || (kind !== 'refused' && kind !== 'wrong server');
}

/** Runs cron through an outage, and each minute after it until all is done. */
export async function rideOut(outage: Outage): Promise<Aftermath> {
  const ends: (() => unknown)[] = [];
  const world = await setup({ after: (end) => void ends.unshift(end as () => unknown) });
  try {
    return await rideOutIn(world, outage, ends);
  } finally {
    for (const end of ends) await end();
  }
}

async function rideOutIn(created: DrainWorld, outage: Outage, ends: (() => unknown)[]): Promise<Aftermath> {
  const { plex, clock, world } = created;
  const stash = await created.stash();
  const ids = idsTo(outage.jobs).map((id) => KNOWN + id);
  for (const id of [...idsTo(KNOWN), ...ids])
    stash.addScene({ id, title: `Pier ${id}`, files: [{ path: fileOf(id) }] });
  addItems(plex, ...idsTo(KNOWN), ...ids);
  created.enqueue(...idsTo(KNOWN).map((id) => bare(id)));
  await created.run();
  clock.now += MINUTE_MS;
  created.enqueue(...ids.map((id) => (outage.server === 'stash' ? bare(id) : lighthouse(id, { title: `Pier ${id}` }))));

  const counts = { letters: 0, failures: 0 };
  const { other, lift } = await begin(outage, { created, stash, ends });
  for (let minute = 0; minute < outage.minutes; minute += outage.everyMinutes) {
    await cron(created, other);
    counts.letters = Math.max(counts.letters, world.letters().length);
    const [row] = world.sql('SELECT coalesce(max(failures), 0) AS failures FROM jobs');
    counts.failures = Math.max(counts.failures, Number(row?.['failures']));
    clock.now += outage.everyMinutes * MINUTE_MS;
  }
  await lift();

  const left = (): number => world.sql('SELECT 1 FROM jobs').length + world.letters().length;
  let minutes = 0;
  for (; minutes < MOST_MINUTES_AFTER && (minutes === 0 || left() > 0); minutes += 1) {
    await cron(created, {});
    clock.now += MINUTE_MS;
  }
  return {
    mostLetters: counts.letters,
    mostFailures: counts.failures,
    letters: world.letters().length,
    jobs: world.sql('SELECT 1 FROM jobs').length,
    minutes,
    unwritten: ids.filter((id) => plex.item(String(100 + id))?.title !== `Pier ${id}`),
  };
}

/** One run as cron starts it: a configuration that cannot work ends it, and the next minute brings the next. */
async function cron({ run }: DrainWorld, other: Other): Promise<void> {
  try {
    await run({}, other);
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
  }
}

type Place = { readonly created: DrainWorld; readonly stash: StashServer; readonly ends: (() => unknown)[] };
type Begun = { readonly other: Other; lift(): unknown };

async function begin(outage: Outage, place: Place): Promise<Begun> {
  const { server, kind } = outage;
  if (kind === 'refused') return refuse(server, place);
  if (kind === 'wrong server') return await replace(server, place);
  const given = outage.extent === 'all' ? SHORT : ENOUGH;
  const times = kind === 'hang' || kind === 'drip' ? { [server]: given } : {};
  const lift = server === 'plex' ? failPlex(outage, place) : failStash(outage, place);
  return { other: { times }, lift };
}

async function refuse(server: Outage['server'], { created, stash }: Place): Promise<Begun> {
  // Nobody listens on the lowest port.
  if (server === 'plex')
    return { other: { server: { url: 'http://127.0.0.1:1', token: created.plex.token } }, lift: () => undefined };
  await stash.stop();
  return { other: {}, lift: () => stash.start() };
}

async function replace(server: Outage['server'], { created: { clock, plex }, ends }: Place): Promise<Begun> {
  const now = (): number => clock.now;
  if (server === 'plex') {
    const sections = [{ key: '1', title: 'Garden Films', locations: ['/garden'] }];
    const wrong = await startPlexServer({ sections, now, token: plex.token, machineIdentifier: 'another' });
    ends.unshift(() => wrong.close());
    return { other: { server: wrong }, lift: () => undefined };
  }
  const wrong = await startStashServer({ now });
  ends.unshift(() => wrong.close());
  wrong.addScene({ id: 7_000, title: 'Of another Stash' });
  const trust = { certificates: 'verified', ca: undefined } as const;
  const wait = { connectTimeoutMs: 2_000, readTimeoutMs: 5_000, signal: new AbortController().signal };
  const client = createStashClient({ baseUrl: wrong.url, apiKey: undefined, trust, now, ...wait });
  return { other: { stash: client }, lift: () => undefined };
}

function faultOf({ kind, random }: Outage): StashFault & { kind: Exclude<StashFault['kind'], 'errors'> } {
  if (kind === 'refused' || kind === 'wrong server') throw new Error(`${kind} is no answer`);
  return FAULTS[kind === 'nonsense' ? (NONSENSE[Math.floor(random() * NONSENSE.length)] ?? '500') : kind];
}

/** Arms a fault for one request after another, each of a kind of its own where that is asked for. */
function failPlex(outage: Outage, { created: { plex } }: Place): () => void {
  const isMeant = ({ route }: SeenRequest): boolean => {
    if (outage.extent === 'last') return route === 'edit';
    return outage.extent === 'all' || (route !== 'sections' && route !== 'identity');
  };
  const lifts = kindsOf(outage).map((share) =>
    plex.fail((request) => isMeant(request) && share(), faultOf(outage), ALWAYS),
  );
  return () => {
    for (const lift of lifts) lift();
  };
}

function failStash(outage: Outage, { stash }: Place): () => void {
  const isMeant = ({ operationName }: SeenStashRequest): boolean =>
    outage.extent === 'all' || operationName === 'PlexsyncScenes';
  const lifts = kindsOf(outage).map((share) =>
    stash.fail((request) => isMeant(request) && share(), faultOf(outage), ALWAYS),
  );
  return () => {
    for (const lift of lifts) lift();
  };
}

/** How often a fault is armed, and which requests each takes: several take a share, and the last the rest. */
function kindsOf({ kind, random }: Outage): readonly (() => boolean)[] {
  const always = (): boolean => true;
  return kind === 'nonsense' ? [...Array.from({ length: 7 }, () => () => random() < 0.2), always] : [always];
}
