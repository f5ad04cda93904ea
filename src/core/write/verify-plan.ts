import type { ListKind, PlexItem, ScalarField, Tag } from '../model/plex-item.ts';
import type { OurNames, Written, WrittenField } from '../model/scene-record.ts';
import { isCut, NOTHING_WRITTEN } from '../model/scene-record.ts';
import { foldName, isRespelling } from '../text/text.ts';
import type { EditPlan, ListEdit } from './edit-plan.ts';
import { findAdded } from './spelling.ts';

/** A value that Plex keeps in its own form (case, white space, a dropped character). */
export type Altered = { readonly field: ScalarField | ListKind; readonly sent: string; readonly kept: string };

export type Verification = {
  /** Fields that still show their old value, and lists that lack an added name or still have a removed one. */
  readonly lost: readonly (ScalarField | ListKind | 'labels')[];
  readonly altered: readonly Altered[];
  /** What counts as ours from now on, in Plex's spelling. */
  readonly written: Written;
};

/**
 * Compares the item, read again, with the plan: lenient about spelling, strict about loss. `last` is what counted as
 * ours before: if sending the whole text left the cut as it was, Plex itself cuts it.
 */
export function verifyPlan(plan: EditPlan, after: PlexItem, last: Written = NOTHING_WRITTEN): Verification {
  const lost: (ScalarField | ListKind | 'labels')[] = [];
  const altered: Altered[] = [];
  const fields = { ...plan.written.fields };
  const lists = { ...plan.written.lists };
  for (const { field, before, value } of plan.fields) {
    const now = after.fields[field];
    const isSame = now === before && !isRespelling(value, now) && !isCutOf(value, last.fields[field]);
    if (now !== value && isSame) lost.push(field);
    else if (now !== value) altered.push({ field, sent: value, kept: now });
    // A summary that was cut to fit is remembered with its full text, so that it is recognised as cut and sent whole
    // again.
    const written = { sent: plan.written.fields[field]?.sent ?? value, kept: now };
    const wasTaken = value === written.sent;
    fields[field] = wasTaken && isCut(written) ? { ...written, shortened: 'by_plex' } : written;
  }
  for (const edit of plan.lists) {
    const found = checkList(edit, after.lists[edit.kind]);
    if (found.isLost) lost.push(edit.kind);
    altered.push(...found.altered.map(({ sent, kept }) => ({ field: edit.kind, sent, kept })));
    lists[edit.kind] = respell(lists[edit.kind] ?? {}, found.spelling);
  }
  const labels = new Set(after.labels.map(foldName));
  if (plan.labels?.remove.some((name) => labels.has(foldName(name)))) lost.push('labels');
  return { lost, altered, written: { fields, lists } };
}

function isCutOf(value: string, last: WrittenField | undefined): boolean {
  return last !== undefined && last.sent === value && isCut(last);
}

type ListCheck = {
  readonly isLost: boolean;
  readonly altered: readonly { readonly sent: string; readonly kept: string }[];
  readonly spelling: ReadonlyMap<string, string>;
};

function checkList(edit: ListEdit, tags: readonly Tag[]): ListCheck {
  const present = tags.map(({ tag }) => tag);
  const { spelling, missing } = findAdded(edit, present);
  const altered = [...spelling]
    .filter(([sent, kept]) => foldName(sent) !== foldName(kept))
    .map(([sent, kept]) => ({ sent, kept }));
  // A name that Plex treats as one it already had is not lost, and does not become ours.
  const lost = missing.filter((name) => {
    const twin = present.find((other) => isRespelling(name, other));
    if (twin !== undefined) altered.push({ sent: name, kept: twin });
    return twin === undefined;
  });
  const keys = new Set(present.map(foldName));
  const removed = new Set(edit.remove.map(foldName));
  const stillThere = edit.remove.some((name) => keys.has(foldName(name)));
  const goneToo = edit.before.some((name) => !removed.has(foldName(name)) && !keys.has(foldName(name)));
  return { isLost: lost.length > 0 || stillThere || goneToo, altered, spelling };
}

function respell(ours: OurNames, spelling: ReadonlyMap<string, string>): OurNames {
  return Object.fromEntries(Object.entries(ours).map(([sent, kept]) => [sent, spelling.get(sent) ?? kept]));
}
