import type { PartEnd } from '../../failures/bisect.ts';
import { bisect } from '../../failures/bisect.ts';
import type { ProvenMatch } from '../../match/evidence.ts';
import { heldAmong } from '../../match/evidence.ts';
import { belongsElsewhere, standOf } from '../../match/ownership.ts';
import type { SyncErrorCode } from '../../model/errors.ts';
import { asSyncError, SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import { ours, say } from '../../text/sentence.ts';
import type { Ended, Step } from '../ports/endings.ts';
import { failed, givenBack, isStopping, sharedFailure, split } from '../ports/endings.ts';
import type { ItemsInFlight } from '../ports/in-flight.ts';
import type { DrainDeps, DrainPlex } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { ItemRead, Read, Resolved } from '../ports/stages.ts';
import { isPinned } from '../ports/stages.ts';
import type { FileFinder } from '../servers/file-finder.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { RequestWatch } from '../servers/request-watch.ts';
import { findOthers } from './other-files.ts';
import type { PinUses } from './pins.ts';
import { checkPin, choiceOf, pinnedToOther } from './pins.ts';
import type { LookUpUses } from './resolve.ts';
import { lookUpAll } from './resolve.ts';

/** Errors that one item may cause in a GET of many; any other error belongs to no item. */
const ONE_ITEMS_FAULT: ReadonlySet<SyncErrorCode> = new Set([
  'plex_not_found',
  'plex_rejected',
  'plex_forbidden',
  'plex_error',
  'plex_malformed',
  // Many ids make a long request, half of them a shorter one.
  'plex_too_long',
]);

/** What a read of items uses. */
export type ReadUses = Pick<DrainDeps, 'now'> & {
  readonly plex: Pick<DrainPlex, 'items'>;
  readonly guard: Pick<PlexGuard, 'ask' | 'answered' | 'fault' | 'halted' | 'putOff'>;
  readonly requests: Pick<RequestWatch, 'succeeded' | 'failed'>;
};

/** An item to read, and a job it is read for. */
type Wanted = { readonly ratingKey: string; readonly job: Job };

/**
 * Reads full items, many in one GET. A failed GET of many is halved until a single item is at fault; an
 * outage, a request to wait or a refused token belongs to no item and ends the read at once.
 */
export async function readItems(wanted: readonly Wanted[], uses: ReadUses): Promise<Map<string, ItemRead>> {
  const { guard, now, plex, requests } = uses;
  const jobs = new Map(wanted.map(({ ratingKey, job }) => [ratingKey, job]));
  const reads = new Map<string, ItemRead>();
  let failure: SyncError | undefined;
  const unread = await bisect([...jobs.keys()], async (part) => {
    // The failure may have opened the breaker; then the rest is not asked for.
    if (failure !== undefined && guard.halted() !== undefined) return 'stop';
    try {
      const items = await guard.ask(() => plex.items(part));
      const readAt = now();
      guard.answered();
      requests.succeeded('plex GET items', jobsOf(part, jobs));
      const byKey = new Map(items.map((item) => [item.ratingKey, item]));
      for (const key of part) {
        const item = byKey.get(key);
        reads.set(key, item === undefined ? { kind: 'gone' } : { kind: 'item', item, readAt });
      }
      return 'done';
    } catch (thrown) {
      failure = asSyncError(thrown);
      return afterFailedRead(part, failure, { ...uses, reads, jobs });
    }
  });
  if (failure !== undefined) for (const key of unread) reads.set(key, { kind: 'shared', error: failure });
  return reads;
}

type ReadState = Pick<ReadUses, 'guard' | 'requests'> & {
  readonly reads: Map<string, ItemRead>;
  readonly jobs: ReadonlyMap<string, Job>;
};

function jobsOf(ratingKeys: readonly string[], jobs: ReadonlyMap<string, Job>): readonly Job[] {
  return ratingKeys.flatMap((key) => jobs.get(key) ?? []);
}

/** Notes what a failed read means for a single item, and decides whether to halve the request. */
function afterFailedRead(
  part: readonly string[],
  error: SyncError,
  { reads, jobs, guard, requests }: ReadState,
): PartEnd {
  const [key, ...others] = part;
  const single = others.length === 0 ? key : undefined;
  if (single !== undefined && error.code === 'plex_not_found') {
    reads.set(single, { kind: 'gone' });
    return 'done';
  }
  const isShared = error.code === 'plex_unavailable' || error.code === 'plex_unauthorized';
  if (single === undefined && !isShared && ONE_ITEMS_FAULT.has(error.code)) return 'halve';
  guard.fault(error);
  if (single === undefined) guard.putOff(error);
  if (single === undefined || isShared) return 'stop';
  for (const job of jobsOf(part, jobs)) requests.failed(job, error);
  reads.set(single, { kind: 'error', error });
  return 'done';
}

type Uses = ReadUses & LookUpUses & { readonly queue: Pick<DrainQueue, 'record' | 'sceneOf'> };

/**
 * Reads the full items. A job whose remembered item is gone or holds another file is looked up and read once more; if
 * the index was the source, the second look-up asks Plex.
 */
export async function readAndRecheck(batch: readonly Resolved[], context: Uses): Promise<Step<Read>> {
  const { stale, going, ended } = await readBatch(batch, context);
  if (stale.length === 0) return { going, ended };
  const again = await lookUpAll(stale, context);
  const rest = await readAndRecheck(await findOthers(again.going, context), context);
  return { going: [...going, ...rest.going], ended: [...ended, ...again.ended, ...rest.ended] };
}

async function readBatch(
  batch: readonly Resolved[],
  context: Uses,
): Promise<Step<Read> & { readonly stale: readonly Resolved[] }> {
  const { emit, guard } = context;
  if (guard.halted() !== undefined) return { going: [], stale: [], ended: batch.map(({ job }) => givenBack(job)) };
  const reads = await readItems(batch, context);
  const going: Read[] = [];
  const stale: Resolved[] = [];
  const ended: Ended[] = [];
  for (const work of batch) {
    const checked = checkItem(work, reads.get(work.ratingKey) ?? { kind: 'gone' }, context);
    if (checked.kind === 'read') {
      emit({
        kind: 'found',
        sceneId: work.job.sceneId,
        file: work.file.path,
        ratingKey: work.ratingKey,
        title: checked.work.item.fields.title,
        library: checked.work.item.sectionTitle,
        from: work.from,
      });
      going.push(checked.work);
    } else if (checked.kind === 'stale') stale.push(checked.work);
    else if (checked.kind === 'shared')
      ended.push(isStopping(context) ? givenBack(work.job) : sharedFailure(work.job, checked.error));
    else ended.push(failed(work.job, checked.error));
  }
  return { going, stale, ended };
}

/**
 * Keeps one job per item: a second one in flight is deferred, and an item that another scene owns is not written.
 */
export function keepOwners(batch: readonly Read[], context: Uses & { readonly items: ItemsInFlight }): Step<Read> {
  const { queue, options, items } = context;
  return split(batch, (work) => {
    const { ratingKey } = work.item;
    if (items.has(ratingKey)) return { job: work.job, outcome: { kind: 'defer' } };
    const pinnedElsewhere = pinnedToOther(work, context);
    if (pinnedElsewhere !== undefined) return failed(work.job, pinnedElsewhere);
    const ownerId = queue.sceneOf(ratingKey);
    const owner = ownerId === undefined || ownerId === work.job.sceneId ? undefined : queue.record(ownerId);
    const stand =
      owner === undefined ? 'free' : isPinned(work) ? 'heir' : standOf(work, owner, work.item.files, options.mappings);
    if (ownerId !== undefined && stand === 'refused' && options.matching === 'strict') {
      const message = belongsElsewhere({ ratingKey, title: work.item.fields.title, files: work.item.files }, ownerId);
      return failed(work.job, new SyncError('low_confidence', message, { choices: [choiceOf(work)] }));
    }
    items.take(ratingKey, work.job.id);
    const inherits = stand === 'heir' && work.record?.ratingKey !== ratingKey;
    return inherits ? { ...work, record: owner, recordFrom: 'inherited' } : work;
  });
}

/** A resolved job after its item was read. */
type Checked =
  | { readonly kind: 'read'; readonly work: Read }
  /** The remembered item is gone or holds another file now: look again. */
  | { readonly kind: 'stale'; readonly work: Resolved }
  | { readonly kind: 'failed'; readonly work: Resolved; readonly error: SyncError }
  | { readonly kind: 'shared'; readonly work: Resolved; readonly error: SyncError };

/** What comparing an item with its file needs. */
export type CheckUses = PinUses & { readonly finder: Pick<FileFinder, 'wasWrong'> };

/** Compares a job's item with the file it was chosen for: the last sync or look may be outdated. */
export function checkItem(work: Resolved, read: ItemRead, context: CheckUses): Checked {
  if (isPinned(work) && (read.kind === 'item' || read.kind === 'gone'))
    return checkPin(work, read, context) ?? { kind: 'failed', work, error: vanished(work) };
  const { options, sections } = context;
  switch (read.kind) {
    case 'error':
    case 'shared':
      return { kind: read.kind === 'error' ? 'failed' : 'shared', work, error: read.error };
    case 'item': {
      const { item, readAt } = read;
      const isInSections = sections.some(({ key }) => key === item.sectionKey);
      if (!isInSections) break;
      if (work.provenFile === undefined) return { kind: 'read', work: { ...work, item, readAt, recordFrom: 'own' } };
      const proven = provenMatch(work, work.provenFile);
      const held = heldAmong(work.files, item.files, { proven, mappings: options.mappings });
      // The primary file may be in an item of its own by now, which counts more.
      const mayBeElsewhere = work.from === 'record' && held !== undefined && held.file !== work.files[0];
      // The proof is updated: it names the file that matches now, not the one of an earlier sync.
      if (held !== undefined && !mayBeElsewhere)
        return { kind: 'read', work: { ...work, ...held, item, readAt, recordFrom: 'own' } };
      break;
    }
    case 'gone':
      break;
  }
  if (work.from === 'index') context.finder.wasWrong(work.ratingKey, read.kind === 'item' ? read.item : undefined);
  if (work.from === 'record' || work.from === 'index') return { kind: 'stale', work };
  return { kind: 'failed', work, error: vanished(work) };
}

function vanished({ ratingKey }: Resolved): SyncError {
  return new SyncError(
    'plex_not_found',
    say`Plex item ${ours(ratingKey)} vanished or changed its file during the sync`,
    { request: 'plex GET items' },
  );
}

/** The proof from this look-up, or from the last sync, when the scene's path may have been different. */
function provenMatch({ file, record, from }: Resolved, provenFile: string): ProvenMatch {
  return { scenePath: from === 'record' && record !== undefined ? record.scenePath : file.path, file: provenFile };
}
