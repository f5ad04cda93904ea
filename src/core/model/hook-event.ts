/**
 * What the plugin's tasks in Stash ask for: the `mode` that the manifest gives each of them. `compare` has no button: it
 * is what a merged or deleted name leads to.
 */
export const TASK_MODES = ['sync_all', 'sync_recent', 'process', 'status', 'compare'] as const;
export type TaskMode = (typeof TASK_MODES)[number];

/** What Stash told the plugin, as far as it concerns us. */
export type HookEvent =
  | { readonly kind: 'sync'; readonly sceneId: number }
  /** The scene is gone from Stash. */
  | { readonly kind: 'forget'; readonly sceneId: number }
  | { readonly kind: 'task'; readonly mode: TaskMode }
  /** Understood, but nothing has to be done. `reason` continues the sentence "… was not enqueued: ". */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Something that Stash does not send. `reason` quotes nothing from it. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly about?: 'task' };

/**
 * Reads what Stash passes to a plugin on standard input, as parsed JSON (stash.md 2.1). A hint that a scene changed is
 * enough to read the scene again, so nothing is taken from `input`; `server_connection`, which holds a session cookie,
 * is not looked at.
 */
export function readHookEvent(value: unknown): HookEvent {
  if (!isRecord(value)) return malformed('it is no JSON object');
  const args = value['args'];
  if (!isRecord(args)) return malformed('it has no args');
  const context = args['hookContext'];
  // A hook may have default arguments too: its trigger takes precedence over them.
  if (context !== undefined) return isRecord(context) ? readHook(context) : malformed('its hookContext is no object');
  const mode = args['mode'];
  if (mode === undefined) return malformed('it names neither a hook nor a task');
  const known = TASK_MODES.find((one) => one === mode);
  return known === undefined
    ? { kind: 'malformed', reason: `its task is none of ${TASK_MODES.join(', ')}`, about: 'task' }
    : { kind: 'task', mode: known };
}

function readHook(context: Readonly<Record<string, unknown>>): HookEvent {
  const { type, inputFields } = context;
  if (typeof type !== 'string') return malformed('its hookContext has no type');
  if (NAME_HOOKS.includes(type)) return { kind: 'task', mode: 'compare' };
  const kind = SCENE_HOOKS[type];
  if (kind === undefined)
    return { kind: 'ignored', reason: 'the plugin syncs on scenes being made, edited or removed' };
  // Stash omits an id that is 0.
  const sceneId = toSceneId(context['id']);
  if (sceneId === undefined) return malformed('it names no scene');
  if (kind === 'sync' && changesNothingOfOurs(inputFields))
    return { kind: 'ignored', reason: `scene ${sceneId} has changed only in what is not synced` };
  return { kind, sceneId };
}

/**
 * The events by the names that Stash gives its hooks. A record without a prototype, so that `constructor` is no hook.
 */
const SCENE_HOOKS: Readonly<Record<string, 'sync' | 'forget' | undefined>> = Object.assign(Object.create(null), {
  'Scene.Update.Post': 'sync',
  'Scene.Create.Post': 'sync',
  'Scene.Destroy.Post': 'forget',
});

/** The hooks about scenes that the plugin subscribes to in Stash. */
export const HOOK_TYPES: readonly string[] = Object.keys(SCENE_HOOKS);

/**
 * The hooks about names that are gone, and do not say from which scenes: Stash cannot be asked either, since the row is
 * gone from its filters too, and no scene counts as changed (stash.md 11). Only the contents of all scenes tell.
 */
export const NAME_HOOKS: readonly string[] = [
  'Tag.Merge.Post',
  'Tag.Destroy.Post',
  'Performer.Destroy.Post',
  'Studio.Destroy.Post',
];

/**
 * Fields of a scene that can change while Plex stays right. It lists what does not matter, so that an unknown field of
 * a newer Stash triggers a sync; `cover_image` and `primary_file_id` do matter.
 */
const UNSYNCED_FIELDS: ReadonlySet<unknown> = new Set([
  'clientMutationId',
  'id',
  'ids',
  'code',
  'director',
  'url',
  'urls',
  'o_counter',
  'organized',
  'gallery_ids',
  'movies',
  'groups',
  'stash_ids',
  'resume_time',
  'play_duration',
  'play_count',
]);

/** Scans and Identify may name no field at all; then anything may have changed. */
function changesNothingOfOurs(inputFields: unknown): boolean {
  return (
    Array.isArray(inputFields) && inputFields.length > 0 && inputFields.every((field) => UNSYNCED_FIELDS.has(field))
  );
}

/** Hooks send an id as a number, the rest of Stash as a string. */
function toSceneId(id: unknown): number | undefined {
  const number = typeof id === 'string' && /^[1-9]\d{0,15}$/.test(id) ? Number(id) : id;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(reason: string): HookEvent {
  return { kind: 'malformed', reason };
}
