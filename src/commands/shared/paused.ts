import type { QuietRange } from '../../core/model/quiet-hours.ts';
import { quietMinutesLeft } from '../../core/model/quiet-hours.ts';
import type { Stores } from '../../queue/store/stores.ts';
import type { Paused } from '../../queue/tables/paused.ts';
import { noteQuiet, readPause, readPauseAndQuiet } from '../../queue/tables/paused.ts';
import { localTime } from '../../terminal/time.ts';

/** Whether writing rests now, and notes quiet hours for those who read no settings. @throws {StoreError} */
export function pausedNow(stores: Stores, quietHours: readonly QuietRange[], now: number): Paused | undefined {
  const until = quietUntil(quietHours, now);
  const { pause, quietUntil: noted } = readPauseAndQuiet(stores, now);
  // Under a pause too, for whoever ends that; and without quiet hours, since there may have been some before.
  if (noted !== until) noteQuiet(stores, until);
  if (pause !== undefined) return pause;
  return until === undefined ? undefined : { until, why: 'quiet_hours' };
}

/** The same for who may change nothing. @throws {StoreError} */
export function pausedAsSeen(stores: Stores, quietHours: readonly QuietRange[], now: number): Paused | undefined {
  const until = quietUntil(quietHours, now);
  return readPause(stores, now) ?? (until === undefined ? undefined : { until, why: 'quiet_hours' });
}

/** When the quiet hours that `now` lies in are over, by the clock on the wall; `undefined` outside of them. */
export function quietUntil(quietHours: readonly QuietRange[], now: number): number | undefined {
  if (quietHours.length === 0) return undefined;
  const at = new Date(now);
  const left = quietMinutesLeft(quietHours, at.getHours() * 60 + at.getMinutes());
  if (left === undefined) return undefined;
  // Set as minutes of the day, so that a change of the clock moves the end with it.
  at.setHours(at.getHours(), at.getMinutes() + left, 0, 0);
  return at.getTime();
}

/** `paused until …`, or `the quiet hours last until …`: a sentence, and the end of one. */
export function pausedWords({ until, why }: Paused, time: (at: number) => string = localTime): string {
  const when = until === undefined ? 'until plexsync resume' : `until ${time(until)}`;
  return why === 'pause' ? `paused ${when}` : `the quiet hours last ${when}`;
}
