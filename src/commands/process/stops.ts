import type { DrainEnd } from '../../core/drain/drain.ts';
import type { StopCode } from '../../core/model/stop-code.ts';
import { STOP_CODES } from '../../core/model/stop-code.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { ours, plainText, say } from '../../core/text/sentence.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import type { Stop } from '../../queue/tables/stopped.ts';
import { readStop, saveStop } from '../../queue/tables/stopped.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { CREDENTIAL_CURES, refusalWords } from './credential-cures.ts';
import { mostRemovals, REMOVALS_HINT, removalsWords } from './removals.ts';
import { settingsFingerprint } from './settings-fingerprint.ts';

/** An end that stays until somebody does something about it. */
type StopEnd = Extract<DrainEnd, { kind: StopCode }>;

/** How a run met the servers, for what stops it. */
export type RunEnds = {
  readonly ends: readonly DrainEnd[];
  /** Whether Plex was reached and accepted the token. */
  readonly isConnected: boolean;
  /** Whether Stash answered with scenes. */
  readonly stashAnswered: boolean;
};

/**
 * Stores what stops writing after a run, for `stats`, monitors and a watch. A stop that a run did not get to the bottom
 * of stands on: Plex was not reached, or Stash was not asked.
 */
export function noteStop(
  stores: Stores,
  run: RunEnds,
  where: { readonly loaded: LoadedSettings; readonly now: number },
): void {
  const before = readStop(stores);
  const met = stopAmong(run.ends);
  const stands =
    before !== undefined && (met === undefined || rank(before.code) < rank(met.kind)) && isOpen(before, run);
  if (stands) return;
  if (met === undefined) {
    if (before !== undefined) saveStop(stores, undefined);
    return;
  }
  const salt = prepareServerState(stores.queueDb).clientIdentifier();
  const { loaded, now } = where;
  saveStop(stores, {
    code: met.kind,
    since: before?.code === met.kind && before.since <= now ? before.since : now,
    metAt: now,
    hint: plainText(hintOf(met)),
    basis: settingsFingerprint(loaded, salt),
    maxRemovals: mostRemovals(loaded),
  });
}

/** Whether a run could not tell if a stop is over. */
function isOpen({ code }: Stop, { isConnected, stashAnswered }: RunEnds): boolean {
  switch (code) {
    case 'unauthorized':
    case 'forbidden':
    case 'misconfigured':
      return !isConnected;
    case 'stash_unauthorized':
    case 'stash_misconfigured':
      return !stashAnswered;
    // What waits is counted at the end of each run.
    case 'removals':
      return false;
  }
}

function stopAmong(ends: readonly DrainEnd[]): StopEnd | undefined {
  const stops = ends.filter((end): end is StopEnd => STOP_CODES.some((code) => code === end.kind));
  return stops.toSorted((a, b) => rank(a.kind) - rank(b.kind))[0];
}

function rank(code: StopCode): number {
  return STOP_CODES.indexOf(code);
}

function hintOf(end: StopEnd): Sentence {
  switch (end.kind) {
    case 'unauthorized':
    case 'forbidden':
      return say`${refusalWords(end)}. ${ours(CREDENTIAL_CURES[end.kind])}.`;
    case 'stash_unauthorized':
      return say`${end.message}. ${ours(CREDENTIAL_CURES[end.kind])}.`;
    case 'misconfigured':
    case 'stash_misconfigured':
      return say`${end.message} ${end.hint}`;
    case 'removals':
      return say`${removalsWords(end.jobs)}. ${REMOVALS_HINT}`;
  }
}
