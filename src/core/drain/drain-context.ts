import type { Section } from '../model/plex-item.ts';
import type { DrainOptions } from './ports/drain-options.ts';
import type { DrainDeps } from './ports/ports.ts';
import type { CollectionWatch } from './servers/collection-watch.ts';
import type { FileFinder } from './servers/file-finder.ts';
import type { FolderScanner } from './servers/folder-scanner.ts';
import type { LongRequests } from './servers/long-requests.ts';
import type { MissHints } from './servers/miss-hints.ts';
import type { PictureCounts } from './servers/picture-counts.ts';
import type { PictureReader } from './servers/picture-reader.ts';
import type { PlexGuard } from './servers/plex-guard.ts';
import type { RemovalGuard } from './servers/removal-guard.ts';
import type { RequestWatch } from './servers/request-watch.ts';
import type { SceneFetcher } from './servers/scene-fetcher.ts';
import type { SystemicWatch } from './servers/systemic.ts';

/** Everything a drain works with. Each step declares which part of it it uses, and gets only that. */
export type DrainContext = DrainDeps & {
  readonly guard: PlexGuard;
  readonly requests: RequestWatch;
  readonly scenes: SceneFetcher;
  readonly finder: FileFinder;
  readonly missHints: MissHints;
  readonly systemic: SystemicWatch;
  readonly removals: RemovalGuard;
  readonly scanner: FolderScanner;
  readonly longRequests: LongRequests;
  readonly collections: CollectionWatch;
  readonly counts: PictureCounts;
  /** Absent where no picture is to be written. */
  readonly reader: PictureReader | undefined;
  readonly options: DrainOptions;
  /** The libraries to look in. */
  readonly sections: readonly Section[];
};
