import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { unreachable } from '../../core/model/errors.ts';
import type { Change } from '../../core/model/job.ts';
import type { PictureEdit } from '../../core/model/picture.ts';
import type { Personal, Sentence } from '../../core/text/sentence.ts';
import { asName, asPath, asProse, asTitle, listed, ours, say } from '../../core/text/sentence.ts';
import { shortened } from '../../core/text/shortened.ts';
import type { EditPlan, ListEdit } from '../../core/write/edit-plan.ts';
import { removalWords } from '../../core/write/removals.ts';
import { fieldName, LIST_WORDS, leftReason, NOTHING_WORDS } from './field-words.ts';
import type { Level } from './log-format.ts';
import { sizeText } from './size-words.ts';

export type LogLine = readonly [level: Level, line: Sentence];

/** How an event reads: the wording users know from the troubleshooting guide, each line with its component's prefix. */
export function linesFor(event: WorkerEvent): readonly LogLine[] {
  switch (event.kind) {
    case 'rescued':
      return [worker('warning', say`Took back ${jobs(event.count)} from a run that did not end properly`)];
    case 'connected':
      return [
        main('info', say`Initialization complete`),
        main('debug', say`Libraries: ${listed(event.libraries.map(asName))}`),
      ];
    case 'server_adopted':
      return [
        main(
          'info',
          say`The data directory belongs to the Plex server ${asName(event.to)} now: what was known of its scenes on ${asName(event.from)} is forgotten, and so are its pins. What was written there can be undone only once that one is adopted again`,
        ),
      ];
    case 'would_adopt_server':
      return [
        main(
          'info',
          say`The data directory would belong to the Plex server ${asName(event.to)} then: what is known of its scenes on ${asName(event.from)} would be forgotten, and so would its pins. What was written there could be undone only once that one is adopted again`,
        ),
      ];
    case 'revived':
      return [worker('info', say`The token is accepted again: ${jobs(event.count)} back from the DLQ`)];
    case 'woken':
      return [
        worker('info', say`Plex has added files to '${asName(event.section)}' that ${jobs(event.count)} waited for`),
      ];
    case 'claimed':
      return [worker('info', say`Processing job ${event.jobId} for scene ${event.sceneId} (attempt ${event.attempt})`)];
    case 'searching':
      return [matcher('info', say`Searching '${asName(event.section)}' for: ${asPath(event.file)}`)];
    case 'title_search':
      return [matcher('info', say`Title search: '${asPath(event.title)}'`)];
    case 'title_matches':
      return [matcher('info', say`Got ${event.count} title matches`)];
    case 'filter_unusable':
    case 'index_listed':
    case 'listing_given_up':
    case 'index_refreshed':
    case 'index_unusable':
      return [indexLine(event)];
    case 'found':
      return [matcher('info', say`${FOUND_WORDS[event.from]}: ${asTitle(event.title)}`)];
    case 'pin_moved': {
      const { sceneId, from, to, file } = event;
      const how =
        from === to
          ? say`The item ${ours(to)} that scene ${sceneId} is pinned to has another file now`
          : say`The pin of scene ${sceneId} moved from item ${ours(from)} to item ${ours(to)}, which has its file`;
      return [matcher('warning', say`${how}: ${asPath(file)}`)];
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
          say`Plex keeps ${fieldName(field)} of scene ${event.sceneId} as '${asProse(shortened(kept))}' (sent: '${asProse(shortened(sent))}')`,
        ),
      ];
    }
    case 'left_alone':
      return [
        worker(
          'info',
          say`Left ${fieldName(event.left.field)} of scene ${event.sceneId} as it is: ${leftReason(event.left)}`,
        ),
      ];
    case 'collection_withheld':
      return [withheldLine(event)];
    case 'capped':
      return [
        worker(
          'warning',
          say`Scene ${event.sceneId} has ${event.dropped} more ${LIST_WORDS[event.list].many} than max_${LIST_WORDS[event.list].setting} allows: cut`,
        ),
      ];
    case 'summary_cut':
      return [
        worker(
          'warning',
          say`The summary of scene ${event.sceneId} is too long for the server: cut to ${event.length} characters`,
        ),
      ];
    case 'completed': {
      if (event.left === 'pictures') return [worker('info', say`Job ${event.jobId} completed but for its pictures`)];
      return [worker('info', say`Job ${event.jobId} completed${COMPLETED_WORDS[event.change]}`)];
    }
    case 'retrying':
      return [retryLine(event)];
    case 'buried':
      return buriedLines(event);
    case 'released':
      return [releasedLine(event)];
    case 'removal_held':
      return [worker('debug', say`Job ${event.jobId} waits: ${removalWords(event.values)}`)];
    case 'undone':
      return [
        worker(
          'info',
          say`Scene ${event.sceneId} is undone and left as it is: plexsync queue release ${event.sceneId} writes it again`,
        ),
      ];
    case 'gone':
      return [worker('info', say`Job ${event.jobId} dropped: scene ${event.sceneId} is not in Stash`)];
    case 'thin_scene':
      return [
        worker(
          'info',
          say`Scene ${event.sceneId} has no metadata beyond title/path yet: nothing is cleared in Plex (quality_gate)`,
        ),
      ];
    case 'scan_requested':
      return [worker('info', say`Asked Plex to scan '${asPath(event.folder)}' in '${asName(event.section)}'`)];
    case 'scan_failed':
      return [
        worker(
          'warning',
          say`Plex did not take a scan of '${asPath(event.folder)}' in '${asName(event.section)}', no more are asked for in this run: ${event.message}`,
        ),
      ];
    case 'skipped':
      return [
        worker('info', say`Job ${event.jobId} skipped — scene ${event.sceneId} not in Plex (skip_not_found enabled)`),
      ];
    case 'without_file':
      return [
        worker(
          'info',
          say`No file path for scene ${event.sceneId}, cannot sync to Plex: Stash has no file for it. Nothing is lost: once it has one, its next edit brings it, or plexsync enqueue ${event.sceneId}`,
        ),
      ];
    case 'letter_shortened': {
      const rest = event.keys.length === 0 ? 'whatever Stash has' : ours(event.keys.join(', '));
      return [worker('info', say`Dead letter ${event.letterId} of scene ${event.sceneId} keeps: ${rest}`)];
    }
    case 'letters_expired':
      return [expiredLine(event)];
    case 'superseded':
      return [worker('info', say`Job ${event.jobId} continues in a newer edit of scene ${event.sceneId}`)];
    case 'lease_lost':
      return [worker('warning', say`Job ${event.jobId} was taken over by another run: its result here is not counted`)];
    case 'breaker_opened':
      return [
        main('error', say`Circuit breaker OPENED after ${event.failures} consecutive failures: ${event.message}`),
      ];
    case 'stash_breaker_opened':
      return [main('error', say`Circuit breaker of Stash OPENED: ${event.message}`)];
    case 'breaker_half_open':
      return [main('info', say`Circuit breaker entering HALF_OPEN state: Plex answers, one job tries`)];
    case 'breaker_closed':
      return [main('info', say`Circuit breaker CLOSED after successful recovery`)];
    default:
      return unreachable(event);
  }
}

function withheldLine({ section, name, reason }: Extract<WorkerEvent, { kind: 'collection_withheld' }>): LogLine {
  const why =
    reason === 'gone'
      ? say`is gone from all of '${asName(section)}', and is not written again. To have it back: plexsync reconcile --reassert collection`
      : say`has the name of a smart collection in '${asName(section)}', and is not written beside it`;
  return worker('info', say`Collection '${asName(name)}' ${why}`);
}

const COMPLETED_WORDS = {
  updated: '',
  unchanged: ' (already right in Plex)',
  nothing_given: ` (${NOTHING_WORDS.nothing_given})`,
  all_left_out: ` (${NOTHING_WORDS.all_left_out})`,
} as const satisfies Record<Change, string>;

const FOUND_WORDS = {
  look_up: 'Found',
  index: 'Found',
  record: 'Found (cached)',
  pin: 'Found (pinned)',
} as const satisfies Record<Extract<WorkerEvent, { kind: 'found' }>['from'], string>;

function main(level: Level, text: Sentence): LogLine {
  return [level, say`[PlexSync] ${text}`];
}

function worker(level: Level, text: Sentence): LogLine {
  return [level, say`[PlexSync Worker] ${text}`];
}

function matcher(level: Level, text: Sentence): LogLine {
  return [level, say`[PlexSync Matcher] ${text}`];
}

function lowConfidenceLines(event: Extract<WorkerEvent, { kind: 'low_confidence' }>): LogLine[] {
  const { file, candidates, sceneId, taken } = event;
  const files = candidates.slice(0, 5).map((evidence) => asPath(evidence.file));
  const count = candidates.length === 1 ? '1 candidate' : say`${candidates.length} candidates`;
  const first = matcher('warning', say`LOW confidence match for '${asPath(file)}': ${count} found - ${quoted(files)}`);
  if (!taken)
    return [first, main('warning', say`Low confidence match skipped (strict_matching=true): scene ${sceneId}`)];
  return [first, matcher('warning', say`LOW CONFIDENCE SYNCED: scene ${sceneId} (strict_matching=false)`)];
}

function writtenLines(title: string, plan: EditPlan, mode: 'preserved' | 'overwrite'): LogLine[] {
  const cleared = plan.fields.filter(({ value }) => value === '').map(({ field }) => say`${fieldName(field)}`);
  return [
    worker('info', say`Updated metadata (${mode} mode): ${asTitle(title)}`),
    ...(cleared.length > 0 ? [worker('info', say`Cleared ${listed(cleared)}`)] : []),
    ...plan.lists.flatMap(listLines),
    ...(plan.pictures ?? []).map((picture) =>
      worker('info', say`${PICTURE_DONE[picture.how]} ${fieldName(picture.field)}${sizeOf(picture)}`),
    ),
  ];
}

const PICTURE_DONE = { uploaded: 'Uploaded', selected: 'Selected again' } as const;

function sizeOf({ bytes }: PictureEdit): Sentence {
  return bytes === undefined ? say`` : say` (${ours(sizeText(bytes))})`;
}

function listLines({ kind, add, remove }: ListEdit): LogLine[] {
  const words = LIST_WORDS[kind];
  const lines: LogLine[] = [];
  if (add.length > 0 && kind === 'collection')
    lines.push(worker('info', say`Added to collection: ${listed(add.map(asName))}`));
  else if (add.length > 0)
    lines.push(
      worker(
        'info',
        say`Added ${add.length} ${add.length === 1 ? words.one : words.many}${words.as}: ${quoted(add.map(asName))}`,
      ),
    );
  if (remove.length > 0)
    lines.push(
      worker(
        'info',
        say`Removed ${remove.length} ${remove.length === 1 ? words.one : words.many}: ${quoted(remove.map(asName))}`,
      ),
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
      const reasons = {
        ignored: say`Plex does not heed a search by file name`,
        refused: say`Plex refuses a search by file name`,
        name: say`Nothing of this file name can be searched for`,
      };
      return matcher('info', say`${reasons[event.reason]} in '${asName(event.section)}': listing the library instead`);
    }
    case 'index_listed':
      return matcher(
        'debug',
        say`Listed '${asName(event.section)}' in ${requestsOf(event)} instead of searching for each file: ${event.items} items`,
      );
    case 'listing_given_up': {
      const why = event.reason === 'moved' ? 'the library changed meanwhile' : 'that would take longer than to search';
      return matcher('debug', say`Listing '${asName(event.section)}' given up after ${requestsOf(event)}: ${why}`);
    }
    case 'index_refreshed': {
      const verdict = event.isRight ? 'the file index is up to date' : 'the file index misses some';
      return matcher('debug', say`${event.changed} items of '${asName(event.section)}' are new or changed: ${verdict}`);
    }
    case 'index_unusable':
      return matcher('warning', say`The file index cannot be used, files are searched for one by one: ${event.reason}`);
  }
}

function requestsOf({ requests }: { readonly requests: number }): Sentence {
  return say`${requests} ${requests === 1 ? 'request' : 'requests'}`;
}

function retryLine(event: Extract<WorkerEvent, { kind: 'retrying' }>): LogLine {
  const { jobId, attempt, of, waitMs, message } = event;
  const wait = retryIn(waitMs);
  if (event.reason === 'miss')
    return worker('info', say`Job ${jobId} not in Plex yet (attempt ${attempt}/${of}), ${wait}: ${message}`);
  return worker('warning', say`Job ${jobId} failed (attempt ${attempt}/${of}), ${wait}: ${message}`);
}

function releasedLine({ jobId, waitMs, message }: Extract<WorkerEvent, { kind: 'released' }>): LogLine {
  const wait = waitMs === 0 ? '' : say`, ${retryIn(waitMs)}`;
  return worker('warning', say`Job ${jobId} released, no attempt spent${wait}: ${message}`);
}

function retryIn(waitMs: number): Sentence {
  return say`retry in ${ours((waitMs / 1_000).toFixed(1))}s`;
}

function buriedLines(event: Extract<WorkerEvent, { kind: 'buried' }>): LogLine[] {
  const { jobId, sceneId, errorType, message, retries, exhausted } = event;
  const what = exhausted
    ? say`Job ${jobId} exceeded max retries (${retries}), moving to DLQ: ${message}`
    : say`Job ${jobId} permanent failure, moving to DLQ: ${message}`;
  return [
    worker('error', what),
    worker('error', say`Job ${jobId} (scene ${sceneId}) moved to DLQ after ${retries} retries: ${ours(errorType)}`),
  ];
}

const MOST_SCENES = 20;

function expiredLine({ count, days, byType, sceneIds }: Extract<WorkerEvent, { kind: 'letters_expired' }>): LogLine {
  const types = Object.entries(byType).map(([type, number]) => say`${number} ${ours(type)}`);
  const more = sceneIds.length > MOST_SCENES ? say` and ${sceneIds.length - MOST_SCENES} more` : '';
  const scenes = say`${sceneIds.length === 1 ? 'scene' : 'scenes'} ${ours(sceneIds.slice(0, MOST_SCENES).join(', '))}${more}`;
  const entries = count === 1 ? 'DLQ entry' : 'DLQ entries';
  return main('info', say`Removed ${count} ${entries} older than ${days} days: ${listed(types)} (${scenes})`);
}

function quoted(words: readonly Personal[]): Sentence {
  return say`[${listed(words.map((word) => say`'${word}'`))}]`;
}

function jobs(count: number): '1 job' | `${number} jobs` {
  return count === 1 ? '1 job' : `${count} jobs`;
}
