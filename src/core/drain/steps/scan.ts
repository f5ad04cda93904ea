import type { DrainOptions } from '../ports/drain-options.ts';
import type { Ended } from '../ports/endings.ts';
import type { Hydrated } from '../ports/stages.ts';
import type { FolderScanner } from '../servers/folder-scanner.ts';

/** If enabled, asks Plex to scan the folders of missing files, so that their jobs wait less. */
export async function scanMissing(
  batch: readonly Hydrated[],
  ended: readonly Ended[],
  { scanner, options }: { readonly scanner: FolderScanner; readonly options: Pick<DrainOptions, 'mode' | 'scanning'> },
): Promise<void> {
  if (options.scanning === 'leave' || options.mode === 'preview') return;
  const paths = new Map(batch.map(({ job, files }) => [job.id, files.map(({ path }) => path)]));
  await scanner.ask(
    ended.flatMap(({ job, outcome }): readonly string[] => {
      const isMissing = outcome.kind === 'failed' && outcome.error.code === 'plex_not_found';
      return isMissing ? (paths.get(job.id) ?? []) : [];
    }),
  );
}
