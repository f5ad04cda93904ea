import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SceneEdit } from '../../core/model/scene.ts';
import type { EnqueueDocument } from '../../documents/enqueue.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { previewIntake } from '../../queue/work/intake-preview.ts';
import type { Context } from '../shared/context.ts';
import { showProgress } from '../shared/stash/stash-progress.ts';
import type { startWalk } from '../shared/stash/stash-scenes.ts';
import { enqueueWalk, passedOver } from '../shared/stash/stash-scenes.ts';

/** Whether scenes are put into the queue, or only told which would be. */
export type EnqueueEffect = 'enqueue' | 'show_only';

/** Tells what would become of edits that were given; makes no data directory. */
export function previewEdits(
  edits: readonly SceneEdit[],
  { dataDir, output }: Pick<Context, 'dataDir' | 'output'>,
): void {
  const stores = presentStores(dataDir);
  try {
    const enqueued = previewIntake(stores).enqueue(edits, { undone: 'release' });
    const added = enqueued.filter(({ how }) => how === 'added').length;
    const counts = { enqueued: enqueued.length, scenes: new Set(edits.map(({ sceneId }) => sceneId)).size };
    tell({ ...counts, added, merged: enqueued.length - added }, { pictures: '', passedOver: '' }, output);
  } finally {
    stores?.close();
  }
}

/**
 * Tells how many scenes of a walk through Stash would be enqueued. `pictures`: words on those that come with them.
 */
export async function previewWalk(
  walk: Awaited<ReturnType<typeof startWalk>>,
  pictures: string,
  context: Context,
): Promise<void> {
  const stores = presentStores(context.dataDir);
  const live = await showProgress(context, walk.total);
  try {
    const counted = await enqueueWalk(walk, previewIntake(stores), { now: context.now, onPage: live.show });
    const { added, merged, withoutFile, undone } = counted;
    const scenes = added + merged;
    const counts = { enqueued: scenes, scenes, added, merged, without_file: withoutFile, undone };
    tell(counts, { pictures, passedOver: passedOver(counted) }, context.output);
  } finally {
    live.clear();
    stores?.close();
  }
}

/** `undefined` where there is no queue yet: a dry run makes none. */
function presentStores(dataDir: Context['dataDir']): Stores | undefined {
  return existsSync(join(dataDir.path, 'queue.db')) ? openPreviewStores(dataDir) : undefined;
}

function tell(
  counts: Omit<EnqueueDocument, 'jobs' | 'dry_run'>,
  words: { readonly pictures: string; readonly passedOver: string },
  output: Context['output'],
): void {
  if (output.json) {
    output.resultJson({ ...counts, dry_run: true } satisfies EnqueueDocument);
    return;
  }
  const { scenes, added } = counts;
  const merged = scenes - added;
  const what = `${scenes.toLocaleString('en')} ${scenes === 1 ? 'scene' : 'scenes'}${words.pictures}`;
  const how = [added > 0 && `${added} new`, merged > 0 && `${merged} merged into a waiting job`].filter(Boolean);
  const detail = how.length === 0 ? '' : `: ${how.join(', ')}`;
  output.result(`Dry run, nothing was enqueued. It would be ${what}${detail}${words.passedOver}`);
}
