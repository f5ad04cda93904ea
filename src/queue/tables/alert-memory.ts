import { prepareMeta } from '../store/meta.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';

/** Dead letters that came after a given one. */
export type NewLetters = {
  readonly byType: Readonly<Record<string, number>>;
  /** The newest letter there ever was, to be announced next; 0 when there was none. */
  readonly lastId: number;
};

/** What was told to whoever reads cron's mail, so that it is not told again each minute. Instants are epoch ms. */
export type AlertMemory = {
  /** When the outage began that no run has seen the end of. */
  outageSince(server?: OutageOf): number | undefined;
  /** Notes an outage; one that is known already keeps its beginning. */
  noteOutage(now: number, server?: OutageOf): void;
  /** Notes that a server answered. */
  clearOutage(server?: OutageOf): void;
  /** When this complaint was told last; forgotten after a month. */
  complainedAt(key: string): number | undefined;
  noteComplaint(key: string, now: number): void;
  /** Forgets the complaints that begin so, but for those of `except`: the next time is the first again. */
  forgetComplaints(beginning: string, except: readonly string[]): void;
  announceLetters(lastId: number): void;
  /** The letters that came after the last one that was told of, as far as they are still there. */
  newLetters(): NewLetters;
};

/** Under which name the beginning of an outage is kept. */
export const OUTAGE = 'outage_since';
const STASH_OUTAGE = 'stash_outage_since';

/** Of which server an outage is noted. */
export type OutageOf = 'plex' | 'stash';

const OUTAGES: Readonly<Record<OutageOf, string>> = { plex: OUTAGE, stash: STASH_OUTAGE };
const ANNOUNCED = 'announced_letter';
const COMPLAINT = 'complaint:';
const COMPLAINTS_KEPT_MS = 30 * 86_400_000;

/** Opens what is remembered of notices; the stores stay the caller's. */
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
  return translated(storesName(path), {
    outageSince: (server: OutageOf = 'plex') => meta.number(OUTAGES[server]),
    noteOutage: (now: number, server: OutageOf = 'plex') => {
      // One from the future was noted by a clock that was wrong.
      if ((meta.number(OUTAGES[server]) ?? 0) > now) meta.remove(OUTAGES[server]);
      meta.keep(OUTAGES[server], now);
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
      // A dlq.db that counts anew is another one: nothing in it was told yet.
      const rows = byType.all(last < announced ? 0 : announced);
      return { byType: Object.fromEntries(rows.map(({ error_type, count }) => [error_type, count])), lastId: last };
    },
  });
}
