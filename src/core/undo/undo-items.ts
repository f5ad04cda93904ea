import { mapConcurrently } from '../drain/ports/map-concurrently.ts';
import { bisect } from '../failures/bisect.ts';
import type { SyncErrorCode } from '../model/errors.ts';
import { asSyncError, SyncError } from '../model/errors.ts';
import type { JournalEntry } from '../model/journal.ts';
import { PICTURE_FIELDS } from '../model/picture.ts';
import type { PlexItem } from '../model/plex-item.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import { isOfItem, NOTHING_WRITTEN } from '../model/scene-record.ts';
import { selectedKey } from '../pictures/choice.ts';
import { chooseEntries, isOfUndo } from './chosen-entries.ts';
import type { UndoneItem, UndoPlex, UndoQueue } from './ports.ts';
import { sendUndo, verifyUndo } from './send-undo.ts';
import type { Undoing } from './undo-notes.ts';
import { endOf, heldBy, noteOf } from './undo-notes.ts';
import { isEmptyUndo, planUndo } from './undo-plan.ts';
import type { PictureChoices } from './undo-types.ts';

/** An item and the entries of it that are to be taken back. */
export type ChosenItem = { readonly ratingKey: string; readonly entries: ReadonlySet<number> };

export type UndoDeps = {
  readonly queue: UndoQueue;
  readonly plex: UndoPlex;
  readonly mode: 'write' | 'preview';
  /** Requests in flight, 1 to 8. */
  readonly concurrency: number;
  now(): number;
  stopRequested(): NodeJS.Signals | undefined;
  tell(item: UndoneItem): void;
  /** Named places where a test may kill the process. */
  checkpoint(name: UndoCheckpoint): void;
};

export type UndoCheckpoint = 'undo_intended' | 'undo_written' | 'undo_settled';

/** One GET reads this many items (plex-api.md 3). */
const BATCH_SIZE = 100;

/**
 * Takes edits of items back, a batch at a time: read, plan, note, write, verify, settle. It may end anywhere, and the
 * next call goes on: what is back already is left.
 * @throws {SyncError} for what belongs to no item: an outage, a refused token
 */
export async function undoItems(chosen: readonly ChosenItem[], deps: UndoDeps): Promise<void> {
  for (let at = 0; at < chosen.length; at += BATCH_SIZE) {
    if (deps.stopRequested() !== undefined) return;
    await undoBatch(chosen.slice(at, at + BATCH_SIZE), deps);
    deps.checkpoint('undo_settled');
  }
}

async function undoBatch(chosen: readonly ChosenItem[], deps: UndoDeps): Promise<void> {
  const items = await readAll(
    chosen.map(({ ratingKey }) => ratingKey),
    deps,
  );
  const batch: Batch = { readAt: deps.now(), halted: undefined, outdated: [] };
  const planned: Undoing[] = [];
  for (const one of chosen) {
    const undoing = await planOne(one, items.get(one.ratingKey), deps);
    if (undoing !== undefined) planned.push(undoing);
  }
  if (deps.mode === 'preview') {
    for (const { item, plan, ...work } of planned) {
      const about = { title: item.fields.title, ...work };
      if (isEmptyUndo(plan)) deps.tell({ kind: 'already', left: plan.left, held: [], ...about });
      else deps.tell({ kind: 'would_undo', plan, ...about });
    }
    return;
  }
  const due = planned.filter(({ plan }) => !isEmptyUndo(plan));
  const back = planned.filter(({ plan }) => isEmptyUndo(plan));
  deps.queue.intend(due.map(noteOf), deps.now());
  deps.checkpoint('undo_intended');
  const sent = await mapConcurrently(due, deps.concurrency, async (work) => await sendOne(work, batch, deps));
  deps.checkpoint('undo_written');
  const written = await verifyAll(
    sent.filter((work) => work !== undefined),
    deps,
  );
  const ended = [...back, ...written].map((work) => ({ work, end: endOf(work) }));
  deps.queue.settle(
    ended.map(({ end }) => end),
    deps.now(),
  );
  for (const { work, end } of ended) {
    const { plan } = work;
    const about = { held: heldBy(end), ...aboutOf(work) };
    deps.tell(isEmptyUndo(plan) ? { kind: 'already', left: plan.left, ...about } : { kind: 'undone', plan, ...about });
  }
  if (batch.halted !== undefined) throw batch.halted;
  const outdated = chosen.filter(({ ratingKey }) => batch.outdated.includes(ratingKey));
  if (outdated.length > 0) await undoBatch(outdated, deps);
}

/** What was read longer ago is read again before it is sent: a person may have edited it since. */
const WINDOW_MS = 10_000;

/** A batch while it is sent. */
type Batch = {
  readonly readAt: number;
  /** What belongs to no item: nothing more is sent, and what was sent is settled first. */
  halted: SyncError | undefined;
  readonly outdated: string[];
};

/** Reads items, many in one GET; an item that alone makes the GET fail counts as failed. */
async function readAll(ratingKeys: readonly string[], { plex }: UndoDeps): Promise<Map<string, PlexItem | SyncError>> {
  const found = new Map<string, PlexItem | SyncError>();
  let failure: SyncError | undefined;
  const unread = await bisect(ratingKeys, async (part) => {
    try {
      for (const item of await plex.items(part)) found.set(item.ratingKey, item);
      return 'done';
    } catch (thrown) {
      failure = asSyncError(thrown);
      if (isShared(failure)) return 'stop';
      const [key = '', ...others] = part;
      if (others.length > 0) return 'halve';
      if (failure.code !== 'plex_not_found') found.set(key, failure);
      return 'done';
    }
  });
  if (unread.length > 0 && failure !== undefined) throw failure;
  return found;
}

/** Failures that say nothing about one item. */
const SHARED: ReadonlySet<SyncErrorCode> = new Set([
  'plex_unavailable',
  'plex_busy',
  'plex_unauthorized',
  'plex_forbidden',
]);

function isShared({ code }: SyncError): boolean {
  return SHARED.has(code);
}

async function planOne(
  { ratingKey, entries: ids }: ChosenItem,
  read: PlexItem | SyncError | undefined,
  deps: UndoDeps,
): Promise<Undoing | undefined> {
  const { queue, tell } = deps;
  const entries = queue.entriesOf(ratingKey);
  const chosen = chooseEntries(entries, ids);
  const [newest] = entries;
  const sceneId = queue.sceneOf(ratingKey) ?? newest?.sceneId ?? 0;
  const about = { ratingKey, sceneId, title: newest?.title ?? '' };
  if (read === undefined) return void tell({ kind: 'gone', ...about });
  if (read instanceof SyncError) return void tell({ kind: 'failed', message: read.message, ...about });
  if (queue.isUnderWay(sceneId)) return void tell({ kind: 'under_way', ...about });
  if (chosen.taken.length === 0) return void tell({ kind: 'already', left: [], held: [], ...about });
  const known = queue.record(sceneId);
  const record = known?.ratingKey === ratingKey ? known : undefined;
  const pictures = await pictureChoices(chosen.taken, ratingKey, deps);
  if (pictures instanceof SyncError) return void tell({ kind: 'failed', message: pictures.message, ...about });
  const plan = planUndo({ ...chosen, item: read, record, pictures });
  const isBack = isEmptyUndo(plan);
  const wasBegun = entries.some((entry) => isOfUndo(entry) && entry.state === 'open');
  // Where an undo that was cut short has put all back, it has our locks too, which would show whose item it is.
  if (!(isBack && wasBegun) && !isOfItem(record ?? impliedRecord(chosen.taken, read), read))
    return void tell({ kind: 'another_item', ...about });
  const isCutShort = chosen.taken.every(({ state }) => state === 'open');
  const isUnwritten = isBack && isCutShort && !wasBegun;
  return { ...chosen, ratingKey, sceneId, entries, item: read, record, plan, isUnwritten };
}

/** Where the item belongs to no scene any more: what its edits tell of it. */
function impliedRecord(taken: readonly JournalEntry[], { sectionKey }: PlexItem): SceneRecord {
  const [newest] = taken;
  return {
    ratingKey: newest?.ratingKey ?? '',
    sectionKey,
    scenePath: '',
    provenFile: undefined,
    written: NOTHING_WRITTEN,
    intent: undefined,
    addedAt: taken.find(({ record }) => record?.addedAt !== undefined)?.record?.addedAt,
    locked: taken.flatMap(({ changes }) => changes.map(({ field }) => field)),
  };
}

/** What Plex lists and shows of the pictures that the edits changed. */
async function pictureChoices(
  taken: readonly JournalEntry[],
  ratingKey: string,
  { plex }: UndoDeps,
): Promise<PictureChoices | SyncError> {
  const choices: [string, PictureChoices['thumb']][] = [];
  for (const field of PICTURE_FIELDS) {
    if (!taken.some(({ changes }) => changes.some((change) => change.kind === 'picture' && change.field === field)))
      continue;
    let list: Awaited<ReturnType<UndoPlex['pictures']>>;
    try {
      list = await plex.pictures(ratingKey, field);
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (isShared(error)) throw error;
      return error;
    }
    choices.push([field, { keys: list.map(({ key }) => key), selected: selectedKey(list) }]);
  }
  return Object.fromEntries(choices);
}

async function sendOne(work: Undoing, batch: Batch, deps: UndoDeps): Promise<Undoing | undefined> {
  if (deps.stopRequested() !== undefined || batch.halted !== undefined) return undefined;
  if (Math.abs(deps.now() - batch.readAt) > WINDOW_MS) {
    batch.outdated.push(work.ratingKey);
    return undefined;
  }
  try {
    await sendUndo(work, deps.plex);
    return work;
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (isShared(error)) batch.halted ??= error;
    else deps.tell({ kind: 'failed', message: error.message, ...aboutOf(work) });
    return undefined;
  }
}

async function verifyAll(sent: readonly Undoing[], deps: UndoDeps): Promise<readonly Undoing[]> {
  const after = await readAll(
    sent.map(({ ratingKey }) => ratingKey),
    deps,
  );
  return sent.filter((work) => {
    const item = after.get(work.ratingKey);
    const message =
      item === undefined || item instanceof SyncError
        ? (item?.message ?? 'the item vanished after the write')
        : verifyUndo(work.plan, item);
    if (message !== undefined) deps.tell({ kind: 'failed', message, ...aboutOf(work) });
    return message === undefined;
  });
}

function aboutOf({ ratingKey, sceneId, item }: Undoing) {
  return { ratingKey, sceneId, title: item.fields.title };
}
