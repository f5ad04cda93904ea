import type { WorkerEvent } from '../../core/drain/ports/events.ts';

/** Whether an event ends a job of the backlog, at least for this run. */
export function endsJob(event: WorkerEvent): boolean {
  // What becomes of a picture that is not done follows.
  return ENDS_A_JOB[event.kind] && !(event.kind === 'completed' && event.left === 'pictures');
}

const ENDS_A_JOB: Readonly<Record<WorkerEvent['kind'], boolean>> = {
  connected: false,
  revived: false,
  woken: false,
  claimed: false,
  rescued: false,
  searching: false,
  title_search: false,
  title_matches: false,
  filter_unusable: false,
  index_listed: false,
  listing_given_up: false,
  index_refreshed: false,
  index_unusable: false,
  found: false,
  pin_moved: false,
  low_confidence: false,
  written: false,
  would_write: false,
  would_not_write: false,
  altered: false,
  left_alone: false,
  collection_withheld: false,
  capped: false,
  summary_cut: false,
  completed: true,
  retrying: true,
  buried: true,
  released: false,
  removal_held: true,
  undone: true,
  gone: true,
  thin_scene: false,
  scan_requested: false,
  scan_failed: false,
  skipped: true,
  without_file: true,
  letter_shortened: false,
  letters_expired: false,
  superseded: true,
  lease_lost: false,
  breaker_opened: false,
  stash_breaker_opened: false,
  breaker_half_open: false,
  breaker_closed: false,
};
