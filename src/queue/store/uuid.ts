import type { LazyDb } from './statements.ts';

/**
 * SQL for a random UUID (version 4). SQLite creates it, because loading Node's crypto would cost every hook some ms.
 */
export const UUID_SQL = `lower(
  hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' ||
  substr('89ab', 1 + abs(random() % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`;

/** A random UUID (version 4). */
export function newUuid(db: LazyDb): string {
  const row = db.prepare<[], { uuid: string }>(`SELECT ${UUID_SQL} AS uuid`).get();
  if (row === undefined) throw new Error('SELECT without a row');
  return row.uuid;
}
