import { asSyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps, DrainPlex } from '../ports/ports.ts';
import { foldersToScan } from './folders-to-scan.ts';
import type { PlexGuard } from './plex-guard.ts';

/** Asks Plex to scan folders whose files it lacks, each folder once per drain. */
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
        // After one refused or unanswered scan, the others are not tried.
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
          // A scan is only a convenience: its failure counts neither for a job nor for the breaker.
          hasFailed = true;
          emit({ kind: 'scan_failed', section: section.title, folder, message: error.said });
        }
      }
    },
  };
}
