import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CollectionState, OtherHands } from './by-hand.ts';
import { createOtherHands } from './by-hand.ts';
import type { ServerState } from './call.ts';
import type { Fault, FaultTarget, Route, SeenRequest } from './faults.ts';
import { createFaults } from './faults.ts';
import type { Settings } from './http.ts';
import { createExchange } from './http.ts';
import type { Normalise } from './library/edits.ts';
import type { ImageKind, ItemPatch, ItemState, NewItem } from './library/item.ts';
import type { SectionOptions } from './library/library.ts';
import { createLibrary } from './library/library.ts';
import type { Quirks, TagSemantics } from './library/quirks.ts';
import { DEFAULT_QUIRKS } from './library/quirks.ts';
import { snapshot } from './library/snapshot.ts';

export type {
  CollectionState,
  Fault,
  FaultTarget,
  ImageKind,
  ItemPatch,
  ItemState,
  NewItem,
  Normalise,
  Quirks,
  Route,
  SeenRequest,
  TagSemantics,
};

export type PlexServerOptions = {
  /** The owner's token, `simulator-token` by default. */
  token?: string | undefined;
  /** A second valid token that may read but gets 403 on every write and refresh. */
  readOnlyToken?: string | undefined;
  /** E.g. `/x7f3`; every path outside it is 404. */
  basePath?: string | undefined;
  tagSemantics?: TagSemantics | undefined;
  machineIdentifier?: string | undefined;
  friendlyName?: string | undefined;
  version?: string | undefined;
  /** 0, the default, takes a free port; the address is always 127.0.0.1. */
  port?: number | undefined;
  /** Milliseconds between carrying a request out and answering it. */
  latencyMs?: number | undefined;
  /** A longer request target is answered with 414; 65,536 by default. */
  maxTargetBytes?: number | undefined;
  /** An image of this size or more is answered with 500; 10,480,000 by default. */
  maxImageBytes?: number | undefined;
  quirks?: Partial<Quirks> | undefined;
  /** `key` is a positive integer in digits; `locations` is `['/data']` by default. */
  sections: readonly SectionOptions[];
  /** Epoch milliseconds. */
  now?: (() => number) | undefined;
};

export type PlexServer = OtherHands & {
  /** With the base path, without a trailing slash. */
  url: string;
  token: string;
  machineIdentifier: string;
  /** Returns the `ratingKey`. */
  addItem(item: NewItem): string;
  item(ratingKey: string): ItemState | undefined;
  /** Acts as a person in Plex: sets fields or whole lists, and locks them. */
  editByHand(ratingKey: string, patch: ItemPatch): void;
  /** Acts as an agent: sets only what is not locked. */
  refreshMetadata(ratingKey: string, patch: ItemPatch): void;
  /** Makes `fields` (edit names) the item's only locks. */
  setLocks(ratingKey: string, fields: readonly string[]): void;
  removeItem(ratingKey: string): void;
  /** Renames the first part of the first version. */
  moveFile(ratingKey: string, file: string): void;
  /** In order of arrival; emptied by `resetRequests`. */
  requests: readonly SeenRequest[];
  /** Requests since the start or the last reset, including failed ones. */
  count(route?: Route): number;
  resetRequests(): void;
  /**
   * Makes matching requests fail, once by default; the returned function ends that. The first armed fault that has
   * times left is used.
   */
  fail(where: FaultTarget, fault: Fault, times?: number): () => void;
  setLatency(ms: number): void;
  setMaxTargetBytes(bytes: number): void;
  setMaxImageBytes(bytes: number): void;
  setTagSemantics(semantics: TagSemantics): void;
  setToken(token: string): void;
  setQuirks(quirks: Partial<Quirks>): void;
  /** Called for each scalar value and tag name of an edit; without a hook values are stored as sent. */
  normaliseOnEdit(hook?: Normalise): void;
  /** Called when a scan begins, so that a test can add the files it finds. */
  onRefresh(hook?: (sectionKey: string, path: string | undefined) => void): void;
  /** Ends hanging answers too; a second call waits for the first. */
  close(): Promise<void>;
};

/**
 * Starts a Plex Media Server in memory. It is stricter than Plex: bad input that Plex might accept is 400. Rejects when
 * the port is taken.
 */
export async function startPlexServer(options: PlexServerOptions): Promise<PlexServer> {
  const machineIdentifier = options.machineIdentifier ?? createHash('sha1').update('plexsync simulator').digest('hex');
  const now = options.now ?? Date.now;
  const library = createLibrary(options.sections, { machineIdentifier, now });
  const state: ServerState = {
    library,
    machineIdentifier,
    friendlyName: options.friendlyName ?? 'Simulated Plex',
    version: options.version ?? '1.43.1.10611-simulated',
    maxImageBytes: options.maxImageBytes ?? 10_480_000,
    semantics: options.tagSemantics ?? 'merge',
    quirks: { ...DEFAULT_QUIRKS, ...options.quirks },
    normalise: undefined,
    onRefresh: undefined,
    images: new Map(),
  };
  const settings: Settings = {
    token: options.token ?? 'simulator-token',
    readOnlyToken: options.readOnlyToken,
    basePath: (options.basePath ?? '').replace(/\/+$/, ''),
    latencyMs: options.latencyMs ?? 0,
    maxTargetBytes: options.maxTargetBytes ?? 65_536,
  };
  const faults = createFaults();
  const requests: SeenRequest[] = [];
  const exchange = createExchange({ state, settings, faults, requests });
  // By default Node answers a long request line with 431, before the 414 under test, and closes idle sockets after 5 s,
  // where Plex takes 20 s (plex-api.md 1).
  const server = createServer({ maxHeaderSize: 1_048_576, keepAliveTimeout: 20_000 }, exchange.handle);
  const port = await listen(server, options.port ?? 0);
  let closing: Promise<void> | undefined;

  return {
    url: `http://127.0.0.1:${port}${settings.basePath}`,
    get token() {
      return settings.token;
    },
    machineIdentifier,
    requests,
    addItem: library.add,
    item(ratingKey) {
      const item = library.items.get(ratingKey);
      return item && snapshot(item);
    },
    editByHand: library.editByHand,
    refreshMetadata: library.refreshMetadata,
    setLocks: library.setLocks,
    ...createOtherHands(state),
    removeItem: library.remove,
    moveFile(ratingKey, file) {
      const item = library.moveFile(ratingKey, file);
      if (state.quirks.moves === 'touching') library.touch(item);
    },
    count: (route) => (route ? requests.filter((request) => request.route === route).length : requests.length),
    resetRequests() {
      requests.length = 0;
    },
    fail: (where, fault, times = 1) => faults.arm(where, fault, times),
    setLatency(ms) {
      settings.latencyMs = ms;
    },
    setMaxTargetBytes(bytes) {
      settings.maxTargetBytes = bytes;
    },
    setMaxImageBytes(bytes) {
      state.maxImageBytes = bytes;
    },
    setTagSemantics(semantics) {
      state.semantics = semantics;
    },
    setToken(token) {
      settings.token = token;
    },
    setQuirks(quirks) {
      state.quirks = { ...state.quirks, ...quirks };
    },
    normaliseOnEdit(hook) {
      state.normalise = hook;
    },
    onRefresh(hook) {
      state.onRefresh = hook;
    },
    close() {
      closing ??= stop(server, exchange.stopTimers);
      return closing;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(server: Server, stopTimers: () => void): Promise<void> {
  return new Promise((resolve) => {
    stopTimers();
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
