/** How many jobs of a run ended how. */
export type Tally = {
  updated: number;
  unchanged: number;
  /** Failed, and tried again later. */
  retried: number;
  /** Not in Plex yet: no failure. */
  waiting: number;
  /** Not in Plex, and not waited for. */
  skipped: number;
  /** No longer in Stash. */
  gone: number;
  buried: number;
  /** Given back without an attempt spent. */
  released: number;
  superseded: number;
  leaseLost: number;
};

/** The tally of a run that has ended no job. */
export const NO_JOBS: Readonly<Tally> = {
  updated: 0,
  unchanged: 0,
  retried: 0,
  waiting: 0,
  skipped: 0,
  gone: 0,
  buried: 0,
  released: 0,
  superseded: 0,
  leaseLost: 0,
};
