import type { DrainReport } from '../../../core/drain/drain.ts';
import type { Tally } from '../../../core/drain/ports/tally.ts';
import type { LeftCount } from '../../../core/model/left-as-edited.ts';
import type { Paused } from '../../../queue/tables/paused.ts';
import type { RunStats } from '../../../queue/views/waiting.ts';
import { localTime } from '../../../terminal/time.ts';
import { leftWords } from '../../shared/left-words.ts';
import { pausedWords } from '../../shared/paused.ts';
import type { DrainSetup } from '../drain-run.ts';
import { countedAs } from './run-faults.ts';

/** What a summary shows besides the report. */
export type Summary = {
  /** The number of the run; null for one that left no row. */
  readonly run: number | null;
  readonly mode: DrainSetup['mode'];
  readonly exitCode: number;
  readonly stats: RunStats;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly skippedScenes: readonly number[];
  /** What was left as edited in Plex; absent where nothing was looked at. */
  readonly leftAsEdited?: LeftCount | undefined;
  /** Since when a server does not answer, for the runs that keep count. */
  readonly outageSince?: ((server: 'plex' | 'stash') => number | undefined) | undefined;
  /** Ends that the reader knows of. */
  readonly known?: readonly string[] | undefined;
  /** What a preview did not look at; absent for a run. */
  readonly left?: LeftByPreview | undefined;
};

/**
 * What a preview does not look at: events in the spool (a number, or that it is unreadable), jobs under a lease, and
 * that writing rests.
 */
export type LeftByPreview = {
  readonly spooled: number | 'unreadable';
  readonly leased: number;
  readonly paused: Paused | undefined;
};

/** The closing text of a run: counts first, then what waits and why. */
export function summaryText({ tally, pictures }: DrainReport, summary: Summary): string {
  if (summary.mode === 'preview') return previewSummary({ tally, pictures }, summary);
  const { stats, startedAt, endedAt, skippedScenes } = summary;
  const failed = countedAs(tally, 'failed');
  // A job that is written but for a picture has two ends.
  const processed = countedAs(tally, 'processed') + failed - tally.pictures;
  const took = ((endedAt - startedAt) / 1_000).toFixed(1);
  const lines = [`Queue processing complete. Processed: ${processed}, Failed: ${failed} (${took}s)`];
  const counted = countsText(
    Object.entries(ENDING_WORDS).map(([ending, words]) => [tally[ending as keyof Tally], words]),
  );
  if (counted !== '') lines.push(`  ${counted}`);
  lines.push(...pictureLines(pictures, 'written'), ...leftLines(summary));
  if (skippedScenes.length > 0) lines.push(`Skipped scenes: ${shortList(skippedScenes)}`);
  lines.push(...waitingLines(stats));
  return lines.join('\n');
}

/** The closing line of a dry run. */
function previewSummary({ tally, pictures }: Pick<DrainReport, 'tally' | 'pictures'>, summary: Summary): string {
  const { left, stats } = summary;
  const { updated, unchanged, waiting, skipped, withoutFile, gone, retried, buried, removals, undone, released } =
    tally;
  const parts: readonly Count[] = [
    [updated, 'would be written'],
    [unchanged, 'already right'],
    [tally.nothing, ENDING_WORDS.nothing],
    [tally.pictures, 'of these but for a picture'],
    [waiting + skipped, 'not in Plex yet'],
    [withoutFile, 'without a file in Stash'],
    [gone, 'not in Stash'],
    [retried + buried, 'would fail'],
    [removals, 'would wait, since they remove too much'],
    [undone, 'undone, and left as they are'],
    [released, 'not looked at'],
  ];
  const { due } = stats.waiting;
  const untold = due === 0 ? 'nothing is due' : `${due} due, not looked at`;
  const lines = [
    `Dry run, nothing was written: ${countsText(parts) || untold}`,
    ...pictureLines(pictures, 'would be written'),
    ...leftLines(summary),
  ];
  return `${lines.join('\n')}${spooledText(left?.spooled)}${leasedText(left?.leased)}${pausedText(left?.paused)}`;
}

function pictureLines(pictures: DrainReport['pictures'], written: 'written' | 'would be written'): readonly string[] {
  const text = countsText([
    [pictures?.written ?? 0, written],
    [pictures?.left ?? 0, 'left as they are'],
  ]);
  return text === '' ? [] : [`Pictures: ${text}`];
}

function leftLines({ leftAsEdited }: Summary): readonly string[] {
  if (leftAsEdited === undefined || leftAsEdited.fields === 0) return [];
  return [
    `  left as edited in Plex: ${leftWords(leftAsEdited)}, --verbose lists them, enqueue ID --reassert FIELDS takes them back`,
  ];
}

/** A lease may belong to a dead run, whose job the next run rescues. */
function leasedText(leased = 0): string {
  if (leased === 0) return '';
  const jobs =
    leased === 1 ? '1 job that another run has claimed was' : `${leased} jobs that another run has claimed were`;
  return `\n${jobs} not looked at`;
}

/** Looking is allowed under a pause, and the run that it shows would wait. */
function pausedText(paused: Paused | undefined): string {
  if (paused === undefined) return '';
  const rests = paused.why === 'pause' ? 'Writing is' : 'Nothing is written now:';
  return `\n${rests} ${pausedWords(paused)}; a run without --dry-run would wait`;
}

/** Only a run that writes takes events in, so a preview may show too little. */
function spooledText(spooled: LeftByPreview['spooled'] = 0): string {
  if (spooled === 'unreadable') return '\nThe events in the spool cannot be read: plexsync doctor says more';
  if (spooled === 0) return '';
  const left = spooled === 1 ? '1 event in the spool was' : `${spooled} events in the spool were`;
  return `\n${left} not looked at, which a run without --dry-run takes in`;
}

type Count = readonly [count: number, text: string];

/** The counts that are not zero: `2 updated, 1 already right`. */
function countsText(parts: readonly Count[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`)
    .join(', ');
}

const MOST_LISTED = 100;

function shortList(sceneIds: readonly number[]): string {
  const more = sceneIds.length > MOST_LISTED ? ` and ${sceneIds.length - MOST_LISTED} more` : '';
  return `${sceneIds.slice(0, MOST_LISTED).join(', ')}${more}`;
}

function waitingLines({ waiting, nextAttemptAt }: RunStats): string[] {
  const lines: string[] = [];
  const later = waiting.retry + waiting.not_found;
  if (waiting.due > 0) lines.push(`Still due: ${waiting.due}`);
  if (later > 0 && nextAttemptAt !== undefined) {
    lines.push(
      `Waiting: ${waiting.retry} to be retried, ${waiting.not_found} not in Plex yet; next try ${localTime(nextAttemptAt)}`,
    );
  }
  if (waiting.no_stash > 0) {
    lines.push(
      `Held (no_stash): ${waiting.no_stash} without data, which only Stash can supply; enqueue them with --path and --title to sync without it`,
    );
  }
  if (waiting.removals > 0)
    lines.push(`Held (removals): ${waiting.removals} that would remove too much; plexsync queue list --state removals`);
  if (waiting.undone > 0)
    lines.push(`Held (undone): ${waiting.undone} of undone scenes; plexsync queue release --all writes them again`);
  return lines;
}

/** The words for each ending of a job in the closing text of a run, in order. */
const ENDING_WORDS: Readonly<Record<keyof Tally, string>> = {
  updated: 'updated',
  unchanged: 'already right',
  nothing: 'with nothing to write',
  waiting: 'not in Plex yet',
  skipped: 'skipped, not in Plex',
  withoutFile: 'without a file in Stash',
  gone: 'not in Stash',
  retried: 'to be retried',
  buried: 'moved to the DLQ',
  removals: 'held back, since they would remove too much',
  undone: 'undone, and left as they are',
  released: 'released',
  superseded: 'continued in a newer edit',
  leaseLost: 'taken over by another run',
  restDone: 'with their picture now',
  pictures: 'written but for a picture',
};
