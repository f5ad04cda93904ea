import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { HookEvent, TaskMode } from '../core/model/hook-event.ts';
import { readHookEvent } from '../core/model/hook-event.ts';
import { parseJsonText } from '../core/text/json-text.ts';
import { setAside, setEntryAside } from './bad.ts';
import type { Spool } from './layout.ts';

/** An event of a scene from Stash, and when its file was written: epoch ms, never later than now. */
type SceneEvent = Extract<HookEvent, { readonly sceneId: number }> & { readonly at: number };
type UsableEvent = Exclude<HookEvent, { readonly kind: 'malformed' }>;

/** A task that a person started in Stash, once or several times, and the names of the files that ask for it. */
export type AskedTask = { readonly mode: TaskMode; readonly names: readonly string[] };

/** What was found in a spool, besides the events that were applied. */
export type Taken = {
  /** Still to be done. Their files stay until `removeAsked`, so that after a crash the next run finds them. */
  readonly tasks: readonly AskedTask[];
  /** Sentences for the person: what was set aside, and what could not be read. Only the first of many. */
  readonly warnings: readonly string[];
};

export type Ingest = {
  readonly spool: Spool;
  /** Epoch ms. */
  readonly now: number;
  /** Stores all events, in order, before their files are deleted; if it throws, the files stay. */
  apply(events: readonly SceneEvent[]): void;
  /** Receives the reason why an event needs no action. */
  ignore(reason: string): void;
};

/** How many events are read, applied and deleted at once. Of the files beyond that only the names are read. */
const BATCH = 500;
/** Larger than any event with a cover. */
const LARGEST_BYTES = 32 * 1_048_576;

/**
 * Takes in what Stash left in the spool, oldest first. A file is deleted once its event was applied: after a kill in
 * between, the next run applies it again with the same result. A file that is no event is set aside and stops nothing.
 * Tasks are not done here, and their files stay.
 */
export function ingestSpool(ingest: Ingest): Taken {
  const { spool, now } = ingest;
  const names = listEvents(spool);
  if (names === undefined) return { tasks: [], warnings: [`${spool.new} cannot be read: its events wait there.`] };
  // A file left by a killed hook script holds a session: it expires also when no event comes. That takes a look into a
  // folder that is nearly always empty, a few µs.
  const halfWritten = halfWrittenWarnings(spool, sweep(spool, 'tmp', now));
  if (names.length === 0) return { tasks: [], warnings: halfWritten };
  if (!mayRemove(spool))
    return {
      tasks: [],
      warnings: [
        ...halfWritten,
        `${spool.new} cannot be written: ${names.length} events wait there until their files can be removed.`,
      ],
    };
  const warnings = createWarnings(spool);
  const tasks = new Map<TaskMode, string[]>();
  const files = inOrder(spool, names);
  for (let start = 0; start < files.length; start += BATCH)
    takeBatch(files.slice(start, start + BATCH), { ...ingest, tasks, warn: warnings.add });
  sweep(spool, 'bad', now);
  return {
    warnings: [...halfWritten, ...warnings.all()],
    tasks: [...tasks].map(([mode, asking]) => ({ mode, names: asking })),
  };
}

type Warn = (warning: string) => void;

function takeBatch(
  files: readonly SpoolFile[],
  { spool, now, apply, ignore, tasks, warn }: Ingest & { readonly tasks: Map<TaskMode, string[]>; readonly warn: Warn },
): void {
  const done: (SpoolFile & { readonly event: Exclude<UsableEvent, { kind: 'task' }> })[] = [];
  for (const { name, at } of files) {
    const event = readEvent(spool, name, warn);
    if (event?.kind === 'task') {
      const asking = tasks.get(event.mode) ?? [];
      asking.push(name);
      tasks.set(event.mode, asking);
    } else if (event !== undefined) done.push({ name, at: Math.min(Math.floor(at), now), event });
  }
  if (done.length === 0) return;
  apply(done.flatMap(({ event, at }) => (event.kind === 'ignored' ? [] : [{ ...event, at }])));
  for (const { name, event } of done) {
    if (event.kind === 'ignored') ignore(event.reason);
    remove(spool, name, warn);
  }
}

/** More warnings than anybody reads. */
const MOST_WARNINGS = 20;

/** Keeps the first warnings, and counts the rest. */
function createWarnings({ path }: Spool) {
  const first: string[] = [];
  let more = 0;
  return {
    add: (warning: string): void => {
      if (first.length < MOST_WARNINGS) first.push(warning);
      else more += 1;
    },
    all: (): readonly string[] =>
      more === 0 ? first : [...first, `The same or the like goes for ${more} more files of ${path}.`],
  };
}

/** The files of a task that still exist: another run may have done the task since it was found. */
export function stillAsked(spool: Spool, { mode, names }: AskedTask): AskedTask {
  return { mode, names: names.filter((name) => existsSync(join(spool.new, name))) };
}

/** Removes the files of a task that is done or will never be done. @returns sentences for the person */
export function removeAsked(spool: Spool, { names }: AskedTask): readonly string[] {
  const warnings = createWarnings(spool);
  for (const name of names) remove(spool, name, warnings.add);
  return warnings.all();
}

/** The names of the waiting files; empty when there is no spool, `undefined` when it cannot be read. */
export function listEvents({ new: folder }: Spool): readonly string[] | undefined {
  try {
    // A name with a leading dot is never ours: network shares keep deleted files under such names, and desktops their
    // notes.
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (thrown) {
    return isGone(thrown) ? [] : undefined;
  }
}

/** A file of the spool, and when it was written: epoch ms by its file system's clock, with fractions of a ms. */
type SpoolFile = { readonly name: string; readonly at: number };

function inOrder({ new: folder }: Spool, names: readonly string[]): readonly SpoolFile[] {
  return names
    .map((name) => ({ name, at: lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
}

function mayRemove({ new: folder }: Spool): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The event in a file; `undefined` when another run was faster, or the file was set aside. */
function readEvent(spool: Spool, name: string, warn: Warn): UsableEvent | undefined {
  const read = readFile(join(spool.new, name));
  if (read.kind === 'gone') return undefined;
  if (read.kind === 'later') {
    warn(`What Stash left as ${name} cannot be read (${read.reason}): it stays, and the next run tries again.`);
    return undefined;
  }
  if (read.kind === 'no_file') {
    const found = { name, reason: 'it is no file', advice: 'remove it by hand' };
    asideOrWarn(found, warn, () => setEntryAside(spool, name));
    return undefined;
  }
  const parsed = read.kind === 'text' ? parseJsonText(read.text) : undefined;
  const value = parsed?.kind === 'value' ? parsed.value : undefined;
  const event = parsed?.kind === 'value' ? readHookEvent(value) : undefined;
  if (event !== undefined && event.kind !== 'malformed') return event;
  const advice = adviceFor(event, value);
  const reason = event?.reason ?? (read.kind === 'unusable' ? read.reason : 'it is no JSON');
  asideOrWarn({ name, reason, advice }, warn, () => setAside(spool, name, { reason, value }));
  return undefined;
}

/** What a person can do about an event that was set aside. */
function adviceFor(event: HookEvent | undefined, value: unknown): string {
  if (event?.kind === 'malformed' && event.about === 'task')
    return 'if it is a task of an older plugin, run plexsync plugin install again';
  // A truncated event does not tell which scene it was about.
  return value === undefined
    ? 'plexsync reconcile finds the scene that it was about'
    : 'plexsync enqueue takes the scene by its id';
}

function asideOrWarn(
  { name, reason, advice }: { readonly name: string; readonly reason: string; readonly advice: string },
  warn: Warn,
  act: () => void,
): void {
  const what = `What Stash left as ${name} cannot be used: ${reason}`;
  try {
    act();
    warn(`${what}. It is in spool/bad now; ${advice}.`);
  } catch (thrown) {
    // Another run was faster.
    if (isGone(thrown)) return;
    warn(`${what}, and it could not be moved to spool/bad (${codeOf(thrown)}). Remove it by hand.`);
  }
}

type Read =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'no_file' }
  /** The file exists but cannot be read now: a share that is away, too many open files. */
  | { readonly kind: 'later'; readonly reason: string }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Follows no link and does not wait for a pipe: others may write into a shared spool. Windows has neither flag. */
const JUST_THIS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function readFile(path: string): Read {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return { kind: 'gone' };
  if (!entry.isFile()) return { kind: 'no_file' };
  try {
    const handle = openSync(path, JUST_THIS);
    try {
      const { size } = fstatSync(handle);
      if (size > LARGEST_BYTES) return { kind: 'unusable', reason: 'it is larger than 32 MB' };
      if (size === 0) return { kind: 'unusable', reason: 'it is empty' };
      return { kind: 'text', text: readFileSync(handle, 'utf8') };
    } finally {
      closeSync(handle);
    }
  } catch (thrown) {
    return isGone(thrown) ? { kind: 'gone' } : { kind: 'later', reason: codeOf(thrown) };
  }
}

function remove(spool: Spool, name: string, warn: Warn): void {
  try {
    rmSync(join(spool.new, name), { force: true });
  } catch (thrown) {
    warn(
      `${join(spool.new, name)} was taken in and cannot be removed (${codeOf(thrown)}): remove it, or each run takes it in again.`,
    );
  }
}

const HOUR_MS = 3_600_000;
/** How long files stay: those of a killed hook script in `tmp`, and the notes in `bad`, which a person may read. */
const KEPT_MS = { tmp: HOUR_MS, bad: 30 * 24 * HOUR_MS } as const;

/** Deletes expired files. @returns how many. */
function sweep(spool: Spool, folder: keyof typeof KEPT_MS, now: number): number {
  let count = 0;
  for (const name of namesIn(spool[folder])) {
    const path = join(spool[folder], name);
    const at = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (at !== undefined && now - at > KEPT_MS[folder] && removeQuietly(path)) count += 1;
  }
  return count;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing important is in there: a command that needs the folder reports the error.
    return [];
  }
}

/** A file that cannot be removed now is removed another time. */
function removeQuietly(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** The content of a half-written file is lost, and only Stash still has it. */
function halfWrittenWarnings({ tmp }: Spool, count: number): readonly string[] {
  if (count === 0) return [];
  const files = count === 1 ? '1 half-written event was' : `${count} half-written events were`;
  return [`${files} removed from ${tmp}: a hook was stopped there. plexsync reconcile finds what it was about.`];
}

function isGone(thrown: unknown): boolean {
  return codeOf(thrown) === 'ENOENT';
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? 'unknown reason';
}
