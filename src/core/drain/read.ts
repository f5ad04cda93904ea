import { asSyncError, SyncError } from '../errors.ts';
import { stillHolds } from '../match.ts';
import type { PlexItem } from '../plex-item.ts';
import type { DrainDeps } from '../ports.ts';
import type { SceneRecord } from '../scene-record.ts';
import type { Course, Ended, Step } from './course.ts';
import { failed, givenBack, isStopping, sharedFailure, split } from './course.ts';
import type { Gate } from './gate.ts';
import type { Hydrated } from './hydrate.ts';
import type { Resolved } from './resolve.ts';
import { resolve } from './resolve.ts';

/** A job with its full item. */
export type Read = Resolved & { readonly item: PlexItem };

/** What the read of one item ended in. A `shared` error belongs to no job: it is counted once, the jobs go back. */
export type ItemRead =
  | { readonly kind: 'item'; readonly item: PlexItem }
  | { readonly kind: 'gone' }
  | { readonly kind: 'error'; readonly error: SyncError }
  | { readonly kind: 'shared'; readonly error: SyncError };

/**
 * Full items by rating key, many in one GET. A failed GET of many is halved until the fault is one item's; an outage
 * or a refused token is nobody's and ends the read at once.
 */
export async function readItems(
  ratingKeys: readonly string[],
  deps: DrainDeps,
  gate: Gate,
): Promise<Map<string, ItemRead>> {
  if (ratingKeys.length === 0) return new Map();
  try {
    const items = await gate.ask(() => deps.plex.items(ratingKeys));
    const byKey = new Map(items.map((item) => [item.ratingKey, item]));
    return all(ratingKeys, (key) => {
      const item = byKey.get(key);
      return item === undefined ? { kind: 'gone' } : { kind: 'item', item };
    });
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (error.code === 'plex_unavailable' || error.code === 'plex_unauthorized') {
      if (error.code === 'plex_unauthorized') gate.halt({ kind: 'unauthorized', message: error.message });
      else gate.count(error);
      return all(ratingKeys, () => ({ kind: 'shared', error }));
    }
    if (ratingKeys.length === 1) {
      return all(ratingKeys, () => (error.code === 'plex_not_found' ? { kind: 'gone' } : { kind: 'error', error }));
    }
    const middle = Math.ceil(ratingKeys.length / 2);
    const first = await readItems(ratingKeys.slice(0, middle), deps, gate);
    // What the first half ended in may have opened the breaker.
    const rest = ratingKeys.slice(middle);
    if ([...first.values()].some((read) => read.kind === 'shared')) {
      return new Map([...first, ...all(rest, () => ({ kind: 'shared', error }))]);
    }
    return new Map([...first, ...(await readItems(rest, deps, gate))]);
  }
}

function all(ratingKeys: readonly string[], read: (key: string) => ItemRead): Map<string, ItemRead> {
  return new Map(ratingKeys.map((key) => [key, read(key)]));
}

/** Reads the full items; a job whose remembered item is gone or holds another file is looked up and read once more. */
export async function readAndRecheck(batch: readonly Resolved[], course: Course): Promise<Step<Read>> {
  const first = await readBatch(batch, course);
  if (first.stale.length === 0) return first;
  const again = await resolve(first.stale.map(forgetRecord), course);
  const second = await readBatch(again.going, course);
  return { going: [...first.going, ...second.going], ended: [...first.ended, ...again.ended, ...second.ended] };
}

/** The record of an item that is no longer the scene's says nothing about the one that will be found. */
function forgetRecord({ job, scene, file }: Resolved): Hydrated {
  return { job, scene, file, record: undefined };
}

async function readBatch(
  batch: readonly Resolved[],
  course: Course,
): Promise<Step<Read> & { readonly stale: readonly Resolved[] }> {
  const { deps, gate } = course;
  if (gate.halted() !== undefined) return { going: [], stale: [], ended: batch.map(({ job }) => givenBack(job)) };
  const reads = await readItems([...new Set(batch.map(({ ratingKey }) => ratingKey))], deps, gate);
  const going: Read[] = [];
  const stale: Resolved[] = [];
  const ended: Ended[] = [];
  for (const work of batch) {
    const checked = checkItem(work, reads.get(work.ratingKey) ?? { kind: 'gone' }, course);
    if (checked.kind === 'read') {
      gate.answered();
      deps.emit({ kind: 'found', sceneId: work.job.sceneId, title: checked.work.item.fields.title, from: work.from });
      going.push(checked.work);
    } else if (checked.kind === 'stale') stale.push(checked.work);
    else if (checked.kind === 'shared')
      ended.push(isStopping(course) ? givenBack(work.job) : sharedFailure(work.job, checked.error));
    else {
      gate.count(checked.error);
      ended.push(failed(work.job, checked.error));
    }
  }
  return { going, stale, ended };
}

/** One job per item: a second one of the batch waits its turn, and another scene's item is not written. */
export function keepOwners(batch: readonly Read[], { deps, options }: Course): Step<Read> {
  const taken = new Set<string>();
  return split(batch, (work) => {
    const { ratingKey } = work.item;
    if (taken.has(ratingKey)) return { job: work.job, outcome: { kind: 'defer' } };
    const ownerId = deps.queue.sceneOf(ratingKey);
    const owner = ownerId === undefined ? undefined : { sceneId: ownerId, record: deps.queue.record(ownerId) };
    const other = otherOwner(work, owner);
    if (other !== undefined && options.matching === 'strict') {
      const message = `Plex item ${ratingKey} "${work.item.fields.title}" already belongs to scene ${other}: it holds the files of both. Split it in Plex, then retry.`;
      return failed(work.job, new SyncError('low_confidence', message));
    }
    taken.add(ratingKey);
    return work;
  });
}

/** How a resolved job stands once its item was read. */
type Checked =
  | { readonly kind: 'read'; readonly work: Read }
  /** The item known from last time is gone or holds another file now: look again. */
  | { readonly kind: 'stale'; readonly work: Resolved }
  | { readonly kind: 'failed'; readonly work: Resolved; readonly error: SyncError }
  | { readonly kind: 'shared'; readonly work: Resolved; readonly error: SyncError };

/** Holds a job's item against the file it was chosen for: what was true at the last sync or look may be so no more. */
function checkItem(work: Resolved, read: ItemRead, { options, sections }: Course): Checked {
  switch (read.kind) {
    case 'error':
    case 'shared':
      return { kind: read.kind === 'error' ? 'failed' : 'shared', work, error: read.error };
    case 'item': {
      const { item } = read;
      const isInSections = sections.some(({ key }) => key === item.sectionKey);
      const holds = work.proven === undefined || stillHolds(work.file, work.proven, item.files, options.mappings);
      if (holds && isInSections) return { kind: 'read', work: { ...work, item } };
      break;
    }
    case 'gone':
      break;
  }
  if (work.from === 'record') return { kind: 'stale', work };
  return {
    kind: 'failed',
    work,
    error: new SyncError('plex_not_found', `Plex item ${work.ratingKey} vanished or changed its file during the sync`),
  };
}

/**
 * Whether the item may be written for this scene: an item belongs to one scene, unless the other one had the very same
 * file (a scene that was deleted and imported anew).
 * @returns the scene that owns it otherwise.
 */
function otherOwner(
  work: Read,
  owner: { readonly sceneId: number; readonly record: SceneRecord | undefined } | undefined,
): number | undefined {
  if (owner === undefined || owner.sceneId === work.job.sceneId) return undefined;
  return owner.record?.proven?.scenePath === work.file.path ? undefined : owner.sceneId;
}
