import type { WorkerEvent } from '../core/drain/ports/events.ts';
import type { Foreign, Personal, PersonalKind, Sentence } from '../core/text/sentence.ts';
import { isSentence, mapOutside } from '../core/text/sentence.ts';

/** What a text of an event is; `ours`: not personal, such as a rating key or a name from a table of ours. */
export type TextKind = PersonalKind | 'ours';

/** For each text in a value, at any depth, what it is. A sentence tells that itself, and a text of a closed set is ours. */
type KindsIn<Value> = Value extends string
  ? string extends Value
    ? TextKind
    : never
  : Value extends Sentence
    ? never
    : Value extends readonly (infer Entry)[]
      ? KindsIn<Entry>
      : Value extends object
        ? string extends keyof Value
          ? KindsIn<Value[keyof Value]>
          : { readonly [Key in TextKeys<Value>]-?: KindsIn<NonNullable<Value[Key]>> }
        : never;

type TextKeys<Value> = {
  [Key in keyof Value]-?: HasTexts<KindsIn<NonNullable<Value[Key]>>> extends true ? Key : never;
}[keyof Value];
type HasTexts<Kinds> = [Kinds] extends [never] ? false : [keyof Kinds] extends [never] ? false : true;

type EventOf<Kind extends WorkerEvent['kind']> = Extract<WorkerEvent, { kind: Kind }>;

const WRITTEN = { sent: 'text', kept: 'text' } as const;
const PLAN: KindsIn<EventOf<'written'>['plan']> = {
  fields: { before: 'text', value: 'text' },
  lists: { before: 'name', add: 'name', remove: 'name', whole: { tag: 'name', role: 'name', thumb: 'path' } },
  locks: { name: 'ours' },
  labels: { whole: 'name', remove: 'name' },
  pictures: { before: 'ours', shownBefore: 'ours', source: 'path' },
  reasons: {
    fields: { before: 'text', wanted: 'text', written: 'text' },
    lists: { before: 'name', add: 'name', remove: 'name', takenBack: 'name', suppressed: 'name', preserved: 'name' },
  },
  written: {
    fields: {
      title: WRITTEN,
      summary: WRITTEN,
      studio: WRITTEN,
      tagline: WRITTEN,
      originallyAvailableAt: WRITTEN,
      userRating: WRITTEN,
    },
    lists: { actor: 'name', genre: 'name', collection: 'name' },
  },
};

/** What each text of each event is: an event with a new one does not compile until that is said here. */
export const EVENT_TEXTS: { readonly [Kind in WorkerEvent['kind']]: KindsIn<EventOf<Kind>> } = {
  connected: { libraries: 'name' },
  server_adopted: { from: 'name', to: 'name' },
  would_adopt_server: { from: 'name', to: 'name' },
  revived: {},
  woken: { section: 'name' },
  claimed: {},
  rescued: {},
  searching: { section: 'name', file: 'path' },
  // Made of the name of the file.
  title_search: { title: 'path' },
  title_matches: {},
  filter_unusable: { section: 'name' },
  index_listed: { section: 'name' },
  listing_given_up: { section: 'name' },
  index_refreshed: { section: 'name' },
  index_unusable: {},
  found: { file: 'path', ratingKey: 'ours', title: 'title', library: 'name' },
  pin_moved: { from: 'ours', to: 'ours', file: 'path' },
  low_confidence: {
    file: 'path',
    candidates: {
      file: 'path',
      candidate: {
        ratingKey: 'ours',
        title: 'title',
        sectionKey: 'ours',
        sectionTitle: 'name',
        files: { path: 'path' },
        sectionFolders: 'path',
        serverFolders: 'path',
      },
    },
  },
  written: { ratingKey: 'ours', title: 'title', plan: PLAN },
  would_write: { ratingKey: 'ours', title: 'title', library: 'name', plan: PLAN },
  would_not_write: { errorType: 'ours', planned: { ratingKey: 'ours', title: 'title', library: 'name', plan: PLAN } },
  altered: { altered: WRITTEN },
  left_alone: {},
  collection_withheld: { section: 'name', name: 'name' },
  capped: {},
  summary_cut: {},
  completed: {},
  retrying: {},
  buried: { errorType: 'ours' },
  released: {},
  removal_held: {},
  undone: {},
  gone: {},
  thin_scene: {},
  scan_requested: { section: 'name', folder: 'path' },
  scan_failed: { section: 'name', folder: 'path' },
  skipped: {},
  without_file: {},
  letter_shortened: { keys: 'ours' },
  letters_expired: {},
  superseded: {},
  lease_lost: {},
  breaker_opened: {},
  stash_breaker_opened: {},
  breaker_half_open: {},
  breaker_closed: {},
};

/** An event with each of its texts changed by what it is, and its sentences part by part. */
export function maskEvent(event: WorkerEvent, change: (piece: Personal | Foreign) => string): WorkerEvent {
  return masked(event, EVENT_TEXTS[event.kind], change) as WorkerEvent;
}

type Kinds = TextKind | { readonly [key: string]: Kinds };

function masked(value: unknown, kinds: Kinds | undefined, change: (piece: Personal | Foreign) => string): unknown {
  if (isSentence(value)) return mapOutside(value, change);
  if (typeof value === 'string')
    return typeof kinds !== 'string' || kinds === 'ours' || value === ''
      ? value
      : change({ personal: value, kind: kinds });
  if (Array.isArray(value)) return value.map((entry) => masked(entry, kinds, change));
  if (typeof value !== 'object' || value === null) return value;
  // A record's keys are masked like its values.
  const entries = Object.entries(value).map(([key, inner]) =>
    typeof kinds === 'string'
      ? [masked(key, kinds, change), masked(inner, kinds, change)]
      : [key, masked(inner, kinds?.[key], change)],
  );
  return Object.fromEntries(entries);
}
