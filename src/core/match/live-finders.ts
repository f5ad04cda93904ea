import type { Section } from '../model/plex-item.ts';
import type { ListPage } from './listing.ts';
import { findInListing } from './listing.ts';
import type { Finders, Found } from './look-up.ts';

/** What a look of its own needs of Plex. Each may throw a `SyncError`. */
export type LivePlex = {
  /** Every item of the section with a file whose name is `name`: a complete look, or a throw. */
  findByFileName(section: Section, name: string): Promise<FileLook>;
  /** Items of the section with `title` in theirs, of very many the first. */
  findByTitle(section: Section, title: string): Promise<Found>;
  listPage: ListPage;
};

/** What a look for a file name came to; `unusable` where the server cannot be asked for one and has to be listed. */
export type FileLook =
  | ({ readonly kind: 'found' } & Found)
  | { readonly kind: 'unusable'; readonly reason: 'ignored' | 'refused'; readonly requests: number };

/** Looks at Plex itself, for those who look a file up or two. */
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
