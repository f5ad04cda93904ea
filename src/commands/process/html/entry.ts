import type { WorkerEvent } from '../../../core/drain/ports/events.ts';
import type { Sentence } from '../../../core/text/sentence.ts';
import type { Change } from '../../../core/write/change.ts';
import type { EditPlan } from '../../../core/write/edit-plan.ts';
import { explainPlan } from '../../../core/write/explain-plan.ts';

/** By what a reader can choose what is shown; the first ones come first on the page. */
export const KINDS = ['picture', 'remove', 'clear', 'hold', 'set', 'add', 'left', 'fail'] as const;
export type Kind = (typeof KINDS)[number];

/** What the page tells of one scene. */
export type Entry = {
  readonly sceneId: number;
  readonly item: { readonly ratingKey: string; readonly title: string; readonly library: string } | undefined;
  readonly changes: readonly Change[];
  readonly message: Sentence | undefined;
  readonly kinds: ReadonlySet<Kind>;
};

/** A scene of which there is nothing to tell: it is right, or there is nothing to write. */
export type Untold = 'right' | 'nothing';

/** What the page tells of an event of a preview. */
export function entryOf(event: WorkerEvent): Entry | Untold | undefined {
  if (event.kind !== 'would_write' && event.kind !== 'would_not_write') return undefined;
  const planned = event.kind === 'would_write' ? event : event.planned;
  if (event.kind === 'would_not_write' && event.reason === 'unchanged' && !leavesSome(planned?.plan)) return 'right';
  if (event.kind === 'would_not_write' && (event.reason === 'nothing_given' || event.reason === 'all_left_out'))
    return 'nothing';
  const changes = planned === undefined ? [] : explainPlan(planned.plan);
  const kinds = new Set<Kind>(changes.flatMap(kindsOf));
  if (event.kind === 'would_not_write' && event.reason !== 'unchanged')
    kinds.add(event.reason === 'removals' ? 'hold' : 'fail');
  const item = planned && { ratingKey: planned.ratingKey, title: planned.title, library: planned.library };
  return { sceneId: event.sceneId, item, changes, message: event.message, kinds };
}

/** What Stash has nothing for is no difference: most scenes of a library may have a field that an agent filled. */
function leavesSome(plan: EditPlan | undefined): boolean {
  return plan !== undefined && plan.left.length + plan.capped.length > 0;
}

/** A list may gain names and lose some. */
export function kindsOf({ field, action, added, removed }: Change): readonly Kind[] {
  if (action === 'left') return ['left'];
  if (field === 'poster' || field === 'background') return ['picture'];
  if (action === 'set' || action === 'clear') return [action];
  return [...(added.length > 0 ? (['add'] as const) : []), ...(removed.length > 0 ? (['remove'] as const) : [])];
}

const FIRST: readonly Kind[] = ['picture', 'remove', 'clear', 'hold'];

/** Whether an entry stands before the others: it is about a picture, or takes something away. */
export function comesFirst({ kinds }: Entry): boolean {
  return FIRST.some((kind) => kinds.has(kind));
}

/** What the page counts: scenes, and changes of each kind. */
export type Totals = {
  readonly scenes: number;
  readonly right: number;
  readonly nothing: number;
  readonly kinds: Readonly<Record<Kind, number>>;
};

export const NO_TOTALS: Totals = {
  scenes: 0,
  right: 0,
  nothing: 0,
  kinds: { picture: 0, remove: 0, clear: 0, hold: 0, set: 0, add: 0, left: 0, fail: 0 },
};

/** The totals with one more scene. Names are counted each, and a scene that waits or fails is counted once. */
export function counted(totals: Totals, entry: Entry | Untold): Totals {
  if (entry === 'right' || entry === 'nothing')
    return { ...totals, scenes: totals.scenes + 1, [entry]: totals[entry] + 1 };
  const kinds = { ...totals.kinds };
  for (const { field, action, added, removed } of entry.changes) {
    if (action === 'left') kinds.left += 1;
    else if (field === 'poster' || field === 'background') kinds.picture += 1;
    else if (action === 'set' || action === 'clear') kinds[action] += 1;
    kinds.add += added.length;
    kinds.remove += removed.length;
  }
  for (const kind of ['hold', 'fail'] as const) if (entry.kinds.has(kind)) kinds[kind] += 1;
  return { ...totals, scenes: totals.scenes + 1, kinds };
}
