import type { Candidate, SceneFile } from '../../match/evidence.ts';
import type { Finders } from '../../match/look-up.ts';
import { lookUpFile } from '../../match/look-up.ts';
import type { LeftOutFile } from '../../match/near/left-out.ts';
import { holdingFolder, leftOutFile } from '../../match/near/left-out.ts';
import { nearestNameQuery } from '../../match/near/near-misses.ts';
import { mapPath } from '../../match/paths.ts';
import { SyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { LookKind } from './file-finder.ts';
import type { PlexGuard } from './plex-guard.ts';

type Setting = {
  readonly deps: { readonly plex: Pick<DrainDeps['plex'], 'filesLike' | 'findByFileName'> };
  readonly guard: Pick<PlexGuard, 'batchLimit'>;
  readonly options: Pick<DrainOptions, 'mappings'>;
  /** The libraries to look in, and those that `plex_library` leaves out. */
  readonly sections: readonly Section[];
  readonly leftOut: readonly Section[];
};

/** Hints for a file that no library has. They prove nothing, and no failure of theirs makes a job fail. */
export type MissHints = {
  /** Where the file is among the libraries that are left out. */
  leftOut(file: SceneFile, kind: LookKind): Promise<LeftOutFile | undefined>;
  /** Items with a file of nearly its name, asked for before the job becomes a dead letter. */
  near(file: SceneFile): Promise<readonly Candidate[]>;
};

/**
 * Looks so often in a drain; after that only the folders of the libraries tell. Files that are absent by the thousand
 * must not cost a request more each.
 */
const MOST_LOOKS = 10;
/** Enough to see one name that is nearly the file's. */
const MOST_NEAR = 50;

export function createMissHints({ deps: { plex }, guard, options, sections, leftOut }: Setting): MissHints {
  const { mappings } = options;
  let looks = 0;
  /** While the breaker is half-open, the one job on trial asks for little. */
  const isOnTrial = (): boolean => guard.batchLimit(2) === 1;
  const byName: Finders['byName'] = async (section, name) => {
    const answer = await plex.findByFileName(section, name);
    const candidates = answer.kind === 'found' ? answer.candidates : [];
    return { candidates, requests: answer.requests, rule: 'file_name' };
  };
  return {
    leftOut: async (file, kind) => {
      if (leftOut.length === 0) return undefined;
      const isAsked = kind !== 'between' && looks < MOST_LOOKS && !isOnTrial();
      if (isAsked) looks += 1;
      const look = isAsked
        ? await unlessItFails(() => lookUpFile(file, { sections: leftOut, mappings }, { byName }))
        : undefined;
      const found = look && leftOutFile(look);
      if (found !== undefined) return found;
      const [holder] = holdingFolder(leftOut, mapPath(file.path, mappings).path);
      return holder && { library: holder.title, certainty: 'folder' };
    },
    near: async (file) => {
      const query = nearestNameQuery(mapPath(file.path, mappings).spelled);
      if (query === undefined || isOnTrial()) return [];
      const found: Candidate[] = [];
      for (const section of sections) {
        const some = await unlessItFails(() => plex.filesLike(section, query, MOST_NEAR));
        found.push(...(some?.candidates ?? []));
      }
      return found;
    },
  };
}

/** The miss itself is certain, and a server in trouble is noticed by the requests that matter. */
async function unlessItFails<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (thrown) {
    if (thrown instanceof SyncError) return undefined;
    throw thrown;
  }
}
