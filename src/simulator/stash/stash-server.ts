import type { SeenStashRequest, StashFault, StashFaultTarget } from './faults.ts';
import type { HookEvent } from './hooks.ts';
import type { ConditionalImages } from './library/images.ts';
import type { StashRelease } from './library/release.ts';
import type { BulkMode, NewScene, Related, RelatedKind, Scene, ScenePatch } from './library/scene.ts';

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
  /** Whether images carry an ETag and heed If-None-Match; `ignored` is a proxy that takes both away. */
  conditional?: ConditionalImages | undefined;
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
  /** Acts like cover generation: another cover, and `updated_at` changes. No hook fires; null removes the cover. */
  setCover(id: number, cover: Buffer | null): void;
  /** Puts another cover in place, of which nothing else of the scene tells. */
  swapCover(id: number, cover: Buffer | null): void;
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
  setConditional(conditional: ConditionalImages): void;
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
