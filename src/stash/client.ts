import type { DrainStash } from '../core/drain/ports/ports.ts';
import { SyncError, UsageError } from '../core/model/errors.ts';
import type { StashLook } from '../core/model/stash-scene.ts';
import type { Sentence } from '../core/text/sentence.ts';
import { asHost, ours, say } from '../core/text/sentence.ts';
import type { TransportOptions } from '../http/transport.ts';
import type { StashDialect } from './dialect.ts';
import { DIALECT_QUERY, isSpokenBy, readDialect, toDialect, toObstacle } from './dialect.ts';
import type { ChangedScene, ScenePage, WalkPage } from './lists.ts';
import { toChanges, toPage, toTimes, toTotal } from './lists.ts';
import type { ReadPicture } from './pictures.ts';
import {
  aliasOf,
  changesQuery,
  contentFields,
  MOST_AT_PATH,
  pageQuery,
  pathQuery,
  presenceQuery,
  scenesQuery,
  TIME_QUERY,
} from './queries.ts';
import { toContentsPage, toLook } from './scenes.ts';
import type { StashClock } from './server-time.ts';
import { clockOf } from './server-time.ts';
import { notStash } from './translate.ts';
import type { About } from './transport.ts';
import { createStashTransport } from './transport.ts';

export type StashClientOptions = {
  readonly baseUrl: string;
  /** Absent for a Stash without a password: it would refuse any key (stash.md 4). */
  readonly apiKey: string | undefined;
  readonly trust: TransportOptions['trust'];
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Aborts every request under way. */
  readonly signal: AbortSignal;
  now(): number;
  /** The `dialect` of an earlier run, parsed from JSON; anything unreadable is ignored. */
  readonly known?: unknown;
};

/** Stash as plexsync reads it; nothing here writes. Every function that sends a request may throw a `SyncError`. */
export type StashClient = DrainStash & {
  /**
   * Asks for the version and what that version understands, in one request. A Stash that waits for its set-up or a
   * migration counts as unavailable.
   * @throws {UsageError} when the address answers with something other than Stash.
   */
  version(): Promise<StashDialect>;
  /** What is known about this server now; stored as JSON, it saves the next run the question. */
  dialect(): StashDialect | undefined;
  /**
   * Tells a silent server from one that refuses us: the request needs no key. @throws {SyncError} `stash_unavailable`
   */
  probe(): Promise<void>;
  /**
   * The next scenes by id, at most `perPage`: a walk from 0 on sees every scene that existed the whole time.
   * @param updatedSince a cursor from `cursorBefore`; then only scenes changed since
   */
  pageAfter(afterId: number, perPage: number, only?: { readonly updatedSince?: string | undefined }): Promise<WalkPage>;
  /** The same with what each scene says, in one request too. @throws {SyncError} also where one scene fails them all. */
  contentsAfter(
    afterId: number,
    perPage: number,
    only?: { readonly updatedSince?: string | undefined },
  ): Promise<WalkPage>;
  /**
   * The scenes that changed since a cursor (from `cursorBefore`), by id, at least one while there is another page.
   * Includes scenes whose tag, performer, studio or file changed, if the server can tell. Deletions and merges of those
   * never show (stash.md 7).
   */
  changedSince(cursor: string, perPage: number, afterId: number): Promise<ScenePage<ChangedScene>>;
  /** The scenes that have a file at this very path, by id, in one request. */
  scenesAt(path: string): Promise<readonly number[]>;
  /** A picture, by its address at this server; no other host is asked. */
  readonly picture: ReadPicture;
  /** The server's clock, and how it spells times. */
  serverTime(): Promise<StashClock>;
};

/** Scenes in one query: a whole batch of a drain. */
const LOOKS_PER_QUERY = 100;

/** Stash over HTTP. It retries nothing: the queue retries. */
export function createStashClient(options: StashClientOptions): StashClient {
  const { baseUrl, now } = options;
  const { ask, probe, picture } = createStashTransport(options);
  let dialect = readDialect(options.known);

  const learn = async (): Promise<StashDialect> => {
    const server = dialect === undefined ? 'stranger' : 'known';
    const spoken = await readServer(baseUrl, server, async () => {
      const about: About = { what: say`asking for its version`, request: 'stash POST version' };
      const { data } = await ask({ query: DIALECT_QUERY, variables: {} }, about);
      const obstacle = toObstacle(data);
      if (obstacle !== undefined) throw new SyncError('stash_unavailable', obstacle);
      return known(toDialect(data), about);
    });
    const [missing] = NEEDED_FIELDS.filter((name) => !spoken.sceneFields.includes(name));
    if (missing !== undefined) throw tooStrange(spoken, missing);
    dialect = spoken;
    return spoken;
  };

  /**
   * Sends a query in the server's dialect. A stored dialect may be that of another version: then it is learned again,
   * once.
   */
  const inDialect = async <T>(request: (spoken: StashDialect) => Promise<T>): Promise<T> => {
    const before = dialect;
    if (before === undefined) return await request(await learn());
    try {
      return await request(before);
    } catch (thrown) {
      if (!(thrown instanceof SyncError) || thrown.code !== 'stash_rejected') throw thrown;
      const spoken = await learn();
      if (isSpokenBy(before, spoken)) throw thrown;
      return await request(spoken);
    }
  };

  /** A different build answers than the one we know: it may understand more. */
  const noteServer = (spoken: StashDialect, version: unknown): void => {
    if (!isSpokenBy(spoken, version)) dialect = undefined;
  };

  const look = async (ids: readonly number[]): Promise<readonly (readonly [number, StashLook])[]> => {
    const what = ids.length === 1 ? say`reading scene ${ids[0] ?? 0}` : say`reading ${ids.length} scenes`;
    return await inDialect(async (spoken) => {
      const { data, complaints } = await ask(scenesQuery(ids, spoken), {
        what,
        request: 'stash POST scenes',
        mayFail: ids.map(aliasOf),
      });
      noteServer(spoken, data['version']);
      return ids.map((id) => {
        const complaint = complaints.find(({ alias }) => alias === aliasOf(id));
        return [id, toLook(id, data[aliasOf(id)], { complaint, baseUrl })];
      });
    });
  };

  return {
    version: learn,
    dialect: () => dialect,
    probe,
    picture,

    scenes: async (ids) => {
      const wanted = [...new Set(ids)];
      const looks: (readonly [number, StashLook])[] = [];
      for (let start = 0; start < wanted.length; start += LOOKS_PER_QUERY) {
        looks.push(...(await look(wanted.slice(start, start + LOOKS_PER_QUERY))));
      }
      return new Map(looks);
    },

    presence: async (ids) => {
      const about: About = { ...listing(say`asking which scenes it has`), mayFail: ids.map(aliasOf) };
      const { data, complaints } = await ask(presenceQuery(ids), about);
      // A scene that Stash could not read still exists.
      const isThere = (alias: string): boolean =>
        Boolean(data[alias]) || complaints.some((complaint) => complaint.alias === alias);
      return { total: known(toTotal(data), about), present: ids.filter((id) => isThere(aliasOf(id))) };
    },

    pageAfter: async (afterId, perPage, { updatedSince } = {}) => {
      const about = listing(afterId === 0 ? say`listing the scenes` : say`listing the scenes after ${afterId}`);
      const { data } = await ask(pageQuery({ afterId, perPage }, updatedSince), about);
      return known(toPage(data, perPage), about);
    },

    contentsAfter: async (afterId, perPage, { updatedSince } = {}) =>
      await inDialect(async (spoken) => {
        const about = listing(afterId === 0 ? say`reading the scenes` : say`reading the scenes after ${afterId}`);
        const { data } = await ask(pageQuery({ afterId, perPage }, updatedSince, contentFields(spoken)), about);
        return known(toContentsPage(data, perPage, baseUrl), about);
      }),

    changedSince: async (cursor, perPage, afterId) =>
      await inDialect(async (spoken) => {
        const about = listing(say`asking what changed since ${ours(cursor)}`);
        const { data } = await ask(changesQuery({ afterId, perPage }, { since: cursor, dialect: spoken }), about);
        noteServer(spoken, data['version']);
        return known(toChanges(data, spoken.relatedFilters, perPage), about);
      }),

    scenesAt: async (path) => {
      const about = listing(say`asking which scene has a file`);
      const { data } = await ask(pathQuery(path), about);
      const { scenes } = known(toPage(data, MOST_AT_PATH), about);
      return scenes.filter(({ paths }) => paths.includes(path)).map(({ sceneId }) => sceneId);
    },

    serverTime: async () => {
      const about = listing(say`asking for its time`);
      const { data, sentAt } = await ask(TIME_QUERY, about);
      return clockOf(sentAt ?? now(), known(toTimes(data), about));
    },
  };
}

/** A query for no single scene. */
function listing(what: Sentence): About {
  return { what, request: 'stash POST list' };
}

/** @throws {UsageError} when the address answers but was never Stash: it has to be corrected, waiting does not help. */
async function readServer(
  baseUrl: string,
  server: 'stranger' | 'known',
  ask: () => Promise<StashDialect>,
): Promise<StashDialect> {
  try {
    return await ask();
  } catch (thrown) {
    if (!(thrown instanceof SyncError) || thrown.code !== 'stash_rejected') throw thrown;
    // A proxy may answer while Stash restarts: the address was right before.
    if (server === 'known')
      throw new SyncError(
        'stash_unavailable',
        say`${asHost(baseUrl)} does not answer as Stash did before: ${thrown.said}`,
      );
    throw notStash(baseUrl, thrown.message);
  }
}

/** Without these fields there is no file to look for in Plex, or no way to see a change. */
const NEEDED_FIELDS = ['id', 'updated_at', 'files'] as const;

function tooStrange({ version = 'of unknown version' }: StashDialect, missing: string): UsageError {
  return new UsageError(
    `Stash ${version} cannot be read: its scenes have no ${missing}.`,
    'Use a Stash from v0.24 on; a newer one than v0.31 may need a newer plexsync.',
  );
}

/** @throws {SyncError} `stash_malformed` */
function known<T>(value: T | undefined, { what, request }: About): T {
  if (value === undefined)
    throw new SyncError('stash_malformed', say`Stash sent a damaged answer while ${what}`, { request });
  return value;
}
