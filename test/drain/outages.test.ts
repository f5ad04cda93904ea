/** After half an hour of any outage nothing is lost, and all is done without a hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outage } from '../helpers/outages.ts';
import { EXTENTS, isPossible, OUTAGES, rideOut } from '../helpers/outages.ts';

/** Any server has one case of each kind here; `npm run trials -- outages` has them all. */
const CASES = (['plex', 'stash'] as const).flatMap((server) =>
  OUTAGES.map((kind, index) => {
    const extents = EXTENTS[server].filter((extent) => isPossible(kind, extent));
    return { server, kind, extent: extents[index % extents.length] ?? 'all', jobs: index % 2 === 0 ? 3 : 20 } as const;
  }),
);

/** What was found to end jobs: a server that is up, and answers the one request they wait for with nonsense. */
const WRITES = (['HTML', '401'] as const).map((kind) => ({ server: 'plex', kind, extent: 'last', jobs: 20 }) as const);

test('half an hour of an outage costs no job anything', { concurrency: 4 }, async (t) => {
  const ridden = [...CASES, ...WRITES].map((outage) => {
    const { server, kind, extent, jobs } = outage;
    return t.test(`${server}, ${extent}: ${kind} with ${jobs} jobs`, async () => await assertNothingLost(outage));
  });
  await Promise.all(ridden);
});

async function assertNothingLost(outage: Omit<Outage, 'minutes' | 'everyMinutes' | 'random'>): Promise<void> {
  // Ten runs: more than any job has attempts.
  const pace = { minutes: 30, everyMinutes: 3 };
  const { mostLetters, ...after } = await rideOut({ ...outage, ...pace, random: () => 0 });
  assert.ok(after.minutes < 20, 'it was done in time');
  assert.deepEqual(after, { mostFailures: 0, letters: 0, jobs: 0, minutes: after.minutes, unwritten: [] });
  // The write that met a refused token is a letter, and comes back.
  assert.equal(mostLetters, outage.kind === '401' && outage.extent === 'last' ? 1 : 0);
}
