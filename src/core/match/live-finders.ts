import type { Section } from '../model/plex-item.ts';
import type { ListPage } from './listing.ts';
import { findInListing } from './listing.ts';
import type { Finders, Found } from './look-up.ts';

/** What looking at Plex directly needs. Each may throw a `SyncError`. */
export type LivePlex = {
  /** Every item of the section with a file named `name`. It either looks completely or throws. */
  findByFileName(section: Section, name: string): Promise<FileLook>;
  /** Items of the section whose title contains `title`; of very many, the first. */
  findByTitle(section: Section, title: string): Promise<Found>;
  listPage: ListPage;
};

/**
 * The result of a look for a file name; `unusable` when the server cannot search by name and has to be listed, or when
 * nothing of this name can be asked for (`name`).
 */
export type FileLook =
  | ({ readonly kind: 'found' } & Found)
  | { readonly kind: 'unusable'; readonly reason: 'ignored' | 'refused' | 'name'; readonly requests: number };

/** Finders that ask Plex directly, for callers with only a look-up or two. */
export function liveFinders(plex: LivePlex): Finders {
  return {
    byName: async (section, name) => {
      const answer = await plex.findByFileName(section, name);
      if (answer.kind === 'found') return { ...answer, rule: 'file_name' };
      const { candidates, requests } = await findInListing(section, name, plex.listPage);
      return { candidates, requests: requests + answer.requests, rule: 'listing' };
    },
    byTitle: (section, title) => plex.findByTitle(section, title),
  };
}
