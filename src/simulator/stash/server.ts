/**
 * A Stash that exists in memory only. What it answers (stash.md 4 to 7):
 *
 *   POST, GET /graphql               {query, variables, operationName}; the schema is the release's own. A query that does not
 *                                    parse or fit is 422, or 400 for a client that accepts
 *                                    `application/graphql-response+json` (or everything); a body that is no GraphQL
 *                                    request is 400; a resolver's error is 200 with `errors`.
 *   GET /scene/ID/screenshot         The cover, or 200 with an SVG placeholder; 404 for a scene that is gone. The type
 *                                    is that of the first bytes. An ETag is sent, and If-None-Match gives 304, unless a
 *                                    proxy takes both away. No other method.
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
import type { SeenStashRequest, StashFault } from './faults.ts';
import { createStashFaults, isMeant } from './faults.ts';
import { createStashAnswers } from './graphql/answers.ts';
import { bulkPatch } from './graphql/bulk.ts';
import type { HookEvent } from './hooks.ts';
import { bulkSentOf, hookInput, sentOf } from './hooks.ts';
import { createStashExchange } from './http.ts';
import { createStashLibrary } from './library/library.ts';
import type { StashRelease, StashVersion } from './library/release.ts';
import { rulesOf } from './library/release.ts';
import type { BulkMode, NewScene, RelatedKind, Scene, ScenePatch } from './library/scene.ts';
import type { StashServer, StashServerOptions } from './stash-server.ts';

export type {
  BulkMode,
  HookEvent,
  NewScene,
  RelatedKind,
  Scene,
  ScenePatch,
  SeenStashRequest,
  StashFault,
  StashRelease,
  StashServer,
  StashServerOptions,
  StashVersion,
};

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
    conditional: options.conditional ?? 'honoured',
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
    setCover(id, cover) {
      library.edit(id, { cover });
    },
    swapCover(id, cover) {
      library.apply(library.mustHave(id), { cover });
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
    setConditional(conditional) {
      settings.conditional = conditional;
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
