import type { Job } from '../../model/job.ts';
import type { DrainContext } from '../drain-context.ts';
import type { Ended } from '../ports/endings.ts';
import type { Tally } from '../ports/tally.ts';
import { giveBackFailed, judge } from '../steps/judge.ts';
import { settle } from '../steps/settle.ts';
import { carryOut, prepare } from './batch.ts';
import { BATCH_SIZE, claimNext } from './claim-next.ts';
import { createFlight } from './flight.ts';
import { createItemsInFlight } from './items-in-flight.ts';
import { createWriteLanes } from './write-lanes.ts';

/** What keeps a run from taking on another batch. */
export type Bound =
  | { readonly kind: 'limit' }
  | { readonly kind: 'time_up' }
  /** A person paused writing, or the hours became quiet. */
  | { readonly kind: 'paused' };

/** What comes next: another batch, the landing of one that is in flight, or the end of the run. */
type Next =
  | { readonly kind: 'batch'; readonly jobs: readonly Job[] }
  | { readonly kind: 'land' }
  | { readonly kind: 'end'; readonly bound: Bound | undefined };

/** One may be verified and settled and one written, and what the third begins with is ready when a lane is free. */
const MOST_IN_FLIGHT = 3;
/**
 * The next batch is taken on when so few writes a lane are left, or half of a batch: then it is ready before a lane would
 * be free, where a write takes 10 ms, and no item is read long before it is written.
 */
const FEW_LEFT_A_LANE = 12;

/**
 * Works off batches; returns the bound of the run that was reached, if any. While a batch is written, the next one is
 * read and planned, and the one before is verified and settled. Whatever is in doubt runs with no other batch in flight:
 * all until a first job was right, a sample, a job that may kill the process, the trial of a Plex that was away.
 */
export async function drainBatches(context: DrainContext, tally: Tally): Promise<Bound | undefined> {
  const { checkpoint, guard, systemic, options } = context;
  const flight = createFlight(context);
  const lanes = createWriteLanes(options.concurrency, flight.stir);
  const items = createItemsInFlight();
  const fewLeft = Math.max((options.batchSize ?? BATCH_SIZE) / 2, FEW_LEFT_A_LANE * options.concurrency);
  let left = options.limit ?? Number.POSITIVE_INFINITY;
  let held: readonly Ended[] = [];
  let isAlone = false;

  const isFree = (): boolean => flight.size() === 0;
  const hasRoom = (): boolean => flight.size() < MOST_IN_FLIGHT && lanes.waiting() <= fewLeft;
  const isAllWell = (): boolean =>
    options.mode === 'write' && !isAlone && systemic.succeeded() && guard.batchLimit(2) > 1;
  const end = (ended: readonly Ended[]): void => {
    const judged = judge(ended, held, context);
    held = judged.held;
    left += settle(judged.settled, context, tally);
    checkpoint('settled');
  };
  const start = async (jobs: readonly Job[], turn: number): Promise<void> => {
    left -= jobs.length;
    isAlone = jobs.some(({ alone }) => alone);
    const batch = await prepare(jobs, { ...context, items });
    flight.start(
      async () => await carryOut(batch, { ...context, lanes: lanes.of(turn) }),
      (ended) => {
        items.release(jobs.map(({ id }) => id));
        end(ended);
      },
    );
  };
  const next = (): Next => {
    const reason = reasonToEnd(context, { left, held });
    if (reason !== undefined) {
      if (!isFree()) return { kind: 'land' };
      if (held.length > 0) settle(giveBackFailed(held), context, tally);
      return { kind: 'end', bound: reason === 'halted' ? undefined : reason };
    }
    const jobs = claimNext(context, { most: left, beside: isFree() ? 'none' : 'others' }, tally);
    if (jobs.length > 0) return { kind: 'batch', jobs };
    // What is put off there may be claimed again.
    if (!isFree()) return { kind: 'land' };
    if (held.length === 0) return { kind: 'end', bound: undefined };
    end([]);
    return { kind: 'land' };
  };

  try {
    for (let turn = 0; ; turn += 1) {
      await flight.until(() => isFree() || (hasRoom() && isAllWell()));
      const step = next();
      if (step.kind === 'end') return step.bound;
      if (step.kind === 'batch') await start(step.jobs, turn);
      else await flight.oneLanded();
    }
  } catch (thrown) {
    lanes.close(thrown);
    await flight.landed();
    throw thrown;
  }
}

/** What keeps the run from taking on another batch, if anything does. */
function reasonToEnd(
  { guard, paused }: Pick<DrainContext, 'guard' | 'paused'>,
  { left, held }: { readonly left: number; readonly held: readonly Ended[] },
): Bound | 'halted' | undefined {
  if (guard.halted() !== undefined) return 'halted';
  if (held.length === 0 && left <= 0) return { kind: 'limit' };
  if (guard.isTimeUp()) return { kind: 'time_up' };
  return paused?.() === true ? { kind: 'paused' } : undefined;
}
