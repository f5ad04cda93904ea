import type Database from 'better-sqlite3';
import type { IndexMark } from '../core/match/file-index.ts';
import type { ListedItem } from '../core/match/listing.ts';
import { nameKey } from '../core/match/paths.ts';
import type { PlexFile, Section } from '../core/model/plex-item.ts';

/** What the index has of a section; a `generation` of null means that it was never listed whole. */
type SectionRow = {
  readonly generation: number | null;
  readonly added_at: number | null;
  readonly updated_at: number | null;
  readonly total: number | null;
};

export type FileRow = {
  readonly rating_key: string;
  readonly title: string;
  readonly path: string;
  readonly size: number | null;
  readonly duration_ms: number | null;
};

/** Prepares every statement of the index; each function is one transaction. */
export function prepareStatements(db: Database.Database) {
  const readSection = db.prepare<[string, string | null], SectionRow>(
    'SELECT generation, added_at, updated_at, total FROM sections WHERE section_key = ? AND uuid IS ?',
  );
  const known = db.prepare<[object]>(
    `INSERT INTO sections (section_key, uuid, title) VALUES (@key, @uuid, @title)
     ON CONFLICT (section_key) DO UPDATE SET uuid = excluded.uuid, title = excluded.title,
       generation = iif(uuid IS excluded.uuid, generation, NULL), total = iif(uuid IS excluded.uuid, total, NULL)
     WHERE uuid IS NOT excluded.uuid OR title IS NOT excluded.title`,
  );
  const setTotal = db.prepare<[object]>('UPDATE sections SET total = @total WHERE section_key = @key');
  const takeGeneration = db.prepare<[string], { last_generation: number }>(
    'UPDATE sections SET last_generation = last_generation + 1 WHERE section_key = ? RETURNING last_generation',
  );
  const setCurrent = db.prepare<[object]>(
    `UPDATE sections SET generation = @generation, added_at = @addedAt, updated_at = @updatedAt
     WHERE section_key = @key AND coalesce(generation, 0) < @generation`,
  );
  const setMark = db.prepare<[object]>(
    'UPDATE sections SET added_at = @addedAt, updated_at = @updatedAt WHERE section_key = @key',
  );
  const insertFile = db.prepare<[object]>(
    `INSERT OR REPLACE INTO files (section_key, generation, rating_key, path, name_key, title, size, duration_ms)
     VALUES (@key, @generation, @ratingKey, @path, @nameKey, @title, @size, @durationMs)`,
  );
  const dropOlder = db.prepare<[string, number]>('DELETE FROM files WHERE section_key = ? AND generation < ?');
  const dropOne = db.prepare<[string, number]>('DELETE FROM files WHERE section_key = ? AND generation = ?');
  const dropItem = db.prepare<[object]>(
    'DELETE FROM files WHERE section_key = @key AND generation = @generation AND rating_key = @ratingKey',
  );
  const current = db.prepare<[], { key: string; generation: number }>(
    'SELECT section_key AS key, generation FROM sections WHERE generation IS NOT NULL',
  );
  const countItems = db.prepare<[string, number], { count: number }>(
    'SELECT count(DISTINCT rating_key) AS count FROM files WHERE section_key = ? AND generation = ?',
  );
  // SQLite 3.54 compiles a join with a bare "column = ?" anew at each use, which costs more than the look-up.
  const byName = db.prepare<[string, string], FileRow>(
    `SELECT files.rating_key, files.title, files.path, files.size, files.duration_ms
     FROM sections CROSS JOIN files AS hit USING (section_key, generation)
       CROSS JOIN files USING (section_key, generation, rating_key)
     WHERE section_key = CAST(? AS TEXT) AND hit.name_key = CAST(? AS TEXT)
     ORDER BY files.rating_key, files.path`,
  );

  const insertItems = (key: string, generation: number, items: readonly ListedItem[]): void => {
    for (const { ratingKey, title, files } of items) {
      const rows: readonly PlexFile[] = files.length === 0 ? [{ path: '' }] : files;
      for (const { path, size = null, durationMs = null } of rows)
        insertFile.run({ key, generation, ratingKey, path, nameKey: nameKey(path), title, size, durationMs });
    }
  };
  const ensure = ({ key, uuid, title }: Section): void => {
    known.run({ key, uuid: uuid ?? null, title });
  };
  const section = ({ key, uuid }: Section): SectionRow | undefined => readSection.get(key, uuid ?? null);

  const insert = db.transaction(({ key }: Section, generation: number, items: readonly ListedItem[]) => {
    insertItems(key, generation, items);
  });
  const finish = db.transaction(({ key }: Section, generation: number, mark: IndexMark): boolean => {
    const isLatest = setCurrent.run({ key, generation, ...toRow(mark) }).changes > 0;
    if (isLatest) dropOlder.run(key, generation);
    else dropOne.run(key, generation);
    return isLatest;
  });
  const update = db.transaction((of: Section, items: readonly ListedItem[], mark: IndexMark | undefined) => {
    const generation = section(of)?.generation;
    if (generation == null) return;
    for (const { ratingKey } of items) dropItem.run({ key: of.key, generation, ratingKey });
    insertItems(of.key, generation, items);
    if (mark !== undefined) setMark.run({ key: of.key, ...toRow(mark) });
  });
  const noteTotal = db.transaction((of: Section, total: number) => {
    ensure(of);
    setTotal.run({ key: of.key, total });
  });
  const nextGeneration = db.transaction((of: Section): number | undefined => {
    ensure(of);
    return takeGeneration.get(of.key)?.last_generation;
  });
  const forget = db.transaction((ratingKey: string) => {
    for (const place of current.all()) dropItem.run({ ...place, ratingKey });
  });

  return {
    section,
    countItems: ({ key }: Section, generation: number): number => countItems.get(key, generation)?.count ?? 0,
    byName: ({ key }: Section, name: string): readonly FileRow[] => byName.all(key, name),
    insert: (of: Section, generation: number, items: readonly ListedItem[]) => insert.immediate(of, generation, items),
    finish: (of: Section, generation: number, mark: IndexMark): boolean => finish.immediate(of, generation, mark),
    discard: ({ key }: Section, generation: number) => {
      dropOne.run(key, generation);
    },
    update: (of: Section, items: readonly ListedItem[], mark: IndexMark | undefined) =>
      update.immediate(of, items, mark),
    noteTotal: (of: Section, total: number) => noteTotal.immediate(of, total),
    nextGeneration: (of: Section): number | undefined => nextGeneration.immediate(of),
    forget: (ratingKey: string) => forget.immediate(ratingKey),
    clear: () => {
      db.exec('DELETE FROM files; DELETE FROM sections;');
    },
  };
}

function toRow({ addedAt, updatedAt }: IndexMark): { addedAt: number | null; updatedAt: number | null } {
  return { addedAt: addedAt ?? null, updatedAt: updatedAt ?? null };
}
