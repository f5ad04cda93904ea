import type { CollectionState, SectionCollection, WithheldReason } from '../model/collection.ts';
import { foldName } from '../text/text.ts';

/** A collection that an item lacks: `removed` where we wrote it there before, `new` where not. */
export type CollectionNeed = {
  readonly name: string;
  readonly how: 'new' | 'removed';
  /** `back`: a person takes the field back from Plex. */
  readonly wish: 'back' | 'none';
};

/** What is remembered longer than this is asked for again: less than a day, so that a nightly run asks. */
const TRUSTED_MS = 20 * 3_600_000;

/**
 * Whether the section has to be asked before it is decided about a name. A name that was plain once is written without
 * a question, and so is a new one on the day of a question: most jobs cost no further request.
 */
export function mustAsk(
  { how }: CollectionNeed,
  known: CollectionState | undefined,
  { askedAt, now }: { readonly askedAt: number | undefined; readonly now: number },
): boolean {
  if (how === 'new' && known === undefined) return !isTrusted(askedAt, now);
  if (how === 'new' && known?.kind === 'plain') return false;
  return !isTrusted(known?.at, now);
}

function isTrusted(at: number | undefined, now: number): boolean {
  return at !== undefined && Math.abs(now - at) < TRUSTED_MS;
}

/** What a name is in a section that was just asked. */
export function stateOf(
  need: CollectionNeed,
  known: CollectionState | undefined,
  { listed, now }: { readonly listed: readonly SectionCollection[]; readonly now: number },
): CollectionState {
  const same = listed.filter(({ title }) => foldName(title) === foldName(need.name));
  if (same.some(({ smart }) => smart)) return { kind: 'smart', at: now, ...goneBefore(known) };
  if (same.length > 0) return { kind: 'plain', at: now, ...goneBefore(known) };
  const wasOurs = need.how === 'removed' || known?.kind === 'gone';
  if (!wasOurs) return { kind: 'plain', ...goneBefore(known) };
  return need.wish === 'none' ? { kind: 'gone', at: now } : { kind: 'plain', goneAt: now };
}

/** What a name is that the section did not have when it was asked, and that was written since. */
export function stateSince(need: CollectionNeed, known: CollectionState | undefined, now: number): CollectionState {
  if (need.how === 'removed') return { kind: 'plain', goneAt: now };
  return known ?? { kind: 'plain' };
}

/** What a name is that a person wants back, where the section cannot be asked. */
export function stateWanted(known: CollectionState): CollectionState {
  return { kind: 'plain', ...goneBefore(known) };
}

function goneBefore(known: CollectionState | undefined): Pick<CollectionState, 'goneAt'> {
  const goneAt = known?.kind === 'gone' ? known.at : known?.goneAt;
  return goneAt === undefined ? {} : { goneAt };
}

/**
 * Whether an item lost its collection with the whole of it, and not by a person's choice about the item: the scene was
 * last synced (epoch ms) before the collection was seen to be gone, and it is there again.
 */
export function wasLostWithAll(
  { how }: CollectionNeed,
  state: CollectionState | undefined,
  syncedAt: number | undefined,
): boolean {
  if (how === 'new' || state?.kind !== 'plain' || state.goneAt === undefined) return false;
  return syncedAt !== undefined && syncedAt <= state.goneAt;
}

/** Why a name is not written, if it is not; a wish to have it back makes a collection that is gone, but none beside a smart one. */
export function withheldBy({ wish }: CollectionNeed, state: CollectionState | undefined): WithheldReason | undefined {
  if (state?.kind === 'smart') return 'collection_smart';
  return state?.kind === 'gone' && wish === 'none' ? 'collection_gone' : undefined;
}
