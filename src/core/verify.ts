import type { EditPlan, ListEdit } from './edits.ts';
import type { ListKind, PlexItem, ScalarField, Tag } from './plex-item.ts';
import type { OurNames, Written } from './scene-record.ts';
import { foldName } from './text.ts';

/** A value that Plex keeps in a form of its own (case, white space, a dropped character). */
export type Altered = { readonly field: ScalarField | ListKind; readonly sent: string; readonly kept: string };

export type Verification = {
  /** Fields that still show their old value, or lists that lack a name or still have a removed one. */
  readonly lost: readonly (ScalarField | ListKind)[];
  readonly altered: readonly Altered[];
  /** What counts as ours from now on, in Plex's spelling. */
  readonly written: Written;
};

/** Holds the item, read again, against the plan: lenient about spelling, strict about loss. */
export function verifyPlan(plan: EditPlan, after: PlexItem): Verification {
  const lost: (ScalarField | ListKind)[] = [];
  const altered: Altered[] = [];
  const fields = { ...plan.written.fields };
  const lists = { ...plan.written.lists };
  for (const { field, before, value } of plan.fields) {
    const now = after.fields[field];
    if (now !== value && now === before && !isRespelling(value, now)) lost.push(field);
    else if (now !== value) altered.push({ field, sent: value, kept: now });
    // A summary that was cut to fit is remembered as the whole, or it would be sent again at each run.
    fields[field] = { sent: plan.written.fields[field]?.sent ?? value, kept: now };
  }
  for (const edit of plan.lists) {
    const found = spellingsOf(edit, after.lists[edit.kind]);
    if (found.isLost) lost.push(edit.kind);
    altered.push(...found.altered.map(({ sent, kept }) => ({ field: edit.kind, sent, kept })));
    lists[edit.kind] = respell(lists[edit.kind] ?? {}, found.spelling);
  }
  return { lost, altered, written: { fields, lists } };
}

/** Whether two values differ only in what Plex is known to change: case, white space, single signs. */
function isRespelling(sent: string, kept: string): boolean {
  const letters = (value: string): string => foldName(value).replace(/[^\p{L}\p{N}]+/gu, '');
  return letters(sent) !== '' && letters(sent) === letters(kept);
}

type Spellings = {
  readonly isLost: boolean;
  readonly altered: readonly { readonly sent: string; readonly kept: string }[];
  /** Added name → how Plex spells it. */
  readonly spelling: ReadonlyMap<string, string>;
};

function spellingsOf(edit: ListEdit, tags: readonly Tag[]): Spellings {
  const now = new Map(tags.map(({ tag }) => [foldName(tag), tag]));
  const expected = new Set([...edit.before, ...edit.add].map(foldName));
  // Names that nobody sent and that were not there before: the forms Plex made of names it did not take as sent.
  const strangers = [...now].filter(([key]) => !expected.has(key)).map(([, tag]) => tag);
  const spelling = new Map<string, string>();
  const altered: { sent: string; kept: string }[] = [];
  let isLost = edit.remove.some((name) => now.has(foldName(name)));
  for (const name of edit.add) {
    const asSent = now.get(foldName(name));
    const kept = asSent ?? strangers.shift();
    if (kept === undefined) isLost = true;
    else spelling.set(name, kept);
    if (asSent === undefined && kept !== undefined) altered.push({ sent: name, kept });
  }
  const removed = new Set(edit.remove.map(foldName));
  if (edit.before.some((name) => !removed.has(foldName(name)) && !now.has(foldName(name)))) isLost = true;
  return { isLost, altered, spelling };
}

function respell(ours: OurNames, spelling: ReadonlyMap<string, string>): OurNames {
  return Object.fromEntries(Object.entries(ours).map(([sent, kept]) => [sent, spelling.get(sent) ?? kept]));
}
