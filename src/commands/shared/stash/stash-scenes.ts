import type { ReassertField } from '../../../core/model/reassert.ts';
import type { SceneEdit } from '../../../core/model/scene.ts';
import type { Enqueued, EnqueueOptions } from '../../../queue/tables/jobs/jobs.ts';
import { parseDurationMs } from '../../../settings/duration.ts';
import type { StashClient } from '../../../stash/client.ts';
import { cursorBefore } from '../../../stash/server-time.ts';
import { undoneLeft } from '../undone-words.ts';

/** Which scenes of Stash: all, or those changed in the last `backMs`. */
export type StashScope = { readonly kind: 'all' } | { readonly kind: 'recent'; readonly backMs: number };

/** How many scenes were put into the queue. */
export type Counted = {
  readonly added: number;
  readonly merged: number;
  /** Skipped: they have no file to look for in Plex. */
  readonly withoutFile: number;
  /** Those that a person undid: they are left. */
  readonly undone: number;
};

/** As many as one answer carries easily, and one transaction of the queue can take. */
export const PER_PAGE = 500;

/** Longer ago than any Stash exists, and still a date that can be computed with. */
const MOST_BACK_MS = 3_650 * 86_400_000;

/** Parses how far back to look; a bare number is in `unit`. `undefined` when it is not such a duration. */
export function recentScope(text: string, unit: 'h' | 'd'): StashScope | undefined {
  const backMs = parseDurationMs(text, unit);
  const isUsable = backMs !== undefined && backMs > 0 && backMs <= MOST_BACK_MS;
  return isUsable ? { kind: 'recent', backMs } : undefined;
}

/** How a walk asks for its pages. */
export type PageSource = { readonly pageAfter: StashClient['pageAfter']; readonly perPage: number };

/**
 * Reads the first page of a walk, and the number of scenes in all; only one page at a time is in memory. `source` asks
 * for as much of each scene as the walk needs.
 */
export async function startWalk(
  stash: Pick<StashClient, 'pageAfter' | 'serverTime'>,
  scope: StashScope,
  { pageAfter, perPage }: PageSource = { pageAfter: stash.pageAfter, perPage: PER_PAGE },
) {
  const only = scope.kind === 'all' ? {} : { updatedSince: cursorBefore(await stash.serverTime(), scope.backMs) };
  const first = await pageAfter(0, perPage, only);
  return {
    total: first.left,
    pages: async function* () {
      for (let page = first; ; ) {
        yield page.scenes;
        if (page.nextAfterId === undefined) return;
        page = await pageAfter(page.nextAfterId, perPage, only);
      }
    },
  };
}

/** Takes edits into the queue, or tells what would become of them. */
type EditsTaker = {
  enqueue(edits: readonly SceneEdit[], options: EnqueueOptions): readonly Pick<Enqueued, 'how'>[];
};

/**
 * Enqueues the scenes of a walk that have a file as bare jobs, a page per transaction; calls `onPage` with the
 * progress.
 */
export async function enqueueWalk(
  walk: Awaited<ReturnType<typeof startWalk>>,
  intake: EditsTaker,
  progress: { now(): number; onPage(done: number): void; readonly reassert?: readonly ReassertField[] | undefined },
): Promise<Counted> {
  let [added, merged, withoutFile, undone] = [0, 0, 0, 0];
  const { reassert } = progress;
  const saidAt = progress.now();
  for await (const scenes of walk.pages()) {
    const filed = scenes.filter(({ paths }) => paths.length > 0);
    const edits = filed.map(({ sceneId }): SceneEdit => ({ sceneId, bare: true, data: {} }));
    withoutFile += scenes.length - filed.length;
    const options = { priority: 'bulk', now: progress.now(), saidAt, reassert, undone: 'pass_over' } as const;
    const enqueued = intake.enqueue(edits, options);
    undone += edits.length - enqueued.length;
    for (const { how } of enqueued) {
      if (how === 'added') added += 1;
      else merged += 1;
    }
    progress.onPage(added + merged + withoutFile + undone);
  }
  return { added, merged, withoutFile, undone };
}

/** The words after a count of enqueued scenes; empty when every scene has a file. */
export function passedOver({ withoutFile, undone }: Counted): string {
  const left = undone === 0 ? '' : `, ${undoneLeft(undone)}`;
  return `${withoutFile === 0 ? '' : `, ${withoutFile} without a file passed over`}${left}`;
}
