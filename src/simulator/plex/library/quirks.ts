/** What an indexed tag list does to the existing tags; Plex's behaviour is not known for sure (plex-api.md 4.3). */
export type TagSemantics = 'merge' | 'replace';

/**
 * Points on which servers differ, or on which Plex's behaviour is unknown (plex-api.md (d)); the first value is the
 * default.
 */
export type Quirks = {
  /** `ignored`: the whole library comes back. `error`: 500, as without `type`. */
  fileFilter: 'contains' | 'ignored' | 'error';
  /** Whether `file` ignores the case of ASCII letters, or of none: of others it never does. */
  fileCase: 'ascii' | 'exact';
  /** `none`: listing rows carry neither `addedAt` nor `updatedAt`, as in one recording (plex-api.md 2.5). */
  rowDates: 'both' | 'no-updatedAt' | 'none';
  /** Pages are cut to this many rows, whatever was asked for; Infinity by default. */
  maxPageSize: number;
  /** A page request answered with the whole list, without `totalSize`. */
  paging: 'honoured' | 'ignored';
  /** For a GET of several ids: what happens when one is gone. */
  missingIds: 'skipped' | 'not-found';
  /** An edit whose `id` names no item of the section. */
  deadEdits: 'ignored' | 'not-found';
  /** Which of `actor[i].tagging.thumb` and `actor[i].tag.thumb` is stored. */
  portraits: 'both' | 'tagging' | 'tag';
  /** Whether an image upload also locks `thumb` or `art`. */
  uploads: 'unlocked' | 'locking';
  /**
   * Which removals of an image also lock its field. `by-path`: that of `thumb` and `art`, as documented for Plex 1.43
   * and later, but not that of `poster` (plex-api.md 6).
   */
  removals: 'by-path' | 'unlocked' | 'locking';
  /** Whether `moveFile` changes `updatedAt`. */
  moves: 'silent' | 'touching';
  /** How many answers of `/activities` (or `/library/sections`) still show a requested scan. */
  scanPolls: number;
};

export const DEFAULT_QUIRKS: Quirks = {
  fileFilter: 'contains',
  fileCase: 'ascii',
  rowDates: 'both',
  maxPageSize: Number.POSITIVE_INFINITY,
  paging: 'honoured',
  missingIds: 'skipped',
  deadEdits: 'ignored',
  portraits: 'both',
  uploads: 'unlocked',
  removals: 'by-path',
  moves: 'silent',
  scanPolls: 1,
};
