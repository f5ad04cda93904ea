import type { Breaker } from '../failures/breaker.ts';
import { evenly } from '../match/evenly.ts';
import type { Pin } from '../match/pin.ts';
import type { SectionMemory } from '../model/collection.ts';
import type { Job, Settlement } from '../model/job.ts';
import type { Binding } from '../model/plex-item.ts';
import type { SceneRecord } from '../model/scene-record.ts';
import { NOTHING_WRITTEN } from '../model/scene-record.ts';
import type { PlannedValues } from '../write/removals.ts';
import { valuesHeld } from '../write/removals.ts';
import type { ClaimRequest, DrainQueue, DrainReads, Rescued } from './ports/queue.ts';

const NO_RESCUE: Rescued = { takenBack: 0, buried: [] };

/**
 * The queue as a preview sees it: what a drain would write to it is kept in memory while the preview lasts, so that
 * later jobs are shown as the real run would treat them. The queue itself is only read.
 */
export function createPreviewQueue(reads: DrainReads): DrainQueue {
  const scenes = createSceneOverlay(reads);
  const turn = createTurn(reads);
  const values = createValuesOverlay(reads);
  const breakers = new Map<'plex' | 'stash', Breaker>();
  const collections = new Map<string, SectionMemory>();
  let bound: Binding | undefined;
  let adopted: string | undefined;
  return {
    claim: (request) => ({ jobs: turn.take(request), rescued: NO_RESCUE }),
    holds: () => true,
    hasDue: reads.hasDue,
    dueCount: reads.dueCount,
    unmatchedDueCount: reads.unmatchedDueCount,
    renew: () => undefined,
    record: scenes.record,
    sceneOf: scenes.sceneOf,
    pin: scenes.pin,
    pinnedTo: scenes.pinnedTo,
    movePin: () => false,
    undone: (sceneId) => (adopted === undefined ? reads.undone(sceneId) : reads.undoneOn(sceneId, adopted)),
    hasRecords: scenes.hasAny,
    knownScenes: scenes.known,
    plannedValues: (query) => values.read(query),
    removalsWaiting: () => reads.removalsWaiting() + values.waiting(),
    intend: (notes) => {
      for (const { sceneId, values: planned } of notes) if (planned !== undefined) values.note(sceneId, planned);
      return notes.map(() => true);
    },
    intendPicture: () => true,
    pictureBytes: reads.pictureBytes,
    settle: (entries) => {
      for (const { job, settlement } of entries) {
        if (settlement.kind === 'defer') turn.giveBack(job.id);
        scenes.settle(job, settlement);
        values.settle(job, settlement);
      }
      return entries.map(() => 'applied');
    },
    hasMissing: () => false,
    missing: () => [],
    missCount: () => 0,
    wake: () => undefined,
    reviveRefused: () => 0,
    addedMark: reads.addedMark,
    saveAddedMark: () => undefined,
    syncedAt: reads.syncedAt,
    collections: (sectionKey) => collections.get(sectionKey) ?? reads.collections(sectionKey),
    saveCollections: (sectionKey, states) => void collections.set(sectionKey, states),
    breaker: (server) => breakers.get(server) ?? reads.breaker(server),
    saveBreaker: (server, breaker) => void breakers.set(server, breaker),
    binding: () => bound ?? reads.binding(),
    bind: (binding) => {
      bound = binding;
    },
    doubtServer: () => undefined,
    adopt: (binding) => {
      scenes.forgetAll();
      bound = binding;
      adopted = binding.machineIdentifier;
    },
    refusal: reads.refusal,
    saveRefusal: () => undefined,
    successes: reads.successes,
    awaitsStash: reads.awaitsStash,
    stashTrouble: reads.stashTrouble,
    saveStashTrouble: () => undefined,
    doubt: reads.doubt,
    saveDoubt: () => undefined,
    tooLong: reads.tooLong,
    saveTooLong: () => undefined,
  };
}

/** Hands out what is due, each job once, except a job that comes back to wait for another job of its item. */
function createTurn(reads: DrainReads) {
  let waiting: readonly number[] | undefined;
  const back: number[] = [];
  return {
    take: ({ now, limit, spread }: ClaimRequest): readonly Job[] => {
      const all = [...back.splice(0), ...(waiting ?? reads.dueIds(now))];
      const taken = spread === undefined ? all.slice(0, limit) : evenly(all, limit, spread);
      const isTaken = new Set(taken);
      waiting = all.filter((id) => !isTaken.has(id));
      return reads.dueJobs(taken);
    },
    giveBack: (jobId: number): void => void back.push(jobId),
  };
}

/** What was counted for the guard over removals, overlaid with what this preview has planned. */
function createValuesOverlay(reads: DrainReads) {
  const held = new Map<number, number>();
  let removed = 0;
  let waiting = 0;
  return {
    read: ({ now, except }: Parameters<DrainReads['plannedValues']>[0]): PlannedValues => {
      const before = reads.plannedValues({ now, except: [...except, ...held.keys()] });
      const here = [...held].filter(([sceneId]) => !except.includes(sceneId));
      return {
        held: here.reduce((sum, [, count]) => sum + count, before.held),
        removed: before.removed + removed,
      };
    },
    waiting: (): number => waiting,
    note: (sceneId: number, planned: PlannedValues): void => {
      held.set(sceneId, planned.held);
      removed += planned.removed;
    },
    settle: ({ sceneId }: Job, settlement: Settlement): void => {
      if (settlement.kind === 'removals') waiting += 1;
      const isWritten = settlement.kind === 'complete' || settlement.kind === 'pictures';
      if (isWritten && settlement.change !== 'updated') held.set(sceneId, valuesHeld(settlement.record.written));
    },
  };
}

/** Records of scenes and items, overlaid with what this preview would have written. */
function createSceneOverlay(reads: DrainReads) {
  const records = new Map<number, SceneRecord | undefined>();
  const owners = new Map<string, number>();
  let isOtherServer = false;

  const record = (sceneId: number): SceneRecord | undefined => {
    if (records.has(sceneId)) return records.get(sceneId);
    const known = reads.record(sceneId);
    return known !== undefined && isOtherServer ? withoutItem(known) : known;
  };
  const isGone = (sceneId: number): boolean => records.has(sceneId) && records.get(sceneId) === undefined;
  const sceneOf = (ratingKey: string): number | undefined => {
    const owner = owners.get(ratingKey) ?? (isOtherServer ? undefined : reads.sceneOf(ratingKey));
    return owner !== undefined && record(owner)?.ratingKey === ratingKey ? owner : undefined;
  };
  return {
    record,
    sceneOf,
    hasAny: (): boolean => owners.size > 0 || (!isOtherServer && reads.hasRecords()),
    pin: (sceneId: number): Pin | undefined => (isOtherServer || isGone(sceneId) ? undefined : reads.pin(sceneId)),
    pinnedTo: (ratingKey: string): readonly number[] =>
      isOtherServer ? [] : reads.pinnedTo(ratingKey).filter((sceneId) => !isGone(sceneId)),
    known: (sample: Parameters<DrainReads['knownScenes']>[0]): readonly number[] =>
      isOtherServer ? [] : reads.knownScenes(sample),
    forgetAll: (): void => {
      isOtherServer = true;
    },
    settle: ({ sceneId }: Job, settlement: Settlement): void => {
      if (settlement.kind === 'gone') records.set(sceneId, undefined);
      if (settlement.kind !== 'complete' && settlement.kind !== 'pictures') return;
      // What another scene recorded about the item is no longer true.
      const before = sceneOf(settlement.record.ratingKey);
      const known = before === undefined || before === sceneId ? undefined : record(before);
      if (before !== undefined && known !== undefined) records.set(before, withoutItem(known));
      records.set(sceneId, settlement.record);
      owners.set(settlement.record.ratingKey, sceneId);
    },
  };
}

/** Another server has other items; the file path stays valid. */
function withoutItem({ scenePath }: SceneRecord): SceneRecord {
  return {
    ratingKey: '',
    sectionKey: '',
    scenePath,
    provenFile: undefined,
    written: NOTHING_WRITTEN,
    intent: undefined,
  };
}
