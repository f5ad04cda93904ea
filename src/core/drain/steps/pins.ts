import type { Candidate } from '../../match/evidence.ts';
import { heldAmong } from '../../match/evidence.ts';
import { pinnedElsewhere } from '../../match/ownership.ts';
import { spelledName } from '../../match/paths.ts';
import type { Pin } from '../../match/pin.ts';
import { fileToFollow, holdsPinned, MOST_CHOICES, pinCommand } from '../../match/pin.ts';
import type { ItemChoice } from '../../model/errors.ts';
import { SyncError } from '../../model/errors.ts';
import type { PlexItem, Section } from '../../model/plex-item.ts';
import { isOfItem } from '../../model/scene-record.ts';
import type { Sentence } from '../../text/sentence.ts';
import { asPath, asTitle, listed, ours, say } from '../../text/sentence.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Hydrated, ItemRead, Pinned, Read } from '../ports/stages.ts';
import { isPinned } from '../ports/stages.ts';
import type { FileFinder } from '../servers/file-finder.ts';

/** What following a pin needs. */
export type PinUses = Pick<DrainDeps, 'emit'> & {
  readonly queue: Pick<DrainQueue, 'pin' | 'pinnedTo' | 'movePin'>;
  readonly finder: Pick<FileFinder, 'withName'>;
  readonly options: Pick<DrainOptions, 'mappings'>;
  readonly sections: readonly Section[];
};

/** The pinned item, if a person pinned one: it is checked on the read that follows anyway, without a look-up. */
export function resolveFromPin(work: Hydrated, { queue }: PinUses): Pinned | undefined {
  const pin = queue.pin(work.job.sceneId);
  return pin === undefined ? undefined : asPinned(work, pin, 'unchecked');
}

function asPinned(work: Hydrated, pin: Pin, pinState: Pinned['pinState']): Pinned {
  // A pin is no proof: the evidence is judged separately, once the item was read.
  return { ...work, ratingKey: pin.ratingKey, provenFile: undefined, from: 'pin', pin, pinState };
}

/** A pin compared with its item as read: a `stale` pin is followed by its file. */
type CheckedPin = { readonly kind: 'read'; readonly work: Read } | { readonly kind: 'stale'; readonly work: Pinned };

/** Compares a pin with its item; `undefined` when the item vanished after the pin was followed to it. */
export function checkPin(
  work: Pinned,
  read: Extract<ItemRead, { kind: 'item' | 'gone' }>,
  context: PinUses,
): CheckedPin | undefined {
  const isThere = read.kind === 'item' && context.sections.some(({ key }) => key === read.item.sectionKey);
  const hasFollowed = work.pinState === 'followed';
  if (!isThere) return hasFollowed ? undefined : { kind: 'stale', work: { ...work, pinState: 'lost_item' } };
  const { item, readAt } = read;
  const isHeld = holdsPinned(work.pin, item.files);
  if (!isHeld && !hasFollowed) return { kind: 'stale', work: { ...work, pinState: 'lost_file' } };
  // An item recreated under the same key is a different item: the job waits for the pinned file.
  const { record } = work;
  if (!isHeld && record?.ratingKey === item.ratingKey && !isOfItem(record, item)) return undefined;
  // No other item has the pinned file: the item has a new file and stays the pinned one.
  const file = isHeld ? undefined : fileToFollow(item.files, work.file.path);
  if (file !== undefined) move(work.pin, { ...work.pin, file }, context);
  return { kind: 'read', work: { ...asRead(work, item, context), readAt } };
}

/** Judges the evidence as if there were no pin: what is remembered as proof must hold after the pin is removed. */
function asRead(work: Pinned, item: PlexItem, { options }: PinUses): Omit<Read, 'readAt'> {
  const { record, files } = work;
  const proven = { scenePath: record?.scenePath ?? '', file: record?.provenFile ?? '' };
  const held = heldAmong(files, item.files, { proven, mappings: options.mappings });
  return { ...work, ...held, item, provenFile: held?.provenFile, recordFrom: 'own' };
}

/**
 * Asks Plex which item has the pinned file now, and moves the pin to it.
 * @throws {SyncError} `plex_not_found` when no item has it and the old item is gone, `low_confidence` when several have
 * it, or the error of the look-up.
 */
export async function followPin(work: Pinned, context: PinUses): Promise<Pinned> {
  const { pin, pinState } = work;
  // An item that was read without the file does not have it, even if a listing says so.
  const holders = (await holdersOf(pin, context)).filter(
    ({ ratingKey }) => pinState !== 'lost_file' || ratingKey !== pin.ratingKey,
  );
  const [holder, ...others] = holders;
  if (holder === undefined) {
    if (pinState === 'lost_file') return asPinned(work, pin, 'followed');
    throw new SyncError('plex_not_found', lostWords(pin));
  }
  if (others.length > 0) throw severalHolders(pin, holders);
  const { ratingKey, sectionKey, title } = holder;
  const moved = { ...pin, ratingKey, sectionKey, title };
  move(pin, moved, context);
  return asPinned(work, moved, 'followed');
}

async function holdersOf(pin: Pin, { finder }: PinUses): Promise<readonly Candidate[]> {
  const named = await finder.withName(spelledName(pin.file), pin.sceneId);
  return named.filter((candidate) => holdsPinned(pin, candidate.files));
}

function move(from: Pin, to: Pin, { emit, queue }: PinUses): void {
  // A person may have moved or removed the pin at this very moment.
  if (!queue.movePin(from, to)) return;
  emit({ kind: 'pin_moved', sceneId: to.sceneId, from: from.ratingKey, to: to.ratingKey, file: to.file });
}

function lostWords({ sceneId, ratingKey, title, file }: Pin): Sentence {
  return say`Scene ${sceneId} is pinned to Plex item ${ours(ratingKey)} "${asTitle(title)}", which is in none of the libraries that are looked in, nor is its file ${asPath(file)}: pin the scene to another one, or let it be matched again with plexsync unpin ${sceneId}`;
}

function severalHolders({ sceneId, ratingKey, file }: Pin, holders: readonly Candidate[]): SyncError {
  const few = holders.slice(0, MOST_CHOICES);
  const shown = few.map((holder) => ours(pinCommand(sceneId, holder.ratingKey)));
  const message = say`Scene ${sceneId} is pinned to Plex item ${ours(ratingKey)}, whose file ${asPath(file)} is now in ${holders.length} items. Pin it to one of them: ${listed(shown, ', or ')}`;
  const choices = few.map(({ ratingKey: key, title, sectionTitle: library }) => {
    return { ratingKey: key, title, library, file };
  });
  return new SyncError('low_confidence', message, { choices });
}

/** An item that was read, as a choice offered to a person. */
export function choiceOf({ item, provenFile }: Read): ItemChoice {
  const { ratingKey, fields, sectionTitle: library, files } = item;
  return { ratingKey, title: fields.title, library, file: provenFile ?? files[0]?.path ?? '' };
}

/** Why an item that another scene is pinned to is not written for this one; `undefined` when it may be. */
export function pinnedToOther(work: Read, { queue }: PinUses): SyncError | undefined {
  const { ratingKey, fields } = work.item;
  const pinned = queue.pinnedTo(ratingKey);
  if (pinned.length === 0 || isPinned(work)) return undefined;
  const message = pinnedElsewhere({ ratingKey, title: fields.title }, pinned, work.job.sceneId);
  return new SyncError('low_confidence', message, { choices: [choiceOf(work)] });
}
