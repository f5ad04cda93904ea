import type { SceneEdit } from '../../core/scene.ts';
import type { Intake } from '../../queue/intake.ts';
import type { PollMemory } from '../../queue/stash-cursor.ts';
import type { StashClient } from '../../stash/client.ts';
import { CURSOR_OVERLAP_MS, cursorBefore } from '../../stash/server-time.ts';

/** What a poll found: the first one only marks where to begin. */
export type Polled = { readonly kind: 'begun' } | { readonly kind: 'polled'; readonly changed: number };

const PER_PAGE = 500;
const SETTLED_AFTER_MS = 2_000;

/**
 * Asks Stash what changed since the last poll, and puts it into the queue. It looks back further than it must, since
 * times of one second share a spelling and clocks are set back; what it has seen before is left out.
 * @throws {SyncError}
 */
export async function pollStash(
  stash: StashClient,
  place: { readonly intake: Pick<Intake, 'enqueue'>; readonly memory: PollMemory; readonly now: number },
): Promise<Polled> {
  const { intake, memory, now } = place;
  const clock = await stash.serverTime();
  const before = memory.read();
  if (before === undefined) {
    const begin = cursorBefore(clock, 0);
    memory.save({ begin, cursor: begin, seen: {} });
    return { kind: 'begun' };
  }
  // Within its second a scene may change once more under the same stamp: what is that young is asked for again.
  const settled = cursorBefore(clock, SETTLED_AFTER_MS);
  const seen: Record<string, string> = {};
  let changed = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page = await stash.changedSince(before.cursor, PER_PAGE, after);
    const news = page.scenes.filter(({ sceneId, stamp }) => before.seen[sceneId] !== stamp);
    const edits = news.map(({ sceneId }): SceneEdit => ({ sceneId, bare: true, data: {} }));
    if (edits.length > 0) intake.enqueue(edits, { priority: 'hand', now });
    for (const { sceneId, stamp } of page.scenes) if (stamp.slice(0, settled.length) < settled) seen[sceneId] = stamp;
    changed += edits.length;
    after = page.nextAfterId;
  }
  // The same spelling throughout, so that the later text is the later time; never before the first poll began.
  const cursor = [cursorBefore(clock, CURSOR_OVERLAP_MS), before.begin].toSorted().at(-1) ?? before.begin;
  memory.save({ begin: before.begin, cursor, seen });
  return { kind: 'polled', changed };
}
