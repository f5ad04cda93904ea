import { setTimeout } from 'node:timers/promises';
import { doubtOfFew } from '../../../core/drain/servers/stash-identity.ts';
import { createStashBreaker } from '../../../core/failures/stash-breaker.ts';
import { StoreError, SyncError, saidBy, UsageError } from '../../../core/model/errors.ts';
import type { Sentence } from '../../../core/text/sentence.ts';
import { ours, plainText, say } from '../../../core/text/sentence.ts';
import type { RunSummaryDocument } from '../../../documents/run-summary.ts';
import { signalExitCode } from '../../../exit.ts';
import { takeProcessLock } from '../../../queue/store/process-locks.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { noteStash } from '../../../queue/tables/jobs/awaits-stash.ts';
import { prepareScenes } from '../../../queue/tables/scenes.ts';
import { openBreakers } from '../../../queue/tables/server-state.ts';
import { openPollMemory } from '../../../queue/tables/stash-cursor.ts';
import { createLookNotes } from '../../../queue/tables/watch-look.ts';
import { readStats } from '../../../queue/views/stats.ts';
import { intakeOf, openIntake } from '../../../queue/work/intake.ts';
import { openStores } from '../../../queue/work/open-stores.ts';
import type { LoadedSettings } from '../../../settings/load.ts';
import type { StashClient } from '../../../stash/client.ts';
import { localTime, utcTime } from '../../../terminal/time.ts';
import type { Context } from '../../shared/context.ts';
import { hasTargets } from '../../shared/notify/targets.ts';
import { tellElsewhere } from '../../shared/notify/tell-elsewhere.ts';
import { pausedNow } from '../../shared/paused.ts';
import { connectToStash } from '../../shared/stash/stash-connection.ts';
import { listenForEnd } from '../../shared/stop.ts';
import { createIngest } from '../ingest/ingest-events.ts';
import type { OneRunFlags } from '../lost-flag.ts';
import { unusedFlags } from '../lost-flag.ts';
import type { DrainRequest } from '../queue-run.ts';
import { createRestTeller } from '../resting.ts';
import { runOnce } from '../run-once.ts';
import { stashUse } from '../stash-use.ts';
import { warnOnceADay } from '../warn-once-a-day.ts';
import { createDrainTeller } from './drain-teller.ts';
import { createFirstSync } from './first-sync.ts';
import type { Pause } from './pause.ts';
import { createPause } from './pause.ts';
import type { Polled } from './poll.ts';
import { pollStash } from './poll.ts';
import { createPollNotes } from './poll-notes.ts';
import { preload } from './preload.ts';
import { withSignsOfLife } from './signs-of-life.ts';

/** What a watch is asked to do, and how the settings are read again. */
export type WatchRequest = Omit<DrainRequest, 'startedAt' | 'startedBy' | 'before' | 'polls'> & {
  reload(): Promise<LoadedSettings>;
};

/**
 * Looks for work repeatedly until a signal comes: events in the spool, changes in Stash, jobs that are due. A problem
 * is reported when it begins and when it is over, not at each look. Where something stops writing, it pauses.
 */
export async function watch(request: WatchRequest, context: Context): Promise<number> {
  await preload();
  openIntake(context.dataDir).close();
  let current = request;
  const once = { adoptServer: request.adoptServer, removals: request.removals };
  for (;;) {
    const end = await watchUnder({ ...current, once }, context);
    if (end.kind === 'stopped') return end.exitCode;
    context.output.log('info', say`[PlexSync] A setting has changed: the watch begins anew`);
    current = { ...request, loaded: end.loaded };
  }
}

type WatchEnd =
  | { readonly kind: 'stopped'; readonly exitCode: number }
  | { readonly kind: 'changed'; readonly loaded: LoadedSettings };

/**
 * What holds for one run of the watch alone: a later server is refused again, and later removals are counted. Changed
 * once that run was.
 */
type Once = { readonly once: OneRunFlags };

/** Watches under one set of settings, until a signal comes or they change while something stops writing. */
async function watchUnder(request: WatchRequest & Once, context: Context): Promise<WatchEnd> {
  const { dataDir, output } = context;
  const { loaded } = request;
  const stores = openStores(dataDir);
  const stop = listenForEnd(output);
  const hold = takeProcessLock(stores, 'watch', process.pid);
  try {
    if (hold.kind === 'taken')
      output.log(
        'warning',
        say`[PlexSync] pid ${hold.pid} watches this data directory already. No job runs twice, but one watch is enough: stop one.`,
      );
    if (loaded.warnings.length > 0) await warnOnceADay(stores, loaded.warnings, context);
    noteStash(stores.queueDb, stashUse(loaded));
    const pause = createPause(stores, request, context);
    const look = createLook(stores, { ...request, stop, pause }, context);
    const outlastLocks = createLockTeller(context);
    while (stop.requested() === undefined) {
      await outlastLocks(look);
      if (stop.requested() !== undefined) break;
      const changed = await pause.changed();
      if (changed !== undefined) return { kind: 'changed', loaded: changed };
      await setTimeout(loaded.settings.poll_interval, undefined, { signal: stop.aborted }).catch(() => undefined);
    }
    for (const words of unusedFlags(request.once)) output.log('warning', words);
    return { kind: 'stopped', exitCode: sayStopped(stop.requested() ?? 'SIGINT', stores, context) };
  } finally {
    stop.close();
    if (hold.kind === 'ours') hold.release();
    stores.close();
  }
}

/** One look for work: what came from Stash, and then the queue, as far as no stop keeps it from that. */
function createLook(
  stores: Stores,
  {
    stop,
    pause,
    once,
    ...request
  }: WatchRequest & Once & { readonly stop: ReturnType<typeof listenForEnd>; readonly pause: Pause },
  context: Context,
): () => Promise<void> {
  const { loaded } = request;
  const connection = connectToStash(loaded, { ...context, signal: stop.aborted });
  const noteLook = createLookNotes(stores, loaded.settings.poll_interval);
  const stash = connection && withSignsOfLife(connection, () => noteLook(context.now()));
  const stopped = (): boolean => stop.requested() !== undefined;
  const poll = stash === undefined ? undefined : createPoll(stash, { stores, loaded, once }, { ...context, stopped });
  const ingest = createIngest(stores, loaded, { ...context, signal: stop.aborted });
  const drain = createDrainTeller(context);
  const tellRest = createRestTeller(context);
  const notAsked = stash === undefined ? '; Stash is not asked what changed, since stash_url is not set' : '';
  const each = say`a look each ${loaded.settings.poll_interval / 1_000}s`;
  context.output.log('info', say`[PlexSync] Watching: ${each}, until stopped${notAsked}`);
  const look = async (): Promise<void> => {
    noteLook(context.now());
    const { faults: before } = await ingest();
    await poll?.();
    // After a signal during the poll no drain may start, since that drain would not know of it.
    if (stopped()) return;
    const resting = pausedNow(stores, loaded.settings.quiet_hours, context.now());
    tellRest(resting);
    if (resting !== undefined) return;
    const leave = pause.leave();
    if (leave === 'nothing') return;
    const polls = poll === undefined ? undefined : 'stash';
    const asked = {
      ...request,
      ...once,
      before,
      polls,
      configured: loaded,
      startedBy: 'watch',
      startedAt: context.now(),
    } as const;
    once.removals = 'counted';
    const under = leave === 'without_stash' ? withoutStash(loaded) : loaded;
    await drain(async () => {
      const result = await runOnce(stores, { ...asked, loaded: under }, context);
      if (result.isConnected) once.adoptServer = false;
      return result;
    });
  };
  return async () => {
    await look();
    // Also where nothing may be written: an outage goes on, and a stop is told again the next day.
    if (!stopped() && hasTargets(loaded.settings)) await tellElsewhere(stores, loaded.settings, context);
  };
}

/** The settings of a run that leaves the jobs that await Stash alone. */
function withoutStash(loaded: LoadedSettings): LoadedSettings {
  return { ...loaded, settings: { ...loaded.settings, stash_url: undefined } };
}

/** Ends a watch on both streams: under `--json` every run closes with a summary. */
function sayStopped(signal: NodeJS.Signals, stores: Stores, { output, now }: Context): number {
  const exitCode = signalExitCode(signal);
  output.log('info', say`[PlexSync] The watch was stopped by ${signal}`);
  if (output.json)
    output.resultJson({
      event: 'summary',
      at: utcTime(now()),
      run: null,
      exit_code: exitCode,
      ends: ['signal'],
      pending: readStats(stores, now()).pending,
    } satisfies RunSummaryDocument);
  return exitCode;
}

/** Runs a look; if another program holds the queue, reports that once and leaves it to the next look. */
function createLockTeller({ output }: Context) {
  let isLocked = false;
  return async (look: () => Promise<void>): Promise<void> => {
    try {
      await look();
      if (isLocked) output.log('info', say`[PlexSync] The queue can be used again`);
      isLocked = false;
    } catch (thrown) {
      if (!(thrown instanceof StoreError) || thrown.kind !== 'locked') throw thrown;
      if (!isLocked) output.log('warning', say`[PlexSync] ${saidBy(thrown)} It is tried again at each look.`);
      isLocked = true;
    }
  };
}

/** So many of the scenes written from Stash show whether it is still the one they came from. */
const MOST_WITNESSES = 100;

/** Polls Stash if its breaker allows; reports once that it does not answer, and once that it does again. */
function createPoll(
  stash: StashClient,
  place: { readonly stores: Stores; readonly loaded: LoadedSettings } & Once,
  context: Context & { stopped(): boolean },
): () => Promise<void> {
  const { output, now, stopped } = context;
  const { stores, loaded, once } = place;
  const scenes = prepareScenes(stores.queueDb);
  const doubt = async (): Promise<UsageError | undefined> => {
    if (once.removals === 'allowed') return undefined;
    const known = scenes.known({ most: MOST_WITNESSES, except: [] });
    const { present } = await stash.presence(known);
    return doubtOfFew({ known: known.length, present: present.length });
  };
  const notes = createPollNotes(stores, loaded, now);
  const memory = openPollMemory(stores);
  const firstSync = createFirstSync({ stash, stores, loaded, removals: once.removals }, context);
  const intake = intakeOf(stores);
  const stashBreaker = createStashBreaker(openBreakers(stores), now);
  let trouble: Sentence | undefined;
  let isRestTold = false;
  const tell = (message: Sentence, restsUntil: number | undefined): void => {
    const again = restsUntil === undefined ? 'at the next look' : say`after ${ours(localTime(restsUntil))}`;
    if (plainText(message) !== (trouble && plainText(trouble)))
      output.log('warning', say`[PlexSync] Stash was not asked: ${message}; it is asked again ${again}`);
    else if (restsUntil !== undefined && !isRestTold)
      output.log(
        'warning',
        say`[PlexSync] Stash still does not answer: it is asked again ${again}, and each minute from then on`,
      );
    isRestTold ||= restsUntil !== undefined;
    trouble = message;
  };
  return async () => {
    const restsUntil = stashBreaker.closedUntil();
    if (restsUntil !== undefined) {
      // Already reported if a poll found out.
      tell(trouble ?? say`it did not answer lately`, restsUntil);
      return;
    }
    try {
      const polled = await pollStash(stash, { intake, memory, now, doubt });
      const news = wordsOf(polled);
      if (news !== undefined) output.log('info', news);
      await firstSync();
      stashBreaker.answered();
      notes.answered();
      if (trouble !== undefined) output.log('info', say`[PlexSync] Stash answers again`);
      trouble = undefined;
      isRestTold = false;
    } catch (thrown) {
      // A stop aborts the request: Stash is not to blame.
      if (stopped()) return;
      const isKnown = thrown instanceof UsageError || (thrown instanceof SyncError && thrown.code !== 'unexpected');
      if (!isKnown) throw thrown;
      notes.failed(thrown);
      tell(saidBy(thrown), thrown instanceof SyncError ? stashBreaker.failed(thrown) : undefined);
    }
  };
}

function wordsOf(polled: Polled): Sentence | undefined {
  if (polled.kind === 'begun')
    return say`[PlexSync] Watching Stash from now on; for what changed before: plexsync reconcile, or enqueue --recent`;
  const { changed } = polled;
  if (changed === 0) return undefined;
  return say`[PlexSync Hook] Enqueued sync jobs for ${changed} ${changed === 1 ? 'scene' : 'scenes'} that changed in Stash`;
}
