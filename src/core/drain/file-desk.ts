import { asSyncError } from '../errors.ts';
import type { IndexedSection, LookWay } from '../file-index.ts';
import { chooseWay, laterMark, markOf, NO_MARK } from '../file-index.ts';
import { nameKey } from '../file-paths.ts';
import type { Finders, LookUp } from '../look-up.ts';
import { lookUpFile } from '../look-up.ts';
import type { Candidate, SceneFile } from '../match.ts';
import type { PlexItem, Section } from '../plex-item.ts';
import { findInListing, listSection, pagesFor } from '../section-listing.ts';
import type { Course } from './course.ts';

/**
 * What a look is worth to its job. `first_or_last`: what an index does not have is confirmed at Plex. `live`: the index
 * was wrong about this job already.
 */
export type LookKind = 'first_or_last' | 'between' | 'live';

/** A look-up, and whether its candidates are as Plex has them now or as some listing had them. */
export type Looked = { readonly look: LookUp; readonly from: 'look_up' | 'index' };

/** Where files are looked for in this drain: at Plex one by one, or in the index, whichever asks less of Plex. */
export type FileDesk = {
  /** Announces look-ups, so that the cheapest way can be chosen before the first of them. */
  expect(lookUps: number): Promise<void>;
  /** A complete look, or a throw. @throws {SyncError} */
  look(file: SceneFile, kind: LookKind): Promise<Looked>;
  /** Items with a file of this name as Plex has them now. @throws {SyncError} */
  withName(name: string): Promise<readonly Candidate[]>;
  /** Corrects what the index says of an item that was read, or is gone, and is not as the index had it. */
  wasWrong(ratingKey: string, item: PlexItem | undefined): void;
};

/** For so long a listing counts as what Plex has now. */
const FRESH_MS = 10 * 60_000;

/** What answers for a section. `listed`: the index, of a listing of this drain; `refreshed`: of an earlier one. */
type Source = 'live' | 'refreshed' | 'listed';

export function createFileDesk(course: Pick<Course, 'deps' | 'gate' | 'options' | 'sections'>): FileDesk {
  const { deps, gate, options, sections } = course;
  const { files, plex, queue } = deps;
  const sources = new Map<string, { readonly source: Source; readonly since: number }>();
  const underWay = new Map<string, Promise<boolean>>();
  /** Sections that cannot be asked for a file's name. */
  const unfiltered = new Set<string>();
  /** Look-ups that Plex was asked for in this drain. */
  let asked = 0;

  const sourceOf = ({ key }: Section): Source => {
    const { source, since } = sources.get(key) ?? { source: 'live', since: 0 };
    // A long drain outlives what it listed: then that proves no more than an earlier listing does.
    return source === 'listed' && deps.now() - since >= FRESH_MS ? 'refreshed' : source;
  };
  const become = ({ key }: Section, source: Source): void => {
    sources.set(key, { source, since: deps.now() });
  };

  /** Lists a section into the index, once at a time; answers whether it is all there now. */
  const list = (section: Section, worth: number | undefined): Promise<boolean> => {
    const running = underWay.get(section.key) ?? listIntoIndex(section, course, worth);
    underWay.set(section.key, running);
    return running
      .then((isWhole) => {
        if (isWhole) become(section, 'listed');
        return isWhole;
      })
      .finally(() => underWay.delete(section.key));
  };

  const prepare = async (section: Section, lookUps: number): Promise<void> => {
    const wayFor = (refreshable: boolean): LookWay =>
      chooseWay({ lookUps, total: files.knownTotal(section), refreshable });
    try {
      let way = wayFor(isRefreshable(files.indexed(section)));
      if (way === 'refresh' && (await refresh(section, course))) become(section, 'refreshed');
      else if (way === 'refresh') way = wayFor(false);
      if (way === 'list') await list(section, lookUps);
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (error.code === 'unexpected') throw thrown;
      // No job's request failed: each is looked up by itself, and meets what is wrong then.
      if (error.code === 'plex_unauthorized') gate.halt({ kind: 'unauthorized', message: error.message });
      gate.fault(error);
    }
  };

  /**
   * One section's items of that name, out of the index where its source is accepted. A server that cannot be asked for a
   * name is listed, whatever that costs.
   */
  const byName =
    (accepted: readonly Source[]): Finders['byName'] =>
    async (section, name) => {
      const fromIndex = (requests: number) =>
        ({ rule: 'index', candidates: files.byName(section, nameKey(name)), requests }) as const;
      const source = sourceOf(section);
      if (accepted.includes(source) || (source === 'listed' && unfiltered.has(section.key))) return fromIndex(0);
      deps.emit({ kind: 'searching', section: section.title, file: name });
      const answer = await gate.ask(() => plex.findByFileName(section, name));
      asked += answer.requests;
      if (answer.kind === 'found') return { ...answer, rule: 'file_name' };
      unfiltered.add(section.key);
      deps.emit({ kind: 'filter_unusable', section: section.title, reason: answer.reason });
      if (await list(section, undefined)) return fromIndex(answer.requests);
      return { ...(await gate.ask(() => findInListing(section, name, plex.listPage))), rule: 'listing' };
    };

  const byTitle: Finders['byTitle'] = async (section, title) => {
    deps.emit({ kind: 'title_search', title });
    const found = await gate.ask(() => plex.findByTitle(section, title));
    deps.emit({ kind: 'title_matches', count: found.candidates.length });
    return found;
  };

  const place = { sections, mappings: options.mappings };
  const lookLive = async (file: SceneFile, kind: LookKind): Promise<Looked> => {
    // A title that was searched for in vain is so again a minute later.
    const titles = kind === 'between' ? {} : { byTitle };
    const accepted: readonly Source[] = kind === 'live' ? [] : ['listed'];
    return { look: await lookUpFile(file, place, { byName: byName(accepted), ...titles }), from: 'look_up' };
  };

  return {
    expect: async (lookUps) => {
      if (lookUps === 0) return;
      const toCome = Math.min(queue.unmatchedDueCount(deps.now()), options.limit ?? Number.POSITIVE_INFINITY);
      for (const section of sections) {
        if (sourceOf(section) !== 'live' || gate.halted() !== undefined || gate.isTimeUp()) continue;
        await prepare(section, asked + lookUps + toCome);
      }
    },

    look: async (file, kind) => {
      const isAllLive = sections.every((section) => sourceOf(section) === 'live');
      if (kind === 'live' || isAllLive) return await lookLive(file, kind);
      const look = await lookUpFile(file, place, { byName: byName(['listed', 'refreshed']) });
      const isOfNow = sections.every((section) => sourceOf(section) !== 'refreshed');
      if (isOfNow || standsByItself(look, kind)) return { look, from: 'index' };
      return await lookLive(file, kind);
    },

    withName: async (name) => {
      const found: Candidate[] = [];
      for (const section of sections) found.push(...(await byName(['listed'])(section, name)).candidates);
      return found;
    },

    wasWrong: (ratingKey, item) => {
      files.forget([ratingKey]);
      const section = sections.find(({ key }) => key === item?.sectionKey);
      const indexed = section === undefined ? undefined : files.indexed(section);
      if (item === undefined || section === undefined || indexed === undefined) return;
      const { fields, files: itsFiles } = item;
      const known = { ratingKey, title: fields.title, files: itsFiles, addedAt: undefined, updatedAt: undefined };
      files.update(section, [known], indexed.mark);
    },
  };
}

/**
 * Whether a look in an index that was only refreshed is enough: a move within Plex may leave no trace there. The very
 * path is, for the item itself is read before it is written; so is a miss, but on a job's first and last try. A proof by
 * elimination is none while something may be missing.
 */
function standsByItself({ match }: LookUp, kind: LookKind): boolean {
  if (match.kind === 'none') return kind === 'between';
  return match.kind === 'high' && match.best.path === 'exact';
}

/** Without dates in its rows nobody can ask what a section has got since. */
function isRefreshable(indexed: IndexedSection | undefined): boolean {
  return indexed !== undefined && (indexed.mark.addedAt !== undefined || indexed.mark.updatedAt !== undefined);
}

type Place = Pick<Course, 'deps' | 'gate'>;

/** Brings an indexed section up to date; answers whether it now has as many items as Plex says. */
async function refresh(section: Section, { deps, gate }: Place): Promise<boolean> {
  const { files, plex, emit } = deps;
  const before = files.indexed(section);
  if (before === undefined) return false;
  const { items, total } = await gate.ask(() => plex.changesSince(section, before.mark));
  files.update(section, items, laterMark(before.mark, markOf(items)));
  if (total !== undefined) files.noteTotal(section, total);
  const after = files.indexed(section);
  const isRight = after !== undefined && (total === undefined || after.items === total);
  emit({ kind: 'index_refreshed', section: section.title, changed: items.length, isRight });
  return isRight;
}

/** Lists a section into the index; gives up once that takes more pages than `worth`, or the library moves meanwhile. */
async function listIntoIndex(section: Section, { deps, gate }: Place, worth: number | undefined): Promise<boolean> {
  const { files, plex, emit } = deps;
  const draft = files.draft(section);
  let mark = NO_MARK;
  let listed = 0;
  try {
    const { kind, requests } = await gate.ask(() =>
      listSection(section, plex.listPage, (items, total) => {
        draft.add(items);
        mark = laterMark(mark, markOf(items));
        listed += items.length;
        if (total !== undefined && listed === items.length) files.noteTotal(section, total);
        const isTooMuch = worth !== undefined && total !== undefined && pagesFor(total) > worth;
        return isTooMuch || gate.halted() !== undefined || gate.isTimeUp() ? 'stop' : 'go_on';
      }),
    );
    // Where another process has finished a later listing meanwhile, that one is as good.
    const isWhole = kind === 'whole' && (draft.finish(mark) || files.indexed(section) !== undefined);
    if (isWhole) {
      files.noteTotal(section, listed);
      emit({ kind: 'index_listed', section: section.title, items: listed, requests });
    } else draft.discard();
    return isWhole;
  } catch (thrown) {
    draft.discard();
    throw thrown;
  }
}
