import type { Written } from '../model/scene-record.ts';
import { isCut } from '../model/scene-record.ts';
import type { EditPlan } from './edit-plan.ts';
import { carriedOut } from './parts.ts';

/** The shortest request that was refused as too long of late, and when. A limit is the server's, whatever the scene. */
export type TooLong = { readonly bytes: number; readonly at: number };

/** After this long a request that was too long may fit: somebody may have raised the limit. */
const RETRY_AFTER_MS = 3_600_000;

/** What is known of too long requests once one of `bytes` was refused. */
export function afterTooLong(known: TooLong | undefined, bytes: number, now: number): TooLong {
  return known !== undefined && isRecent(known, now) && known.bytes <= bytes ? known : { bytes, at: now };
}

/** What is known of too long requests once one of `bytes` was taken: the limit is higher than it was. */
export function afterTaken(known: TooLong | undefined, bytes: number): TooLong | undefined {
  return known !== undefined && bytes >= known.bytes ? undefined : known;
}

/** Whether the plan would write a summary whole that stands in Plex cut: neither it nor what is in Plex has changed. */
export function retriesCut(plan: EditPlan, written: Written): boolean {
  const edit = plan.fields.find(({ field }) => field === 'summary');
  const last = written.fields.summary;
  return (
    edit !== undefined && last !== undefined && last.sent === edit.value && last.kept === edit.before && isCut(last)
  );
}

/**
 * Whether to leave a cut summary cut this time, its whole making a request of `bytes`. Sent at every run it would be
 * refused at every run, and nothing in Plex tells that the limit was raised. So it is left where a request no longer
 * than its own was refused within the hour: however many summaries are cut, about one an hour is tried.
 */
export function isHopeless(bytes: number, known: TooLong | undefined, now: number): boolean {
  return known !== undefined && bytes >= known.bytes && isRecent(known, now);
}

/** The plan with the cut summary left as it stands. */
export function withoutSummary(plan: EditPlan, written: Written): EditPlan {
  const rest = { fields: plan.fields.filter(({ field }) => field !== 'summary'), lists: plan.lists };
  return carriedOut(plan, { taken: [rest], stands: ['summary'], refused: [] }, written);
}

/** A clock that was set back must not keep a refusal alive. */
function isRecent({ at }: TooLong, now: number): boolean {
  return now >= at && now < at + RETRY_AFTER_MS;
}
