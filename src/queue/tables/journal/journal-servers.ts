import type { Binding } from '../../../core/model/plex-item.ts';
import { prepareMeta } from '../../store/meta.ts';
import type { Db } from '../../store/open.ts';

/**
 * A condition on a row of `journal`: it was written since the data directory got its present server. A rating key names
 * another item on another server.
 */
export const OF_THIS_BINDING = 'id > (SELECT coalesce(max(last_id), 0) FROM journal_servers)';

/** Whose an entry is: the bound server's, or the name of another one; `null` where that is not known. */
export type EntryServer = { readonly kind: 'ours' } | { readonly kind: 'other'; readonly name: string | null };

/** All entries so far are of `server`, which is given up: they count again once it is bound again. */
export function disownJournal(db: Db, server: string): void {
  // Where nothing was written since the last one was given up, all are of earlier servers.
  db.prepare<[object]>(`
    INSERT INTO journal_servers (last_id, server) SELECT max(id), @server FROM journal WHERE true HAVING max(id) IS NOT NULL
    ON CONFLICT DO NOTHING`).run({ server });
}

/** Tells of entries, by their ids, on which server they were made. */
export function prepareEntryServers(db: Db): (id: number) => EntryServer {
  const bound = prepareMeta(db).json<Binding>('plex_binding')?.machineIdentifier;
  const givenUp = db
    .prepare<[], { last_id: number; server: string | null }>(
      'SELECT last_id, server FROM journal_servers ORDER BY last_id',
    )
    .all();
  return (id) => {
    const owner = givenUp.find(({ last_id }) => id <= last_id);
    return owner === undefined || owner.server === bound ? { kind: 'ours' } : { kind: 'other', name: owner.server };
  };
}
