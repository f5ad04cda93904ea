import type { Job, Lease } from '../../model/job.ts';
import { isOfItem } from '../../model/scene-record.ts';
import type { PlannedValues } from '../../write/removals.ts';
import { removalsIn, valuesHeld, whichWait } from '../../write/removals.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended, Step } from '../ports/endings.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Planned } from '../ports/stages.ts';

/** Jobs wait because they would remove more than may be removed without permission. */
export type RemovalsEnd = { readonly kind: 'removals'; readonly jobs: number };

/** Keeps a wrong Stash, or a mistake there, from emptying Plex: too many removals wait for permission. */
export type RemovalGuard = {
  /** Takes out of a batch of plans those that have to wait. */
  hold(step: Step<Planned>): Step<Planned>;
  /** What is to be counted once a plan is noted. */
  valuesOf(work: Planned): PlannedValues;
  /** Set while jobs wait, from this drain or an earlier one. */
  end(): RemovalsEnd | undefined;
};

type Uses = Pick<DrainDeps, 'now'> & { readonly queue: Pick<DrainQueue, 'plannedValues' | 'removalsWaiting'> };

export function createRemovalGuard({ queue, now }: Uses, { removals }: Pick<DrainOptions, 'removals'>): RemovalGuard {
  // A plan that was let through may be made again before it is sent.
  const passed = new Map<string, number>();
  const isAllowed = (job: Job): boolean => removals.kind === 'allowed' || job.removals === 'allowed';
  const valuesOf = (work: Planned): PlannedValues => {
    const values = countIn(work);
    return isAllowed(work.job) ? { ...values, removed: 0 } : values;
  };
  const toJudge = (work: Planned): PlannedValues => {
    const values = valuesOf(work);
    const isKnown = values.removed <= (passed.get(keyOf(work.job.lease)) ?? 0);
    return isKnown ? { ...values, removed: 0 } : values;
  };
  return {
    valuesOf,
    hold: (step) => {
      if (removals.kind === 'allowed') return step;
      const counts = step.going.map(toJudge);
      if (counts.every(({ removed }) => removed === 0)) return step;
      const right = step.ended.map(({ outcome }) =>
        'record' in outcome ? { held: valuesHeld(outcome.record.written), removed: 0 } : NOTHING,
      );
      const except = [...step.going, ...step.ended].map(({ job }) => job.sceneId);
      const counted = queue.plannedValues({ now: now(), except });
      const jobs = queue.removalsWaiting() > 0 ? 'wait' : 'none';
      const waits = whichWait([...counts, ...right], { counted, jobs }, removals.most);
      const going: Planned[] = [];
      const ended: Ended[] = [...step.ended];
      for (const [index, work] of step.going.entries()) {
        const { removed } = valuesOf(work);
        if (waits[index]) {
          ended.push({ job: work.job, outcome: { kind: 'removes', values: removed }, planned: work });
        } else {
          going.push(work);
          passed.set(keyOf(work.job.lease), removed);
        }
      }
      return { going, ended };
    },
    end: () => {
      const jobs = queue.removalsWaiting();
      return jobs === 0 ? undefined : { kind: 'removals', jobs };
    },
  };
}

const NOTHING: PlannedValues = { held: 0, removed: 0 };

const keyOf = ({ jobId, claim }: Lease): string => `${jobId} ${claim}`;

/** The scene that had the item before is gone or moved: what its record removes is no loss of this scene. */
function countIn({ plan, written, record, recordFrom, item }: Planned): PlannedValues {
  const own = recordFrom === 'own' && record !== undefined && isOfItem(record, item) ? record : undefined;
  return { held: valuesHeld(written), removed: own === undefined ? 0 : removalsIn(plan, written, own.intent) };
}
