import type { UsageError } from '../../../core/model/errors.ts';
import type { SceneEdit } from '../../../core/model/scene.ts';
import type { PollMemory } from '../../../queue/tables/stash-cursor.ts';
import type { Intake } from '../../../queue/work/intake.ts';
import type { StashClient } from '../../../stash/client.ts';
import type { StashClock } from '../../../stash/server-time.ts';
import {
  FAR_OVERLAP_MS,
  farCursor,
  isBefore,
  isFarLookDue,
  isPast,
  isSettled,
  nearCursor,
} from '../../../stash/server-time.ts';

/** The result of a poll: the first one only marks where to begin. */
export type Polled = { readonly kind: 'begun' } | { readonly kind: 'polled'; readonly changed: number };

const PER_PAGE = 500;

/**
 * Asks Stash what changed since the last poll, and puts it into the queue. Each look overlaps the one before a little,
 * and now and then by hours (server-time.ts says why); changes already seen are skipped.
 * @throws {SyncError}
 * @throws {UsageError} where Stash is not believed; then nothing is enqueued.
 */
export async function pollStash(
  stash: Pick<StashClient, 'serverTime' | 'changedSince'>,
  place: {
    readonly intake: Pick<Intake, 'enqueue'>;
    readonly memory: PollMemory;
    now(): number;
    /** Why this Stash is not believed, asked before anything that it says is enqueued. */
    doubt(): Promise<UsageError | undefined>;
  },
): Promise<Polled> {
  const { intake, memory, now } = place;
  // All pages get the same stamp: an edit by hand between two of them is later.
  const saidAt = now();
  const clock = await stash.serverTime();
  const before = memory.read();
  if (before === undefined) {
    memory.save({ beginAt: clock.at, last: { at: clock.at, offset: clock.offset, farAt: clock.at }, seen: {} });
    return { kind: 'begun' };
  }
  const { beginAt, last } = before;
  const isFar = isFarLookDue(last, clock);
  const cursor = isFar ? farCursor(last, clock) : nearCursor(last, clock);
  const seen = Object.fromEntries(Object.entries(before.seen).filter(([, mark]) => !isPast(stampOf(mark), clock)));
  let changed = 0;
  let priority: 'hand' | 'bulk' = 'hand';
  let isBelieved = false;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await stash.changedSince(cursor, PER_PAGE, after);
    // Compares instants: a change before the first look may have a later text than one after it.
    const since = page.scenes.filter(({ stamp }) => !isBefore(stamp, beginAt, clock));
    const marked = since.map(({ sceneId, stamp }) => ({ sceneId, mark: markFor(stamp, clock) }));
    const news = marked.filter(({ sceneId, mark }) => isNews(mark, before.seen[sceneId]));
    const edits = news.map(({ sceneId }): SceneEdit => ({ sceneId, bare: true, data: {} }));
    // A page of mostly new changes with more to follow is a mass change: an edit by hand must not wait behind it.
    if (page.nextAfterId !== undefined && news.length > page.scenes.length / 2) priority = 'bulk';
    if (edits.length > 0 && !isBelieved) {
      const doubt = await place.doubt();
      if (doubt !== undefined) throw doubt;
      isBelieved = true;
    }
    if (edits.length > 0) intake.enqueue(edits, { priority, now: now(), saidAt, by: 'event' });
    for (const { sceneId, mark } of marked) seen[sceneId] = mark;
    // What is in the queue is stored as seen at once: if a later page fails, the next look must not repeat the earlier
    // ones.
    if (edits.length > 0) memory.save({ ...before, seen: { ...before.seen, ...seen } });
    changed += edits.length;
    after = page.nextAfterId;
  }
  memory.save({
    // If the clock was set back before the first look, a fixed start would hide all changes until the clock is there
    // again.
    beginAt: clock.at < beginAt ? clock.at - FAR_OVERLAP_MS : beginAt,
    last: { at: clock.at, offset: clock.offset, farAt: isFar ? clock.at : last.farAt },
    seen,
  });
  return { kind: 'polled', changed };
}

/** Prefixes the stamp of a scene that may still change again under the same stamp: such a scene is taken once more. */
const UNSETTLED = '~';

const markFor = (stamp: string, clock: StashClock): string => (isSettled(stamp, clock) ? stamp : UNSETTLED + stamp);

const stampOf = (mark: string): string => (mark.startsWith(UNSETTLED) ? mark.slice(UNSETTLED.length) : mark);

/** Whether a mark may stand for a change that its earlier mark `before` does not cover. */
function isNews(mark: string, before: string | undefined): boolean {
  return before === undefined || (mark !== before && mark !== UNSETTLED + before);
}
