import type { CollectionState, SectionCollection, SectionMemory } from '../../model/collection.ts';
import { SyncError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import { foldName } from '../../text/text.ts';
import type { CollectionNeed } from '../../write/section-collections.ts';
import {
  mustAsk,
  stateOf,
  stateSince,
  stateWanted,
  wasLostWithAll,
  withheldBy,
} from '../../write/section-collections.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps, DrainPlex } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Read } from '../ports/stages.ts';
import type { Needed } from './collection-needs.ts';
import { mayAskAlone, needsOf } from './collection-needs.ts';

/** Knows which collections of ours a section has: what is gone or smart there is no matter of a single item. */
export type CollectionWatch = {
  /** The batch, each job with why its collection is not written, if so. Never fails: what is not known holds nothing back. */
  look(batch: readonly Read[]): Promise<readonly Read[]>;
};

type Uses = Pick<DrainDeps, 'emit' | 'now'> & {
  readonly plex: Pick<DrainPlex, 'collections'>;
  readonly queue: Pick<DrainQueue, 'collections' | 'saveCollections' | 'syncedAt'>;
};

/** What is needed of one section, and whether a question is worth its request. */
type Place = { readonly section: Section; readonly asks: 'may_ask' | 'known_only' };

/** Creates what a drain knows of collections. */
export function createCollectionWatch(
  uses: Uses,
  { options, sections }: { readonly options: Pick<DrainOptions, 'rules'>; readonly sections: readonly Section[] },
): CollectionWatch {
  const asked: Answers = new Map();
  return {
    look: async (batch) => {
      const { syncedAt } = uses.queue;
      const { rules } = options;
      const needed = batch.flatMap((work) => needsOf(work, { rules, syncedAt })).toSorted(inOrder);
      if (needed.length === 0) return batch;
      const judged = new Map<Read, Verdict>();
      for (const section of sections) {
        const here = needed.filter(({ work }) => work.item.sectionKey === section.key);
        if (here.length === 0) continue;
        const memory = uses.queue.collections(section.key);
        const isWorthIt = batch.length > 1 || here.every((one) => mayAskAlone(one, memory, rules));
        const place: Place = { section, asks: isWorthIt ? 'may_ask' : 'known_only' };
        for (const [work, verdict] of await judgeSection(place, { needed: here, memory }, { ...uses, asked }))
          judged.set(work, verdict);
      }
      return batch.map((work) => ({ ...work, ...judged.get(work) }));
    },
  };
}

/** The answers of this run, by section. */
type Answers = Map<string, Asked>;

type Judging = Uses & { readonly asked: Answers };

type Before = { readonly needed: readonly Needed[]; readonly memory: SectionMemory };

/** Decides about what is needed of one section, remembers that, and tells what is new of it. */
async function judgeSection(place: Place, before: Before, context: Judging): Promise<Judged> {
  const { needed, memory } = before;
  const { key } = place.section;
  const states = await decide(place, before, context);
  const next = { ...memory, ...context.asked.get(key)?.memory, states };
  if (JSON.stringify(next) !== JSON.stringify(memory)) context.queue.saveCollections(key, next);
  const needs = needed.map(({ need }) => need);
  tellNews(place.section, needs, { before: memory.states, after: states, emit: context.emit });
  return new Map(needed.map((one) => [one.work, verdictOn(one, states[foldName(one.need.name)])]));
}

async function decide(
  { section, asks }: Place,
  { needed, memory }: Before,
  context: Judging,
): Promise<SectionMemory['states']> {
  const states = new Map(Object.entries(memory.states));
  const remembered = memory.smart.map((title) => ({ title, smart: true }));
  for (const { need } of needed) {
    const known = states.get(foldName(need.name));
    const now = context.now();
    const isOpen = mustAsk(need, known, { askedAt: memory.at, now });
    const isAsked = isOpen && asks === 'may_ask';
    const answer = context.asked.get(section.key) ?? (isAsked ? await askFor(section, context) : undefined);
    const recent = known === undefined && need.how === 'new' ? remembered : undefined;
    const next = nextState(need, known, { listed: answer === undefined ? recent : answer.listed, answer, now });
    // An old list without the name decides nothing for later.
    const isGuess = isOpen && answer === undefined && known === undefined && next?.kind === 'plain';
    if (next !== undefined && !isGuess) states.set(foldName(need.name), next);
  }
  return Object.fromEntries(states);
}

async function askFor(section: Section, context: Judging): Promise<Asked> {
  const answer: Asked = { ...(await readSafely(section, context)), made: new Set() };
  context.asked.set(section.key, answer);
  return answer;
}

/** What we wrote and an item has no more comes first: a new item would bring back what is gone. */
function inOrder({ need: one }: Needed, { need: other }: Needed): number {
  return Number(one.how === 'new') - Number(other.how === 'new');
}

type Verdict = Pick<Read, 'withheld' | 'lost'>;

function verdictOn({ need, syncedAt }: Needed, state: CollectionState | undefined): Verdict {
  const withheld = withheldBy(need, state);
  if (withheld !== undefined) return { withheld };
  return wasLostWithAll(need, state, syncedAt) ? { lost: need.name } : {};
}

type Judged = ReadonlyMap<Read, Verdict>;

/** An answer of this run, and what to remember of it. */
type Asked = {
  /** Absent where the section could not be asked; it is not asked again in this run. */
  readonly listed?: readonly SectionCollection[] | undefined;
  readonly memory: Partial<SectionMemory>;
  /** The names that it lacked then and that were written since, folded. */
  readonly made: Set<string>;
};

/** Tells each collection that is gone or smart once: when that becomes known. */
function tellNews(
  { title }: Section,
  needs: readonly CollectionNeed[],
  { before, after, emit }: Record<'before' | 'after', SectionMemory['states']> & Pick<Uses, 'emit'>,
): void {
  const names = new Map(needs.map(({ name }) => [foldName(name), name]));
  for (const [key, name] of names) {
    const reason = after[key]?.kind;
    if (reason !== before[key]?.kind && (reason === 'gone' || reason === 'smart'))
      emit({ kind: 'collection_withheld', section: title, name, reason });
  }
}

/** What is known of a name now. A list of this run stands for what was written after it, too. */
function nextState(
  need: CollectionNeed,
  known: CollectionState | undefined,
  { listed, answer, now }: Pick<Asked, 'listed'> & { readonly answer: Asked | undefined; readonly now: number },
): CollectionState | undefined {
  if (listed === undefined) return need.wish === 'back' && known?.kind === 'gone' ? stateWanted(known) : known;
  if (answer?.made.has(foldName(need.name))) return stateSince(need, known, now);
  const next = stateOf(need, known, { listed, now });
  if (next.kind === 'plain' && next.at === undefined) answer?.made.add(foldName(need.name));
  return next;
}

async function readSafely(section: Section, { plex, now }: Uses): Promise<Omit<Asked, 'made'>> {
  try {
    const listed = await plex.collections(section);
    const smart = listed.filter((one) => one.smart).map(({ title }) => foldName(title));
    return { listed, memory: { at: now(), smart } };
  } catch (thrown) {
    if (!(thrown instanceof SyncError)) throw thrown;
    return { memory: { failedAt: now() } };
  }
}
