import type { BulkMode, RelatedKind, Scene, ScenePatch } from './library/scene.ts';

/**
 * What happened, as Stash tells its plugins (stash.md 2.1); `sent` holds only the fields that were sent, under Stash's
 * own names.
 */
export type HookEvent =
  /** A save of one scene. */
  | { kind: 'update'; id: number; sent: Sent }
  /** `scenesUpdate`, the hook of scene `id`: its input is the array of all scenes' inputs. */
  | { kind: 'scenes-update'; id: number; scenes: readonly { id: number; sent: Sent }[] }
  /** `bulkSceneUpdate`, the hook of scene `id`. */
  | { kind: 'bulk'; id: number; ids: readonly number[]; sent: Sent }
  /** The Identify task; `groups` go under the old name `movies`. */
  | { kind: 'identify'; id: number; sent: Sent; cover?: Buffer }
  /** A scan found a new file; also `sceneCreate`. */
  | { kind: 'create'; id: number }
  /** A scan found a changed, renamed or added file of a known scene. */
  | { kind: 'rescan'; id: number }
  /** Sent before the scene is removed; `by` tells how it was removed: by id, together with others, or by Clean. */
  | { kind: 'destroy'; id: number; by?: 'one' | 'many' | 'clean' }
  /** A task of the Tasks page, with its arguments. */
  | { kind: 'task'; args: Readonly<Record<string, unknown>> };

export type Sent = Readonly<Record<string, unknown>>;

export type ServerConnection = { port: number; pluginDir: string; cookie: string | null };

const UPDATE_KEYS = [
  ...['clientMutationId', 'id', 'title', 'code', 'details', 'director', 'url', 'urls', 'date', 'rating100'],
  ...['o_counter', 'organized', 'studio_id', 'gallery_ids', 'performer_ids', 'movies', 'groups', 'tag_ids'],
  ...['cover_image', 'stash_ids', 'resume_time', 'play_duration', 'play_count', 'primary_file_id'],
];

/**
 * The text a plugin gets on stdin: one JSON object without a newline. `random` orders `inputFields`, whose order in
 * Stash is random.
 */
export function hookInput(
  event: HookEvent,
  { scene, minor, server, random }: { scene?: Scene; minor: number; server: ServerConnection; random: () => number },
): string {
  const args = event.kind === 'task' ? event.args : { hookContext: contextOf(event, { scene, minor, random }) };
  return JSON.stringify({ server_connection: connectionOf(server), args });
}

export type IdOf = (kind: RelatedKind, name: string) => string;

/** What a save of `patch` sends: names become ids, and before v0.27 groups are called movies. */
export function sentOf(patch: ScenePatch, { idOf, minor }: { idOf: IdOf; minor: number }): Record<string, unknown> {
  const { studio, performers, tags, groups, stashIds, cover, ...same } = patch;
  const [list, id] = minor >= 27 ? ['groups', 'group_id'] : ['movies', 'movie_id'];
  return present({
    ...same,
    studio_id: studio ? idOf('studio', studio) : studio,
    performer_ids: performers?.map((name) => idOf('performer', name)),
    tag_ids: tags?.map((name) => idOf('tag', name)),
    [list]: groups?.map((name) => ({ [id]: idOf('group', name), scene_index: null })),
    stash_ids: stashIds,
    cover_image: cover && `data:image/jpeg;base64,${cover.toString('base64')}`,
  });
}

/**
 * What a bulk edit sends: its lists tell how they combine with the existing ones. It can set neither covers nor stash
 * ids.
 */
export function bulkSentOf(
  patch: Omit<ScenePatch, 'cover' | 'stashIds'>,
  { idOf, minor, mode }: { idOf: IdOf; minor: number; mode: BulkMode },
): Record<string, unknown> {
  const { studio, performers, tags, groups, urls, ...same } = patch;
  const ids = (kind: RelatedKind, names: readonly string[] | undefined) =>
    names && { ids: names.map((name) => idOf(kind, name)), mode };
  return present({
    ...same,
    urls: urls && { values: urls, mode },
    studio_id: studio ? idOf('studio', studio) : studio,
    performer_ids: ids('performer', performers),
    tag_ids: ids('tag', tags),
    [minor >= 27 ? 'group_ids' : 'movie_ids']: ids('group', groups),
  });
}

function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function contextOf(
  event: Exclude<HookEvent, { kind: 'task' }>,
  { scene, minor, random }: { scene: Scene | undefined; minor: number; random: () => number },
): object {
  const updated = { id: event.id, type: 'Scene.Update.Post' };
  const fields = (sent: Sent): string[] => shuffled(Object.keys(sent), random);
  switch (event.kind) {
    case 'update': {
      const sent = { id: String(event.id), ...event.sent };
      return { ...updated, input: wholeInput(sent, minor), inputFields: fields(sent) };
    }
    case 'scenes-update': {
      const all = event.scenes.map(({ id, sent }) => ({ id: String(id), ...sent }));
      const mine = all.find(({ id }) => id === String(event.id)) ?? { id: String(event.id) };
      return { ...updated, input: all.map((sent) => wholeInput(sent, minor)), inputFields: fields(mine) };
    }
    case 'bulk': {
      const sent = { ids: event.ids.map(String), ...event.sent };
      const set = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null));
      return { ...updated, input: set, inputFields: fields(sent) };
    }
    case 'identify': {
      const { groups, ...rest } = event.sent;
      const sent: Sent = {
        ...rest,
        ...(groups === undefined ? {} : { movies: groups }),
        ...(event.cover ? { cover_image: event.cover.toString('base64') } : {}),
      };
      return {
        ...updated,
        input: wholeInput({ id: String(event.id), ...sent }, minor),
        inputFields: Object.keys(sent),
      };
    }
    case 'create':
      return { id: event.id, type: 'Scene.Create.Post', input: null };
    case 'rescan':
      return { ...updated, input: null };
    case 'destroy':
      return { id: event.id, type: 'Scene.Destroy.Post', input: destroyInput(event, scene) };
    default:
      return event satisfies never;
  }
}

/** Every key is present, null unless sent (stash.md 2.1). */
function wholeInput(sent: Sent, minor: number): Sent {
  const keys = UPDATE_KEYS.filter((key) => key !== 'groups' || minor >= 27);
  return { ...Object.fromEntries(keys.map((key) => [key, null])), ...sent };
}

function destroyInput({ id, by = 'one' }: { id: number; by?: 'one' | 'many' | 'clean' }, scene: Scene | undefined) {
  const which = { one: { id: String(id) }, many: { ids: [String(id)] }, clean: { id: '' } }[by];
  const file = scene?.files[0];
  return {
    ...which,
    delete_file: false,
    delete_generated: true,
    checksum: '',
    oshash: file?.oshash ?? '',
    path: file?.path ?? '',
  };
}

function connectionOf({ port, pluginDir, cookie }: ServerConnection): object {
  return {
    Scheme: 'http',
    // The configured listening address, which cannot be connected to (stash.md 4).
    Host: '0.0.0.0',
    Port: port,
    SessionCookie: cookie === null ? null : sessionCookie(cookie),
    Dir: '/root/.stash',
    PluginDir: pluginDir,
  };
}

function sessionCookie(value: string): object {
  return {
    Name: 'session',
    Value: value,
    Quoted: false,
    Path: '',
    Domain: '',
    Expires: '0001-01-01T00:00:00Z',
    RawExpires: '',
    MaxAge: 0,
    Secure: false,
    HttpOnly: false,
    SameSite: 0,
    Partitioned: false,
    Raw: '',
    Unparsed: null,
  };
}

function shuffled(names: readonly string[], random: () => number): string[] {
  return names
    .map((name) => ({ name, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ name }) => name);
}
