/**
 * A Stash that exists in memory only. What it answers (stash.md 4 to 7):
 *
 *   POST, GET /graphql               {query, variables, operationName}; the schema is the release's own. A query that does not
 *                                    parse or fit is 422, or 400 for a client that accepts
 *                                    `application/graphql-response+json` (or everything); a body that is no GraphQL
 *                                    request is 400; a resolver's error is 200 with `errors`.
 *   GET /scene/ID/screenshot         The cover, or 200 with an SVG placeholder; 404 for a scene that is gone.
 *   GET /performer/ID/image          The same; /studio/ and /tag/ too.
 *   GET /healthz                     200, without a key.
 *   everything else                  200 with the web page, whatever the method.
 *
 * A server with credentials answers a request without key or session with 401 on /graphql and on paths with a file
 * extension, and elsewhere with 302 to /login, which is 200. A wrong key is 401 everywhere, even without credentials.
 *
 * Times are stored and compared as text: whole seconds in the server's zone. The table of stash.md 3 tells what sets a
 * scene's `updated_at` and what fires a hook; each method below repeats it.
 */
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccess } from './access.ts';
import type { SeenStashRequest, StashFault, StashFaultTarget } from './faults.ts';
import { createStashFaults, isMeant } from './faults.ts';
import { createStashAnswers } from './graphql/answers.ts';
import { bulkPatch } from './graphql/bulk.ts';
import type { HookEvent } from './hooks.ts';
import { bulkSentOf, hookInput, sentOf } from './hooks.ts';
import { createStashExchange } from './http.ts';
import { createStashLibrary } from './library/library.ts';
import type { StashRelease, StashVersion } from './library/release.ts';
import { rulesOf } from './library/release.ts';
import type { BulkMode, NewScene, Related, RelatedKind, Scene, ScenePatch } from './library/scene.ts';

export type {
  BulkMode,
  HookEvent,
  NewScene,
  Related,
  RelatedKind,
  Scene,
  ScenePatch,
  SeenStashRequest,
  StashFault,
  StashRelease,
  StashVersion,
};

export type StashServerOptions = StashRelease & {
  /** Without a key the server has no credentials and is open to its own network. */
  apiKey?: string | undefined;
  /** 0, the default, takes a free port; the address is always 127.0.0.1. */
  port?: number | undefined;
  latencyMs?: number | undefined;
  /** Epoch milliseconds. */
  now?: (() => number) | undefined;
  /** In [0, 1); orders what has no fixed order in Stash. */
  random?: (() => number) | undefined;
  /** The start of links, instead of the request's own Host. */
  externalHost?: string | undefined;
  status?: 'OK' | 'SETUP' | 'NEEDS_MIGRATION' | undefined;
  pluginDir?: string | undefined;
  pluginSettings?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
};

export type StashServer = {
  /** Without a trailing slash. */
  url: string;
  apiKey: string | undefined;
  /** Returns its id and fires no hook: `hookInput({ kind: 'create', id })` is what Stash would send. */
  addScene(scene: NewScene): number;
  /** A save in Stash. Returns the stdin of the hook it fires. */
  editScene(id: number, patch: ScenePatch): string;
  /** Returns the stdin of each scene's hook, in order. `mode` (`SET` by default) applies to every list. */
  bulkEdit(ids: readonly number[], patch: Omit<ScenePatch, 'cover' | 'stashIds'>, mode?: BulkMode): string[];
  /** Acts like auto-tag or cover generation: `updated_at` changes, no hook fires. */
  editWithoutHook(id: number, patch: ScenePatch): void;
  /** Acts like a metadata import: no hook, and `updated_at` is the import's, in epoch milliseconds, or stays. */
  importScene(id: number, patch: ScenePatch & { updatedAt?: number | undefined }): void;
  /** Increments the o-counter; changes neither `updated_at` nor fires a hook. */
  countUp(id: number): void;
  /** Returns the stdin of the hook it fires. */
  removeScene(id: number): string;
  /** Updates the destination and removes the sources; no hook fires. */
  mergeScenes(sources: readonly number[], destination: number): void;
  /** Sets further fields of a related object, and creates it if needed. */
  setRelated(kind: RelatedKind, name: string, fields: RelatedFields): void;
  renameTag(from: string, to: string): void;
  renamePerformer(from: string, to: string): void;
  renameStudio(from: string, to: string): void;
  renameGroup(from: string, to: string): void;
  /** Removes it from all scenes without updating them. */
  removeRelated(kind: RelatedKind, name: string): void;
  /** Acts like `tagsMerge`: no scene counts as updated. */
  mergeTags(sources: readonly string[], destination: string): void;
  /** Moves the primary file; only the file counts as updated. */
  moveFile(id: number, path: string): void;
  /** Nothing counts as updated and no hook fires. */
  moveFolder(from: string, to: string): void;
  /** A copy of the stored scene. */
  scene(id: number): Scene | undefined;
  hookInput(event: HookEvent): string;
  /** Returns the value of a session cookie that is valid for an hour of `now`. */
  issueSession(): string;
  /** In order of arrival; emptied by `resetRequests`. */
  requests: readonly SeenStashRequest[];
  /**
   * Requests to a route (`graphql`, `screenshot`, …), or with an operation or root field of that name; each request
   * counts once.
   */
  count(what?: string): number;
  resetRequests(): void;
  /** Makes matching requests fail, once by default; the returned function ends that. */
  fail(where: StashFaultTarget, fault: StashFault, times?: number): () => void;
  setLatency(ms: number): void;
  /** undefined removes the credentials. */
  setApiKey(key: string | undefined): void;
  /** Stops listening until `start`. */
  stop(): Promise<void>;
  /** Starts at the same address with all its scenes, as another release if given. */
  start(release?: StashRelease): Promise<void>;
  restart(release?: StashRelease): Promise<void>;
  close(): Promise<void>;
};

export type RelatedFields = Partial<Pick<Related, 'disambiguation' | 'gender' | 'image'>> & { parent?: string };

/**
 * Starts a Stash in memory: its GraphQL, its images and its authentication (stash.md 4 to 7). Rejects when the port is
 * taken.
 */
export async function startStashServer(options: StashServerOptions = {}): Promise<StashServer> {
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const settings = {
    latencyMs: options.latencyMs ?? 0,
    apiKey: options.apiKey,
    now,
    status: options.status ?? 'OK',
    externalHost: options.externalHost,
    pluginSettings: options.pluginSettings ?? {},
  };
  const access = createAccess(settings);
  let release: StashRelease = options;
  const rules = rulesOf(release, now);
  const library = createStashLibrary(rules);
  const requests: SeenStashRequest[] = [];
  const faults = createStashFaults();
  const answer = createStashAnswers({ library, rules, access, settings });
  const exchange = createStashExchange({ answer, now, settings, faults, requests });
  let server = await listen(exchange.handle, options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  const idOf = (kind: RelatedKind, name: string): string => String(library.named(kind, name).id);

  function stdinOf(event: HookEvent): string {
    const scene = event.kind === 'task' ? undefined : library.scenes.get(event.id);
    const pluginDir = options.pluginDir ?? '/root/.stash/plugins/plexsync';
    return hookInput(event, {
      ...(scene ? { scene } : {}),
      minor: rules.minor,
      server: { port, pluginDir, cookie: access.issueSession() },
      random,
    });
  }

  async function stop(): Promise<void> {
    exchange.stopTimers();
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async function start(change: StashRelease = {}): Promise<void> {
    release = { ...release, ...change };
    Object.assign(rules, rulesOf(release, now));
    server = await listen(exchange.handle, port);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    get apiKey() {
      return settings.apiKey;
    },
    addScene: (scene) => library.add(scene).id,
    editScene(id, patch) {
      library.edit(id, patch);
      return stdinOf({ kind: 'update', id, sent: sentOf(patch, { idOf, minor: rules.minor }) });
    },
    bulkEdit(ids, patch, mode = 'SET') {
      for (const id of ids) library.edit(id, bulkPatch(library.mustHave(id), patch, mode));
      const sent = bulkSentOf(patch, { idOf, minor: rules.minor, mode });
      return ids.map((id) => stdinOf({ kind: 'bulk', id, ids, sent }));
    },
    editWithoutHook(id, patch) {
      library.edit(id, patch);
    },
    importScene(id, { updatedAt, ...patch }) {
      const scene = library.mustHave(id);
      library.apply(scene, patch);
      if (updatedAt !== undefined) scene.updatedAt = rules.timeText(updatedAt);
    },
    countUp(id) {
      library.mustHave(id).oCounter += 1;
    },
    removeScene(id) {
      library.mustHave(id);
      const stdin = stdinOf({ kind: 'destroy', id });
      library.remove(id);
      return stdin;
    },
    mergeScenes: library.merge,
    setRelated(kind, name, { parent, ...fields }) {
      const row = library.named(kind, name);
      Object.assign(row, fields, parent === undefined ? {} : { parent: library.named(kind, parent) });
      row.updatedAt = rules.timeText();
    },
    renameTag: (from, to) => library.rename('tag', from, to),
    renamePerformer: (from, to) => library.rename('performer', from, to),
    renameStudio: (from, to) => library.rename('studio', from, to),
    renameGroup: (from, to) => library.rename('group', from, to),
    removeRelated: library.removeRelated,
    mergeTags: library.mergeTags,
    moveFile: library.moveFile,
    moveFolder: library.moveFolder,
    scene(id) {
      const scene = library.scenes.get(id);
      return scene && { ...structuredClone({ ...scene, cover: undefined }), cover: scene.cover };
    },
    hookInput: stdinOf,
    issueSession: access.issueSession,
    requests,
    count: (what = 'all') => requests.filter((request) => isMeant(what, request)).length,
    resetRequests() {
      requests.length = 0;
    },
    fail: (where, fault, times = 1) => faults.arm(where, fault, times),
    setLatency(ms) {
      settings.latencyMs = ms;
    },
    setApiKey(key) {
      settings.apiKey = key;
    },
    stop,
    start,
    async restart(release) {
      await stop();
      await start(release);
    },
    close: stop,
  };
}

function listen(handle: Parameters<typeof createServer>[1], port: number): Promise<Server> {
  const server = createServer({ maxHeaderSize: 1_048_576 }, handle);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}
