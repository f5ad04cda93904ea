import { doubtOfSweep } from '../../core/drain/servers/stash-identity.ts';
import { UsageError } from '../../core/model/errors.ts';
import type { KindInNeed, SweepKind } from '../../core/model/reconcile.ts';
import { isRecognised, judgeScene, KINDS_IN_NEED } from '../../core/model/reconcile.ts';
import { say } from '../../core/text/sentence.ts';
import { EXIT } from '../../exit.ts';
import type { PlexClient } from '../../plex/client.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { ReconcileStore } from '../../queue/work/reconcile-store.ts';
import { openReconcileStore } from '../../queue/work/reconcile-store.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { StashClient } from '../../stash/client.ts';
import type { ListedScene } from '../../stash/lists.ts';
import { confirm } from '../../terminal/confirm.ts';
import { requireStash } from '../enqueue/enqueue-from-stash.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { missingItems, proveKnownServer } from '../shared/known-items.ts';
import { connectAs, machineIdentifier } from '../shared/plex-connection.ts';
import { showProgress } from '../shared/stash-progress.ts';
import type { StashScope } from '../shared/stash-scenes.ts';
import { PER_PAGE, recentScope, startWalk } from '../shared/stash-scenes.ts';
import { tellWarnings } from '../shared/warnings.ts';
import type { Carried, Findings } from './reconcile-report.ts';
import { countIn, reportFindings, reportOutcome } from './reconcile-report.ts';

export type ReconcileOptions = {
  readonly all: 'given' | 'default';
  /** How far back, as typed. */
  readonly since: string | undefined;
  readonly effect: 'reconcile' | 'show_only';
  readonly confirmed: 'yes' | 'ask';
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Compares every scene of Stash with what was written, and enqueues what needs it; asks before it changes anything. */
export async function run(options: ReconcileOptions, context: Context): Promise<number> {
  const { dataDir, env, now } = context;
  const scope = toScope(options);
  const loaded = await loadSettings({
    flags: options.flags,
    env,
    dataDir: dataDir.path,
    configFile: options.configFile,
  });
  tellWarnings(loaded, context);
  const stash = requireStash(loaded, context);
  // A dry run only reads, and leaves nothing behind.
  const sweep = openReconcileStore(
    options.effect === 'show_only' ? openPreviewStores(dataDir) : openStoresToRead(dataDir),
  );
  try {
    const plex = await reachPlex(loaded, sweep, context);
    const findings = await look({ scope, stash, plex, sweep }, context);
    const outcome = { findings, scope: scope.kind, plex: plex === undefined ? 'not_asked' : 'asked' } as const;
    reportFindings(findings, context.output);
    if (options.effect === 'show_only') {
      reportOutcome({ ...outcome, carried: undefined }, context.output);
      return EXIT.done;
    }
    const question = questionOf(findings, sweep, { loaded, dataDir: dataDir.path });
    const answer =
      question === undefined
        ? 'yes'
        : await confirm(question, { yes: options.confirmed === 'yes', streams: context.streams });
    if (answer !== 'yes') return declined(answer, context);
    reportOutcome({ ...outcome, carried: carryOut(findings, sweep, now) }, context.output);
    return EXIT.done;
  } finally {
    sweep.close();
  }
}

function toScope({ all, since }: ReconcileOptions): StashScope {
  if (since === undefined) return { kind: 'all' };
  if (all === 'given') throw new UsageError('--all and --since exclude each other.', 'Give one of them.');
  const scope = recentScope(since, 'd');
  if (scope !== undefined) return scope;
  throw new UsageError(
    `--since must be a duration such as 24h or 7d, 3650d at the most, not "${since}".`,
    'A bare number is in days.',
  );
}

/**
 * Connects to Plex and proves, before anything is changed, that it is the server we wrote to; `undefined` when none is
 * configured.
 */
async function reachPlex(
  loaded: LoadedSettings,
  sweep: ReconcileStore,
  context: Context,
): Promise<PlexClient | undefined> {
  if (loaded.settings.plex_url === undefined) {
    context.output.log('warning', say`plex_url is not set: items that are gone from Plex were not looked for.`);
    return undefined;
  }
  const plex = connectAs(sweep.clientIdentifier() ?? machineIdentifier(), loaded, context);
  await proveKnownServer(plex, sweep.binding());
  return plex;
}

type Look = {
  readonly scope: StashScope;
  readonly stash: StashClient;
  readonly plex: PlexClient | undefined;
  readonly sweep: ReconcileStore;
};

/** Walks through Stash with one page in memory at a time; of its findings only the ids are kept. Changes nothing. */
async function look({ scope, stash, plex, sweep }: Look, context: Context): Promise<Findings> {
  const walk = await startWalk(stash, scope);
  if (scope.kind === 'all' && walk.total === 0 && sweep.hasRecords()) throw emptyStash();
  const live = await showProgress(context, walk.total);
  const ids: Record<KindInNeed, number[]> = { never_synced: [], changed: [], missing_in_plex: [], gone_from_stash: [] };
  const counts = { waiting: 0, without_file: 0, dead_letter: 0, in_step: 0 };
  const witnesses = { known: 0, present: 0 };
  let [seen, after] = [0, 0];
  try {
    for await (const scenes of walk.pages()) {
      for (const [sceneId, kind] of await judgePage(scenes, { scope, plex, sweep })) {
        if (kind in counts) counts[kind as keyof typeof counts] += 1;
        else ids[kind as KindInNeed].push(sceneId);
      }
      countWitnesses(scenes, sweep, witnesses);
      const through = scenes.at(-1)?.sceneId ?? after;
      if (scope.kind === 'all')
        for (const sceneId of unlisted(sweep.idsBetween(after, through), scenes)) ids.gone_from_stash.push(sceneId);
      after = through;
      seen += scenes.length;
      live.show(seen);
    }
    const gone = scope.kind === 'all' ? [...ids.gone_from_stash, ...sweep.idsBetween(after, undefined)] : [];
    const gone_from_stash = await confirmGone(gone, stash);
    const { known, present } = witnesses;
    const doubt = doubtOfSweep({ gone: gone_from_stash.length, known: known + gone.length, present });
    if (doubt !== undefined) throw doubt;
    return { seen, ids: { ...ids, gone_from_stash }, counts };
  } finally {
    live.clear();
  }
}

async function judgePage(
  scenes: readonly ListedScene[],
  { scope, plex, sweep }: Pick<Look, 'scope' | 'plex' | 'sweep'>,
): Promise<readonly (readonly [sceneId: number, kind: SweepKind])[]> {
  const sceneIds = scenes.map(({ sceneId }) => sceneId);
  const [records, waiting, lettered] = [sweep.records(sceneIds), sweep.waiting(sceneIds), sweep.lettered(sceneIds)];
  const written = [...records.values()].filter(({ ratingKey }) => ratingKey !== '');
  const missing = plex === undefined ? undefined : await missingItems(plex, written);
  return scenes.map((scene) => {
    const record = records.get(scene.sceneId);
    const isGone = missing?.has(scene.sceneId);
    const kind = judgeScene(scene, {
      record,
      job: waiting.has(scene.sceneId) ? 'waits' : 'none',
      letter: lettered.has(scene.sceneId) ? 'open' : 'none',
      item: isGone === undefined ? 'unknown' : isGone ? 'gone' : 'there',
      ifUnknown: scope.kind === 'all' ? 'changed' : 'in_step',
    });
    return [scene.sceneId, kind] as const;
  });
}

/** Counts the scenes of a page that we wrote, and how many of them are still the same scenes. */
function countWitnesses(
  scenes: readonly ListedScene[],
  sweep: ReconcileStore,
  witnesses: { known: number; present: number },
): void {
  const records = sweep.records(scenes.map(({ sceneId }) => sceneId));
  for (const scene of scenes) {
    const record = records.get(scene.sceneId);
    if (record === undefined) continue;
    witnesses.known += 1;
    if (isRecognised(scene, record)) witnesses.present += 1;
  }
}

function unlisted(recorded: readonly number[], scenes: readonly ListedScene[]): readonly number[] {
  const listed = new Set(scenes.map(({ sceneId }) => sceneId));
  return recorded.filter((sceneId) => !listed.has(sceneId));
}

/** How many scenes one query asks for. */
const LOOKS_AT_ONCE = 100;

/** Asks for each scene by id: one that was created during the walk, and written at once, was on no page. */
async function confirmGone(sceneIds: readonly number[], stash: StashClient): Promise<number[]> {
  const gone: number[] = [];
  for (let start = 0; start < sceneIds.length; start += LOOKS_AT_ONCE) {
    const looks = await stash.scenes(sceneIds.slice(start, start + LOOKS_AT_ONCE));
    for (const [sceneId, { kind }] of looks) if (kind === 'gone') gone.push(sceneId);
  }
  return gone;
}

function emptyStash(): UsageError {
  return new UsageError(
    'Stash has no scene at all, and this data directory knows of scenes that were written.',
    'Is stash_url that of another Stash? Nothing was changed.',
  );
}

function inNeedOfSync({ ids }: Findings): readonly number[] {
  return KINDS_IN_NEED.flatMap((kind) => (kind === 'gone_from_stash' ? [] : ids[kind]));
}

/** `undefined` when there is nothing to confirm. */
function questionOf(
  findings: Findings,
  sweep: ReconcileStore,
  { loaded: { settings }, dataDir }: { readonly loaded: LoadedSettings; readonly dataDir: string },
): string | undefined {
  const [syncs, gone] = [inNeedOfSync(findings).length, findings.ids.gone_from_stash.length];
  const drops = sweep.waiting(findings.ids.gone_from_stash).size;
  const andDrop = drops === 0 ? '' : ` and drop ${countIn(drops, 'waiting job')}`;
  const parts = [
    ...(syncs === 0 ? [] : [`put ${countIn(syncs, 'scene')} into the queue of ${dataDir}`]),
    ...(gone === 0 ? [] : [`forget ${countIn(gone, 'scene')} that Stash no longer has${andDrop}`]),
  ];
  if (parts.length === 0) return undefined;
  const forPlex = settings.plex_url === undefined ? '' : `, Plex at ${settings.plex_url}`;
  const words = `${parts.join(' and ')} (Stash at ${settings.stash_url}${forPlex})?`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function carryOut(findings: Findings, sweep: ReconcileStore, now: () => number): Carried {
  const syncs = inNeedOfSync(findings);
  const saidAt = now();
  for (let start = 0; start < syncs.length; start += PER_PAGE) {
    const edits = syncs.slice(start, start + PER_PAGE).map((sceneId) => ({ sceneId, bare: true, data: {} }));
    sweep.enqueue(edits, { priority: 'bulk', now: now(), saidAt });
  }
  const { gone_from_stash: gone } = findings.ids;
  let dropped = 0;
  for (let start = 0; start < gone.length; start += PER_PAGE)
    for (const { droppedJobId } of sweep.forget(gone.slice(start, start + PER_PAGE)))
      if (droppedJobId !== undefined) dropped += 1;
  return { enqueued: syncs.length, forgotten: gone.length, dropped };
}
