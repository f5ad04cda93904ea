import type { Job } from '../../model/job.ts';
import type { DrainContext } from '../drain-context.ts';
import type { Ended } from '../ports/endings.ts';
import type { BatchLanes, ItemsInFlight } from '../ports/in-flight.ts';
import type { Hydrated, Planned } from '../ports/stages.ts';
import { hydrate } from '../steps/hydrate.ts';
import { findOthers } from '../steps/other-files.ts';
import { intend, plan } from '../steps/plan.ts';
import { preview } from '../steps/preview.ts';
import { keepOwners, readAndRecheck } from '../steps/read.ts';
import { resolve } from '../steps/resolve.ts';
import { scanMissing } from '../steps/scan.ts';
import { verify } from '../steps/verify.ts';
import { write } from '../steps/write.ts';

/** A batch whose edits are planned and noted: what is to be written, and what has ended already. */
export type Prepared = {
  readonly going: readonly Planned[];
  readonly ended: readonly Ended[];
  /** Those that were looked for and not found, with all their files. */
  readonly missed: { readonly batch: readonly Hydrated[]; readonly ended: readonly Ended[] };
};

/** The first half of a batch, beside the writes of the one before: hydrate → resolve → read → plan → intend. */
export async function prepare(
  jobs: readonly Job[],
  context: DrainContext & { readonly items: ItemsInFlight },
): Promise<Prepared> {
  const { checkpoint, pause } = context;
  checkpoint('claimed');
  // Between two stretches of work, lanes whose answers came meanwhile send what waits.
  await pause();
  const hydrated = await hydrate(jobs, context);
  const resolved = await resolve(hydrated.going, context);
  checkpoint('resolved');
  const read = await readAndRecheck(await findOthers(resolved.going, context), context);
  await pause();
  const owned = keepOwners(read.going, context);
  checkpoint('read');
  const looked = await context.collections.look(owned.going);
  await pause();
  const planned = plan(looked, context);
  await pause();
  const intended = intend(planned, context);
  if (context.options.mode === 'write') checkpoint('intended');
  return {
    going: intended.going,
    ended: [hydrated, resolved, read, owned, intended].flatMap((step) => step.ended),
    missed: { batch: hydrated.going, ended: [...resolved.ended, ...read.ended] },
  };
}

/** The second half: write → verify → scan. A preview shows what it would do instead. */
export async function carryOut(
  { going, ended, missed }: Prepared,
  context: DrainContext & { readonly lanes: BatchLanes },
): Promise<readonly Ended[]> {
  const { checkpoint, options, pause } = context;
  if (options.mode === 'preview') return [...ended, ...(await preview(going, context))];
  const written = await write(going, context);
  checkpoint('written');
  const verified = await verify(written.going, context);
  checkpoint('verified');
  await pause();
  // Last, so that nothing delays the write after an item was read.
  await scanMissing(missed.batch, missed.ended, context);
  return [...ended, ...written.ended, ...verified];
}
