import type { SceneFile } from '../../match/evidence.ts';
import type { Finders } from '../../match/look-up.ts';
import { lookUpFile } from '../../match/look-up.ts';
import type { LeftOutFile } from '../../match/near/left-out.ts';
import { holdingFolder, leftOutFile } from '../../match/near/left-out.ts';
import { mapPath } from '../../match/paths.ts';
import { SyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { LookKind } from './file-finder.ts';
import type { PlexGuard } from './plex-guard.ts';

type Setting = {
  readonly deps: { readonly plex: Pick<DrainDeps['plex'], 'findByFileName'> };
  readonly guard: Pick<PlexGuard, 'batchLimit'>;
  readonly options: Pick<DrainOptions, 'mappings'>;
  /** The libraries that `plex_library` leaves out. */
  readonly sections: readonly Section[];
};

/** Tells of a file that no library has whether one has it that is left out: a hint, for which nothing ever fails. */
export type LeftOutFinder = { find(file: SceneFile, kind: LookKind): Promise<LeftOutFile | undefined> };

/**
 * Looks so often in a drain; after that only the folders of the libraries tell. Files that are absent by the thousand
 * must not cost a request more each.
 */
const MOST_LOOKS = 10;

export function createLeftOutFinder({ deps, guard, options, sections }: Setting): LeftOutFinder {
  const { mappings } = options;
  let looks = 0;
  const byName: Finders['byName'] = async (section, name) => {
    const answer = await deps.plex.findByFileName(section, name);
    return {
      candidates: answer.kind === 'found' ? answer.candidates : [],
      requests: answer.requests,
      rule: 'file_name',
    };
  };
  const ask = async (file: SceneFile): Promise<LeftOutFile | undefined> => {
    try {
      return leftOutFile(await lookUpFile(file, { sections, mappings }, { byName }));
    } catch (thrown) {
      // The miss itself is certain, and a server in trouble is noticed by the requests that matter.
      if (thrown instanceof SyncError) return undefined;
      throw thrown;
    }
  };
  return {
    find: async (file, kind) => {
      if (sections.length === 0) return undefined;
      // While the breaker is half-open, the one job on trial asks for little.
      const isAsked = kind !== 'between' && looks < MOST_LOOKS && guard.batchLimit(2) !== 1;
      if (isAsked) looks += 1;
      const found = isAsked ? await ask(file) : undefined;
      if (found !== undefined) return found;
      const [holder] = holdingFolder(sections, mapPath(file.path, mappings).path);
      return holder && { library: holder.title, certainty: 'folder' };
    },
  };
}
