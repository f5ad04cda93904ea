import type { PlexItem } from '../model/plex-item.ts';
import type { LeftAlone, Written } from '../model/scene-record.ts';
import { isCut } from '../model/scene-record.ts';
import type { EditPlan } from './edit-plan.ts';
import { carriedOut, partWith } from './parts.ts';

/** The shortest request recently refused as too long, and when. The limit is the server's, whatever the scene. */
export type TooLong = { readonly bytes: number; readonly at: number };

/** After this long a request is tried again: somebody may have raised the limit. */
const RETRY_AFTER_MS = 3_600_000;

/** What is known about the limit after a request of `bytes` was refused. */
export function afterTooLong(known: TooLong | undefined, bytes: number, now: number): TooLong {
  return known !== undefined && isRecent(known, now) && known.bytes <= bytes ? known : { bytes, at: now };
}

/** What is known about the limit after a request of `bytes` was accepted: it may be higher than before. */
export function afterTaken(known: TooLong | undefined, bytes: number): TooLong | undefined {
  return known !== undefined && bytes >= known.bytes ? undefined : known;
}

/** Whether the plan would send the whole of a summary that is cut in Plex, with no change since on either side. */
export function retriesCut(plan: EditPlan, written: Written): boolean {
  const edit = plan.fields.find(({ field }) => field === 'summary');
  const last = written.fields.summary;
  return (
    edit !== undefined && last !== undefined && last.sent === edit.value && last.kept === edit.before && isCut(last)
  );
}

/**
 * Whether a request of `bytes` would be refused: one no longer than it was too long within the hour. Plex does not tell
 * when its limit is raised, so cut summaries have to be tried again; this rule allows about one try an hour, however
 * many there are.
 */
export function wouldBeRefused(bytes: number, known: TooLong | undefined, now: number): boolean {
  return known !== undefined && bytes >= known.bytes && isRecent(known, now);
}

/** The plan with the cut summary left as it is in Plex. */
export function withoutSummary(plan: EditPlan, written: Written): EditPlan {
  const rest = partWith({ ...plan, fields: plan.fields.filter(({ field }) => field !== 'summary') });
  const kept = carriedOut(
    plan,
    { taken: [rest], keptCut: ['summary'], refusedParts: [], end: { kind: 'all_sent' } },
    written,
  );
  const { reasons } = plan;
  if (reasons === undefined) return kept;
  const fields = reasons.fields.map((one) =>
    one.field === 'summary' ? { ...one, rule: SUMMARY_TOO_LONG.reason } : one,
  );
  return { ...kept, reasons: { ...reasons, fields } };
}

/** What to tell a person after a finished sync: what it decided to leave, and a summary that is cut in Plex. */
export function leftOf({ left }: Pick<EditPlan, 'left'>, item: PlexItem, written: Written): readonly LeftAlone[] {
  const last = written.fields.summary;
  const isLeftCut = last !== undefined && isCut(last) && item.fields.summary === last.kept;
  return isLeftCut ? [...left, SUMMARY_TOO_LONG] : left;
}

export const SUMMARY_TOO_LONG: LeftAlone = { field: 'summary', reason: 'too_long' };

/** A clock that was set back must not keep a refusal alive. */
function isRecent({ at }: TooLong, now: number): boolean {
  return now >= at && now < at + RETRY_AFTER_MS;
}
