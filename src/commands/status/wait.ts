import { setTimeout as pause } from 'node:timers/promises';
import { UsageError } from '../../core/model/errors.ts';
import { say } from '../../core/text/sentence.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { SceneStatus } from '../../queue/views/scene-status.ts';
import { readSceneStatus } from '../../queue/views/scene-status.ts';
import { parseDurationMs } from '../../settings/duration.ts';
import type { Context } from '../shared/context.ts';
import { listenForEnd } from '../shared/stop.ts';

/** Where a scene stands when the wait is over, and the exit code that says so. */
export type WaitEnd = { readonly status: SceneStatus | undefined; readonly exitCode: number };

/** How often the queue is looked at: only the local database is read. */
const LOOK_EVERY_MS = 250;

/**
 * Parses `--wait`; a bare number is in seconds.
 * @throws {UsageError}
 */
export function toWaitMs(text: string): number {
  const ms = parseDurationMs(text, 's');
  if (ms !== undefined && ms > 0) return ms;
  throw new UsageError(`--wait must be a duration such as 60s or 5m, not "${text}".`);
}

/** Waits until the scene is written or dead, the time is up, or a signal comes. */
export async function waitForEnd(
  stores: Stores,
  { sceneId, waitMs }: { readonly sceneId: number; readonly waitMs: number },
  { now, output }: Pick<Context, 'now' | 'output'>,
): Promise<WaitEnd> {
  const stop = listenForEnd();
  output.log('debug', say`Waiting for scene ${sceneId}`);
  const untilMs = performance.now() + waitMs;
  try {
    for (;;) {
      const status = readSceneStatus(stores, sceneId, now());
      const exitCode = endCode(status);
      if (exitCode !== undefined) return { status, exitCode };
      const signal = stop.requested();
      if (signal !== undefined) return { status, exitCode: signalExitCode(signal) };
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return { status, exitCode: EXIT.timeUp };
      await pause(Math.min(LOOK_EVERY_MS, leftMs), undefined, { signal: stop.aborted }).catch(() => undefined);
    }
  } finally {
    stop.close();
  }
}

/** The exit code of a scene that has come to an end; `undefined` while something of it waits. */
export function endCode(status: SceneStatus | undefined): number | undefined {
  if (status === undefined) return EXIT.jobsFailed;
  if (status.jobs.length > 0) return undefined;
  const isWritten = status.letters.length === 0 && status.item?.syncedAt !== undefined;
  return isWritten ? EXIT.done : EXIT.jobsFailed;
}
