import { meetServer, otherServerWords } from '../../core/match/plex-server.ts';
import { SyncError, UsageError } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { asName, listed, ours, say } from '../../core/text/sentence.ts';
import type { UndoneItem } from '../../core/undo/ports.ts';
import type { ChosenItem, UndoDeps } from '../../core/undo/undo-items.ts';
import { undoItems } from '../../core/undo/undo-items.ts';
import type { UndoDocument } from '../../documents/undo.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import type { PlexClient } from '../../plex/client.ts';
import { createPlexClient } from '../../plex/client.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { storesName } from '../../queue/store/stores.ts';
import { MOST_JOURNAL_BYTES, prunedOf } from '../../queue/tables/journal/journal.ts';
import { prepareRuns } from '../../queue/tables/runs.ts';
import { prepareServerState, serverWords } from '../../queue/tables/server-state.ts';
import type { OpenDrainQueue } from '../../queue/work/drain-queue.ts';
import { openDrainQueue } from '../../queue/work/drain-queue.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import type { Found } from '../../queue/work/undo-work.ts';
import { findChosen, prepareUndoWork } from '../../queue/work/undo-work.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { confirm } from '../../terminal/confirm.ts';
import { isTerminal } from '../../terminal/reader.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { plexOptions } from '../shared/plex-connection.ts';
import type { Stop } from '../shared/stop.ts';
import { listenForStop } from '../shared/stop.ts';
import { createCheckpoint } from '../shared/test-kill.ts';
import type { Selected, UndoSelection } from './selection.ts';
import { select } from './selection.ts';
import { changesOf, itemDocument, itemText, leftOf } from './undo-words.ts';

export type UndoOptions = {
  readonly selection: UndoSelection;
  readonly effect: 'undo' | 'show_only';
  readonly confirmed: 'yes' | 'ask';
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Puts back in Plex what plexsync has changed, where Plex still has what was written; asks first. */
export async function run(options: UndoOptions, context: Context): Promise<number> {
  const { dataDir, env } = context;
  const { flags, configFile } = options;
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  const stores = options.effect === 'show_only' ? openPreviewStores(dataDir) : openStores(dataDir);
  const stop = listenForStop(context.output);
  try {
    const selected = select(stores, options.selection, context.now());
    const found = inStore(storesName(stores.path), () => findChosen(stores.queueDb, selected.query));
    const { items: chosen } = found;
    if (chosen.length === 0) return nothingToUndo(stores, { ...selected, found }, context);
    warnOfPruned(stores, selected, context);
    if (found.givenUp.length > 0) context.output.log('warning', say`Some of it is left: ${givenUpWords(found)}.`);
    const client = clientFor(stores, { loaded, stop }, context);
    const work: Work = { chosen, selected, stores, client, stop, loaded };
    if (options.effect === 'show_only') return await show(work, context);
    const edits = chosen.reduce((sum, { entries }) => sum + entries.size, 0);
    const question = `Undo ${selected.words}: ${edits} ${edits === 1 ? 'edit' : 'edits'} of ${chosen.length} ${chosen.length === 1 ? 'item' : 'items'}${serverWords(stores.queueDb)}?`;
    const answer = await confirm(question, { yes: options.confirmed === 'yes', streams: context.streams });
    return answer === 'yes' ? await undo(work, context) : declined(answer, context);
  } finally {
    stop.close();
    stores.close();
  }
}

type Work = {
  readonly chosen: readonly ChosenItem[];
  readonly selected: Selected;
  readonly stores: Stores;
  readonly client: PlexClient;
  readonly stop: Stop;
  readonly loaded: LoadedSettings;
};

function clientFor(
  { queueDb }: Stores,
  { loaded, stop }: Pick<Work, 'loaded' | 'stop'>,
  { now, version }: Context,
): PlexClient {
  const clientIdentifier = prepareServerState(queueDb).clientIdentifier();
  return createPlexClient(plexOptions(loaded, { clientIdentifier, version, signal: stop.aborted, now }));
}

function nothingToUndo(
  { queueDb }: Stores,
  { query, words, found }: Selected & { readonly found: Found },
  { output }: Context,
): number {
  const pruned = prunedOf(queueDb);
  const isPruned = pruned !== undefined && (!('runId' in query) || query.runId <= pruned.runId);
  const gone = isPruned
    ? say`what run ${pruned.runId} and those before it changed has left the journal (journal_days, or its size)`
    : say`the journal has no edit of it`;
  const done = found.hasUndone ? say`all of it is undone already` : gone;
  const reason = found.givenUp.length > 0 ? givenUpWords(found) : done;
  if (output.json) output.resultJson(documentOf([], { run: null, exitCode: EXIT.done, mode: 'undo' }), 2);
  else output.log('warning', say`Nothing to undo for ${ours(words)}: ${reason}.`);
  return EXIT.done;
}

/** Why edits of another server are left. */
function givenUpWords({ givenUp }: Pick<Found, 'givenUp'>): Sentence {
  const names = givenUp.filter((name) => name !== null);
  if (names.length === 0)
    return say`it was done on another Plex server, which this data directory no longer belongs to`;
  const servers = say`the Plex ${names.length === 1 ? 'server' : 'servers'} ${listed(names.map(asName))}`;
  return say`it was done on ${servers}, and can be undone there once the data directory belongs to it again (process --adopt-server)`;
}

/** A part of what is to be undone may have left the journal. */
function warnOfPruned({ queueDb }: Stores, { query, words }: Selected, { output }: Context): void {
  const pruned = prunedOf(queueDb);
  const reaches = 'runId' in query ? query.runId : 'since' in query ? query.since : 0;
  const last = 'since' in query ? pruned?.at : pruned?.runId;
  if (last === undefined || reaches > last) return;
  output.log(
    'warning',
    say`Of ${ours(words)} perhaps only a part can be undone: run ${pruned?.runId ?? 0} and those before it have left the journal, wholly or in part.`,
  );
}

async function show(work: Work, context: Context): Promise<number> {
  const { queueDb, path } = work.stores;
  // As after the rescue that a real undo begins with: jobs of a run that was killed are not under way.
  const isBusy = prepareRuns(queueDb, path).live() !== undefined;
  const reads = prepareUndoWork(queueDb, 0);
  const queue = isBusy ? reads : { ...reads, isUnderWay: () => false };
  const end = await carryOut(
    { ...work, queue, binding: prepareServerState(work.stores.queueDb).binding() },
    'preview',
    context,
  );
  return report(end, { run: null, mode: 'preview' }, context);
}

async function undo(work: Work, context: Context): Promise<number> {
  const { stores, loaded } = work;
  const { now, streams } = context;
  const queue = openDrainQueue(stores, {
    ...{ pid: process.pid, now: now(), longestWaitMs: 0, stash: 'not_asked', maxLosses: loaded.settings.max_retries },
    ...{ ifBusy: 'stand_down', command: 'undo', startedBy: isTerminal(streams.stdin) ? 'person' : 'script' },
    journal: { keptMs: loaded.settings.journal_days, mostBytes: MOST_JOURNAL_BYTES },
    onLetterCommitted: () => undefined,
  });
  if ('standDown' in queue)
    throw new UsageError(
      `pid ${queue.standDown.pid} is writing to Plex now, and nothing can be undone beside it.`,
      'Wait for its end, or stop it (a watch too), and run undo again.',
    );
  return await asRun(queue, work, context);
}

async function asRun(queue: OpenDrainQueue, work: Work, context: Context): Promise<number> {
  let ended = { exitCode: EXIT.bug as number, done: 0, failed: 0 };
  try {
    // Jobs of a run that was killed are not under way.
    queue.rescue(context.now());
    const parts = { ...work, queue: prepareUndoWork(work.stores.queueDb, queue.runId), binding: queue.binding() };
    const end = await carryOut(parts, 'undo', context);
    const exitCode = report(end, { run: queue.runId, mode: 'undo' }, context);
    const done = end.items.filter(({ kind }) => kind === 'undone').length;
    ended = { exitCode, done, failed: end.items.filter(({ kind }) => kind === 'failed').length };
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof UsageError) ended = { ...ended, exitCode: EXIT.usage };
    throw thrown;
  } finally {
    queue.end({ now: context.now(), ...ended });
  }
}

type Ended = {
  readonly items: readonly UndoneItem[];
  /** What ended it early. */
  readonly by: SyncError | NodeJS.Signals | undefined;
};

type Parts = Work & Pick<UndoDeps, 'queue'> & { readonly binding: ReturnType<OpenDrainQueue['binding']> };

async function carryOut(parts: Parts, mode: 'undo' | 'preview', context: Context): Promise<Ended> {
  const { chosen, client, stop, loaded, queue, binding } = parts;
  const { output } = context;
  const items: UndoneItem[] = [];
  const deps: UndoDeps = {
    ...{ queue, plex: client, concurrency: loaded.settings.concurrency, now: context.now },
    mode: mode === 'undo' ? 'write' : 'preview',
    stopRequested: stop.requested,
    checkpoint: createCheckpoint(context.env),
    tell: (item) => {
      items.push(item);
      if (!output.json) output.result(itemText(item, output.readerOf('stdout')));
    },
  };
  try {
    await refuseOtherServer(client, binding);
    await undoItems(chosen, deps);
    return { items, by: stop.requested() };
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    return { items, by: stop.requested() ?? thrown };
  }
}

/** The keys of the journal are of one server alone. */
async function refuseOtherServer(client: PlexClient, binding: Parts['binding']): Promise<void> {
  const met = meetServer(binding, await client.identity());
  if (met.kind === 'other')
    throw new UsageError(
      `This ${otherServerWords(met)}.`,
      'What was written there can be undone there alone: correct plex_url.',
    );
}

function report(
  { items, by }: Ended,
  { run, mode }: { readonly run: number | null; readonly mode: 'undo' | 'preview' },
  { output }: Context,
): number {
  const exitCode = exitCodeOf(items, by);
  if (output.json) output.resultJson(documentOf(items, { run, exitCode, mode }), 2);
  else output.result(`\n${summaryText(items, { run, mode })}`);
  if (by instanceof SyncError) {
    const hint = say`${REFUSED.has(by.code) ? 'Check plex_token: it has to be the owner’s. ' : ''}What was undone stays undone. Run the same undo again to go on.`;
    output.error({ code: by.code, exitCode, message: by.said, hint }, [
      ['error', say`[PlexSync] ${by.said}`],
      ['error', say`[PlexSync] ${hint}`],
    ]);
  } else if (by !== undefined)
    output.log('warning', say`[PlexSync] Stopped by ${ours(by)}: run the same undo again to go on.`);
  return exitCode;
}

const REFUSED: ReadonlySet<SyncError['code']> = new Set(['plex_unauthorized', 'plex_forbidden']);

function exitCodeOf(items: readonly UndoneItem[], by: Ended['by']): number {
  if (typeof by === 'string') return signalExitCode(by);
  if (by instanceof SyncError) {
    return REFUSED.has(by.code) ? EXIT.refused : EXIT.unreachable;
  }
  return items.some(({ kind }) => kind === 'failed') ? EXIT.jobsFailed : EXIT.done;
}

function countsOf(items: readonly UndoneItem[]) {
  const undone = items.filter(({ kind }) => kind === 'undone' || kind === 'would_undo');
  return {
    undone: undone.length,
    fields: undone.reduce((sum, item) => sum + changesOf(item).length, 0),
    left: items.reduce((sum, item) => sum + leftOf(item).length, 0),
    failed: items.filter(({ kind }) => kind === 'failed').length,
  };
}

function summaryText(
  items: readonly UndoneItem[],
  { run, mode }: { readonly run: number | null; readonly mode: 'undo' | 'preview' },
): string {
  const { undone, fields, left, failed } = countsOf(items);
  const what = `${undone} ${undone === 1 ? 'item' : 'items'}, ${fields} ${fields === 1 ? 'field' : 'fields'}`;
  const rest = `${left > 0 ? `; ${left} left, since they were changed after that` : ''}${failed > 0 ? `; ${failed} failed` : ''}`;
  if (mode === 'preview') return `Dry run, nothing was written: ${what} would be undone${rest}.`;
  const held = [...new Set(items.flatMap((item) => ('held' in item ? item.held : [])))].toSorted((a, b) => a - b);
  const release = held.length > FEW_SCENES ? '--all' : held.join(' ');
  const next = [
    ...(run === null || undone === 0 ? [] : [`Taken back itself by: plexsync undo --run ${run}.`]),
    ...(held.length === 0 ? [] : [`Written again by: plexsync queue release ${release}`]),
  ];
  return [`${what} undone${rest}.`, ...(next.length === 0 ? [] : [next.join(' ')])].join('\n');
}

/** More than these are released all together. */
const FEW_SCENES = 5;

function documentOf(
  items: readonly UndoneItem[],
  {
    run,
    exitCode,
    mode,
  }: { readonly run: number | null; readonly exitCode: number; readonly mode: 'undo' | 'preview' },
): UndoDocument {
  return {
    ...(mode === 'preview' ? { dry_run: true } : {}),
    ...{ run, exit_code: exitCode, ...countsOf(items) },
    items: items.map(itemDocument),
  };
}
