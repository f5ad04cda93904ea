import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import type { LeftCount } from '../../core/model/left-as-edited.ts';
import { createLeftCounter, isLeftAsEdited } from '../../core/model/left-as-edited.ts';
import type { OpenDrainQueue } from '../../queue/work/drain-queue.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { eventDocument } from '../../terminal/log/event-document.ts';
import { linesFor } from '../../terminal/log/event-lines.ts';
import { previewText } from '../../terminal/log/preview-text.ts';
import type { ProgressLine } from '../../terminal/progress.ts';
import { progressOf } from '../../terminal/progress-rate.ts';
import type { Context } from '../shared/context.ts';
import type { PathMask } from './path-mask.ts';

/** Turns a run's events into log lines, NDJSON, the live line, and details for the closing summary. */
export type RunEvents = {
  emit(event: WorkerEvent): void;
  /** Shows the live line if somebody would see it. */
  showProgress(queue: OpenDrainQueue, startedAt: number): Promise<void>;
  /** Removes the live line. */
  close(): void;
  /** Whether Plex was reached and accepted the token. */
  isConnected(): boolean;
  /** The scenes that were skipped, in order. */
  skippedScenes(): readonly number[];
  /** What was left as edited in Plex. */
  leftAsEdited(): LeftCount;
};

/**
 * The mask of a run, if it needs one. Its key belongs to the data directory: the same file has the same mask in all its
 * runs.
 */
export async function maskFor({ settings }: LoadedSettings, key: () => string): Promise<PathMask | undefined> {
  if (!settings.obfuscate_paths) return undefined;
  const { createPathMask } = await import('./path-mask.ts');
  return createPathMask(key());
}

/** Which events end a job of the backlog, at least for this run. */
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
  letter_shortened: false,
  letters_expired: false,
  superseded: true,
  lease_lost: false,
  breaker_opened: false,
  stash_breaker_opened: false,
  breaker_half_open: false,
  breaker_closed: false,
};

function logLines(event: WorkerEvent, output: Context['output']): void {
  const isDetail = isForVerbose(event, output);
  for (const [level, line] of linesFor(event)) output.log(isDetail ? 'debug' : level, line);
}

/** At a terminal the summary counts what was left as edited, and --verbose lists it; a pipe gets every line. */
function isForVerbose(event: WorkerEvent, { readerOf }: Context['output']): boolean {
  return event.kind === 'left_alone' && isLeftAsEdited(event.left) && readerOf('stderr').kind === 'person';
}

export function createRunEvents({ output, now }: Context, mask: PathMask | undefined): RunEvents {
  const skipped: number[] = [];
  const left = createLeftCounter();
  let isConnected = false;
  let done = 0;
  let live: ProgressLine | undefined;
  let show = (_current: string | undefined): void => undefined;
  // Also masks what is printed after the last event: why the run ended, and its figures.
  if (mask !== undefined) output.maskWith(mask.sentence);
  const emit = (event: WorkerEvent): void => {
    if (event.kind === 'connected') isConnected = true;
    if (event.kind === 'skipped') skipped.push(event.sceneId);
    if (event.kind === 'left_alone') left.note(event.sceneId, event.left);
    if (ENDS_A_JOB[event.kind]) done += 1;
    const shown = mask?.event(event) ?? event;
    if (output.json) output.resultJson(eventDocument(shown));
    else if (shown.kind === 'would_write' || shown.kind === 'would_not_write') output.result(previewText(shown));
    // Worded from the event itself: the output masks each part of a line by what it is.
    logLines(event, output);
    show('title' in shown ? shown.title : undefined);
  };
  return {
    emit,
    showProgress: async (queue, startedAt) => {
      if (!output.isLive) return;
      const { createProgress } = await import('../../terminal/progress.ts');
      const line = createProgress({ now });
      const doneBefore = queue.backlogDone();
      const due = queue.dueCount(startedAt);
      let latest: string | undefined;
      show = (current) => {
        latest = current ?? latest;
        const left = Math.max(0, due - done);
        line.show({ ...progressOf({ doneBefore, doneNow: done, left, startedAt, now: now() }), current: latest });
      };
      live = line;
      output.keepBelow(line);
      show(undefined);
    },
    close: () => {
      live?.clear();
      output.keepBelow(undefined);
      show = () => undefined;
    },
    isConnected: () => isConnected,
    skippedScenes: () => skipped,
    leftAsEdited: left.count,
  };
}
