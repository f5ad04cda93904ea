import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Stores } from '../../../queue/store/stores.ts';
import { frontOf } from '../../../queue/tables/plugin-front.ts';
import { lastEventAt } from '../../../queue/work/intake.ts';
import { spoolOf } from '../../../spool/layout.ts';
import type { SpoolLook } from '../../../spool/look.ts';
import { lookAtSpool } from '../../../spool/look.ts';
import type { Context } from '../context.ts';
import { readOurs } from './files.ts';
import { givenSpoolOf, spoolIn } from './hook-script.ts';

const HOUR_MS = 3_600_000;
/**
 * People who curate do so most days: a recent event shows that the plugin works now, an older one only that it worked
 * then.
 */
const RECENT_MS = 24 * HOUR_MS;

/** What is known about arriving events; a long silence may only mean that nobody edited anything. */
export type Arrival =
  | { readonly kind: 'never' }
  /** What Stash says now does not come here: the spool is gone, or the hook fills another one. */
  | { readonly kind: 'lost' }
  /** The first events may wait where we cannot look. */
  | { readonly kind: 'hidden' }
  | { readonly kind: 'recent'; readonly agoMs: number }
  | { readonly kind: 'long_ago'; readonly agoMs: number };

/** What stops events from arriving, or from being taken in, and how to fix it. */
export type ArrivalProblem = { readonly message: string; readonly fix: string };

/** How events from Stash reach the queue. */
export type PluginState = {
  /** The path of the spool. */
  readonly path: string;
  readonly look: SpoolLook;
  /** When the last event was taken in, epoch ms. */
  readonly lastAt: number | undefined;
  readonly arrival: Arrival;
  readonly problems: readonly ArrivalProblem[];
};

/** Reads the state of a data directory's spool and the time of the last event. @throws {StoreError} */
export function readPluginState(stores: Stores, dataDir: Context['dataDir'], now: number): PluginState {
  const lastAt = lastEventAt(stores);
  const spool = spoolOf(dataDir.path);
  const look = lookAtSpool(spool);
  const loss = lossOf(frontOf(stores), spool.path, look);
  const arrival: Arrival = loss === undefined ? arrivalOf(look, { lastAt, now }) : { kind: 'lost' };
  const problems = problemsOf(look, arrival, now);
  return { path: spool.path, look, lastAt, arrival, problems: loss === undefined ? problems : [loss, ...problems] };
}

/**
 * Why events that Stash sends now are lost, as far as it shows here: where Stash sees the spool under another path, only
 * a spool that is gone shows.
 */
function lossOf(front: string | undefined, spool: string, { state }: SpoolLook): ArrivalProblem | undefined {
  if (front === undefined) return undefined;
  const script = readOurs(front);
  if (script === undefined) {
    // Its whole folder may be out of sight, as in another container.
    if (!existsSync(dirname(dirname(front)))) return undefined;
    return { message: `The hook script ${front} is gone: Stash keeps no event`, fix: INSTALL_AGAIN };
  }
  const filled = spoolIn(script);
  if (givenSpoolOf(script) === undefined && filled !== undefined && filled !== spool)
    return {
      message: `The hook in Stash leaves its events in ${filled}, and this data directory reads ${spool}`,
      fix: 'Use the data directory that belongs to it, or run plexsync plugin install again for this one.',
    };
  return state === 'none'
    ? { message: `There is no spool at ${spool}: what Stash says is lost`, fix: INSTALL_AGAIN }
    : undefined;
}

const INSTALL_AGAIN = 'Run plexsync plugin install again, and plexsync reconcile for what was missed.';

function arrivalOf(
  { state, newestAt }: SpoolLook,
  { lastAt, now }: { readonly lastAt: number | undefined; readonly now: number },
): Arrival {
  const latestAt = Math.max(lastAt ?? 0, newestAt ?? 0);
  if (latestAt === 0) return { kind: state === 'unreadable' ? 'hidden' : 'never' };
  const agoMs = Math.max(0, now - latestAt);
  return { kind: agoMs <= RECENT_MS ? 'recent' : 'long_ago', agoMs };
}

function problemsOf({ state, oldestAt, bad = 0 }: SpoolLook, arrival: Arrival, now: number): readonly ArrivalProblem[] {
  const problems: ArrivalProblem[] = [];
  if (arrival.kind === 'never' && state === 'none')
    problems.push({
      message: 'Nothing has ever come from Stash',
      fix: 'Run plexsync plugin install, and reload the plugins in Stash.',
    });
  else if (arrival.kind === 'never')
    problems.push({
      message: 'Nothing has come from Stash yet',
      fix: 'Reload the plugins there, edit a scene, and look into its log for [PlexSync Hook].',
    });
  if (state === 'unreadable')
    problems.push({
      message: 'The events in the spool cannot be read',
      fix: 'Make its folders readable for this user.',
    });
  if (oldestAt !== undefined && now - oldestAt > HOUR_MS)
    problems.push({
      message: 'Events have waited for more than an hour',
      fix: 'Run plexsync process, best by cron: it takes them in, or says why not.',
    });
  if (bad > 0)
    problems.push({
      message: `${bad === 1 ? '1 event' : `${bad} events`} could not be used: spool/bad says why`,
      fix: 'Remove what is settled there.',
    });
  return problems;
}
