import type { PictureRecords } from '../../model/picture.ts';
import { PICTURE_FIELDS } from '../../model/picture.ts';
import type { SceneRecord } from '../../model/scene-record.ts';
import { isOfItem } from '../../model/scene-record.ts';
import type { PictureNeed } from '../../pictures/needs.ts';
import { isOverlayLabel, pictureNeeds, wantedFields } from '../../pictures/needs.ts';
import { inheritedRecords, leftPictures, withoutRefusals } from '../../pictures/records.ts';
import type { WriteRules } from '../../write/desired-state.ts';
import type { EditPlan } from '../../write/edit-plan.ts';
import type { Read } from '../ports/stages.ts';

/** The pictures of a job that have to be looked at; none once they were. */
export function needsOf(work: Read, rules: WriteRules): readonly PictureNeed[] {
  return work.pictures === undefined ? pictureNeeds(work.scene, work.item, knownPictures(work), rules) : [];
}

/** The plan with what has become of the pictures: their locks and the label go in the same request as the text. */
export function withPictures(plan: EditPlan, work: Read, rules: WriteRules): EditPlan {
  const { item, pictures: done } = work;
  const left = leftPictures({ ...knownPictures(work), ...done?.records }, wantedFields(work.scene, rules));
  const ofText = plan.left.filter(({ field }) => !isPictureField(field));
  const told: EditPlan = { ...plan, left: [...ofText, ...left] };
  if (done === undefined) return told;
  const locks = done.lock.map((name) => ({ name, locked: true }));
  const remove = done.overlay === 'released' ? item.labels.filter(isOverlayLabel) : [];
  const whole = item.labels.filter((label) => !remove.includes(label));
  return {
    ...told,
    ...(locks.length === 0 ? {} : { locks }),
    ...(remove.length === 0 ? {} : { labels: { whole, remove } }),
    ...(done.edits.length === 0 ? {} : { pictures: done.edits }),
  };
}

function isPictureField(field: string): boolean {
  return PICTURE_FIELDS.some((name) => name === field);
}

/**
 * What is known of the item's pictures before its text is sent: with what an earlier attempt, or this one, has noted of
 * them, so that what stood there before is not lost.
 */
export function intendedPictures(work: Read): Pick<SceneRecord, 'pictures'> {
  const own = work.recordFrom === 'own' ? ofItem(work) : undefined;
  const pictures = { ...own, ...work.pictures?.intended };
  return Object.keys(pictures).length === 0 ? {} : { pictures };
}

/** What counts as known of the pictures of the job's item. */
function knownPictures(work: Read): PictureRecords | undefined {
  const records = ofItem(work);
  if (records === undefined) return undefined;
  if (work.recordFrom === 'inherited') return inheritedRecords(records, work.item);
  return work.job.rest === undefined ? records : withoutRefusals(records);
}

function ofItem({ item, record }: Read): PictureRecords | undefined {
  return record !== undefined && isOfItem(record, item) ? record.pictures : undefined;
}
