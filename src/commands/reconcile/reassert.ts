import { UsageError } from '../../core/model/errors.ts';
import type { ReassertField } from '../../core/model/reassert.ts';
import { parseReassert, reassertWords } from '../../core/model/reassert.ts';
import { EXIT } from '../../exit.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead, storesName } from '../../queue/store/stores.ts';
import { serverWords } from '../../queue/tables/server-state.ts';
import { prepareUndone } from '../../queue/tables/undone.ts';
import { scenesLeft } from '../../queue/views/left.ts';
import { intakeOf } from '../../queue/work/intake.ts';
import { loadSettings } from '../../settings/load.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { tellNextRun } from '../shared/next-run.ts';
import { requireStash } from '../shared/stash/stash-connection.ts';
import { PER_PAGE } from '../shared/stash/stash-scenes.ts';
import { undoneLeft } from '../shared/undone-words.ts';
import { tellWarnings } from '../shared/warnings.ts';
import type { ReconcileOptions } from './reconcile.ts';
import { countIn, FIRST_IDS, NOTHING_FOUND } from './reconcile-report.ts';

type ReassertOptions = Pick<ReconcileOptions, 'effect' | 'confirmed' | 'flags' | 'configFile'> & {
  /** The fields, as typed. */
  readonly reassert: string;
  /** Options that were given too, and go with a comparison. */
  readonly besides: readonly string[];
};

/** Enqueues the scenes of which fields were left as edited in Plex, so that Stash wins there once; asks first. */
export async function run(options: ReassertOptions, context: Context): Promise<number> {
  const { dataDir, env, now } = context;
  const fields = parseReassert(options.reassert);
  const [other] = options.besides;
  if (other !== undefined)
    throw new UsageError(
      `--reassert and --${other} exclude each other.`,
      'With --reassert, Stash is compared with nothing.',
    );
  const { flags, configFile } = options;
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  tellWarnings(loaded, context);
  // Only Stash can say what the scenes shall have again.
  requireStash(loaded, context);
  const isShown = options.effect === 'show_only';
  const stores = isShown ? openPreviewStores(dataDir) : openStoresToRead(dataDir);
  try {
    const { ids, undone } = takeable(stores, fields);
    if (isShown || ids.length === 0) {
      report({ fields, ids, undone, carried: isShown ? undefined : 0 }, context);
      return EXIT.done;
    }
    const scenes = countIn(ids.length, 'scene');
    const question = `Take ${reassertWords(fields)} of ${scenes} back from Plex${serverWords(stores.queueDb)}, over what was edited there (queue of ${dataDir.path})?`;
    const yes = options.confirmed === 'yes' || ids.length === 1;
    const answer = await confirm(question, { yes, streams: context.streams });
    if (answer !== 'yes') return declined(answer, context);
    enqueueAll(ids, stores, { now, reassert: fields });
    report({ fields, ids, undone, carried: ids.length }, context);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

/** The scenes with such a field, and how many more are left since a person undid them. */
function takeable(stores: Stores, fields: readonly ReassertField[]): Pick<Taken, 'ids' | 'undone'> {
  const all = scenesLeft(stores, fields);
  const undone = new Set(inStore(storesName(stores.path), () => prepareUndone(stores.queueDb).scenes()));
  const ids = all.filter((sceneId) => !undone.has(sceneId));
  return { ids, undone: all.length - ids.length };
}

type Taken = {
  readonly fields: readonly ReassertField[];
  readonly ids: readonly number[];
  readonly undone: number;
  /** How many scenes were enqueued; absent in a dry run. */
  readonly carried: number | undefined;
};

function report({ fields, ids, undone, carried }: Taken, { output }: Context): void {
  if (output.json) {
    const reassert = { fields: [...fields], count: ids.length, first: ids.slice(0, FIRST_IDS) };
    const dryRun = carried === undefined ? ({ dry_run: true } as const) : {};
    output.resultJson({ ...dryRun, ...NOTHING_FOUND, undone, enqueued: carried ?? 0, reassert }, 2);
    return;
  }
  const first = ids.length === 0 ? '' : ` (${firstOf(ids)})`;
  const done = carried === 0 ? 'nothing to do.' : `${countIn(ids.length, 'scene')} enqueued.`;
  const end = carried === undefined ? 'dry run, nothing was changed.' : done;
  const besides = undone === 0 ? '' : `, ${undoneLeft(undone)}`;
  output.result(
    `${countIn(ids.length, 'scene')} with ${reassertWords(fields)} left as edited in Plex${first}${besides}: ${end}`,
  );
  if (carried !== undefined && carried > 0) tellNextRun(output);
}

function firstOf(ids: readonly number[]): string {
  return `${ids.slice(0, FIRST_IDS).join(', ')}${ids.length > FIRST_IDS ? ', …' : ''}`;
}

function enqueueAll(
  ids: readonly number[],
  stores: Stores,
  { now, reassert }: { now(): number; readonly reassert: readonly ReassertField[] },
): void {
  const intake = intakeOf(stores);
  const saidAt = now();
  for (let start = 0; start < ids.length; start += PER_PAGE) {
    const edits = ids.slice(start, start + PER_PAGE).map((sceneId) => ({ sceneId, bare: true, data: {} }));
    intake.enqueue(edits, { priority: 'bulk', now: now(), saidAt, reassert, undone: 'pass_over' });
  }
}
