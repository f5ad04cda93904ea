import type { DrainReport } from '../../../core/drain/drain.ts';
import { listed, ours, say } from '../../../core/text/sentence.ts';
import type { RunSummaryDocument } from '../../../documents/run-summary.ts';
import type { LogLine } from '../../../terminal/log/event-lines.ts';
import type { Output } from '../../../terminal/log/output.ts';
import { sizeText } from '../../../terminal/log/size-words.ts';
import { utcTime } from '../../../terminal/time.ts';
import { pausedDocument, sum } from '../../shared/stats-document.ts';
import { tellEnd } from './end-words.ts';
import type { Summary } from './summary-text.ts';
import { summaryText } from './summary-text.ts';

/** Reports how a run went, on both streams. */
export function reportRun(report: DrainReport, summary: Summary, output: Output): void {
  const { known = [] } = summary;
  for (const end of report.ends.filter(({ kind }) => !known.includes(kind))) tellEnd(end, summary, output);
  if (output.json) {
    output.resultJson(summaryDocument(report, summary));
    return;
  }
  for (const [level, line] of [...explainLetters(summary), ...picturesToCome(report), ...picturesGiven(report)])
    output.log(level, line);
  output.result(summaryText(report, summary));
  if (isEmptyRun(report, summary) && output.readerOf('stdout').kind === 'person') output.log('info', NOTHING_WAITS);
}

/** Nothing was done and nothing waits: whoever looks wants to know how something gets there. */
function isEmptyRun({ ends, tally }: DrainReport, { mode, stats }: Summary): boolean {
  return (
    mode === 'write' && ends.length === 0 && stats.pending === 0 && Object.values(tally).every((count) => count === 0)
  );
}

const NOTHING_WAITS = say`Nothing waits. Next: plexsync enqueue --all --dry-run, to see what Stash has, or plexsync process --watch, which follows Stash.`;

/** What a reader who was told of these letters need not be told again. */
export function lettersKnown({ deadLetters }: Pick<Summary['stats'], 'deadLetters'>): string {
  return `letters ${JSON.stringify(deadLetters)}`;
}

/** The reminder that some jobs need a person. */
function explainLetters({ stats, known = [] }: Summary): readonly LogLine[] {
  const count = sum(stats.deadLetters);
  if (count === 0 || known.includes(lettersKnown(stats))) return [];
  const types = Object.entries(stats.deadLetters).map(([type, number]) => say`${number} ${ours(type)}`);
  const jobs = count === 1 ? 'job' : 'jobs';
  return [
    [
      'warning',
      say`[PlexSync] DLQ contains ${count} failed ${jobs} requiring review: ${listed(types)}. These are its dead letters: plexsync dlq list`,
    ],
  ];
}

/** How much would come if somebody decided for pictures. Nobody reads it in cron's mail. */
function picturesToCome({ pictures }: DrainReport): readonly LogLine[] {
  if (pictures?.awaiting === undefined) return [];
  const { count, bytes } = pictures.awaiting;
  const scenes = count === 1 ? say`1 scene of this run has` : say`${count} scenes of this run have`;
  const size = ours(sizeText(bytes));
  return [
    [
      'info',
      say`[PlexSync] ${scenes} a picture that was not written (about ${size} in all): set sync_poster to true to write pictures, or to false to leave them`,
    ],
  ];
}

/** Whoever names a picture by hand wants it, and another setting says otherwise. */
function picturesGiven({ pictures }: DrainReport): readonly LogLine[] {
  const count = pictures?.givenAndLeft;
  if (count === undefined) return [];
  const scenes = count === 1 ? say`1 scene of this run names` : say`${count} scenes of this run name`;
  return [
    [
      'info',
      say`[PlexSync] ${scenes} a picture by hand, and it was not written, since pictures are turned off (sync_poster or sync_master is false): set it to true, then give the picture again`,
    ],
  ];
}

/** The last NDJSON event of `process --json`; keys are only ever added. */
function summaryDocument(
  { ends, tally, pictures }: DrainReport,
  { run, mode, exitCode, stats, startedAt, endedAt, skippedScenes, left, leftAsEdited }: Summary,
): RunSummaryDocument {
  return {
    event: 'summary',
    at: utcTime(endedAt),
    run,
    dry_run: mode === 'preview',
    exit_code: exitCode,
    ends: ends.map(({ kind }) => kind),
    updated: tally.updated,
    unchanged: tally.unchanged,
    nothing_to_write: tally.nothing,
    waiting: tally.waiting,
    skipped: tally.skipped,
    without_file: tally.withoutFile,
    gone: tally.gone,
    skipped_scenes: skippedScenes,
    retried: tally.retried,
    dead_lettered: tally.buried,
    removals: tally.removals,
    undone: tally.undone,
    released: tally.released,
    ...(pictures === undefined ? {} : { pictures: pictureDocument(pictures) }),
    left: leftAsEdited ?? { fields: 0, scenes: 0 },
    pending: stats.pending,
    ...(left === undefined
      ? {}
      : {
          events_not_looked_at: left.spooled === 'unreadable' ? null : left.spooled,
          jobs_not_looked_at: left.leased,
          paused: pausedDocument(left.paused),
        }),
    started_at: utcTime(startedAt),
    ended_at: utcTime(endedAt),
  };
}

/** The closing event of a run that could not do its work; the error document on stderr says why. */
export function failureDocument(exitCode: number, at: number): RunSummaryDocument {
  return { event: 'summary', at: utcTime(at), run: null, exit_code: exitCode, ends: ['error'] };
}

function pictureDocument({
  givenAndLeft,
  ...figures
}: NonNullable<DrainReport['pictures']>): RunSummaryDocument['pictures'] {
  return { ...figures, ...(givenAndLeft === undefined ? {} : { given_and_left: givenAndLeft }) };
}
