import type { Section } from '../../../core/model/plex-item.ts';
import type { ConfigPlace } from '../../../settings/change-words.ts';

/** Where files are looked up. */
export type FilePlace = {
  readonly sections: readonly Section[];
  /** The libraries that `plex_library` leaves out. */
  readonly leftOut: readonly Section[];
  readonly config: ConfigPlace;
};
