import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../core/model/errors.ts';
import { parseReassert } from '../../core/model/reassert.ts';
import { say } from '../../core/text/sentence.ts';
import type { EnqueueDocument } from '../../documents/enqueue.ts';
import { EXIT } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { PictureFigures } from '../../queue/views/picture-figures.ts';
import { readPictureFigures } from '../../queue/views/picture-figures.ts';
import { openIntake } from '../../queue/work/intake.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { tellNextRun } from '../shared/next-run.ts';
import type { PicturesToCome } from '../shared/pictures-to-come.ts';
import { picturesOfCount, toComeWords, writtenPictures } from '../shared/pictures-to-come.ts';
import { requireStash } from '../shared/stash/stash-connection.ts';
import { showProgress } from '../shared/stash/stash-progress.ts';
import type { Counted, StashScope } from '../shared/stash/stash-scenes.ts';
import { enqueueWalk, passedOver, recentScope, startWalk } from '../shared/stash/stash-scenes.ts';
import type { EnqueueEffect } from './preview.ts';
import { previewWalk } from './preview.ts';
import { knownServer, takeBackWords } from './reassert.ts';

export type EnqueueFromStashOptions = {
  readonly which: {
    readonly all: 'all' | 'some';
    /** How far back, as typed. */
    readonly recent: string | undefined;
    /** Scenes named in another way, which cannot be combined with these. */
    readonly besides: readonly string[];
  };
  /** The fields to take back from Plex, as typed. */
  readonly reassert: string | undefined;
  readonly confirmed: 'yes' | 'ask';
  readonly effect: EnqueueEffect;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Asks Stash for its scenes, all or those that changed lately, and puts them into the queue. */
export async function run(options: EnqueueFromStashOptions, context: Context): Promise<number> {
  const { dataDir, env, now } = context;
  const scope = toScope(options.which);
  const { flags, configFile } = options;
  const reassert = options.reassert === undefined ? undefined : parseReassert(options.reassert);
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  const stash = requireStash(loaded, context);
  const walk = await startWalk(stash, scope);
  const count = `${walk.total.toLocaleString('en')} ${walk.total === 1 ? 'scene' : 'scenes'}`;
  const pictures = scope.kind === 'all' ? toComeWords(picturesToCome(walk.total, loaded, dataDir)) : '';
  if (options.effect === 'show_only') {
    await previewWalk(walk, pictures, context);
    return EXIT.done;
  }
  const what = `Put ${count} of Stash at ${loaded.settings.stash_url} into the queue of ${dataDir.path}${pictures}`;
  const question = `${what}${reassert === undefined ? '' : takeBackWords(reassert, knownServer(dataDir))}?`;
  const asks = reassert === undefined ? scope.kind === 'all' && walk.total > 0 : walk.total > 1;
  const answer = asks ? await confirm(question, { yes: options.confirmed === 'yes', streams: context.streams }) : 'yes';
  if (answer !== 'yes') return declined(answer, context);
  const intake = openIntake(dataDir);
  const live = await showProgress(context, walk.total);
  try {
    const counted = await enqueueWalk(walk, intake, { now, onPage: live.show, reassert });
    if (scope.kind === 'all') intake.forgetNeverSynced();
    // What only this command was told, no run knows.
    if (loaded.origins.stash_url.kind !== 'flag') intake.noteStash('asked');
    report(counted, context);
    return EXIT.done;
  } finally {
    live.clear();
    intake.close();
  }
}

/** The pictures that come with all scenes of Stash: those that are not ours yet. */
function picturesToCome(scenes: number, { settings }: LoadedSettings, dataDir: Context['dataDir']): PicturesToCome {
  const fields = writtenPictures(settings);
  if (fields.length === 0) return picturesOfCount(0, undefined);
  const { ours, averageBytes } = knownPictures(dataDir);
  const missing = fields.map((field) => Math.max(0, scenes - ours[field]));
  return picturesOfCount(
    missing.reduce((sum, count) => sum + count, 0),
    averageBytes,
  );
}

/** Nothing is created before a person has answered. */
function knownPictures(dataDir: Context['dataDir']): PictureFigures {
  if (!existsSync(join(dataDir.path, 'queue.db'))) return { ours: { thumb: 0, art: 0 }, averageBytes: undefined };
  const stores = openStoresToRead(dataDir);
  try {
    return readPictureFigures(stores);
  } finally {
    stores.close();
  }
}

function toScope({ all, recent, besides }: EnqueueFromStashOptions['which']): StashScope {
  if (besides.length > 0 || (all === 'all' && recent !== undefined)) {
    const flag = all === 'all' ? '--all' : '--recent';
    throw new UsageError(`${flag} names the scenes by itself, and goes with no other.`, 'Give one of them.');
  }
  if (all === 'all') return { kind: 'all' };
  const scope = recentScope(recent ?? '', 'h');
  if (scope !== undefined) return scope;
  throw new UsageError(
    `--recent must be a duration up to 3650d, such as 24h or 7d, not "${recent}".`,
    'A bare number is in hours.',
  );
}

function report(counted: Counted, { output }: Context): void {
  const { added, merged, withoutFile, undone } = counted;
  const count = added + merged;
  output.log('info', say`[PlexSync Hook] Enqueued sync jobs for ${count} ${count === 1 ? 'scene' : 'scenes'} of Stash`);
  if (output.json)
    output.resultJson({
      enqueued: count,
      scenes: count,
      added,
      merged,
      without_file: withoutFile,
      undone,
    } satisfies EnqueueDocument);
  else
    output.result(
      `${count} ${count === 1 ? 'scene' : 'scenes'} enqueued: ${added} new, ${merged} merged into a waiting job${passedOver(counted)}`,
    );
  if (count > 0) tellNextRun(output);
}
