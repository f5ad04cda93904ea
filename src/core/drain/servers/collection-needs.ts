import type { SectionMemory } from '../../model/collection.ts';
import type { Written } from '../../model/scene-record.ts';
import { writtenTo } from '../../model/scene-record.ts';
import { foldName } from '../../text/text.ts';
import type { WriteRules } from '../../write/desired-state.ts';
import { collectionNameOf, desiredStateOf, withholding } from '../../write/desired-state.ts';
import { isEmptyPlan, planEdits } from '../../write/edit-plan.ts';
import type { CollectionNeed } from '../../write/section-collections.ts';
import { wasLostWithAll } from '../../write/section-collections.ts';
import { takingBack } from '../../write/take-back.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Read } from '../ports/stages.ts';

/** A job whose item lacks a collection of ours, and when its scene was last synced (epoch ms). */
export type Needed = {
  readonly work: Read;
  readonly need: CollectionNeed;
  readonly written: Written;
  readonly syncedAt: number | undefined;
};

/** The collection of ours that an item lacks, if it lacks one. */
export function needsOf(
  work: Read,
  { rules, syncedAt }: Pick<DrainQueue, 'syncedAt'> & { readonly rules: WriteRules },
): readonly Needed[] {
  const { item, record, recordFrom, scene, job } = work;
  const name = collectionNameOf(scene, rules);
  if (name === undefined) return [];
  const written = writtenTo(record, item, recordFrom);
  const sent = Object.entries(written.lists.collection ?? {}).find(([one]) => foldName(one) === foldName(name));
  const there = new Set(item.lists.collection.map(({ tag }) => foldName(tag)));
  if (there.has(foldName(name)) || (sent !== undefined && there.has(foldName(sent[1])))) return [];
  const wish = job.reassert?.includes('collection') ? 'back' : 'none';
  const need: CollectionNeed = { name, how: sent === undefined ? 'new' : 'removed', wish };
  return [{ work, need, written, syncedAt: syncedAt(job.sceneId) }];
}

/**
 * Whether a job that is alone in its run may ask for the section's collections: once where nobody ever did, and where it
 * writes nothing, so that its run takes no more requests than that of one job should. Else it goes by what is known,
 * however old, and the next run with several jobs asks.
 */
export function mayAskAlone(needed: Needed, memory: SectionMemory, rules: WriteRules): boolean {
  if (memory.at === undefined && memory.failedAt === undefined) return true;
  const { need, syncedAt } = needed;
  const isWritten = need.how === 'new' || need.wish === 'back';
  if (isWritten || wasLostWithAll(need, memory.states[foldName(need.name)], syncedAt)) return false;
  return isElseRight(needed, rules);
}

/** Whether the job would send no edit but that of its collection. */
function isElseRight({ work, written }: Needed, rules: WriteRules): boolean {
  const desired = withholding(desiredStateOf(work.scene, rules, work.fromStash), 'collection_gone');
  return isEmptyPlan(planEdits(takingBack(desired, work.job.reassert), work.item, written, rules));
}
