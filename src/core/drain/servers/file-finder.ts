import type { Candidate, SceneFile } from '../../match/evidence.ts';
import type { LookWay } from '../../match/file-index.ts';
import { chooseWay, FEW_LOOK_UPS } from '../../match/file-index.ts';
import { findInListing, pagesFor } from '../../match/listing.ts';
import type { Finders, LookUp } from '../../match/look-up.ts';
import { lookUpFile } from '../../match/look-up.ts';
import { nameKey } from '../../match/paths.ts';
import { asSyncError } from '../../model/errors.ts';
import type { PlexItem, Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { PlexGuard } from './plex-guard.ts';
import { isRefreshable, listIntoIndex, refresh } from './section-index.ts';

/** What is known once Plex was reached, before the first job is claimed. */
type Setting = {
  readonly deps: DrainDeps;
  readonly guard: PlexGuard;
  readonly options: Pick<DrainOptions, 'deadlineAt' | 'limit' | 'mappings'>;
  /** The libraries to look in. */
  readonly sections: readonly Section[];
};

/**
 * How certain a look must be for its job. `first_or_last`: a miss in the index is confirmed at Plex. `at_plex`: the
 * index was already wrong about this job.
 */
export type LookKind = 'first_or_last' | 'between' | 'at_plex';

/** How certain a look must be, and which scene it is for. */
export type WantedLook = { readonly kind: LookKind; readonly sceneId: number };

/** A look-up, and whether its candidates come from Plex now or from a listing. */
export type Looked = { readonly look: LookUp; readonly from: 'look_up' | 'index' };

/** Finds files in this drain: at Plex one by one, or in the index, whichever takes fewer requests. */
export type FileFinder = {
  /** Announces look-ups, so that the cheapest way is chosen before the first one. */
  expect(lookUps: number): Promise<void>;
  /** Whether so many look-ups were announced that what one of them costs more counts. */
  isBulk(): boolean;
  /** Looks in every library, or throws. @throws {SyncError} */
  look(file: SceneFile, wanted: WantedLook): Promise<Looked>;
  /** Items with a file of this name, as Plex has them now, for this scene. @throws {SyncError} */
  withName(name: string, sceneId: number): Promise<readonly Candidate[]>;
  /** Corrects the index where it disagrees with an item that was read, or that is gone. */
  wasWrong(ratingKey: string, item: PlexItem | undefined): void;
};

/** How long a listing counts as what Plex has now. */
const FRESH_MS = 2 * 60_000;

/**
 * Where a section's answers come from. `listed`: an index listed in this drain; `refreshed`: an index listed earlier.
 */
type Source = 'live' | 'refreshed' | 'listed';

export function createFileFinder(setting: Setting): FileFinder {
  const { deps, guard, options, sections } = setting;
  const { files, plex, queue } = deps;
  const sources = new Map<string, { readonly source: Source; readonly since: number }>();
  const underWay = new Map<string, Promise<boolean>>();
  /** Sections whose refresh or listing failed in this drain: not tried again. */
  const givenUp = new Set<string>();
  /** Sections that cannot be searched by file name. */
  const unfiltered = new Set<string>();
  /** How many misses in a section's index were confirmed one by one since it was last listed. */
  const confirmed = new Map<string, number>();
  /** Look-ups sent to Plex in this drain, and look-ups announced. */
  let asked = 0;
  let announced = 0;

  const sourceOf = ({ key }: Section): Source => {
    const { source, since } = sources.get(key) ?? { source: 'live', since: 0 };
    // A long drain outlives its own listing: after that it counts like an earlier one.
    return source === 'listed' && deps.now() - since >= FRESH_MS ? 'refreshed' : source;
  };
  const become = ({ key }: Section, source: Source): void => {
    sources.set(key, { source, since: deps.now() });
  };

  /** Lists a section into the index, one listing at a time; tells whether the index is complete now. */
  const list = (section: Section, worth: number | undefined): Promise<boolean> => {
    const running = underWay.get(section.key) ?? listIntoIndex(section, setting, worth);
    underWay.set(section.key, running);
    return running
      .then((isWhole) => {
        if (isWhole) become(section, 'listed');
        return isWhole;
      })
      .finally(() => underWay.delete(section.key));
  };
  const renew = async (section: Section, mostPages: number): Promise<boolean> => {
    const isRight = isRefreshable(files.indexed(section)) && (await refresh(section, setting, mostPages));
    if (isRight) become(section, 'refreshed');
    return isRight;
  };

  const prepare = async (section: Section, lookUps: number): Promise<void> => {
    const wayFor = (refreshable: boolean): LookWay =>
      chooseWay({ lookUps, total: files.knownTotal(section), refreshable });
    givenUp.add(section.key);
    await orOneByOne(async () => {
      const way = wayFor(isRefreshable(files.indexed(section)));
      if (way === 'live') givenUp.delete(section.key);
      if (way === 'refresh' && (await renew(section, lookUps))) return;
      if (way === 'list' || (way === 'refresh' && wayFor(false) === 'list')) await list(section, lookUps);
    });
  };

  /** No job's own request fails here: each job looks up its file alone then, and meets the error there if it lasts. */
  const orOneByOne = async (listing: () => Promise<unknown>): Promise<void> => {
    try {
      await listing();
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (error.code === 'unexpected') throw thrown;
      guard.fault(error);
    }
  };

  /**
   * Lists what was only refreshed once confirming its misses one by one has taken as many requests: so no number of
   * misses takes more than twice the fewest.
   */
  const listForMisses = async (): Promise<void> => {
    for (const section of sections) {
      if (sourceOf(section) !== 'refreshed') continue;
      const soFar = confirmed.get(section.key) ?? 0;
      const isDue = soFar >= pagesFor(files.knownTotal(section) ?? Number.POSITIVE_INFINITY);
      confirmed.set(section.key, isDue ? 0 : soFar + 1);
      if (isDue) await orOneByOne(() => list(section, soFar + 1));
    }
  };

  const fromIndex = (section: Section, name: string, requests: number): Answer | undefined => {
    const candidates = files.byName(section, nameKey(name));
    return candidates && { rule: 'index', candidates, requests };
  };

  /** Where the server cannot search by name: refreshes the section's index, if that is accepted, or lists it whole. */
  const withoutFilter = async (
    section: Section,
    name: string,
    { accepted, requests }: { readonly accepted: readonly Source[]; readonly requests: number },
  ): Promise<Answer> => {
    const isThere =
      accepted.includes(sourceOf(section)) ||
      (accepted.includes('refreshed') && (await renew(section, Number.POSITIVE_INFINITY))) ||
      (await list(section, undefined));
    const answer = isThere ? fromIndex(section, name, requests) : undefined;
    return answer ?? { ...(await guard.ask(() => findInListing(section, name, plex.listPage))), rule: 'listing' };
  };

  /** Finds a section's items of that name, in the index if its source is accepted. */
  const byName =
    (accepted: readonly Source[], sceneId: number): Finders['byName'] =>
    async (section, name) => {
      const isAccepted = accepted.includes(sourceOf(section));
      const known = isAccepted ? fromIndex(section, name, 0) : undefined;
      if (known !== undefined) return known;
      if (unfiltered.has(section.key)) return await withoutFilter(section, name, { accepted, requests: 0 });
      deps.emit({ kind: 'searching', sceneId, section: section.title, file: name });
      const answer = await guard.ask(() => plex.findByFileName(section, name));
      asked += answer.requests;
      if (answer.kind === 'found') return { ...answer, rule: 'file_name' };
      // Another name may be one that can be asked for.
      if (answer.reason !== 'name') unfiltered.add(section.key);
      deps.emit({ kind: 'filter_unusable', section: section.title, reason: answer.reason });
      return await withoutFilter(section, name, { accepted, requests: answer.requests });
    };

  const byTitle =
    (sceneId: number): Finders['byTitle'] =>
    async (section, title) => {
      const found = await guard.ask(() => plex.findByTitle(section, title));
      if (found.requests > 0) {
        deps.emit({ kind: 'title_search', sceneId, title });
        deps.emit({ kind: 'title_matches', sceneId, count: found.candidates.length });
      }
      return found;
    };

  const place = { sections, mappings: options.mappings };
  const isBulk = (): boolean => announced >= FEW_LOOK_UPS;
  /**
   * Titles are up to three more requests for each file. In bulk, or beside an index that knows all names, they would
   * find nothing that the name did not; nor would they a minute after they found nothing.
   */
  const titlesFor = ({ kind, sceneId }: WantedLook): Finders['byTitle'] =>
    kind !== 'between' && !isBulk() && sections.every((section) => sourceOf(section) === 'live')
      ? byTitle(sceneId)
      : undefined;
  const lookIn = async (accepted: readonly Source[], file: SceneFile, wanted: WantedLook): Promise<LookUp> =>
    await lookUpFile(file, place, { byName: byName(accepted, wanted.sceneId), byTitle: titlesFor(wanted) });

  return {
    isBulk,
    expect: async (lookUps) => {
      const open = sections.filter((section) => sourceOf(section) === 'live' && !givenUp.has(section.key));
      announced += lookUps;
      // While the breaker is half-open, the one job on trial asks for little.
      if (lookUps === 0 || open.length === 0 || guard.batchLimit(2) === 1) return;
      const most = (options.limit ?? Number.POSITIVE_INFINITY) - announced;
      const toCome = Math.max(0, Math.min(queue.unmatchedDueCount(deps.now()), most));
      for (const section of open) {
        if (guard.halted() !== undefined || guard.isTimeUp()) return;
        await prepare(section, asked + lookUps + toCome);
      }
    },

    look: async (file, wanted) => {
      const { kind } = wanted;
      const accepted: readonly Source[] = kind === 'at_plex' ? [] : ['listed', 'refreshed'];
      const look = await lookIn(accepted, file, wanted);
      const isOfNow = (): boolean => sections.every((section) => sourceOf(section) !== 'refreshed');
      const isIndexed = look.steps.some(({ rule }) => rule === 'index');
      // Where nothing was accepted, every answer is Plex's own, or a listing's of this moment.
      if (!isIndexed || kind === 'at_plex') return { look, from: 'look_up' };
      if (isOfNow() || standsByItself(look, kind)) return { look, from: 'index' };
      await listForMisses();
      const from = isOfNow() ? 'index' : 'look_up';
      return { look: await lookIn(['listed'], file, wanted), from };
    },

    withName: async (name, sceneId) => {
      const found: Candidate[] = [];
      for (const section of sections) found.push(...(await byName([], sceneId)(section, name)).candidates);
      return found;
    },

    wasWrong: (ratingKey, item) => {
      const section = sections.find(({ key }) => key === item?.sectionKey);
      if (item === undefined || section === undefined) {
        files.forget(ratingKey);
        return;
      }
      const { fields, files: itsFiles } = item;
      const known = { ratingKey, title: fields.title, files: itsFiles, addedAt: undefined, updatedAt: undefined };
      files.update(section, [known], undefined);
    },
  };
}

type Answer = Awaited<ReturnType<Finders['byName']>>;

/**
 * Whether an answer from a refreshed index is enough without asking Plex, since a move within Plex may not show there.
 * An exact path is enough: the item is read before it is written. So is a miss, except on a job's first and last try.
 * Proof by elimination is not, while some items may be missing.
 */
function standsByItself({ match }: LookUp, kind: LookKind): boolean {
  if (match.kind === 'none') return kind === 'between';
  return match.kind === 'high' && match.best.path === 'exact';
}
