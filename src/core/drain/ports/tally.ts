/** How many jobs of a run ended in each way. */
export type Tally = {
  updated: number;
  unchanged: number;
  /** Found, and nothing compared: nothing was given but the file, or nothing that the settings let be written. */
  nothing: number;
  /** Failed, and will be tried again. */
  retried: number;
  /** Not in Plex yet, which is not a failure. */
  waiting: number;
  /** Not in Plex, and skipped instead of waiting. */
  skipped: number;
  /** Of scenes that have no file in Stash, and that only an event told of. */
  withoutFile: number;
  /** No longer in Stash. */
  gone: number;
  buried: number;
  /** Waits for permission, because it would remove too much. */
  removals: number;
  /** Left as it is, since a person took its scene's edits back. */
  undone: number;
  /** Released without spending an attempt. */
  released: number;
  superseded: number;
  leaseLost: number;
  /** Those that are written but for a picture: they count once as written, and once for what became of that. */
  pictures: number;
  /** Of which nothing but a picture was left, and that is done now. */
  restDone: number;
};

/** The tally before any job has ended. */
export const NO_JOBS: Readonly<Tally> = {
  updated: 0,
  unchanged: 0,
  nothing: 0,
  retried: 0,
  waiting: 0,
  skipped: 0,
  withoutFile: 0,
  gone: 0,
  buried: 0,
  removals: 0,
  undone: 0,
  released: 0,
  superseded: 0,
  leaseLost: 0,
  pictures: 0,
  restDone: 0,
};
