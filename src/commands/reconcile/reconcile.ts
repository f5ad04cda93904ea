import { UsageError } from '../../core/model/errors.ts';
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
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { proveKnownServer } from '../shared/known-items.ts';
import type { PicturesToCome } from '../shared/pictures-to-come.ts';
import { picturesOfCount, toComeWords, writtenPictures } from '../shared/pictures-to-come.ts';
import { connectAs, machineIdentifier } from '../shared/plex-connection.ts';
import { requireStash } from '../shared/stash/stash-connection.ts';
import type { StashScope } from '../shared/stash/stash-scenes.ts';
import { PER_PAGE, recentScope } from '../shared/stash/stash-scenes.ts';
import { tellWarnings } from '../shared/warnings.ts';
import { look } from './look.ts';
import type { Carried, Findings } from './reconcile-report.ts';
import { countIn, inNeedOfSync, reportFindings, reportOutcome } from './reconcile-report.ts';

export type ReconcileOptions = {
  readonly all: 'given' | 'default';
  /** How far back, as typed. */
  readonly since: string | undefined;
  /** `full`: also what is in step is put into the queue. */
  readonly depth: 'full' | 'in_need';
  /** `missing`: also what is in step, but has no picture of ours. */
  readonly pictures: 'missing' | 'none';
  readonly effect: 'reconcile' | 'show_only';
  /** `allowed`: also a Stash is believed that has less than half of what was written from it. */
  readonly removals: 'counted' | 'allowed';
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
  const fields = writtenPictures(loaded.settings);
  if (options.pictures === 'missing' && fields.length === 0)
    throw new UsageError(
      'With --pictures, pictures have to be written, and sync_poster is not true.',
      'Set sync_poster (or sync_background) to true, or leave --pictures out.',
    );
  const stash = requireStash(loaded, context);
  // A dry run only reads, and leaves nothing behind.
  const sweep = openReconcileStore(
    options.effect === 'show_only' ? openPreviewStores(dataDir) : openStoresToRead(dataDir),
  );
  try {
    const plex = await reachPlex(loaded, sweep, context);
    const findings = await look(
      {
        ...{ scope, depth: options.depth, pictures: { fields, sought: options.pictures } },
        ...{ stash, plex, sweep, removals: options.removals },
      },
      context,
    );
    const pictures = picturesOfCount(findings.pictures, sweep.pictureBytes());
    const asked = plex === undefined ? 'not_asked' : 'asked';
    const outcome = { findings, pictures, scope: scope.kind, plex: asked } as const;
    reportFindings(findings, context.output);
    if (options.effect === 'show_only') {
      reportOutcome({ ...outcome, carried: undefined }, context.output);
      return EXIT.done;
    }
    const question = questionOf(outcome, sweep, { loaded, dataDir: dataDir.path });
    const answer =
      question === undefined
        ? 'yes'
        : await confirm(question, { yes: options.confirmed === 'yes', streams: context.streams });
    if (answer !== 'yes') return declined(answer, context);
    const carried = carryOut(findings, sweep, now);
    // Those never synced wait from now on.
    if (scope.kind === 'all')
      sweep.noteNeverSynced({ count: 0, filed: findings.seen - findings.counts.without_file, at: now() });
    reportOutcome({ ...outcome, carried }, context.output);
    return EXIT.done;
  } finally {
    sweep.close();
  }
}

function toScope({ all, depth, since }: ReconcileOptions): StashScope {
  if (since === undefined) return { kind: 'all' };
  if (all === 'given') throw new UsageError('--all and --since exclude each other.', 'Give one of them.');
  if (depth === 'full') throw new UsageError('--full and --since exclude each other.', 'Give one of them.');
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
  await proveKnownServer(plex, sweep);
  return plex;
}

/** `undefined` when there is nothing to confirm. */
function questionOf(
  { findings, pictures }: { readonly findings: Findings; readonly pictures: PicturesToCome },
  sweep: ReconcileStore,
  { loaded: { settings }, dataDir }: { readonly loaded: LoadedSettings; readonly dataDir: string },
): string | undefined {
  const [syncs, gone] = [inNeedOfSync(findings).length, findings.ids.gone_from_stash.length];
  const drops = sweep.waiting(findings.ids.gone_from_stash).size;
  const andDrop = drops === 0 ? '' : ` and drop ${countIn(drops, 'waiting job')}`;
  const parts = [
    ...(syncs === 0 ? [] : [`put ${countIn(syncs, 'scene')} into the queue of ${dataDir}${toComeWords(pictures)}`]),
    ...(gone === 0 ? [] : [`forget ${countIn(gone, 'scene')} that Stash no longer has${andDrop}`]),
  ];
  if (parts.length === 0) return undefined;
  const forPlex = settings.plex_url === undefined ? '' : `, Plex at ${settings.plex_url}`;
  const words = `${parts.join(' and ')} (Stash at ${settings.stash_url}${forPlex})?`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function carryOut(findings: Findings, sweep: ReconcileStore, now: () => number): Carried {
  const { notes } = findings;
  for (let start = 0; start < notes.length; start += PER_PAGE) sweep.noteContents(notes.slice(start, start + PER_PAGE));
  const syncs = inNeedOfSync(findings);
  const saidAt = now();
  let enqueued = 0;
  for (let start = 0; start < syncs.length; start += PER_PAGE) {
    const edits = syncs.slice(start, start + PER_PAGE).map((sceneId) => ({ sceneId, bare: true, data: {} }));
    enqueued += sweep.enqueue(edits, { priority: 'bulk', now: now(), saidAt }).length;
  }
  const { gone_from_stash: gone } = findings.ids;
  let dropped = 0;
  for (let start = 0; start < gone.length; start += PER_PAGE)
    for (const { droppedJobId } of sweep.forget(gone.slice(start, start + PER_PAGE)))
      if (droppedJobId !== undefined) dropped += 1;
  return { enqueued, forgotten: gone.length, dropped };
}
