/** What the plugin's tasks in Stash ask for, by the `mode` that the manifest gives each of them. */
export const TASK_MODES = ['sync_all', 'sync_recent', 'process', 'status'] as const;
export type TaskMode = (typeof TASK_MODES)[number];

/** What Stash said to the plugin, as far as it concerns us. */
export type HookEvent =
  | { readonly kind: 'sync'; readonly sceneId: number }
  /** The scene is gone from Stash. */
  | { readonly kind: 'forget'; readonly sceneId: number }
  | { readonly kind: 'task'; readonly mode: TaskMode }
  /** Understood, and nothing to do. `reason` continues the sentence "… was not enqueued: ". */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** Nothing that Stash says. `reason` quotes nothing of it. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly about?: 'task' };

/**
 * Reads what Stash gives a plugin on standard input, as parsed JSON (stash.md 2.1). A hint that a scene changed is enough
 * to read the scene anew, so that nothing is taken from `input`, whatever its shape; and of `server_connection`, which
 * holds a session cookie, nothing is looked at.
 */
export function readHookEvent(value: unknown): HookEvent {
  if (!isRecord(value)) return malformed('it is no JSON object');
  const args = value['args'];
  if (!isRecord(args)) return malformed('it has no args');
  const context = args['hookContext'];
  // A hook may have default arguments too: what it was triggered by goes before them.
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
  const kind = SCENE_HOOKS[type];
  if (kind === undefined)
    return { kind: 'ignored', reason: 'the plugin syncs on scenes being made, edited or removed' };
  // Stash leaves out an id that is 0.
  const sceneId = toSceneId(context['id']);
  if (sceneId === undefined) return malformed('it names no scene');
  if (kind === 'sync' && changesNothingOfOurs(inputFields))
    return { kind: 'ignored', reason: `scene ${sceneId} has changed only in what is not synced` };
  return { kind, sceneId };
}

/** By what hooks are called in Stash. A record without a prototype: `constructor` is no hook. */
const SCENE_HOOKS: Readonly<Record<string, 'sync' | 'forget' | undefined>> = Object.assign(Object.create(null), {
  'Scene.Update.Post': 'sync',
  'Scene.Create.Post': 'sync',
  'Scene.Destroy.Post': 'forget',
});

/** The hooks that the plugin asks Stash for. */
export const HOOK_TYPES: readonly string[] = Object.keys(SCENE_HOOKS);

/**
 * What an edit can say of a scene without anything in Plex having to change. A list of those that do not matter, so that
 * a field of a newer Stash is looked at rather than missed; `cover_image` and `primary_file_id` do matter.
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

/** Scans and Identify may name no field at all, and then anything may have changed. */
function changesNothingOfOurs(inputFields: unknown): boolean {
  return (
    Array.isArray(inputFields) && inputFields.length > 0 && inputFields.every((field) => UNSYNCED_FIELDS.has(field))
  );
}

/** A number in hooks, a string wherever else Stash spells an id. */
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
