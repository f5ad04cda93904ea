import type { Db } from '../../store/open.ts';

const GIVEN_UP = 'SELECT server FROM journal_servers WHERE last_id >= journal.id ORDER BY last_id LIMIT 1';
const BOUND = `SELECT value ->> 'machineIdentifier' FROM meta WHERE name = 'plex_binding'`;

/** For rows of `journal`: the server that an entry was written to, if that was given up since; NULL too where it is not known. */
export const GIVEN_UP_SERVER = `(${GIVEN_UP})`;

/**
 * For rows of `journal`: whether an entry was written to the server that is bound now, be it that this was given up and
 * adopted again. A rating key names another item on another server.
 */
export const OF_BOUND_SERVER = `coalesce((SELECT server IS NOT NULL AND server IS (${BOUND}) FROM (${GIVEN_UP})), 1)`;

/**
 * For rows of `journal`: whether an entry is newer than the last adoption. What counts as ours of an older one is
 * forgotten, even where its server is adopted again: what has landed of it cannot be told from the record.
 */
export const OF_THIS_BINDING = 'id > (SELECT coalesce(max(last_id), 0) FROM journal_servers)';

/** All entries since the last call are of `server`, which is given up. */
export function disownJournal(db: Db, server: string): void {
  // Where nothing was written since then, they are of earlier servers, as before.
  db.prepare<[string]>(`
    INSERT INTO journal_servers (last_id, server) SELECT id, ? FROM journal WHERE ${OF_THIS_BINDING} ORDER BY id DESC LIMIT 1`).run(
    server,
  );
}
