import { asSyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps, DrainPlex } from '../ports/ports.ts';
import { foldersToScan } from './folders-to-scan.ts';
import type { PlexGuard } from './plex-guard.ts';

/** Asks Plex to look into folders whose files it does not have yet, each of them once in a drain. */
export type FolderScanner = {
  /** @param paths as Stash sees them */
  ask(paths: readonly string[]): Promise<void>;
};

export function createFolderScanner(
  {
    plex,
    emit,
    stopRequested,
  }: Pick<DrainDeps, 'emit' | 'stopRequested'> & { readonly plex: Pick<DrainPlex, 'scanFolder'> },
  place: {
    readonly guard: PlexGuard;
    readonly options: Pick<DrainOptions, 'mappings'>;
    readonly sections: readonly Section[];
  },
): FolderScanner {
  const { guard, options, sections } = place;
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
          await plex.scanFolder(section, folder);
          emit({ kind: 'scan_requested', section: section.title, folder });
        } catch (thrown) {
          const error = asSyncError(thrown);
          if (error.code === 'unexpected') throw thrown;
          if (stopRequested() !== undefined) return;
          // Only a convenience failed: neither a job nor the breaker hears of it.
          hasFailed = true;
          emit({ kind: 'scan_failed', section: section.title, folder, message: error.said });
        }
      }
    },
  };
}
