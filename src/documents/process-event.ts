import * as z from 'zod/mini';
import type { WorkerEvent } from '../core/drain/ports/events.ts';
import { PICTURE_FIELDS } from '../core/model/picture.ts';
import { LIST_KINDS, SCALAR_FIELDS } from '../core/model/plex-item.ts';
import type { Sentence } from '../core/text/sentence.ts';
import type { RunSummaryDocument } from './run-summary.ts';
import { runSummary } from './run-summary.ts';
import type { DocumentOf } from './shapes.ts';
import { agreement, count, id, instant, itemFile, span } from './shapes.ts';

/** An event whose document has its very keys, in snake_case, and sentences as texts. */
export type FlatEvent = Exclude<
  WorkerEvent,
  { kind: 'written' | 'would_write' | 'would_not_write' | 'low_confidence' | 'altered' | 'left_alone' }
>;

/** What such an event becomes. */
export type FlatDocument<Event extends WorkerEvent> = Event extends WorkerEvent
  ? { readonly event: Event['kind'] } & {
      readonly [Key in Exclude<keyof Event & string, 'kind'> as SnakeCase<Key>]: Told<Event[Key & keyof Event]>;
    }
  : never;

/** A program gets a sentence as it reads. */
type Told<Value> = Value extends Sentence ? string : Value;

type SnakeCase<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : '';

const ofScene = { scene_id: id };
const ofJob = { job_id: id, ...ofScene };
const list = z.enum(LIST_KINDS);
const field = z.enum([...SCALAR_FIELDS, ...LIST_KINDS]);
const names = z.array(z.string());

/** A field that differs and is not written, and why. */
export const leftAlone = {
  field: z.enum([...SCALAR_FIELDS, ...LIST_KINDS, ...PICTURE_FIELDS]),
  reason: z.enum([
    'edited_in_plex',
    'removed_in_plex',
    'preserved',
    'too_long',
    'rated_in_plex',
    'locked_in_plex',
    'uploaded_in_plex',
    'overlay',
    'collection_gone',
    'collection_smart',
  ]),
};

/** A picture that was written, or would be: `bytes` are those that are sent, null where Plex has it already. */
const pictures = z.array(
  z
    .object({ field: z.enum(PICTURE_FIELDS), how: z.enum(['uploaded', 'selected']), bytes: z.nullable(count) })
    .register(z.globalRegistry, { id: 'picture_edit' }),
);

const listEdit = z.object({ added: names, removed: names }).register(z.globalRegistry, { id: 'list_edit' });

function event<const Kind extends string, Shape extends z.core.$ZodShape>(kind: Kind, shape: Shape) {
  return z.object({ event: z.literal(kind), ...shape });
}

const written = event('written', {
  ...ofScene,
  rating_key: z.string(),
  title: z.string(),
  fields: z.array(field),
  lists: z
    .object({ actor: z.optional(listEdit), genre: z.optional(listEdit), collection: z.optional(listEdit) })
    .check(z.describe('A key for each list that was changed.')),
  pictures,
});

const wouldWrite = event('would_write', {
  ...ofJob,
  rating_key: z.string(),
  title: z.string(),
  library: z.string(),
  fields: z.array(z.object({ field: z.string(), before: z.string(), after: z.string() })),
  lists: z.array(z.object({ list: z.string(), added: names, removed: names })),
  pictures,
  message: z.optional(z.string().check(z.describe('Only where a picture would not be written: why.'))),
});

const wouldNotWrite = event('would_not_write', {
  ...ofJob,
  reason: z.enum(['unchanged', 'nothing_given', 'all_left_out', 'failure', 'released', 'removals', 'undone']),
  message: z.optional(z.string().check(z.describe('Only where there is more to say than the reason.'))),
  error_type: z.optional(z.string().check(z.describe('Only for a failure: its name in a dead letter.'))),
});

const lowConfidence = event('low_confidence', {
  ...ofScene,
  file: z.string(),
  taken: z.boolean(),
  candidates: z.array(z.object({ ...itemFile, size: agreement, duration: agreement, shared_folders: count })),
});

/** A schema for every event of a drain: one that is missing, or lacks a key of its event, does not compile. */
const EVENTS = {
  connected: event('connected', { libraries: names }),
  server_adopted: event('server_adopted', { from: z.string(), to: z.string() }),
  would_adopt_server: event('would_adopt_server', { from: z.string(), to: z.string() }),
  revived: event('revived', { count }),
  scan_requested: event('scan_requested', { section: z.string(), folder: z.string() }),
  scan_failed: event('scan_failed', { section: z.string(), folder: z.string(), message: z.string() }),
  woken: event('woken', { count, section: z.string() }),
  rescued: event('rescued', { count }),
  claimed: event('claimed', { ...ofJob, attempt: z.int().check(z.minimum(1)) }),
  searching: event('searching', { ...ofScene, section: z.string(), file: z.string() }),
  title_search: event('title_search', { ...ofScene, title: z.string() }),
  title_matches: event('title_matches', { ...ofScene, count }),
  filter_unusable: event('filter_unusable', { section: z.string(), reason: z.enum(['ignored', 'refused', 'name']) }),
  index_listed: event('index_listed', {
    section: z.string(),
    items: count,
    requests: z.int().check(z.minimum(1)),
  }),
  listing_given_up: event('listing_given_up', {
    section: z.string(),
    requests: count,
    reason: z.enum(['moved', 'too_long']),
  }),
  index_refreshed: event('index_refreshed', { section: z.string(), changed: count, is_right: z.boolean() }),
  index_unusable: event('index_unusable', { reason: z.string() }),
  found: event('found', {
    ...ofScene,
    file: z.string(),
    rating_key: z.string(),
    title: z.string(),
    library: z.string(),
    from: z.enum(['look_up', 'index', 'record', 'pin']),
  }),
  pin_moved: event('pin_moved', {
    ...ofScene,
    from: z.string(),
    to: z.string().check(z.describe('The same as `from` where the item has got another file.')),
    file: z.string(),
  }),
  low_confidence: lowConfidence,
  written,
  altered: event('altered', { ...ofScene, field, sent: z.string(), kept: z.string() }),
  left_alone: event('left_alone', { ...ofScene, ...leftAlone }),
  collection_withheld: event('collection_withheld', {
    section: z.string(),
    name: z.string(),
    reason: z.enum(['gone', 'smart']),
  }),
  capped: event('capped', { ...ofScene, list, dropped: count }),
  summary_cut: event('summary_cut', { ...ofScene, length: count }),
  completed: event('completed', {
    ...ofJob,
    change: z
      .enum(['updated', 'unchanged', 'nothing_given', 'all_left_out'])
      .check(
        z.describe('`nothing_given`: nothing but the file; `all_left_out`: nothing that the settings let be written.'),
      ),
    left: z
      .enum(['nothing', 'pictures'])
      .check(z.describe('`pictures`: a picture is not done, and what becomes of it follows.')),
  }),
  retrying: event('retrying', {
    ...ofJob,
    reason: z.enum(['failure', 'miss']),
    attempt: count,
    of: count,
    wait_ms: span,
    message: z.string(),
  }),
  buried: event('buried', {
    ...ofJob,
    error_type: z.string(),
    message: z.string(),
    retries: count,
    exhausted: z.boolean(),
  }),
  released: event('released', {
    ...ofJob,
    message: z.string(),
    wait_ms: span,
  }),
  skipped: event('skipped', ofJob),
  without_file: event('without_file', ofJob),
  letter_shortened: event('letter_shortened', {
    letter_id: id,
    ...ofScene,
    keys: names.check(z.describe('What the letter still says.')),
  }),
  letters_expired: event('letters_expired', {
    count,
    days: span,
    by_type: z.record(z.string(), count),
    scene_ids: z.array(id),
  }),
  would_write: wouldWrite,
  would_not_write: wouldNotWrite,
  undone: event('undone', ofJob),
  removal_held: event('removal_held', { ...ofJob, values: count }),
  gone: event('gone', ofJob),
  thin_scene: event('thin_scene', ofScene),
  stash_breaker_opened: event('stash_breaker_opened', { message: z.string() }),
  superseded: event('superseded', ofJob),
  lease_lost: event('lease_lost', ofJob),
  breaker_opened: event('breaker_opened', { failures: count, message: z.string() }),
  breaker_half_open: event('breaker_half_open', {}),
  breaker_closed: event('breaker_closed', {}),
} satisfies {
  readonly [Kind in WorkerEvent['kind']]: z.ZodMiniType<
    Kind extends FlatEvent['kind'] ? FlatDocument<Extract<FlatEvent, { kind: Kind }>> : { event: Kind }
  >;
};
/** An event before it is stamped. */
export type BareEventDocument = DocumentOf<(typeof EVENTS)[keyof typeof EVENTS]>;

/** What every event has besides what it says itself. */
const STAMP = {
  at: instant,
  run: z.nullable(id).check(z.describe('The number of the run; null for a dry run, which is none.')),
  job_id: z.optional(id.check(z.describe('Only where the event is of a job.'))),
  scene_id: z.optional(id.check(z.describe('Only where the event is of a scene.'))),
  rating_key: z.optional(z.string().check(z.describe('Only once it is known: the item of the scene.'))),
  library: z.optional(z.string().check(z.describe('Only once it is known: the library of that item.'))),
};
const stamp = z.object(STAMP);
export type EventStamp = DocumentOf<typeof stamp>;

export type EventDocument = BareEventDocument & EventStamp;

/** What an event says of itself is as strict as without the stamp. */
function stamped({ shape }: (typeof EVENTS)[keyof typeof EVENTS], kind: string) {
  return z.object({ ...STAMP, ...shape }).register(z.globalRegistry, { id: kind });
}

const events = Object.entries(EVENTS).map(([kind, schema]) => stamped(schema, kind));

/** The compiler knows the documents by the parts above. */
export const processEventSchema = z.discriminatedUnion('event', [
  runSummary,
  ...(events as unknown as readonly [(typeof EVENTS)['connected']]),
]) as unknown as z.ZodMiniType<RunSummaryDocument | EventDocument>;
