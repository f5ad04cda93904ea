import type { CollectionState, SectionCollection, SectionMemory } from '../../model/collection.ts';
import { SyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import { writtenTo } from '../../model/scene-record.ts';
import { foldName } from '../../text/text.ts';
import { collectionNameOf } from '../../write/desired-state.ts';
import type { CollectionNeed } from '../../write/section-collections.ts';
import { mustAsk, stateOf, withheldBy } from '../../write/section-collections.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps, DrainPlex, DrainQueue } from '../ports/ports.ts';
import type { Read } from '../ports/stages.ts';

/** Knows which collections of ours a section has: what is gone or smart there is no matter of a single item. */
export type CollectionWatch = {
  /** The batch, each job with why its collection is not written, if so. Never fails: what is not known holds nothing back. */
  look(batch: readonly Read[]): Promise<readonly Read[]>;
};

type Uses = Pick<DrainDeps, 'emit' | 'now'> & {
  readonly plex: Pick<DrainPlex, 'collections'>;
  readonly queue: Pick<DrainQueue, 'collections' | 'saveCollections'>;
};

type Needed = { readonly work: Read; readonly need: CollectionNeed };

export function createCollectionWatch(
  uses: Uses,
  { options, sections }: { readonly options: Pick<DrainOptions, 'rules'>; readonly sections: readonly Section[] },
): CollectionWatch {
  const asked = new Map<string, Asked | undefined>();
  /** The section's collections, asked for once a run; `undefined` where they could not be read. */
  const listOf = async (section: Section): Promise<readonly SectionCollection[] | undefined> => {
    if (!asked.has(section.key)) asked.set(section.key, await readSafely(section, uses));
    return asked.get(section.key)?.listed;
  };
  const decide = async (section: Section, needed: readonly Needed[], memory: SectionMemory): Promise<States> => {
    const states: States = new Map(Object.entries(memory.states));
    const remembered = memory.smart.map((title) => ({ title, smart: true }));
    for (const { need } of needed) {
      const known = states.get(foldName(need.name));
      const now = uses.now();
      const isAsked = asked.has(section.key) || mustAsk(need, known, { askedAt: memory.at, now });
      const recent = known === undefined && need.how === 'new' ? remembered : undefined;
      const listed = isAsked ? await listOf(section) : recent;
      const next = nextState(need, known, { listed, now });
      if (next !== undefined) states.set(foldName(need.name), next);
    }
    return states;
  };
  const judgeSection = async (section: Section, needed: readonly Needed[]): Promise<Judged> => {
    const before = uses.queue.collections(section.key);
    // What we wrote and the section has no more is known first, or a new item would bring it back.
    const inOrder = needed.toSorted((a, b) => RANK[a.need.how] - RANK[b.need.how]);
    const after = Object.fromEntries(await decide(section, inOrder, before));
    const read = asked.get(section.key);
    const memory = { ...before, ...(read === undefined ? {} : read.memory), states: after };
    if (JSON.stringify(memory) !== JSON.stringify(before)) uses.queue.saveCollections(section.key, memory);
    tellNews(section, inOrder, { before: before.states, after, emit: uses.emit });
    return new Map(needed.map(({ work, need }) => [work, withheldBy(need, after[foldName(need.name)])]));
  };
  return {
    look: async (batch) => {
      const needed = batch.flatMap((work) => needsOf(work, options));
      if (needed.length === 0) return batch;
      const judged = new Map<Read, ReturnType<typeof withheldBy>>();
      for (const section of sections) {
        const here = needed.filter(({ work }) => work.item.sectionKey === section.key);
        if (here.length === 0) continue;
        for (const [work, reason] of await judgeSection(section, here)) judged.set(work, reason);
      }
      return batch.map((work) => {
        const withheld = judged.get(work);
        return withheld === undefined ? work : { ...work, withheld };
      });
    },
  };
}

type Judged = ReadonlyMap<Read, ReturnType<typeof withheldBy>>;

/** An answer of this run, and what to remember of it. */
type Asked = {
  readonly listed: readonly SectionCollection[];
  readonly memory: Pick<SectionMemory, 'at' | 'smart'>;
};

type States = Map<string, CollectionState>;

/** Tells each collection that is gone or smart once: when that becomes known. */
function tellNews(
  { title }: Section,
  needed: readonly Needed[],
  { before, after, emit }: Record<'before' | 'after', SectionMemory['states']> & Pick<Uses, 'emit'>,
): void {
  const names = new Map(needed.map(({ need }) => [foldName(need.name), need.name]));
  for (const [key, name] of names) {
    const reason = after[key]?.kind;
    if (reason !== before[key]?.kind && (reason === 'gone' || reason === 'smart'))
      emit({ kind: 'collection_withheld', section: title, name, reason });
  }
}

const RANK = { removed: 0, new: 1 } as const;

/** What is known of a name now. */
function nextState(
  need: CollectionNeed,
  known: CollectionState | undefined,
  { listed, now }: { readonly listed: readonly SectionCollection[] | undefined; readonly now: number },
): CollectionState | undefined {
  const isWanted = need.wish === 'back' && known?.kind === 'gone';
  if (listed === undefined) return isWanted ? { kind: 'plain' } : known;
  return stateOf(need, known, { listed, now });
}

async function readSafely(section: Section, { plex, now }: Uses): Promise<Asked | undefined> {
  try {
    const listed = await plex.collections(section);
    const smart = listed.filter((one) => one.smart).map(({ title }) => foldName(title));
    return { listed, memory: { at: now(), smart } };
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    return undefined;
  }
}

/** The collection of ours that an item lacks, if it lacks one. */
function needsOf(work: Read, { rules }: Pick<DrainOptions, 'rules'>): readonly Needed[] {
  const { item, record, recordFrom, scene, job } = work;
  const name = collectionNameOf(scene, rules);
  if (name === undefined) return [];
  const ours = writtenTo(record, item, recordFrom).lists.collection ?? {};
  const sent = Object.entries(ours).find(([one]) => foldName(one) === foldName(name));
  const there = new Set(item.lists.collection.map(({ tag }) => foldName(tag)));
  if (there.has(foldName(name)) || (sent !== undefined && there.has(foldName(sent[1])))) return [];
  const wish = job.reassert?.includes('collection') ? 'back' : 'none';
  return [{ work, need: { name, how: sent === undefined ? 'new' : 'removed', wish } }];
}
