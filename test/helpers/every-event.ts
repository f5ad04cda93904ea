import type { WorkerEvent } from '../../src/core/drain/ports/events.ts';
import type { Candidate } from '../../src/core/match/evidence.ts';
import { NOTHING_WRITTEN } from '../../src/core/model/scene-record.ts';
import type { Sentence } from '../../src/core/text/sentence.ts';
import { asPath, asTitle, foreign, say } from '../../src/core/text/sentence.ts';
import type { EditPlan } from '../../src/core/write/edit-plan.ts';

/** What comes from outside into an event: asked anew for each place where it stands. */
export type Outside = {
  path(): string;
  title(): string;
  name(): string;
  prose(): string;
};

const JOB = { jobId: 1, sceneId: 7 };

function planOf({ title, name, prose }: Outside): EditPlan {
  return {
    fields: [
      { field: 'title', before: title(), value: title() },
      { field: 'summary', before: prose(), value: '' },
    ],
    lists: [
      { kind: 'genre', before: [name()], add: [name()], remove: [name(), name()], whole: [{ tag: name() }] },
      { kind: 'collection', before: [], add: [name()], remove: [], whole: [] },
    ],
    left: [],
    capped: [],
    reasons: {
      fields: [
        {
          field: 'tagline',
          rule: 'edited_in_plex',
          before: prose(),
          wanted: prose(),
          written: prose(),
          saidBy: 'stash',
        },
      ],
      lists: [
        {
          ...{ kind: 'actor', before: [name()], add: [name()], remove: [name()], suppressed: [name()] },
          ...{ preserved: [name()], removes: 'ours', capped: 0, isKnown: true, saidBy: 'stash' },
        },
      ],
    },
    written: NOTHING_WRITTEN,
  };
}

function candidateOf({ path, title, name }: Outside): Candidate {
  const sectionTitle = name();
  return { ratingKey: '5', title: title(), sectionKey: '1', sectionTitle, files: [{ path: path() }] };
}

export type EveryEvent = { readonly [Kind in WorkerEvent['kind']]: Extract<WorkerEvent, { kind: Kind }> };

/** One event of each kind: a kind that is missing here does not compile. */
export function everyEvent(outside: Outside): EveryEvent {
  const sentence = (): Sentence =>
    say`It saw ${asPath(outside.path())} of "${asTitle(outside.title())}": ${foreign(outside.prose())}`;
  return {
    connected: { kind: 'connected', libraries: [outside.name(), outside.name()] },
    server_adopted: { kind: 'server_adopted', from: outside.name(), to: outside.name() },
    would_adopt_server: { kind: 'would_adopt_server', from: outside.name(), to: outside.name() },
    revived: { kind: 'revived', count: 1 },
    woken: { kind: 'woken', count: 2, section: outside.name() },
    rescued: { kind: 'rescued', count: 1 },
    claimed: { kind: 'claimed', ...JOB, attempt: 1 },
    searching: { kind: 'searching', sceneId: 7, section: outside.name(), file: outside.path() },
    title_search: { kind: 'title_search', sceneId: 7, title: outside.path() },
    title_matches: { kind: 'title_matches', sceneId: 7, count: 1 },
    filter_unusable: { kind: 'filter_unusable', section: outside.name(), reason: 'ignored' },
    index_listed: { kind: 'index_listed', section: outside.name(), items: 2_000, requests: 3 },
    listing_given_up: { kind: 'listing_given_up', section: outside.name(), requests: 1, reason: 'too_long' },
    index_refreshed: { kind: 'index_refreshed', section: outside.name(), changed: 1, isRight: true },
    index_unusable: { kind: 'index_unusable', reason: sentence() },
    found: {
      kind: 'found',
      sceneId: 7,
      file: outside.path(),
      ratingKey: '5',
      title: outside.title(),
      library: outside.name(),
      from: 'record',
    },
    pin_moved: { kind: 'pin_moved', sceneId: 7, from: '5', to: '6', file: outside.path() },
    low_confidence: {
      kind: 'low_confidence',
      sceneId: 7,
      file: outside.path(),
      candidates: [
        {
          candidate: candidateOf(outside),
          file: outside.path(),
          path: 'differs',
          size: 'unknown',
          duration: 'unknown',
          sharedFolders: 0,
          branch: 'unknown',
        },
      ],
      taken: false,
    },
    written: {
      kind: 'written',
      sceneId: 7,
      ratingKey: '5',
      title: outside.title(),
      plan: planOf(outside),
      preserving: false,
    },
    altered: { kind: 'altered', sceneId: 7, altered: { field: 'genre', sent: outside.prose(), kept: outside.prose() } },
    left_alone: { kind: 'left_alone', sceneId: 7, left: { field: 'title', reason: 'edited_in_plex' } },
    collection_withheld: { kind: 'collection_withheld', section: outside.name(), name: outside.name(), reason: 'gone' },
    capped: { kind: 'capped', sceneId: 7, list: 'genre', dropped: 3 },
    summary_cut: { kind: 'summary_cut', sceneId: 7, length: 900 },
    completed: { kind: 'completed', ...JOB, change: 'updated', left: 'nothing' },
    retrying: { kind: 'retrying', ...JOB, reason: 'miss', attempt: 1, of: 12, waitMs: 31_000.5, message: sentence() },
    buried: { kind: 'buried', ...JOB, errorType: 'PlexNotFound', message: sentence(), retries: 12, exhausted: true },
    released: { kind: 'released', ...JOB, message: sentence(), waitMs: 9_500 },
    scan_requested: { kind: 'scan_requested', section: outside.name(), folder: outside.path() },
    scan_failed: { kind: 'scan_failed', section: outside.name(), folder: outside.path(), message: sentence() },
    skipped: { kind: 'skipped', ...JOB },
    without_file: { kind: 'without_file', ...JOB },
    letter_shortened: { kind: 'letter_shortened', letterId: 1, sceneId: 7, keys: ['tags'] },
    letters_expired: { kind: 'letters_expired', count: 2, days: 30, byType: { PlexNotFound: 2 }, sceneIds: [7, 8] },
    superseded: { kind: 'superseded', ...JOB },
    undone: { kind: 'undone', ...JOB },
    removal_held: { kind: 'removal_held', ...JOB, values: 12 },
    gone: { kind: 'gone', ...JOB },
    thin_scene: { kind: 'thin_scene', sceneId: 7 },
    stash_breaker_opened: { kind: 'stash_breaker_opened', message: sentence() },
    would_write: {
      kind: 'would_write',
      ...JOB,
      ratingKey: '5',
      title: outside.title(),
      library: outside.name(),
      plan: planOf(outside),
      message: sentence(),
    },
    would_not_write: {
      kind: 'would_not_write',
      ...JOB,
      reason: 'failure',
      message: sentence(),
      errorType: 'PlexNotFound',
      planned: { ratingKey: '5', title: outside.title(), library: outside.name(), plan: planOf(outside) },
    },
    lease_lost: { kind: 'lease_lost', ...JOB },
    breaker_opened: { kind: 'breaker_opened', failures: 5, message: sentence() },
    breaker_half_open: { kind: 'breaker_half_open' },
    breaker_closed: { kind: 'breaker_closed' },
  };
}
