import { chooseSections } from '../../match/libraries.ts';
import { nameKey } from '../../match/paths.ts';
import { bindingOf, isProven, meetServer } from '../../match/plex-server.ts';
import { asSyncError, UsageError } from '../../model/errors.ts';
import type { Section } from '../../model/plex-item.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { Added, AddedItem, DrainDeps, DrainPlex } from '../ports/ports.ts';
import type { AddedMark, DrainQueue, Missing } from '../ports/queue.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';

/** What the question for new items needs. */
type Asks = Pick<DrainDeps, 'emit' | 'now'> & {
  readonly queue: Pick<DrainQueue, 'hasMissing' | 'missing' | 'missCount' | 'addedMark' | 'saveAddedMark' | 'wake'>;
  readonly plex: Pick<DrainPlex, 'addedSince'>;
};

type Uses = Asks & {
  readonly guard: Pick<PlexGuard, 'ask' | 'fault' | 'halted'>;
  readonly sections: readonly Section[];
};

/** How many of the newest items to look at when no earlier look left a mark. */
const NEWEST = 100;

/** How many characters a mark may hold of what was seen; where more was added in one second, it is looked through again. */
const MOST_REMEMBERED = 20_000;

/**
 * Asks each library once what was added since the last look, and makes the jobs due that waited for such a file; dead
 * letters that waited in vain are revived. Sends nothing while nobody waits; waking does not spend an attempt.
 */
export async function wake(context: Uses): Promise<void> {
  const { guard, sections } = context;
  if (!context.queue.hasMissing()) return;
  const waiting = waitingByName(context);
  for (const section of sections) {
    if (guard.halted() !== undefined) return;
    try {
      await wakeFrom(section, waiting, { ...context, ask: guard.ask });
    } catch (thrown) {
      const error = asSyncError(thrown);
      if (error.code === 'unexpected') throw thrown;
      // Waking is only a convenience: waiting jobs have their own schedule.
      guard.fault(error);
    }
  }
}

type IdleUses = Asks & {
  readonly queue: Pick<DrainQueue, 'binding' | 'bind' | 'doubtServer'>;
  readonly plex: Pick<DrainPlex, 'sections' | 'identity'>;
  readonly options: Pick<DrainOptions, 'libraries' | 'plexAddress'>;
};

/**
 * The same for a run with nothing else to do: it takes no other server for its own, and whatever fails is left to the
 * next drain.
 * @returns how many jobs and letters were woken.
 */
export async function wakeIdle(context: IdleUses): Promise<number> {
  const { queue, plex, options } = context;
  if (!queue.hasMissing()) return 0;
  const waiting = waitingByName(context);
  let woken = 0;
  try {
    const sections = await plex.sections();
    const contact = { sections, address: options.plexAddress, now: context.now() };
    if (!isProven(queue.binding(), contact)) {
      const named = bindingOf(await plex.identity(), contact);
      if (meetServer(queue.binding(), named).kind !== 'ours') return 0;
      queue.bind(named);
    }
    for (const section of chooseSections(sections, options.libraries))
      woken += await wakeFrom(section, waiting, { ...context, ask: (request) => request() });
  } catch (thrown) {
    queue.doubtServer();
    if (!(thrown instanceof UsageError) && asSyncError(thrown).code === 'unexpected') throw thrown;
  }
  return woken;
}

type Waiting = () => ReadonlyMap<string, readonly Missing[]>;

/** Who waits, by file name: read once, and only if anything was added. */
function waitingByName({ queue }: Asks): Waiting {
  let read: ReturnType<Waiting> | undefined;
  return () => {
    read ??= Map.groupBy(queue.missing(), ({ path }) => nameKey(path));
    return read;
  };
}

/** Wakes whoever waits for an item that was added to a section; an item wakes a scene once. */
async function wakeFrom(
  section: Section,
  waiting: Waiting,
  { ask, emit, now, queue, plex }: Asks & { readonly ask: PlexGuard['ask'] },
): Promise<number> {
  const mark = queue.addedMark(section.key);
  const added = await ask(() => plex.addedSince(section, mark?.at, NEWEST));
  const at = secondSeen(added);
  if (at === undefined) return 0;
  const misses = queue.missCount();
  // A section shows nothing but what it showed at the last look, and nobody waits who did not wait then.
  if (mark?.seen?.misses === misses && mark.seen.items === textOf(added.items)) {
    queue.saveAddedMark(section.key, { ...mark, at });
    return 0;
  }
  const answered = added.items.map((item) => ({ item, missing: answeredBy(item, waiting(), mark) }));
  // One that waits for several files is woken once.
  const found = [
    ...Map.groupBy(
      answered.flatMap(({ missing }) => missing),
      ({ kind, id }) => `${kind} ${id}`,
    ).values(),
  ].flatMap(([first]) => first ?? []);
  if (found.length > 0) {
    queue.wake(found, now());
    emit({ kind: 'woken', count: found.length, section: section.title });
  }
  // Items from before the next look's second are not seen again.
  const again = answered.filter(({ item }) => item.addedAt >= at);
  const woken = again.flatMap(({ item: { ratingKey }, missing }) => {
    const scenes = [...(mark?.woken?.[ratingKey] ?? []), ...missing.map(({ sceneId }) => sceneId)];
    return scenes.length === 0 ? [] : [[ratingKey, [...new Set(scenes)]] as const];
  });
  const seen = { items: textOf(again.map(({ item }) => item)), misses };
  const kept = seen.items.length <= MOST_REMEMBERED ? { seen } : {};
  queue.saveAddedMark(section.key, { at, woken: Object.fromEntries(woken), ...kept });
  return found.length;
}

/** Items and their files, for comparing what two looks were shown. */
function textOf(items: readonly AddedItem[]): string {
  return JSON.stringify(items.map(({ ratingKey, files }) => [ratingKey, ...files.map(({ path }) => path)]));
}

function answeredBy(
  { ratingKey, files }: AddedItem,
  waiting: ReturnType<Waiting>,
  mark: AddedMark | undefined,
): Missing[] {
  const before = mark?.woken?.[ratingKey] ?? [];
  const names = new Set(files.map(({ path }) => nameKey(path)));
  return [...names].flatMap((name) => waiting.get(name) ?? []).filter(({ sceneId }) => !before.includes(sceneId));
}

/**
 * Where the next look begins, by Plex's own clock: an item may be dated years ahead, and must not hide all that is
 * added until then.
 */
function secondSeen({ items, clockAt }: Added): number | undefined {
  if (items.length === 0) return undefined;
  return Math.min(Math.max(...items.map(({ addedAt }) => addedAt)), clockAt ?? Number.POSITIVE_INFINITY);
}
