import { evenly } from '../../../core/match/evenly.ts';
import type { SampledFile } from '../../../core/match/sample/file-sample.ts';
import { SyncError, UsageError } from '../../../core/model/errors.ts';
import { durationMsOf } from '../../../core/model/file-facts.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { readFileless } from '../../../queue/views/sample.ts';
import type { StashClient } from '../../../stash/client.ts';

/** The files of waiting jobs that Stash told, and the number of those jobs of which no file is known. */
export type WaitingFiles = { readonly files: readonly SampledFile[]; readonly unknown: number };

/**
 * Asks Stash in one request for the files of at most `most` jobs that name none. A Stash that is not set, or fails, tells
 * nothing: the check of Stash says why.
 */
export async function askForFiles(
  stores: Stores,
  stash: Pick<StashClient, 'scenes'> | undefined,
  most: number,
): Promise<WaitingFiles> {
  const ids = readFileless(stores);
  if (ids.length === 0 || stash === undefined) return { files: [], unknown: ids.length };
  try {
    const looks = await stash.scenes(evenly(ids, most));
    const files = [...looks].flatMap(([sceneId, look]): readonly SampledFile[] => {
      if (look.kind !== 'found') return [];
      const { path, size, duration } = look.scene.data;
      if (path === undefined) return [];
      return [{ path, size, durationMs: durationMsOf(duration), from: 'waiting', sectionKey: undefined, sceneId }];
    });
    return { files, unknown: ids.length - files.length };
  } catch (thrown) {
    if (thrown instanceof SyncError || thrown instanceof UsageError) return { files: [], unknown: ids.length };
    throw thrown;
  }
}
