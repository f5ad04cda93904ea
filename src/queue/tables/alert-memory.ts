import { withoutQuery } from '../../core/text/without-query.ts';
import { prepareMeta } from '../store/meta.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** Dead letters that are newer than a given one. */
export type NewLetters = {
  readonly byType: Readonly<Record<string, number>>;
  /** The newest letter ever written, up to which all are announced now; 0 when there was none. */
  readonly lastId: number;
};

/**
 * What was already reported to the reader of cron's mail, so that it is not repeated each minute. Instants are epoch
 * ms.
 */
export type AlertMemory = {
  /** When the current outage began; `undefined` when there is none, or none of this address. */
  outageSince(server?: OutageOf, address?: string): number | undefined;
  /** Notes an outage of the server at an address; a known one of the same address keeps its start. */
  noteOutage(now: number, address: string | undefined, server?: OutageOf): void;
  /** Notes that a server answered. */
  clearOutage(server?: OutageOf): void;
  /** When this complaint was last reported; forgotten after a month. */
  complainedAt(key: string): number | undefined;
  noteComplaint(key: string, now: number): void;
  /** Forgets complaints with this prefix, except those in `except`: the next time they are reported at once. */
  forgetComplaints(beginning: string, except: readonly string[]): void;
  announceLetters(lastId: number): void;
  /** The letters newer than the last announced one, as far as they still exist. */
  newLetters(): NewLetters;
};

/** The names under which the starts of outages are stored, that of Plex and that of Stash. */
export const OUTAGE = 'outage_since';
export const STASH_OUTAGE = 'stash_outage_since';

/** The server that an outage is noted for. */
export type OutageOf = 'plex' | 'stash';

const OUTAGES: Readonly<Record<OutageOf, string>> = { plex: OUTAGE, stash: STASH_OUTAGE };
/** Where the server that is away was asked for: at another address nobody knows since when it has been away. */
const ADDRESSES: Readonly<Record<OutageOf, string>> = { plex: 'outage_address', stash: 'stash_outage_address' };
const ANNOUNCED = 'announced_letter';
const COMPLAINT = 'complaint:';
const COMPLAINTS_KEPT_MS = 30 * 86_400_000;

/** Opens the memory of reported complaints; the caller keeps ownership of the stores. */
export function openAlertMemory({ queueDb: db, dlqDb, path }: Stores): AlertMemory {
  const meta = prepareMeta(db);
  const forgetOld = db.prepare<[number]>(
    `DELETE FROM meta WHERE substr(name, 1, ${COMPLAINT.length}) = '${COMPLAINT}' AND CAST(value AS INTEGER) < ?`,
  );
  const forget = db.prepare<[object]>(
    'DELETE FROM meta WHERE substr(name, 1, @length) = @start AND name NOT IN (SELECT value FROM json_each(@except))',
  );
  const noteComplaint = db.transaction((key: string, now: number) => {
    forgetOld.run(now - COMPLAINTS_KEPT_MS);
    meta.set(COMPLAINT + key, now);
  });
  const byType = dlqDb.prepare<[number], { error_type: string; count: number }>(
    'SELECT error_type, count(*) AS count FROM dead_letters WHERE id > ? GROUP BY error_type ORDER BY count DESC, error_type',
  );
  const lastId = dlqDb.prepare<[], { seq: number }>(`SELECT seq FROM sqlite_sequence WHERE name = 'dead_letters'`);
  const isElsewhere = (server: OutageOf, address: string | undefined): boolean => {
    const known = meta.json<string>(ADDRESSES[server]);
    return address !== undefined && known !== undefined && known !== withoutQuery(address);
  };
  return translated(storesName(path), {
    outageSince: (server: OutageOf = 'plex', address?: string) =>
      isElsewhere(server, address) ? undefined : meta.number(OUTAGES[server]),
    noteOutage: (now: number, address: string | undefined, server: OutageOf = 'plex') => {
      // A time in the future was noted by a wrong clock.
      const isFuture = (meta.number(OUTAGES[server]) ?? 0) > now;
      if (isFuture || isElsewhere(server, address)) meta.remove(OUTAGES[server]);
      meta.keep(OUTAGES[server], now);
      if (address !== undefined) meta.setJson(ADDRESSES[server], withoutQuery(address));
    },
    clearOutage: (server: OutageOf = 'plex') => meta.remove(OUTAGES[server]),
    complainedAt: (key: string) => meta.number(COMPLAINT + key),
    noteComplaint: (key: string, now: number) => noteComplaint.immediate(key, now),
    forgetComplaints: (beginning: string, except: readonly string[]) => {
      const start = COMPLAINT + beginning;
      forget.run({ start, length: start.length, except: JSON.stringify(except.map((key) => COMPLAINT + key)) });
    },
    announceLetters: (id: number) => meta.set(ANNOUNCED, id),
    newLetters: (): NewLetters => {
      const last = lastId.get()?.seq ?? 0;
      const announced = meta.number(ANNOUNCED) ?? 0;
      // A dlq.db whose ids start over is a new one: nothing in it was announced yet.
      const rows = byType.all(last < announced ? 0 : announced);
      return { byType: Object.fromEntries(rows.map(({ error_type, count }) => [error_type, count])), lastId: last };
    },
  });
}
