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
  if (same.some(({ smart }) => smart)) return { kind: 'smart', at: now };
  if (same.length > 0) return { kind: 'plain', at: now };
  const wasOurs = need.how === 'removed' || known?.kind === 'gone';
  return wasOurs && need.wish === 'none' ? { kind: 'gone', at: now } : { kind: 'plain' };
}

/** Why a name is not written, if it is not; a wish to have it back makes a collection that is gone, but none beside a smart one. */
export function withheldBy({ wish }: CollectionNeed, state: CollectionState | undefined): WithheldReason | undefined {
  if (state?.kind === 'smart') return 'collection_smart';
  return state?.kind === 'gone' && wish === 'none' ? 'collection_gone' : undefined;
}
