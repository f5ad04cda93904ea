import { UsageError } from '../../core/model/errors.ts';
import type { QueueReleaseDocument } from '../../documents/job.ts';
import { EXIT } from '../../exit.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import { storesName } from '../../queue/store/stores.ts';
import { serverWords } from '../../queue/tables/server-state.ts';
import { prepareUndone } from '../../queue/tables/undone.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { releaseAndEnqueue } from '../../queue/work/release-undone.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { toIds } from '../shared/typed-values.ts';

export type ReleaseOptions = {
  readonly ids: readonly string[];
  readonly selectAll: 'all' | 'selected';
  readonly confirmed: 'yes' | 'ask';
  readonly effect: 'release' | 'show_only';
};

/** Lets undone scenes be written again: each gets a job that is due, or its waiting one becomes due. */
export async function release(options: ReleaseOptions, context: Context): Promise<number> {
  const { dataDir, streams, now } = context;
  const isDryRun = options.effect === 'show_only';
  const stores = isDryRun ? openPreviewStores(dataDir) : openStores(dataDir);
  try {
    const undone = inStore(storesName(stores.path), () => prepareUndone(stores.queueDb).scenes());
    const scenes = chosen(options, undone);
    if (isDryRun) return report(scenes, 'would_release', context);
    const question = `Let ${countOf(scenes)} of ${dataDir.path}${serverWords(stores.queueDb)} be written again, which was undone?`;
    const answer = scenes.length > 1 ? await confirm(question, { yes: options.confirmed === 'yes', streams }) : 'yes';
    if (answer !== 'yes') return declined(answer, context);
    releaseAndEnqueue(stores, scenes, now());
    return report(scenes, 'released', context);
  } finally {
    stores.close();
  }
}

function chosen({ ids, selectAll }: ReleaseOptions, undone: readonly number[]): readonly number[] {
  if (selectAll === 'all' ? ids.length > 0 : ids.length === 0)
    throw new UsageError(
      ids.length > 0 ? 'Give ids or --all, not both.' : 'Which scenes to release was not said.',
      'Give their Stash ids, or --all for every undone scene.',
    );
  if (selectAll === 'all') return undone;
  const wanted = toIds(ids, 'scene');
  const stray = wanted.filter((id) => !undone.includes(id));
  if (stray.length > 0)
    throw new UsageError(
      `Not undone: ${stray.length === 1 ? 'scene' : 'scenes'} ${stray.join(', ')}.`,
      `plexsync enqueue ${stray.join(' ')} writes ${stray.length === 1 ? 'it' : 'them'} in any case.`,
    );
  return wanted;
}

function report(
  scenes: readonly number[],
  what: 'released' | 'would_release',
  { output }: Pick<Context, 'output'>,
): number {
  const document: QueueReleaseDocument = {
    ...(what === 'would_release' ? { dry_run: true } : {}),
    released: scenes.length,
    scenes,
  };
  if (output.json) output.resultJson(document, 2);
  else if (scenes.length === 0) output.result('No scene is undone.');
  else if (what === 'would_release') output.result(`${countOf(scenes)} would be released: ${scenes.join(', ')}.`);
  else output.result(`${countOf(scenes)} released: due with the next run.\nNext: plexsync process`);
  return EXIT.done;
}

function countOf({ length }: readonly number[]): string {
  return length === 1 ? '1 undone scene' : `${length.toLocaleString('en')} undone scenes`;
}
