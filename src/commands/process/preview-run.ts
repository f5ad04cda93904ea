import type { DrainReport } from '../../core/drain/drain.ts';
import { NO_JOBS } from '../../core/drain/ports/tally.ts';
import { createPreviewQueue } from '../../core/drain/preview-queue.ts';
import { foreign, say } from '../../core/text/sentence.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { readRunStats } from '../../queue/views/waiting.ts';
import type { PreviewReads } from '../../queue/work/preview-queue.ts';
import { openPreviewReads } from '../../queue/work/preview-queue.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { listEvents } from '../../spool/ingest.ts';
import { spoolOf } from '../../spool/layout.ts';
import { localTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { pausedAsSeen } from '../shared/paused.ts';
import { createCheckpoint } from '../shared/test-kill.ts';
import { adoptsNow } from './adopts-now.ts';
import type { RunQueue } from './drain-run.ts';
import type { Page, PageRequest } from './html/page.ts';
import type { DrainRequest } from './queue-run.ts';
import type { RunEvents } from './run-events.ts';
import { createRunEvents, maskFor } from './run-events.ts';
import { stashUse } from './stash-use.ts';
import { reportRun } from './summary/report-run.ts';
import { faultsOf } from './summary/run-faults.ts';
import type { LeftByPreview } from './summary/summary-text.ts';

/** A preview fills a page on the way, if one is wanted. */
export type PreviewRequest = DrainRequest & { readonly page: PageRequest | undefined };

/**
 * Reports what a run would do now, and changes nothing: the queue is only read, the library index lives in memory, and
 * nothing learned about the servers is stored.
 * @returns the exit code.
 */
export async function runPreview(request: PreviewRequest, context: Context): Promise<number> {
  const { dataDir, output, now } = context;
  const { loaded, startedAt } = request;
  const stores = openPreviewStores(dataDir);
  try {
    for (const warning of loaded.warnings) output.log('warning', say`[PlexSync] ${foreign(warning)}`);
    if (request.only !== undefined) {
      const { sayUntaken } = await import('./chosen-scenes.ts');
      sayUntaken(stores, { sceneIds: request.only, now: startedAt, stash: stashUse(loaded) }, output);
    }
    const reads = openPreviewReads(stores, stashUse(loaded), request);
    const mask = await maskFor(loaded, reads.clientIdentifier);
    const queue = previewQueueOf(reads);
    const page = request.page && (await openPageFor(request.page, { queue, loaded }));
    const events = createRunEvents(context, { run: null, mask });
    const emit: RunEvents['emit'] = (event) => {
      events.emit(event);
      page?.add(mask?.event(event) ?? event);
    };
    let report: DrainReport;
    try {
      report = await drainIfDue({ reads, queue }, { ...request, emit }, context);
      page?.finish({ ends: report.ends, madeAt: localTime(now()), version: context.version });
    } finally {
      events.close();
      page?.discard();
    }
    const stats = readRunStats(stores, now());
    // A job that would fail has not failed.
    const { exitCode } = faultsOf({ ...report, tally: NO_JOBS }, stats, []);
    const left: LeftByPreview = {
      spooled: listEvents(spoolOf(dataDir.path))?.length ?? 'unreadable',
      leased: reads.leasedElsewhere(),
      paused: pausedAsSeen(stores, loaded.settings.quiet_hours, now()),
    };
    const skippedScenes = events.skippedScenes();
    const seen = { skippedScenes, leftAsEdited: events.leftAsEdited() };
    reportRun(
      report,
      { run: null, mode: 'preview', exitCode, stats, startedAt, endedAt: now(), ...seen, left },
      output,
    );
    return exitCode;
  } finally {
    stores.close();
  }
}

/** Loaded only where a page is wanted. */
async function openPageFor(
  asked: PageRequest,
  { queue, loaded }: { readonly queue: RunQueue; readonly loaded: LoadedSettings },
): Promise<Page> {
  const [{ openPage }, { plexLink }] = await Promise.all([import('./html/page.ts'), import('../shared/plex-link.ts')]);
  const linkTo = (ratingKey: string): string | undefined => {
    // At the first contact the server is known only once the preview has met it.
    const machineIdentifier = queue.binding()?.machineIdentifier;
    return machineIdentifier && plexLink({ machineIdentifier, ratingKey }, loaded.settings.plex_url);
  };
  return openPage(asked, { key: queue.clientIdentifier(), linkTo });
}

function previewQueueOf(reads: PreviewReads): RunQueue {
  const clientIdentifier = reads.clientIdentifier();
  return {
    ...createPreviewQueue(reads),
    clientIdentifier: () => clientIdentifier,
    stashDialect: reads.stashDialect,
    saveStashDialect: () => undefined,
  };
}

async function drainIfDue(
  { reads, queue }: { readonly reads: PreviewReads; readonly queue: RunQueue },
  request: DrainRequest & Pick<RunEvents, 'emit'>,
  context: Context,
): Promise<DrainReport> {
  const waiting = reads.removalsWaiting();
  const ends: DrainReport['ends'] = waiting === 0 ? [] : [{ kind: 'removals', jobs: waiting }];
  if (!adoptsNow(request) && !reads.hasDue(request.startedAt)) return { ends, tally: NO_JOBS };
  const { runDrain } = await import('./drain-run.ts');
  const checkpoint = createCheckpoint(context.env);
  return await runDrain(queue, { ...request, mode: 'preview', checkpoint }, context);
}
