import { prepareMeta } from '../../store/meta.ts';
import type { Db } from '../../store/open.ts';

const BYTES = 'journal_bytes';

/** Keeps count of the journal's size, since adding it up would read all of it. */
export function prepareJournalSize(db: Db) {
  const meta = prepareMeta(db);
  return {
    bytes: (): number => meta.number(BYTES) ?? 0,
    add: (bytes: number): void => {
      if (bytes !== 0) meta.set(BYTES, Math.max(0, (meta.number(BYTES) ?? 0) + bytes));
    },
  };
}

/** How many items and fields a run has edited. */
type Count = { readonly runId: number; readonly items: number; readonly fields: number };

/** What the entries of a batch add. */
type Sums = { bytes: number; readonly counts: Map<number, Count> };

/** Prepares what the writing of entries adds up: the size of the journal, and the counts of their runs. */
export function prepareJournalSums(db: Db) {
  const size = prepareJournalSize(db);
  const putCount = db.prepare<[Count]>(
    'UPDATE runs SET items = items + @items, fields = fields + @fields WHERE id = @runId',
  );
  let sums: Sums | undefined;
  return {
    addBytes: (bytes: number): void => {
      if (sums === undefined) size.add(bytes);
      else sums.bytes += bytes;
    },
    addCount: (more: Count): void => {
      if (sums === undefined) {
        putCount.run(more);
        return;
      }
      const { items, fields } = sums.counts.get(more.runId) ?? { items: 0, fields: 0 };
      sums.counts.set(more.runId, { ...more, items: items + more.items, fields: fields + more.fields });
    },
    /** Lets `work` write many entries, and adds what it added up once it is done; nothing if it fails. */
    together: <T>(work: () => T): T => {
      const own: Sums = { bytes: 0, counts: new Map() };
      sums = own;
      let done: T;
      try {
        done = work();
      } finally {
        sums = undefined;
      }
      size.add(own.bytes);
      for (const one of own.counts.values()) putCount.run(one);
      return done;
    },
  };
}
