import { admission } from '../../core/failures/breaker.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { readPaused } from '../../queue/tables/paused.ts';
import { readRuns } from '../../queue/tables/runs.ts';
import { openBreakers } from '../../queue/tables/server-state.ts';
import { readStop } from '../../queue/tables/stopped.ts';
import { lastRunFaultOf } from '../shared/last-run-fault.ts';
import { pausedWords } from '../shared/paused.ts';

/** Why no run takes on what is due, as the end of a sentence; `undefined` where the next one does. @throws {StoreError} */
export function heldUpBy(stores: Stores, now: number, time: (at: number) => string): string | undefined {
  const paused = readPaused(stores, now);
  if (paused !== undefined) return `no run takes it: ${pausedWords(paused, time)}`;
  const stop = readStop(stores);
  if (stop !== undefined) return `writing is stopped: ${stop.hint}`;
  const fault = lastRunFaultOf(readRuns(stores.queueDb).last);
  if (fault !== undefined) return `the last run ${fault.words}`;
  const admitted = admission(openBreakers(stores).breaker('plex'), now);
  return admitted.kind === 'wait' ? `Plex is away, and is asked again after ${time(admitted.retryAt)}` : undefined;
}
