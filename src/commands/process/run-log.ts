import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import { isNothingToWrite } from '../../core/model/job.ts';
import { isLeftAsEdited } from '../../core/model/left-as-edited.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { LogLine } from '../../terminal/log/event-lines.ts';
import { linesFor } from '../../terminal/log/event-lines.ts';
import { NOTHING_WORDS } from '../../terminal/log/field-words.ts';
import type { Output } from '../../terminal/log/output.ts';
import { sceneLine } from '../../terminal/log/scene-line.ts';
import { endsJob } from './job-ends.ts';

/** The log of a run, as its reader wants it. */
export type RunLog = {
  /** Takes an event in. `shown` is the same, masked where paths are masked. */
  add(event: WorkerEvent, shown: WorkerEvent): void;
  /** Tells what is left to tell, and how often what was told once happened. */
  end(): void;
};

/** An event, and the same as it may be shown. */
type Told = { readonly event: WorkerEvent; readonly shown: WorkerEvent };

/** A line of a log may be longer than one of a terminal. */
const LOG_COLUMNS = 200;

/** So many jobs that end alike are told one by one; the rest is counted. */
const TOLD_ALIKE = 5;

/**
 * Tells a run's events on stderr: at a terminal one line a scene, else the guide's lines, job after job. What a scene that
 * is right already went through is told with `--verbose` only, and so are more than a few jobs that end alike. The log
 * files get every line at once.
 */
export function createRunLog(output: Pick<Output, 'log' | 'record' | 'show' | 'sceneView' | 'readerOf'>): RunLog {
  const underWay = new Map<number, Told[]>();
  const alike = new Map<string, { count: number; readonly last: (more: number) => LogLine }>();
  const view = output.sceneView;
  const showLines = (event: WorkerEvent): void => {
    for (const [level, line] of linesFor(event))
      output.show(isForVerbose(event, view) ? 'debug' : level, line, 'detail');
  };
  const showJob = (events: readonly Told[]): void => {
    if (view === 'guide') {
      for (const { event } of events) showLines(event);
      return;
    }
    const shown = events.map((told) => told.shown);
    const reader = output.readerOf('stderr');
    const line = sceneLine(shown, reader.kind === 'person' ? reader.width - 1 : LOG_COLUMNS);
    if (line !== undefined) output.show(line.level, say`${ours(line.text)}`, 'detail');
  };
  const tellJob = (sceneId: number): void => {
    const events = underWay.get(sceneId) ?? [];
    underWay.delete(sceneId);
    const end = events.at(-1)?.event;
    if (end === undefined) return;
    const isRight = end.kind === 'completed' && end.change === 'unchanged';
    // What was left differs, so that the scene is not quite right.
    if (isRight) for (const { event } of events) if (event.kind === 'left_alone') showLines(event);
    if (!isRight && !isToldOften(end)) showJob(events);
  };
  const isToldOften = (end: WorkerEvent): boolean => {
    const ending = endingOf(end);
    if (ending === undefined) return false;
    const known = alike.get(ending.kind) ?? { count: 0, last: (more: number) => ending.more(more, view) };
    known.count += 1;
    alike.set(ending.kind, known);
    return known.count > TOLD_ALIKE;
  };
  return {
    add: (event, shown) => {
      if (view === 'everything') {
        for (const [level, line] of linesFor(event)) output.log(level, line);
        return;
      }
      for (const [level, line] of linesFor(event)) output.record(level, line);
      if (!isOfAJob(event)) {
        if (view === 'guide' || !IS_DETAIL[event.kind]) showLines(event);
        return;
      }
      const events = underWay.get(event.sceneId) ?? [];
      events.push({ event, shown });
      underWay.set(event.sceneId, events);
      if (endsJob(event) || ENDS_A_STORY.has(event.kind)) tellJob(event.sceneId);
    },
    end: () => {
      // A run that stops gives jobs back without a word of each; what was learned of them is still worth a line.
      for (const events of underWay.values())
        if (view === 'guide' || events.at(-1)?.event.kind === 'completed') showJob(events);
      for (const { count, last } of alike.values())
        if (count > TOLD_ALIKE) output.show(...last(count - TOLD_ALIKE), 'matter');
      alike.clear();
      underWay.clear();
    },
  };
}

/** What belongs to the story of one job, and is told with it. */
function isOfAJob(event: WorkerEvent): event is WorkerEvent & { readonly sceneId: number } {
  return 'sceneId' in event && !BESIDE_A_JOB.has(event.kind);
}

/** What else ends the story of a job in this run: it was given back, or a preview found out what would become of it. */
const ENDS_A_STORY: ReadonlySet<WorkerEvent['kind']> = new Set([
  'released',
  'lease_lost',
  'would_write',
  'would_not_write',
]);

/** Events of a scene that come after its job, or beside any. */
const BESIDE_A_JOB: ReadonlySet<WorkerEvent['kind']> = new Set(['letter_shortened', 'pin_moved']);

/** What a person at a terminal need not read of a run that goes well. */
const IS_DETAIL: Partial<Record<WorkerEvent['kind'], true>> = {
  connected: true,
  filter_unusable: true,
  index_listed: true,
  listing_given_up: true,
  index_refreshed: true,
  scan_requested: true,
  letter_shortened: true,
};

/** At a terminal the summary counts what was left as edited. */
function isForVerbose(event: WorkerEvent, view: Output['sceneView']): boolean {
  return view === 'one_line' && event.kind === 'left_alone' && isLeftAsEdited(event.left);
}

type Ending = { readonly kind: string; more(count: number, view: Output['sceneView']): LogLine };

/** What makes two ends alike: our own words in their message, whatever scene or file they name. */
function endingOf(event: WorkerEvent): Ending | undefined {
  switch (event.kind) {
    case 'buried':
      return ending(
        `buried ${event.errorType}`,
        'error',
        say`dead letters of type ${ours(event.errorType)}. See: plexsync dlq list --error-type ${ours(event.errorType)}`,
      );
    case 'retrying':
      return event.reason === 'miss'
        ? ending('missing', 'info', say`not in Plex yet. See: plexsync queue list --state not_found`)
        : ending(
            `failed ${wordsOf(event.message)}`,
            'warning',
            say`failed alike. See: plexsync queue list --state retry`,
          );
    case 'released':
      return ending(`released ${wordsOf(event.message)}`, 'warning', say`given back alike, no attempt spent`);
    case 'removal_held':
      return ending('removals', 'warning', say`wait for you. See: plexsync queue list --state removals`);
    case 'completed':
      return isNothingToWrite(event.change)
        ? ending(event.change, 'info', say`had ${NOTHING_WORDS[event.change]}`)
        : undefined;
    case 'undone':
    case 'gone':
    case 'skipped':
    case 'without_file':
    case 'superseded':
    case 'lease_lost':
      return ending(event.kind, 'info', say`${ours(ENDED_ALIKE[event.kind])}`);
    default:
      return undefined;
  }
}

const ENDED_ALIKE = {
  undone: 'undone, and left as they are',
  gone: 'not in Stash',
  skipped: 'not in Plex, skipped',
  without_file: 'without a file in Stash',
  superseded: 'continue in newer edits',
  lease_lost: 'taken over by another run',
} as const;

function ending(kind: string, level: LogLine[0], what: Sentence): Ending {
  return {
    kind,
    more: (count, view) => {
      const line = say`… and ${ours(count.toLocaleString('en'))} more: ${what}`;
      return [level, view === 'guide' ? say`[PlexSync Worker] ${line}` : line];
    },
  };
}

function wordsOf({ pieces }: Sentence): string {
  return pieces.filter((piece) => typeof piece === 'string').join('…');
}
