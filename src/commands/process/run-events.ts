import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import type { LeftCount } from '../../core/model/left-as-edited.ts';
import { createLeftCounter } from '../../core/model/left-as-edited.ts';
import type { OpenDrainQueue } from '../../queue/work/drain-queue.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { eventDocument } from '../../terminal/log/event-document.ts';
import { previewText } from '../../terminal/log/preview-text.ts';
import type { ProgressLine } from '../../terminal/progress.ts';
import { progressOf } from '../../terminal/progress-rate.ts';
import type { Context } from '../shared/context.ts';
import { createEventStamps } from './event-stamps.ts';
import { endsJob } from './job-ends.ts';
import type { PathMask } from './path-mask.ts';
import { createRunLog } from './run-log.ts';

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

/** What a run's events are told with: its number, if it has one, and the mask of its paths, if they are masked. */
export type RunEventsOptions = { readonly run: number | null; readonly mask: PathMask | undefined };

export function createRunEvents({ output, now }: Context, { run, mask }: RunEventsOptions): RunEvents {
  const log = createRunLog(output);
  const stampOf = createEventStamps(run);
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
    if (endsJob(event)) done += 1;
    const shown = mask?.event(event) ?? event;
    if (output.json) output.resultJson(eventDocument(shown, stampOf(shown, now())));
    // Worded from the event itself: the output masks each part of a line by what it is.
    log.add(event, shown);
    // After the lines that lead to it: both streams may go into one pipe.
    if (!output.json && (shown.kind === 'would_write' || shown.kind === 'would_not_write'))
      output.result(previewText(shown));
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
      log.end();
      live?.clear();
      output.keepBelow(undefined);
      show = () => undefined;
    },
    isConnected: () => isConnected,
    skippedScenes: () => skipped,
    leftAsEdited: left.count,
  };
}
