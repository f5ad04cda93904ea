import { UsageError } from '../../model/errors.ts';
import type { StashLook } from '../../model/stash-scene.ts';
import type { DrainStash } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';

/** With this many scenes gone at once, a wrong Stash address is likelier than deletions. */
export const SUSPICIOUSLY_MANY = 10;
/** With this many known scenes, it is unlikely that all were deleted unnoticed. */
const ENOUGH_KNOWN = 3;
const MOST_KNOWN = 20;

/** Evidence for and against a Stash that reports every scene it was asked for as gone. */
export type Witnesses = {
  readonly gone: number;
  /** How many scenes it has in all. */
  readonly total: number;
  /** Other scenes that were read from Stash and written before, and how many of those Stash has. */
  readonly known: number;
  readonly present: number;
};

/**
 * Why Stash is not believed when it reports its scenes as gone; `undefined`: it is believed. Stash has no name to
 * recognise it by (stash.md 5.3).
 */
export function doubtAbout({ gone, total, known, present }: Witnesses): UsageError | undefined {
  if (total === 0) return doubt('Stash has no scenes at all');
  if (present > 0) return undefined;
  if (known >= ENOUGH_KNOWN) return doubt('Stash knows none of the scenes that wait, nor any that were written before');
  return gone >= SUSPICIOUSLY_MANY ? doubt('Stash knows none of the scenes that wait') : undefined;
}

/**
 * Why reconcile does not believe that scenes are gone: Stash lists none of the written scenes as it was. Matching ids
 * prove nothing, every Stash has a scene 1.
 */
export function doubtOfSweep({ gone, known, present }: Omit<Witnesses, 'total'>): UsageError | undefined {
  if (gone === 0 || present > 0 || known < ENOUGH_KNOWN) return undefined;
  return new UsageError(
    `Stash has none of the ${known.toLocaleString('en')} scenes that were written: is it the right one? Nothing was changed.`,
    'Check stash_url; if they were all deleted, believe it with --allow-removals.',
  );
}

/**
 * Why a Stash is not believed that has less than half of the scenes known from it: another one, or one that was restored
 * from an old backup. `undefined`: it is believed.
 */
export function doubtOfFew({ known, present }: Pick<Witnesses, 'known' | 'present'>): UsageError | undefined {
  if (known < ENOUGH_KNOWN || present * 2 >= known) return undefined;
  const [some, all] = [present.toLocaleString('en'), known.toLocaleString('en')];
  return new UsageError(
    `Stash has ${some} of ${all} scenes that were written from it: is it the right one? Nothing was changed.`,
    'Check stash_url; if so many were deleted, believe it with --allow-removals.',
  );
}

function doubt(what: string): UsageError {
  return new UsageError(
    `${what}: is it the right one? They were left in the queue.`,
    'Check stash_url; if they were all deleted, drop them with plexsync queue drop.',
  );
}

/**
 * When every look found its scene gone, asks once more before believing it: jobs ended because of a wrong address are
 * lost.
 * @throws {SyncError}
 */
export async function doubtOf(
  looks: ReadonlyMap<number, StashLook>,
  { queue, stash }: { readonly queue: Pick<DrainQueue, 'knownScenes'>; readonly stash: Pick<DrainStash, 'presence'> },
): Promise<UsageError | undefined> {
  if (looks.size === 0 || [...looks.values()].some(({ kind }) => kind !== 'gone')) return undefined;
  const known = queue.knownScenes({ most: MOST_KNOWN, except: [...looks.keys()] });
  const { total, present } = await stash.presence(known);
  return doubtAbout({ gone: looks.size, total, known: known.length, present: present.length });
}
