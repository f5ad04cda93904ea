/** What the bench measures, by id: the words, the unit, and what it may be at most. */

export type Unit = '×' | 'requests' | 'MiB' | 's';

export type FigureSpec = {
  /** 100,000 and 10,000 in it are what a full run has; a quick one says its own numbers. */
  readonly what: string;
  readonly unit: Unit;
  readonly atMost?: number;
};

/** How many scenes or items stand for a large library. */
export const MANY = { full: 100_000, quick: 10_000 } as const;

export type Size = keyof typeof MANY;

/** The share of `MANY` that the bench of a backlog takes: enough for a start not to count. */
export const BACKLOG_SHARE = 0.1;

const lanes = (id: 'lanes' | 'backlog', inFlight: number) => {
  const items = `${id === 'lanes' ? '1,000' : '10,000'} changed items at 10 ms, ${inFlight} in flight`;
  return {
    [`${id}-${inFlight}`]: { what: `${items} ÷ the same requests by a bare client`, unit: '×', atMost: 1.1 },
    [`${id}-${inFlight}-limit`]: { what: `${items} ÷ (latency × requests ÷ ${inFlight})`, unit: '×' },
    [`${id}-${inFlight}-client`]: {
      what: `the bare client for ${items} ÷ (latency × requests ÷ ${inFlight})`,
      unit: '×',
    },
  } satisfies Record<string, FigureSpec>;
};

export const FIGURES: Readonly<Record<string, FigureSpec>> = {
  'start-version': { what: '`--version` ÷ `node -e 0`', unit: '×', atMost: 1.3 },
  'start-enqueue': { what: '`enqueue` of one scene ÷ `node -e 0`', unit: '×', atMost: 2 },
  'start-hook': { what: '`hook` with one event ÷ `node -e 0`', unit: '×', atMost: 2 },
  'start-idle': { what: '`process` with nothing due ÷ `node -e 0`', unit: '×', atMost: 2.2 },
  'start-stats': { what: '`stats --json` ÷ `node -e 0`', unit: '×', atMost: 2.1 },
  'start-version-cpu': { what: '`--version` ÷ `node -e 0`, CPU', unit: '×' },
  'start-enqueue-cpu': { what: '`enqueue` of one scene ÷ `node -e 0`, CPU', unit: '×' },
  'start-hook-cpu': { what: '`hook` with one event ÷ `node -e 0`, CPU', unit: '×' },
  'start-idle-cpu': { what: '`process` with nothing due ÷ `node -e 0`, CPU', unit: '×' },
  'start-stats-cpu': { what: '`stats --json` ÷ `node -e 0`, CPU', unit: '×' },
  'one-job': { what: 'a run with one due job at 1 ms ÷ `node -e 0`', unit: '×', atMost: 3.6 },
  'one-job-client': { what: 'the requests of that run by a bare client ÷ `node -e 0`', unit: '×' },
  'one-job-cpu': { what: 'a run with one due job at 1 ms ÷ `node -e 0`, CPU', unit: '×' },
  ...lanes('lanes', 1),
  ...lanes('lanes', 2),
  ...lanes('lanes', 4),
  ...lanes('lanes', 8),
  ...lanes('backlog', 4),
  ...lanes('backlog', 8),
  'drain-cpu': { what: '1,000 changed items without latency ÷ a bare client, CPU', unit: '×', atMost: 3 },
  'drain-wall': { what: '1,000 changed items without latency ÷ a bare client', unit: '×' },
  'drain-memory': { what: 'peak memory of a run with 1,000 jobs', unit: 'MiB', atMost: 90 },
  'drain-unknown': { what: 'requests a job, 1,000 items never seen', unit: 'requests', atMost: 1.05 },
  'drain-changed': { what: 'requests a job, 1,000 known items that changed', unit: 'requests', atMost: 1.05 },
  'drain-unchanged': { what: 'requests a job, 1,000 known items that did not change', unit: 'requests', atMost: 0.03 },
  'waiting-run': { what: 'a run of 5 jobs, 100,000 waiting ÷ 1,000 waiting, CPU', unit: '×', atMost: 1.1 },
  'waiting-idle': { what: 'an idle run, 100,000 waiting for later ÷ 1,000, CPU', unit: '×', atMost: 1.1 },
  'waiting-absent': {
    what: 'a run of 5 jobs, 100,000 waiting for a file that Plex lacks ÷ 1,000, CPU',
    unit: '×',
    atMost: 1.1,
  },
  'waiting-enqueue': { what: '`enqueue` of one scene, 100,000 waiting ÷ 1,000, CPU', unit: '×', atMost: 1.1 },
  'waiting-stats': { what: '`stats --json`, 100,000 waiting ÷ 1,000, CPU', unit: '×', atMost: 1.1 },
  'letters-run': { what: 'a run of 5 jobs, 100,000 dead letters of such files ÷ 10, CPU', unit: '×', atMost: 1.1 },
  'letters-stats': { what: '`stats --json`, 100,000 dead letters ÷ 10, CPU', unit: '×' },
  'known-idle': { what: 'an idle run, 100,000 scenes written ÷ 10, CPU', unit: '×', atMost: 1.1 },
  'known-run': { what: 'a run of 5 jobs, 100,000 scenes written ÷ 10, CPU', unit: '×', atMost: 1.1 },
  'known-enqueue': { what: '`enqueue` of one scene, 100,000 scenes written ÷ 10, CPU', unit: '×', atMost: 1.1 },
  'known-stats': { what: '`stats --json`, 100,000 scenes written ÷ 10, CPU', unit: '×', atMost: 1.1 },
  'bulk-insert': { what: '`enqueue` of 100,000 NDJSON lines ÷ raw inserts, CPU', unit: '×', atMost: 2 },
  'bulk-insert-memory': { what: 'peak memory of `enqueue` of 100,000 NDJSON lines', unit: 'MiB', atMost: 120 },
  'bulk-merge': { what: '`enqueue` of 100,000 lines into as many that wait ÷ raw upserts, CPU', unit: '×', atMost: 2 },
  'bulk-merge-memory': {
    what: 'peak memory of `enqueue` of 100,000 lines into as many that wait',
    unit: 'MiB',
    atMost: 120,
  },
  'missing-first': { what: 'requests a missing file, 1,000 of them, first try', unit: 'requests', atMost: 1.1 },
  'missing-later': { what: 'requests a missing file and later try', unit: 'requests', atMost: 1.1 },
  'missing-last': { what: 'requests a missing file, last try', unit: 'requests', atMost: 1.1 },
  'library-listed': { what: 'requests that list a library of 100,000 items', unit: 'requests', atMost: 120 },
  'library-listed-memory': { what: 'peak memory of a run that lists 100,000 items', unit: 'MiB', atMost: 150 },
  'library-refreshed': { what: 'requests that look what was added to 100,000 items', unit: 'requests' },
  'library-refreshed-memory': { what: 'peak memory of a run that knows 100,000 items', unit: 'MiB', atMost: 150 },
  'hook-front': { what: 'what a save in Stash waits for ÷ `sh -c cat`', unit: '×' },
  'first-sync': { what: 'a first sync of 100,000 scenes ÷ its requests to Plex by a bare client', unit: '×' },
  'first-sync-cpu': { what: 'a first sync of 100,000 scenes ÷ its requests to Plex by a bare client, CPU', unit: '×' },
  'first-sync-enqueue': { what: '`enqueue --all` of 100,000 scenes', unit: 's' },
  'first-sync-process': { what: '`process` of a first sync of 100,000 scenes, without latency', unit: 's' },
  'first-sync-plex': { what: 'requests to Plex a scene, first sync of 100,000', unit: 'requests', atMost: 1.05 },
  'first-sync-stash': { what: 'requests to Stash a scene, first sync of 100,000', unit: 'requests' },
  'first-sync-memory': { what: 'peak memory of a first sync of 100,000 scenes', unit: 'MiB' },
};

/** The values of each figure that a subject measured, one a round. */
export type Samples = Readonly<Record<string, readonly number[]>>;

export type Figure = {
  readonly id: string;
  readonly what: string;
  readonly unit: Unit;
  readonly atMost?: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Between them lies the middle half of the rounds. */
  readonly quartiles: readonly [number, number];
  /** How many rounds these are of. */
  readonly rounds: number;
};

/** The figures that were measured, in the order of the table. */
export function figuresOf(samples: Samples, size: Size): readonly Figure[] {
  return Object.entries(FIGURES).flatMap(([id, spec]) => {
    const values = (samples[id] ?? []).toSorted((a, b) => a - b);
    const [min] = values;
    const max = values.at(-1);
    if (min === undefined || max === undefined) return [];
    const what = spec.what
      .replaceAll('100,000', MANY[size].toLocaleString('en'))
      .replaceAll('10,000 changed', `${(MANY[size] * BACKLOG_SHARE).toLocaleString('en')} changed`);
    const [first, middle, third] = [0.25, 0.5, 0.75].map((part) => quantile(values, part)) as [number, number, number];
    return [{ id, ...spec, what, min, median: middle, max, quartiles: [first, third], rounds: values.length }];
  });
}

/** The value with so much of the others below it, between two of them where it must be. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return below + (above - below) * (place % 1);
}
