import type { SyncError, SyncErrorCode } from '../model/errors.ts';
import { asSyncError } from '../model/errors.ts';
import type { PlexItem } from '../model/plex-item.ts';
import { NOTHING_WRITTEN } from '../model/scene-record.ts';
import type { Part } from '../write/parts.ts';
import { firstParts, singlesOf } from '../write/parts.ts';
import { verifyPlan } from '../write/verify-plan.ts';
import type { UndoPlex } from './ports.ts';
import type { UndoPlan } from './undo-types.ts';

/** Requests that may be refused for what one part of them holds. */
const ONE_PARTS_FAULT: ReadonlySet<SyncErrorCode> = new Set(['plex_too_long', 'plex_rejected']);

/** Sends what puts an item back: the pictures first, as for any edit, then everything else in one request. */
export async function sendUndo(
  { item, plan }: { readonly item: PlexItem; readonly plan: UndoPlan },
  plex: UndoPlex,
): Promise<void> {
  for (const { field, key } of plan.selections) await plex.selectPicture(item.ratingKey, field, key);
  const edit = withLocks(plan, item);
  const lengthOf = (part: Part): number => plex.editLength(item, part, 'leave_unlocked');
  for (const part of firstParts({ ...edit, ...NO_NOTES }, lengthOf)) await sendPart(part, item, plex);
}

const NO_NOTES = { left: [], capped: [], written: NOTHING_WRITTEN } as const;

/** An edit, and the choice of a picture, may set a lock by itself (plex-api.md 4.2, 6): all are sent as they are to be. */
function withLocks({ edit, selections }: UndoPlan, { locked }: PlexItem): Part {
  const changed = [...edit.fields, ...selections].map(({ field }): string => field);
  const names = [...changed, ...edit.lists.map(({ kind }) => kind)];
  const told = edit.locks ?? [];
  const others = names.filter((name) => !told.some((lock) => lock.name === name));
  return { ...edit, locks: [...told, ...others.map((name) => ({ name, locked: locked.has(name) }))] };
}

async function sendPart(part: Part, item: PlexItem, plex: UndoPlex): Promise<void> {
  try {
    await plex.edit(item, part, 'leave_unlocked');
  } catch (thrown) {
    const singles = singlesOf(part);
    if (singles.length < 2 || !ONE_PARTS_FAULT.has(asSyncError(thrown).code)) throw thrown;
    await sendEach(singles, item, plex);
  }
}

/** Sends the parts of a refused request each alone, so that none holds back another. */
async function sendEach(singles: readonly Part[], item: PlexItem, plex: UndoPlex): Promise<void> {
  let refused: SyncError | undefined;
  for (const single of singles) {
    try {
      await plex.edit(item, single, 'leave_unlocked');
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (!ONE_PARTS_FAULT.has(error.code)) throw error;
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
}

/** Why an undo did not land, from the item read again; `undefined` where it did. */
export function verifyUndo({ edit }: UndoPlan, after: PlexItem): string | undefined {
  const { lost } = verifyPlan({ ...edit, ...NO_NOTES }, after);
  return lost.length === 0 ? undefined : `Plex accepted it but did not keep: ${lost.join(', ')}`;
}
