import { asSyncError } from '../../model/errors.ts';
import type { DrainContext, Ended } from '../drain-context.ts';
import type { DrainSetting } from '../drain-options.ts';
import { foldersToScan } from '../servers/folders-to-scan.ts';
import type { Hydrated } from './hydrate.ts';

/** Asks Plex to look into folders whose files it does not have yet, each of them once in a drain. */
export type FolderScanner = {
  /** @param paths as Stash sees them */
  ask(paths: readonly string[]): Promise<void>;
};

export function createFolderScanner({ deps, guard, options, sections }: DrainSetting): FolderScanner {
  const asked = new Set<string>();
  let hasFailed = false;
  return {
    ask: async (paths) => {
      for (const { section, folder } of foldersToScan(paths, { sections, mappings: options.mappings })) {
        // Who may not scan one folder, or is not answered, is spared the same for all others.
        if (hasFailed || guard.halted() !== undefined || guard.isTimeUp()) return;
        const place = `${section.key}\n${folder}`;
        if (asked.has(place)) continue;
        asked.add(place);
        try {
          await deps.plex.scanFolder(section, folder);
          deps.emit({ kind: 'scan_requested', section: section.title, folder });
        } catch (thrown) {
          const error = asSyncError(thrown);
          if (error.code === 'unexpected') throw thrown;
          if (deps.stopRequested() !== undefined) return;
          // Only a convenience failed: neither a job nor the breaker hears of it.
          hasFailed = true;
          deps.emit({ kind: 'scan_failed', section: section.title, folder, message: error.message });
        }
      }
    },
  };
}

/** Where it is wanted, has the folders of those scanned that Plex did not have: they still wait, but for less. */
export async function scanMissing(
  batch: readonly Hydrated[],
  ended: readonly Ended[],
  { scan, options }: DrainContext,
): Promise<void> {
  if (options.scanning === 'leave' || options.mode === 'preview') return;
  const paths = new Map(batch.map(({ job, file }) => [job.id, file.path]));
  await scan.ask(
    ended.flatMap(({ job, outcome }): readonly string[] => {
      const path = paths.get(job.id);
      const isMissing = outcome.kind === 'failed' && outcome.error.code === 'plex_not_found';
      return isMissing && path !== undefined ? [path] : [];
    }),
  );
}
