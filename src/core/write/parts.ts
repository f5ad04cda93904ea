import type { SyncErrorCode } from '../model/errors.ts';
import { SyncError } from '../model/errors.ts';
import type { ScalarField } from '../model/plex-item.ts';
import type { Intent, Written, WrittenField } from '../model/scene-record.ts';
import type { Sentence } from '../text/sentence.ts';
import { listed, ours, say } from '../text/sentence.ts';
import { cutAtWord, isBeginning } from '../text/text.ts';
import type { EditPlan, FieldEdit } from './edit-plan.ts';
import { intentOf } from './edit-plan.ts';
import type { LockKey, PartKey } from './part-words.ts';
import { wordsOf } from './part-words.ts';

/** What one PUT carries of a plan: all of it, or a single field, list or lock, or the labels. */
export type Part = Pick<EditPlan, 'fields' | 'lists' | 'locks' | 'labels'>;

/** The length of the request for a part, in bytes. */
type LengthOf = (part: Part) => number;

/** A part that was refused alone, the error, and the length of its request. */
export type RefusedPart = { readonly key: PartKey; readonly bytes: number; readonly error: SyncError };

/** The code a request was refused with, and whether this is the job's last attempt. */
export type Refusal = { readonly code: SyncErrorCode; readonly attempt: 'last' | 'earlier' };

/** What became of the parts of a plan. */
export type Delivery = {
  /** As they were finally sent: the summary may have been cut. */
  readonly taken: readonly Part[];
  /** The summary, when Plex already has a cut of it and accepted nothing longer. */
  readonly keptCut: readonly ScalarField[];
  readonly refusedParts: readonly RefusedPart[];
  readonly end: DeliveryEnd;
};

export type DeliveryEnd =
  | { readonly kind: 'all_sent' }
  /** The run may no longer write; unsent parts are left for another run. */
  | { readonly kind: 'halted' }
  /** `part` was sent last; it is unknown whether it landed. */
  | { readonly kind: 'failed'; readonly error: SyncError; readonly part: Part };

/** What to do after a PUT was refused. */
export type Next =
  /** It held several parts: each is sent alone, so that no part holds back another. */
  | { readonly kind: 'split'; readonly parts: readonly Part[] }
  | { readonly kind: 'shorter'; readonly part: Part }
  /** Plex already has as much of the summary as it would accept. */
  | { readonly kind: 'keptCut'; readonly field: ScalarField }
  | { readonly kind: 'refused'; readonly key: PartKey }
  /** The content of the request was not to blame: the attempt has failed. */
  | { readonly kind: 'failed' };

/** A reverse proxy usually allows 4 to 8 KiB of request line (plex-api.md 4.5): longer plans are sent part by part. */
const LONGEST_MERGED_BYTES = 6_144;

/**
 * Lengths to which the request for a refused summary is cut, in turn: just below common proxy limits, and some in
 * between.
 */
const CUT_TO_BYTES = [15_000, 8_000, 6_000, 4_000, 3_000, 2_000, 1_500, 1_000];

/** Refusals that one part may have caused, so that the others are worth sending without it. */
const ONE_PARTS_FAULT: ReadonlySet<SyncErrorCode> = new Set(['plex_too_long', 'plex_rejected']);

/** A failing server may recover: only at the last attempt is it worth finding the part it fails at. */
function mayBeOneParts({ code, attempt }: Refusal): boolean {
  return ONE_PARTS_FAULT.has(code) || (code === 'plex_error' && attempt === 'last');
}

/** The requests a plan starts with: usually one. */
export function firstParts(plan: EditPlan, lengthOf: LengthOf): readonly Part[] {
  const merged = partWith(plan);
  if (keysOf(merged).length === 0) return [];
  return lengthOf(merged) <= LONGEST_MERGED_BYTES ? [merged] : singlesOf(merged);
}

/**
 * Decides what to do after the PUT of a part was refused. Only here is the summary cut: when a request that held
 * nothing else was refused, and may have been too long.
 */
export function afterRefusal(part: Part, refusal: Refusal, lengthOf: LengthOf): Next {
  if (!mayBeOneParts(refusal)) return { kind: 'failed' };
  const singles = singlesOf(part);
  if (singles.length > 1) return { kind: 'split', parts: singles };
  const [[edit], [list]] = [part.fields, part.lists];
  if (list !== undefined) return { kind: 'refused', key: list.kind };
  if (edit === undefined) return { kind: 'refused', key: onlyKeyOf(part) };
  if (edit.field !== 'summary' || !mayBeTooLong(part, refusal, lengthOf)) return { kind: 'refused', key: edit.field };
  const value = shortenedSummary(edit, lengthOf);
  // A cut from an earlier run is never replaced by a shorter one.
  if (isBeginning(edit.value, edit.before) && value.length <= edit.before.length)
    return { kind: 'keptCut', field: 'summary' };
  return value === ''
    ? { kind: 'refused', key: 'summary' }
    : { kind: 'shorter', part: { ...part, fields: [{ ...edit, value }] } };
}

/** Not every proxy says that a request is too long: some answer 400, or fail. None refuses one as short as this. */
const NEVER_TOO_LONG_BYTES = 2_048;

function mayBeTooLong(part: Part, { code }: Refusal, lengthOf: LengthOf): boolean {
  return code === 'plex_too_long' || lengthOf(part) > NEVER_TOO_LONG_BYTES;
}

/** Each field and each list as a part of its own, with its lock; then the other locks, each alone, and the labels. */
export function singlesOf(part: Part): readonly Part[] {
  const { fields, lists, locks = [], labels } = part;
  const lockOf = (name: string): Part['locks'] => locks.filter((lock) => lock.name === name);
  return [
    ...fields.map((field) => partWith({ fields: [field], locks: lockOf(field.field) })),
    ...lists.map((list) => partWith({ lists: [list], locks: lockOf(list.kind) })),
    ...loneLocksOf(part).map((lock) => partWith({ locks: [lock] })),
    ...(labels === undefined ? [] : [partWith({ labels, locks: lockOf('label') })]),
  ];
}

/** Only what there is: a part of text alone has neither locks nor labels. */
export function partWith({ fields = [], lists = [], locks = [], labels }: Partial<Part>): Part {
  return { fields, lists, ...(locks.length === 0 ? {} : { locks }), ...(labels === undefined ? {} : { labels }) };
}

/** The locks of what the part does not edit. */
function loneLocksOf({ fields, lists, locks = [], labels }: Part): NonNullable<Part['locks']> {
  const edited = new Set<string>([...fields.map(({ field }) => field), ...lists.map(({ kind }) => kind)]);
  if (labels !== undefined) edited.add('label');
  return locks.filter(({ name }) => !edited.has(name));
}

function onlyKeyOf(part: Part): PartKey {
  const [key] = keysOf(part);
  if (key === undefined) throw new Error('a request without an edit was sent');
  return key;
}

/** As much of the summary as fits the next shorter request; empty when there is no shorter one. */
function shortenedSummary(edit: FieldEdit, lengthOf: LengthOf): string {
  const lengthAt = (value: string): number => lengthOf({ fields: [{ ...edit, value }], lists: [] });
  const refusedBytes = lengthAt(edit.value);
  const limit = CUT_TO_BYTES.find((bytes) => bytes < refusedBytes) ?? 0;
  let [low, high] = [0, [...edit.value].length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lengthAt(cutAtWord(edit.value, middle)) <= limit) low = middle;
    else high = middle - 1;
  }
  return cutAtWord(edit.value, low);
}

/**
 * The plan as far as it was carried out: parts that were refused or not sent are removed, and what counts as ours there
 * stays as it was `before`.
 */
export function carriedOut(plan: EditPlan, delivery: Delivery, before: Written): EditPlan {
  const { taken, keptCut } = delivery;
  const fields: Partial<Record<ScalarField, WrittenField>> = { ...plan.written.fields };
  const lists = { ...plan.written.lists };
  for (const { field, value, before: kept } of plan.fields) {
    if (keptCut.includes(field)) fields[field] = { sent: value, kept };
  }
  for (const key of keysLeft(plan, delivery)) {
    putBack(fields, before.fields, key);
    putBack(lists, before.lists, key);
  }
  const { locks: _planned, labels: _meant, ...rest } = plan;
  return { ...rest, ...takenOf(taken), written: { fields, lists } };
}

/** All that was taken, as one part. */
export function takenOf(taken: readonly Part[]): Part {
  return partWith({
    fields: taken.flatMap((part) => part.fields),
    lists: taken.flatMap((part) => part.lists),
    locks: taken.flatMap((part) => part.locks ?? []),
    labels: taken.find((part) => part.labels !== undefined)?.labels,
  });
}

function putBack<T>(now: Record<string, T>, before: Readonly<Record<string, T>>, key: PartKey): void {
  const value = before[key];
  if (value === undefined) delete now[key];
  else now[key] = value;
}

/** The parts of a plan that are still to be written. */
function keysLeft(plan: EditPlan, { taken, keptCut }: Delivery): readonly PartKey[] {
  const done = new Set<PartKey>([...taken.flatMap(keysOf), ...keptCut]);
  return keysOf(plan).filter((key) => !done.has(key));
}

export function keysOf(part: Part): readonly PartKey[] {
  const { fields, lists, labels } = part;
  return [
    ...fields.map(({ field }) => field),
    ...lists.map(({ kind }) => kind),
    ...loneLocksOf(part).map(({ name }): LockKey => `${name}.locked`),
    ...(labels === undefined ? [] : (['label'] as const)),
  ];
}

/** The intent of parts that may have landed without an answer; the next attempt checks it. */
export function intentLeft(plan: EditPlan, { end, refusedParts }: Delivery): Intent | undefined {
  const unclear = refusedParts.filter(({ error }) => !ONE_PARTS_FAULT.has(error.code)).map(({ key }) => key);
  const keys = new Set<PartKey>([...unclear, ...(end.kind === 'failed' ? keysOf(end.part) : [])]);
  if (keys.size === 0) return undefined;
  return intentOf({
    fields: plan.fields.filter(({ field }) => keys.has(field)),
    lists: plan.lists.filter(({ kind }) => keys.has(kind)),
  });
}

/** The job's failure after a delivery, if any. When a part was written, the error names the parts that were not. */
export function failureOf(plan: EditPlan, delivery: Delivery): SyncError | undefined {
  const { end, taken } = delivery;
  if (end.kind !== 'failed') return refusalOf(delivery);
  const { error } = end;
  if (taken.length === 0) return error;
  const left = keysLeft(plan, delivery).map(wordsOf);
  const named = listed(left.map((part) => ours(part.name)));
  const refusedKeys = [...new Set(left.map(({ key }) => key))];
  const { code, said, retryAfterMs, request, stack } = error;
  const failure = new SyncError(code, say`${said}; written but for: ${named}`, { retryAfterMs, refusedKeys, request });
  // The stack of an unforeseen error shows where it came from.
  if (stack !== undefined) failure.stack = stack;
  return failure;
}

function refusalOf({ taken, refusedParts }: Delivery): SyncError | undefined {
  const [first] = refusedParts.toSorted((a, b) => Number(isTooLong(a)) - Number(isTooLong(b)));
  if (first === undefined) return undefined;
  const others = Map.groupBy(
    refusedParts.filter((part) => !isTooLong(part)),
    ({ error }) => error.message,
  );
  const sentences = [...[...others.values()].map(refusedSentence), ...tooLongSentence(refusedParts.filter(isTooLong))];
  const rest = taken.length === 0 ? '' : '; the rest is written';
  const { code, retryAfterMs, request } = first.error;
  return new SyncError(code, say`${listed(sentences, '. ')}${rest}`, {
    retryAfterMs,
    request,
    refusedKeys: [...new Set(refusedParts.map(({ key }) => wordsOf(key).key))],
  });
}

function isTooLong({ error }: RefusedPart): boolean {
  return error.code === 'plex_too_long';
}

/** What the parts that were refused for one reason were refused for. */
function refusedSentence(parts: readonly RefusedPart[]): Sentence {
  const [first] = parts;
  const named = listed(parts.map(({ key }) => ours(wordsOf(key).name)));
  return first === undefined ? named : say`${first.error.said}: ${named}`;
}

function tooLongSentence(parts: readonly RefusedPart[]): readonly Sentence[] {
  if (parts.length === 0) return [];
  const named = listed(parts.map(({ key, bytes }) => say`${ours(wordsOf(key).name)} (${bytes} bytes)`));
  const cures = listed([...new Set(parts.map(({ key }) => wordsOf(key).cure))].map(ours), ', or ');
  return [
    say`Too long for Plex or a proxy before it, even in a request of its own: ${named}. Raise the limit of the proxy, or ${cures}`,
  ];
}
