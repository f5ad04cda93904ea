import type { Aftermath, Outage } from '../../test/helpers/outages.ts';
import { EXTENTS, isPossible, OUTAGES, rideOut } from '../../test/helpers/outages.ts';
import type { Trial } from './trial.ts';
import { randomFrom } from './trial.ts';

type Case = Omit<Outage, 'random' | 'everyMinutes'>;

/** Rides out every kind of outage, and an hour of nonsense: nothing is lost, and all is done without a hand. */
export const outageTrial: Trial = {
  name: 'outages',
  about: 'each server fails in each way for half an hour of cron, or answers nonsense for an hour',
  run: async ({ size, seed, say }) => {
    const cases = [
      ...grid(size === 'short' ? [3] : [1, 3, 5, 20]),
      ...nonsense(size === 'short' ? [20] : [1, 3, 5, 20]),
    ];
    const faults: string[] = [];
    for (const outage of size === 'short' ? spread(cases, 12) : cases) {
      const after = await rideOut({ ...outage, everyMinutes: 1, random: randomFrom(seed) });
      const line = describe(outage, after);
      say(line);
      if (!isRiddenOut(after)) faults.push(`${line}, seed ${seed}`);
    }
    return faults;
  },
};

function grid(counts: readonly number[]): readonly Case[] {
  return eachExtent().flatMap(({ server, extent }) =>
    OUTAGES.filter((kind) => isPossible(kind, extent)).flatMap((kind) =>
      counts.map((jobs) => ({ server, kind, extent, jobs, minutes: 30 })),
    ),
  );
}

function nonsense(counts: readonly number[]): readonly Case[] {
  return eachExtent().flatMap((place) =>
    counts.map((jobs) => ({ ...place, kind: 'nonsense' as const, jobs, minutes: 60 })),
  );
}

function eachExtent(): readonly Pick<Case, 'server' | 'extent'>[] {
  return (['plex', 'stash'] as const).flatMap((server) => EXTENTS[server].map((extent) => ({ server, extent })));
}

/** So many of the cases, from the first to the last. */
function spread(cases: readonly Case[], most: number): readonly Case[] {
  const step = Math.max(1, Math.floor(cases.length / most));
  return cases.filter((_, index) => index % step === 0 || index === cases.length - 1);
}

function isRiddenOut({ letters, jobs, unwritten, mostFailures }: Aftermath): boolean {
  return letters === 0 && jobs === 0 && unwritten.length === 0 && mostFailures === 0;
}

function describe({ server, extent, kind, jobs, minutes }: Case, after: Aftermath): string {
  const left = `${after.letters} letters, ${after.jobs} jobs and ${after.unwritten.length} unwritten left`;
  const spent = `${after.mostFailures} attempts and ${after.mostLetters} letters meanwhile`;
  return `${server} ${extent}: ${kind} for ${minutes} min with ${jobs} jobs: ${left} after ${after.minutes} min, ${spent}`;
}
