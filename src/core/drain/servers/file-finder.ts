import type { Candidate, SceneFile } from '../../match/evidence.ts';
import type { IndexedSection, LookWay } from '../../match/file-index.ts';
import { chooseWay, FEW_LOOK_UPS, laterMark, markOf, NO_MARK, notAhead } from '../../match/file-index.ts';
import { findInListing, listSection, pagesFor } from '../../match/listing.ts';
import type { Finders, LookUp } from '../../match/look-up.ts';
import { lookUpFile } from '../../match/look-up.ts';
import { nameKey } from '../../match/paths.ts';
import { asSyncError } from '../../model/errors.ts';
import type { PlexItem, Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { PlexGuard } from './plex-guard.ts';

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
    try {
      const way = wayFor(isRefreshable(files.indexed(section)));
      if (way === 'live') givenUp.delete(section.key);
      if (way === 'refresh' && (await renew(section, lookUps))) return;
      if (way === 'list' || (way === 'refresh' && wayFor(false) === 'list')) await list(section, lookUps);
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (error.code === 'unexpected') throw thrown;
      // No job's own request failed: each job looks up its file alone, and meets the error there if it lasts.
      guard.fault(error);
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
      const isOfNow = sections.every((section) => sourceOf(section) !== 'refreshed');
      const isIndexed = look.steps.some(({ rule }) => rule === 'index');
      // Where nothing was accepted, every answer is Plex's own, or a listing's of this moment.
      if (!isIndexed || kind === 'at_plex') return { look, from: 'look_up' };
      if (isOfNow || standsByItself(look, kind)) return { look, from: 'index' };
      return { look: await lookIn(['listed'], file, wanted), from: 'look_up' };
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

/** A listing without dates cannot be refreshed: there is no mark to ask from. */
function isRefreshable(indexed: IndexedSection | undefined): boolean {
  return indexed !== undefined && (indexed.mark.addedAt !== undefined || indexed.mark.updatedAt !== undefined);
}

type Place = Omit<Setting, 'sections'>;

/**
 * Brings an indexed section up to date; tells whether the index has everything Plex has. It may still have items that
 * are gone: those are noticed when the item is read.
 */
async function refresh(section: Section, { deps, guard }: Place, mostPages: number): Promise<boolean> {
  const { files, plex, emit } = deps;
  const before = files.indexed(section);
  if (before === undefined) return false;
  const changes = await guard.ask(() => plex.changesSince(section, before.mark, mostPages));
  if (changes === undefined) return false;
  const { items, total, clockAt } = changes;
  files.update(section, items, notAhead(laterMark(before.mark, markOf(items, clockAt)), clockAt));
  if (total !== undefined) files.noteTotal(section, total);
  const after = files.indexed(section);
  const isRight = after !== undefined && (total === undefined || after.items >= total);
  emit({ kind: 'index_refreshed', section: section.title, changed: items.length, isRight });
  return isRight;
}

/**
 * Lists a section into the index. Gives up when that takes more pages than `worth` or more than half of the remaining
 * time, when the library changes meanwhile, or when there is no index.
 */
async function listIntoIndex(
  section: Section,
  { deps, guard, options }: Place,
  worth: number | undefined,
): Promise<boolean> {
  const { files, plex, emit, now } = deps;
  const draft = files.draft(section);
  if (draft === undefined) return false;
  const startedAt = now();
  let mark = NO_MARK;
  let listed = 0;
  let reason: 'moved' | 'too_long' = 'moved';
  const isTooLong = (pageRows: number, total: number): boolean => {
    const pages = Math.max(pagesFor(total), Math.ceil(total / Math.max(1, pageRows)));
    const msLeft = (options.deadlineAt ?? Number.POSITIVE_INFINITY) - now();
    return pages > (worth ?? pages) || (worth !== undefined && (now() - startedAt) * pages > msLeft / 2);
  };
  try {
    const { kind, requests } = await guard.ask(() =>
      listSection(section, plex.listPage, (items, { total, clockAt }) => {
        draft.add(items);
        mark = laterMark(mark, markOf(items, clockAt));
        const isFirst = listed === 0;
        listed += items.length;
        if (isFirst && total !== undefined) {
          files.noteTotal(section, total);
          if (total > listed && isTooLong(items.length, total)) reason = 'too_long';
        }
        return reason === 'too_long' || guard.halted() !== undefined || guard.isTimeUp() ? 'stop' : 'go_on';
      }),
    );
    // If another process finished a later listing meanwhile, that one serves as well.
    const isWhole = kind === 'whole' && (draft.finish(mark) || files.indexed(section) !== undefined);
    if (isWhole) {
      files.noteTotal(section, listed);
      emit({ kind: 'index_listed', section: section.title, items: listed, requests });
    } else {
      draft.discard();
      emit({ kind: 'listing_given_up', section: section.title, requests, reason });
    }
    return isWhole;
  } catch (thrown) {
    draft.discard();
    throw thrown;
  }
}
