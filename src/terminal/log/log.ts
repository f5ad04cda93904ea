import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { unreachable } from '../../core/model/errors.ts';
import type { ListKind, ScalarField } from '../../core/model/plex-item.ts';
import type { LeftAlone } from '../../core/model/scene-record.ts';
import type { EditPlan, ListEdit } from '../../core/write/edit-plan.ts';
import type { Level } from './log-format.ts';

export type LogLine = readonly [level: Level, line: string];

/** How an event reads: the wording users know from the troubleshooting guide, each line with its component's prefix. */
export function linesFor(event: WorkerEvent): readonly LogLine[] {
  switch (event.kind) {
    case 'rescued':
      return [worker('warning', `Took back ${jobs(event.count)} from a run that did not end properly`)];
    case 'connected':
      return [main('info', 'Initialization complete'), main('debug', `Libraries: ${event.libraries.join(', ')}`)];
    case 'revived':
      return [worker('info', `The token is accepted again: ${jobs(event.count)} back from the DLQ`)];
    case 'woken':
      return [worker('info', `Plex has added files to '${event.section}' that ${jobs(event.count)} waited for`)];
    case 'claimed':
      return [worker('info', `Processing job ${event.jobId} for scene ${event.sceneId} (attempt ${event.attempt})`)];
    case 'searching':
      return [matcher('info', `Searching '${event.section}' for: ${event.file}`)];
    case 'title_search':
      return [matcher('info', `Title search: '${event.title}'`)];
    case 'title_matches':
      return [matcher('info', `Got ${event.count} title matches`)];
    case 'filter_unusable':
    case 'index_listed':
    case 'listing_given_up':
    case 'index_refreshed':
    case 'index_unusable':
      return [indexLine(event)];
    case 'found':
      return [matcher('info', `${FOUND_WORDS[event.from]}: ${event.title}`)];
    case 'pin_moved': {
      const { sceneId, from, to, file } = event;
      const how =
        from === to
          ? `The item ${to} that scene ${sceneId} is pinned to has another file now`
          : `The pin of scene ${sceneId} moved from item ${from} to item ${to}, which has its file`;
      return [matcher('warning', `${how}: ${file}`)];
    }
    case 'low_confidence':
      return lowConfidenceLines(event);
    case 'written':
      return writtenLines(event.title, event.plan, event.preserving ? 'preserved' : 'overwrite');
    case 'would_write':
    case 'would_not_write':
      // Results, not log: see preview-text.ts.
      return [];
    case 'altered': {
      const { field, sent, kept } = event.altered;
      return [
        worker(
          'warning',
          `Plex keeps ${fieldName(field)} of scene ${event.sceneId} as '${short(kept)}' (sent: '${short(sent)}')`,
        ),
      ];
    }
    case 'left_alone':
      return [
        worker(
          'info',
          `Left ${fieldName(event.left.field)} of scene ${event.sceneId} as it is: ${leftReason(event.left)}`,
        ),
      ];
    case 'capped':
      return [
        worker(
          'warning',
          `Scene ${event.sceneId} has ${event.dropped} more ${LIST_WORDS[event.list].many} than max_${LIST_WORDS[event.list].setting} allows: cut`,
        ),
      ];
    case 'summary_cut':
      return [
        worker(
          'warning',
          `The summary of scene ${event.sceneId} is too long for the server: cut to ${event.length} characters`,
        ),
      ];
    case 'completed': {
      const already = event.change === 'unchanged' ? ' (already right in Plex)' : '';
      return [worker('info', `Job ${event.jobId} completed${already}`)];
    }
    case 'retrying':
      return [retryLine(event)];
    case 'buried':
      return buriedLines(event);
    case 'released':
      return [worker('warning', `Job ${event.jobId} released, no attempt spent: ${event.message}`)];
    case 'gone':
      return [worker('info', `Job ${event.jobId} dropped: scene ${event.sceneId} is not in Stash`)];
    case 'thin_scene':
      return [
        worker(
          'info',
          `Scene ${event.sceneId} has no metadata beyond title/path yet: nothing is cleared in Plex (quality_gate)`,
        ),
      ];
    case 'scan_requested':
      return [worker('info', `Asked Plex to scan '${event.folder}' in '${event.section}'`)];
    case 'scan_failed':
      return [
        worker(
          'warning',
          `Plex did not take a scan of '${event.folder}' in '${event.section}', no more are asked for in this run: ${event.message}`,
        ),
      ];
    case 'skipped':
      return [
        worker('info', `Job ${event.jobId} skipped — scene ${event.sceneId} not in Plex (skip_not_found enabled)`),
      ];
    case 'letter_shortened': {
      const rest = event.keys.length === 0 ? 'whatever Stash has' : event.keys.join(', ');
      return [worker('info', `Dead letter ${event.letterId} of scene ${event.sceneId} keeps: ${rest}`)];
    }
    case 'letters_expired':
      return [expiredLine(event)];
    case 'superseded':
      return [worker('info', `Job ${event.jobId} continues in a newer edit of scene ${event.sceneId}`)];
    case 'lease_lost':
      return [worker('warning', `Job ${event.jobId} was taken over by another run: its result here is not counted`)];
    case 'breaker_opened':
      return [main('error', `Circuit breaker OPENED after ${event.failures} consecutive failures: ${event.message}`)];
    case 'stash_breaker_opened':
      return [main('error', `Circuit breaker of Stash OPENED: ${event.message}`)];
    case 'breaker_half_open':
      return [main('info', 'Circuit breaker entering HALF_OPEN state: Plex answers, one job tries')];
    case 'breaker_closed':
      return [main('info', 'Circuit breaker CLOSED after successful recovery')];
    default:
      return unreachable(event);
  }
}

const FOUND_WORDS: Readonly<Record<Extract<WorkerEvent, { kind: 'found' }>['from'], string>> = {
  look_up: 'Found',
  index: 'Found',
  record: 'Found (cached)',
  pin: 'Found (pinned)',
};

function main(level: Level, text: string): LogLine {
  return [level, `[PlexSync] ${text}`];
}

function worker(level: Level, text: string): LogLine {
  return [level, `[PlexSync Worker] ${text}`];
}

function matcher(level: Level, text: string): LogLine {
  return [level, `[PlexSync Matcher] ${text}`];
}

function lowConfidenceLines(event: Extract<WorkerEvent, { kind: 'low_confidence' }>): LogLine[] {
  const { file, candidates, sceneId, taken } = event;
  const listed = candidates.slice(0, 5).map((evidence) => evidence.file);
  const count = candidates.length === 1 ? '1 candidate' : `${candidates.length} candidates`;
  const first = matcher('warning', `LOW confidence match for '${file}': ${count} found - ${quoted(listed)}`);
  if (!taken) return [first, main('warning', `Low confidence match skipped (strict_matching=true): scene ${sceneId}`)];
  return [first, matcher('warning', `LOW CONFIDENCE SYNCED: scene ${sceneId} (strict_matching=false)`)];
}

function writtenLines(title: string, plan: EditPlan, mode: string): LogLine[] {
  const cleared = plan.fields.filter(({ value }) => value === '').map(({ field }) => fieldName(field));
  return [
    worker('info', `Updated metadata (${mode} mode): ${title}`),
    ...(cleared.length > 0 ? [worker('info', `Cleared ${cleared.join(', ')}`)] : []),
    ...plan.lists.flatMap(listLines),
  ];
}

function listLines({ kind, add, remove }: ListEdit): LogLine[] {
  const words = LIST_WORDS[kind];
  const lines: LogLine[] = [];
  if (add.length > 0 && kind === 'collection') lines.push(worker('info', `Added to collection: ${add.join(', ')}`));
  else if (add.length > 0)
    lines.push(
      worker('info', `Added ${add.length} ${add.length === 1 ? words.one : words.many}${words.as}: ${quoted(add)}`),
    );
  if (remove.length > 0)
    lines.push(
      worker('info', `Removed ${remove.length} ${remove.length === 1 ? words.one : words.many}: ${quoted(remove)}`),
    );
  return lines;
}

type IndexEvent = Extract<
  WorkerEvent,
  { kind: 'filter_unusable' | 'index_listed' | 'listing_given_up' | 'index_refreshed' | 'index_unusable' }
>;

function indexLine(event: IndexEvent): LogLine {
  switch (event.kind) {
    case 'filter_unusable': {
      const how = event.reason === 'ignored' ? 'does not heed' : 'refuses';
      return matcher('info', `Plex ${how} a search by file name in '${event.section}': listing the library instead`);
    }
    case 'index_listed':
      return matcher(
        'debug',
        `Listed '${event.section}' in ${event.requests} ${event.requests === 1 ? 'request' : 'requests'} instead of searching for each file: ${event.items} items`,
      );
    case 'listing_given_up': {
      const why = event.reason === 'moved' ? 'the library changed meanwhile' : 'that would take longer than to search';
      return matcher('debug', `Listing '${event.section}' given up after ${event.requests} pages: ${why}`);
    }
    case 'index_refreshed': {
      const verdict = event.isRight ? 'the file index is up to date' : 'the file index misses some';
      return matcher('debug', `${event.changed} items of '${event.section}' are new or changed: ${verdict}`);
    }
    case 'index_unusable':
      return matcher('warning', `The file index cannot be used, files are searched for one by one: ${event.reason}`);
  }
}

function retryLine(event: Extract<WorkerEvent, { kind: 'retrying' }>): LogLine {
  const { jobId, attempt, of, waitMs, message } = event;
  const wait = `retry in ${(waitMs / 1_000).toFixed(1)}s`;
  if (event.reason === 'miss')
    return worker('info', `Job ${jobId} not in Plex yet (attempt ${attempt}/${of}), ${wait}: ${message}`);
  return worker('warning', `Job ${jobId} failed (attempt ${attempt}/${of}), ${wait}: ${message}`);
}

function buriedLines(event: Extract<WorkerEvent, { kind: 'buried' }>): LogLine[] {
  const { jobId, sceneId, errorType, message, retries, exhausted } = event;
  const what = exhausted
    ? `Job ${jobId} exceeded max retries (${retries}), moving to DLQ: ${message}`
    : `Job ${jobId} permanent failure, moving to DLQ: ${message}`;
  return [
    worker('error', what),
    worker('error', `Job ${jobId} (scene ${sceneId}) moved to DLQ after ${retries} retries: ${errorType}`),
  ];
}

const MOST_SCENES = 20;

function expiredLine({ count, days, byType, sceneIds }: Extract<WorkerEvent, { kind: 'letters_expired' }>): LogLine {
  const types = Object.entries(byType).map(([type, number]) => `${number} ${type}`);
  const more = sceneIds.length > MOST_SCENES ? ` and ${sceneIds.length - MOST_SCENES} more` : '';
  const scenes = `${sceneIds.length === 1 ? 'scene' : 'scenes'} ${sceneIds.slice(0, MOST_SCENES).join(', ')}${more}`;
  const entries = count === 1 ? 'DLQ entry' : 'DLQ entries';
  return main('info', `Removed ${count} ${entries} older than ${days} days: ${types.join(', ')} (${scenes})`);
}

const LEFT_REASONS: Readonly<Record<LeftAlone['reason'], string>> = {
  edited_in_plex: 'it was edited in Plex since we wrote it',
  removed_in_plex: 'a name we wrote was removed in Plex, and stays removed',
  preserved: 'Plex has a value and preserve_plex_edits is on',
  too_long: 'Plex has the beginning of it, and all of it is too long for the server',
};

/** Why a field that differs was not written. */
export function leftReason({ reason }: LeftAlone): string {
  return LEFT_REASONS[reason];
}

const LIST_WORDS: Readonly<Record<ListKind, { one: string; many: string; as: string; setting: string }>> = {
  actor: { one: 'performer', many: 'performers', as: '', setting: 'performers' },
  genre: { one: 'tag', many: 'tags', as: ' as genres', setting: 'tags' },
  collection: { one: 'collection', many: 'collections', as: '', setting: 'tags' },
};

/** A field of Plex in words: `the date`, `the tags`. */
export function fieldName(field: ScalarField | ListKind): string {
  if (field === 'originallyAvailableAt') return 'the date';
  if (field === 'userRating') return 'the rating';
  if (field === 'actor' || field === 'genre' || field === 'collection') return `the ${LIST_WORDS[field].many}`;
  return `the ${field}`;
}

function quoted(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}

function jobs(count: number): string {
  return count === 1 ? '1 job' : `${count} jobs`;
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
