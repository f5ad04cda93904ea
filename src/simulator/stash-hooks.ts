import type { Scene, ScenePatch } from './stash-scene.ts';

/** What happened, as Stash tells its plugins (stash.md 2.1); `sent` holds only the fields that were sent, under Stash's own names. */
export type HookEvent =
  /** A save of one scene. */
  | { kind: 'update'; id: number; sent: Sent }
  /** `scenesUpdate`, the hook of scene `id`: its input is the array of all scenes' inputs. */
  | { kind: 'scenes-update'; id: number; scenes: readonly { id: number; sent: Sent }[] }
  /** `bulkSceneUpdate`, the hook of scene `id`. */
  | { kind: 'bulk'; id: number; ids: readonly number[]; sent: Sent }
  /** The Identify task; `groups` go under the old name `movies`. */
  | { kind: 'identify'; id: number; sent: Sent; cover?: Buffer }
  /** A scan met a new file; also `sceneCreate`. */
  | { kind: 'create'; id: number }
  /** A scan met a changed, renamed or added file of a known scene. */
  | { kind: 'rescan'; id: number }
  /** Before the scene is removed here; `by` tells how it was: by id, with others, or by Clean. */
  | { kind: 'destroy'; id: number; by?: 'one' | 'many' | 'clean' }
  /** A task of the Tasks page: its arguments. */
  | { kind: 'task'; args: Readonly<Record<string, unknown>> };

export type Sent = Readonly<Record<string, unknown>>;

export type ServerConnection = { port: number; pluginDir: string; cookie: string | null };

const UPDATE_KEYS = [
  ...['clientMutationId', 'id', 'title', 'code', 'details', 'director', 'url', 'urls', 'date', 'rating100'],
  ...['o_counter', 'organized', 'studio_id', 'gallery_ids', 'performer_ids', 'movies', 'groups', 'tag_ids'],
  ...['cover_image', 'stash_ids', 'resume_time', 'play_duration', 'play_count', 'primary_file_id'],
];

/** The text a plugin finds on stdin: one JSON object without a newline. `random` orders `inputFields`, which have none in Stash. */
export function hookInput(
  event: HookEvent,
  { scene, minor, server, random }: { scene?: Scene; minor: number; server: ServerConnection; random: () => number },
): string {
  const args = event.kind === 'task' ? event.args : { hookContext: contextOf(event, { scene, minor, random }) };
  return JSON.stringify({ server_connection: connectionOf(server), args });
}

/** What a save of `patch` sends: names become the ids the library knows. */
export function sentOf(patch: ScenePatch, scene: Scene): Record<string, unknown> {
  const { studio, performers, tags, groups, stashIds, cover, ...same } = patch;
  const ids = (rows: readonly { id: number }[]): string[] => rows.map(({ id }) => String(id));
  return {
    ...same,
    ...(studio === undefined ? {} : { studio_id: scene.studio ? String(scene.studio.id) : null }),
    ...(performers ? { performer_ids: ids(scene.performers) } : {}),
    ...(tags ? { tag_ids: ids(scene.tags) } : {}),
    ...(groups ? { groups: scene.groups.map(({ group }) => ({ group_id: String(group.id), scene_index: null })) } : {}),
    ...(stashIds ? { stash_ids: stashIds } : {}),
    ...(cover === undefined ? {} : { cover_image: cover && `data:image/jpeg;base64,${cover.toString('base64')}` }),
  };
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

/** Every key is there, null unless sent (stash.md 2.1). */
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
    // The address it listens on as configured, which is no address to call (stash.md 4).
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
