import { say } from '../../core/text/sentence.ts';
import { signalExitCode } from '../../exit.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { lastSyncOf } from '../../queue/views/scene-status.ts';
import { openPreviewReads } from '../../queue/work/preview-queue.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import type { Context } from '../shared/context.ts';
import { tellWarnings } from '../shared/warnings.ts';
import type { Difference } from './difference.ts';
import { differenceOf, errorOf, releasedError, VERDICT_EXITS } from './difference.ts';
import type { LookedAt } from './job.ts';
import { jobToLookAt, queuedJobOf } from './job.ts';
import type { Look } from './look.ts';
import { lookAt } from './look.ts';
import { differenceDocument, differenceText } from './report.ts';
import { settingNotes } from './setting-notes.ts';
import { parseTarget, sceneAt } from './target.ts';

export type DiffOptions = {
  readonly target: string;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Shows what `process` would do to one scene now, and why; changes nothing. */
export async function run({ target, flags, configFile }: DiffOptions, context: Context): Promise<number> {
  const { dataDir, env } = context;
  const asked = parseTarget(target);
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  tellWarnings(loaded, context);
  const stores = openPreviewStores(dataDir);
  try {
    const stash = loaded.settings.stash_url === undefined ? 'not_asked' : 'asked';
    const sceneId = 'sceneId' in asked ? asked.sceneId : await sceneAt(asked.path, { stores, loaded }, context);
    const about = { sceneId, stash, now: context.now() } as const;
    const queued = queuedJobOf(stores, about);
    const reads = openPreviewReads(stores, stash);
    const lookedAt = { ...jobToLookAt(queued, reads, about), syncedAt: lastSyncOf(stores, sceneId) };
    const look = await lookAt(lookedAt.job, { reads, loaded }, context);
    return tell(lookedAt, look, { ...context, loaded });
  } finally {
    stores.close();
  }
}

/** @throws {SyncError | UsageError} why there is no answer, or only half of one. */
function tell(
  lookedAt: LookedAt,
  { events, report, undone }: Look,
  { output, loaded }: Context & { readonly loaded: LoadedSettings },
): number {
  const difference = differenceOf(events, lookedAt.state === 'undone' ? 'stays' : undone);
  if (!loaded.settings.enabled)
    output.log('warning', say`[PlexSync] plexsync is turned off (enabled): process would do nothing.`);
  if (difference !== undefined) {
    const shown = {
      ...difference,
      notes: [...difference.notes, ...settingNotes(loaded.settings), ...pictureNotes(report)],
    };
    if (output.json) output.resultJson(differenceDocument(shown, lookedAt), 2);
    else output.result(differenceText(shown, { ...lookedAt, reader: output.readerOf('stdout') }));
  }
  const signal = report.ends.find((end) => end.kind === 'signal');
  if (signal !== undefined) return signalExitCode(signal.signal);
  const error = report.ends.map(errorOf).find((one) => one !== undefined) ?? releasedError(events);
  if (error !== undefined) throw error;
  if (difference !== undefined) return VERDICT_EXITS[difference.verdict];
  throw new Error(`the preview said nothing of scene ${lookedAt.job.sceneId}`);
}

function pictureNotes({ pictures }: Look['report']): Difference['notes'] {
  return pictures?.awaiting === undefined
    ? []
    : [say`The scene has a picture in Stash, and nobody has decided about pictures yet (sync_poster).`];
}
