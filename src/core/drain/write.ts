import type { EditPlan } from '../edits.ts';
import type { SyncError } from '../errors.ts';
import { asSyncError } from '../errors.ts';
import type { Job } from '../job.ts';
import { cutAtWord } from '../text.ts';
import type { Course, Ended, Step } from './course.ts';
import { failed, givenBack, split } from './course.ts';
import { mapConcurrently } from './map-concurrently.ts';
import type { Planned } from './plan.ts';

/** A reverse proxy usually stops at 4 to 8 KiB of request line (plex-api.md 4.5); smaller ones are met on the way down. */
const REQUEST_BYTES = [6_144, 3_072, 1_536] as const;

/**
 * Sends the plans, `concurrency` at a time, until the gate halts. A refusal of the token or of the right to edit is the
 * first job's to bear; the others go back.
 */
export async function write(batch: readonly Planned[], course: Course): Promise<Step<Planned>> {
  const ends = await mapConcurrently(batch, course.options.concurrency, async (work): Promise<Planned | Ended> => {
    if (course.gate.halted() !== undefined) return givenBack(work.job);
    // A process that was asleep past its lease must not write what another has written anew meanwhile.
    if (!course.deps.queue.holds(work.job.lease, course.deps.now())) return givenBack(work.job);
    try {
      const sent = await send(work, course);
      course.gate.answered();
      watchEnd(undefined, course);
      return sent;
    } catch (thrown) {
      return afterFailedWrite(work.job, asSyncError(thrown), course);
    }
  });
  return split(ends, (end) => end);
}

function afterFailedWrite(job: Job, error: SyncError, course: Course): Ended {
  const { deps, gate } = course;
  const refusal = refusalOf(error);
  // Another write in flight was refused first: one dead letter says it all.
  if (refusal !== undefined && gate.halts().some(({ kind }) => kind === refusal)) return givenBack(job);
  if (refusal !== undefined) gate.halt({ kind: refusal, message: error.message });
  if (refusal === 'unauthorized')
    deps.queue.saveRefusal({ tokenFingerprint: course.options.tokenFingerprint, at: deps.now() });
  // A write that a stop cut off is nobody's fault and safe to repeat.
  if (error.code === 'plex_unavailable' && deps.stopRequested() !== undefined) return givenBack(job);
  gate.fault(error);
  watchEnd(error, course);
  return { ...failed(job, error), noted: true };
}

/** Notes an end as it happens: a run that only fails must stop before it has failed them all. */
function watchEnd(error: SyncError | undefined, { gate, watch }: Course): void {
  watch.note(error);
  const verdict = watch.verdict();
  if (verdict !== undefined) gate.halt(verdict);
}

function refusalOf(error: SyncError): 'unauthorized' | 'forbidden' | undefined {
  if (error.code === 'plex_unauthorized') return 'unauthorized';
  return error.code === 'plex_forbidden' ? 'forbidden' : undefined;
}

/** Writes one item; where the request is too long for the server, again with smaller ones and a shorter summary. */
async function send(work: Planned, { deps, gate, options }: Course): Promise<Planned> {
  const lock = options.rules.lockFields ? 'lock' : 'leave_unlocked';
  let current = work;
  for (const [step, maxBytes] of REQUEST_BYTES.entries()) {
    try {
      await gate.ask(() => deps.plex.edit(work.item, current.plan, { lock, maxBytes }));
      return current;
    } catch (thrown) {
      const error = asSyncError(thrown);
      const next = REQUEST_BYTES[step + 1];
      if (error.code !== 'plex_too_long' || next === undefined) throw error;
      current = { ...current, plan: shortenSummary(current.plan, next) };
      const summary = current.plan.fields.find(({ field }) => field === 'summary');
      if (summary !== undefined)
        deps.emit({ kind: 'summary_cut', sceneId: work.job.sceneId, length: summary.value.length });
    }
  }
  return current;
}

/** The plan with its summary cut at a word so that, percent-encoded, it fits `maxBytes` with room for its frame. */
function shortenSummary(plan: EditPlan, maxBytes: number): EditPlan {
  const fields = plan.fields.map((edit) =>
    edit.field === 'summary' ? { ...edit, value: fitEncoded(edit.value, maxBytes * 0.8) } : edit,
  );
  return { ...plan, fields };
}

function fitEncoded(value: string, maxBytes: number): string {
  let [low, high] = [0, [...value].length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (encodeURIComponent(cutAtWord(value, middle)).length <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return cutAtWord(value, low);
}
