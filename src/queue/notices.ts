import { prepareMeta } from './meta.ts';
import { translated } from './store-errors.ts';
import type { Stores } from './stores.ts';
import { storesName } from './stores.ts';

/** Dead letters that came after a given one. */
export type NewLetters = {
  readonly byType: Readonly<Record<string, number>>;
  /** The newest letter there ever was, to be announced next; 0 when there was none. */
  readonly lastId: number;
};

/** What was told to whoever reads cron's mail, so that it is not told again each minute. Instants are epoch ms. */
export type Notices = {
  /** When the outage began that no run has seen the end of. */
  outageSince(): number | undefined;
  /** Notes an outage; one that is known already keeps its beginning. */
  noteOutage(now: number): void;
  /** Notes that a server answered. */
  clearOutage(): void;
  /** When this complaint was told last; forgotten after a month. */
  complainedAt(key: string): number | undefined;
  noteComplaint(key: string, now: number): void;
  /** The next time is the first again. */
  forgetComplaint(key: string): void;
  /** The last letter that was told of; 0 before the first. */
  announcedLetter(): number;
  announceLetters(lastId: number): void;
  /** The letters with a higher id than `id` that are still there. */
  lettersSince(id: number): NewLetters;
};

const OUTAGE = 'outage_since';
const ANNOUNCED = 'announced_letter';
const COMPLAINT = 'complaint:';
const COMPLAINTS_KEPT_MS = 30 * 86_400_000;

/** Opens what is remembered of notices; the stores stay the caller's. */
export function openNotices({ queueDb: db, dlqDb, path }: Stores): Notices {
  const meta = prepareMeta(db);
  const forgetOld = db.prepare<[number]>(
    `DELETE FROM meta WHERE substr(name, 1, ${COMPLAINT.length}) = '${COMPLAINT}' AND CAST(value AS INTEGER) < ?`,
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
    outageSince: () => meta.number(OUTAGE),
    noteOutage: (now: number) => meta.keep(OUTAGE, now),
    clearOutage: () => meta.remove(OUTAGE),
    complainedAt: (key: string) => meta.number(COMPLAINT + key),
    noteComplaint: (key: string, now: number) => noteComplaint.immediate(key, now),
    forgetComplaint: (key: string) => meta.remove(COMPLAINT + key),
    announcedLetter: () => meta.number(ANNOUNCED) ?? 0,
    announceLetters: (id: number) => meta.set(ANNOUNCED, id),
    lettersSince: (id: number): NewLetters => ({
      byType: Object.fromEntries(byType.all(id).map(({ error_type, count }) => [error_type, count])),
      lastId: lastId.get()?.seq ?? 0,
    }),
  });
}
