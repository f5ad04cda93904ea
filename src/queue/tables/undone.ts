import type { Db } from '../store/open.ts';

/** A scene whose edits a person took back. `content`: the hash of what Stash had of it; absent where not known. */
export type Undone = { readonly content: string | undefined; readonly runId: number; readonly undoneAt: number };

type UndoneRow = { readonly content: string | null; readonly run_id: number; readonly undone_at: number };

/**
 * The statements of `undone`. Those that write leave the transaction to the caller. No job waits for a scene that is not
 * undone any more.
 */
export function prepareUndone(db: Db) {
  const select = db.prepare<[number], UndoneRow>('SELECT content, run_id, undone_at FROM undone WHERE scene_id = ?');
  // After an undo that was cut short, the record no longer tells what Stash had.
  const put = db.prepare<[object]>(`
    INSERT INTO undone (scene_id, content, run_id, undone_at) VALUES (@sceneId, @content, @runId, @undoneAt)
    ON CONFLICT (scene_id) DO UPDATE SET content = coalesce(excluded.content, content), run_id = excluded.run_id,
      undone_at = excluded.undone_at`);
  const learn = db.prepare<[string, number]>('UPDATE undone SET content = ? WHERE scene_id = ?');
  const remove = db.prepare<[number]>('DELETE FROM undone WHERE scene_id = ?');
  const keepElsewhere = db.prepare<[string]>(`
    INSERT INTO undone_elsewhere (server, scene_id, content, run_id, undone_at)
    SELECT ?, scene_id, content, run_id, undone_at FROM undone`);
  const removeAll = db.prepare('DELETE FROM undone');
  const takeBack = db.prepare<[string]>(`
    INSERT INTO undone (scene_id, content, run_id, undone_at)
    SELECT scene_id, content, run_id, undone_at FROM undone_elsewhere WHERE server = ?`);
  const forgetElsewhere = db.prepare<[string]>('DELETE FROM undone_elsewhere WHERE server = ?');
  const releaseElsewhere = db.prepare<[number]>('DELETE FROM undone_elsewhere WHERE scene_id = ?');
  const selectElsewhere = db.prepare<[string, number], UndoneRow>(
    'SELECT content, run_id, undone_at FROM undone_elsewhere WHERE server = ? AND scene_id = ?',
  );
  const any = db.prepare<[], { any: 0 | 1 }>(
    'SELECT EXISTS (SELECT 1 FROM undone) OR EXISTS (SELECT 1 FROM undone_elsewhere) AS any',
  );
  const free = db.prepare<[number]>(
    `UPDATE jobs SET undone = 0 WHERE scene_id = ? AND state = 'pending' AND undone = 1`,
  );
  const freeAll = db.prepare(`UPDATE jobs SET undone = 0 WHERE state = 'pending' AND held IN (2, 3) AND undone = 1`);
  const count = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM undone');
  const all = db.prepare<[], { scene_id: number }>('SELECT scene_id FROM undone ORDER BY scene_id');
  const removeOne = (sceneId: number): boolean => {
    const isUndone = remove.run(sceneId).changes > 0;
    if (isUndone) free.run(sceneId);
    return isUndone;
  };
  return {
    of: (sceneId: number): Undone | undefined => toUndone(select.get(sceneId)),
    /** As it would be were that server adopted. */
    ofServer: (sceneId: number, server: string): Undone | undefined => toUndone(selectElsewhere.get(server, sceneId)),
    /** Whether any scene is, on this server or on one that was given up. */
    any: (): boolean => any.get()?.any === 1,
    put: (
      sceneId: number,
      { content = null, runId, undoneAt }: Undone | (Omit<Undone, 'content'> & { content: string | null }),
    ): void => {
      put.run({ sceneId, content, runId, undoneAt });
    },
    /** Remembers what Stash has of a scene that stays undone: it was not known, or known by an older kind of hash. */
    learn: (sceneId: number, content: string): void => void learn.run(content, sceneId),
    /** On this server. @returns whether it was undone. */
    remove: removeOne,
    /** On each server, since a person has asked for the scene, or it is gone from Stash. */
    release: (sceneId: number): void => {
      removeOne(sceneId);
      releaseElsewhere.run(sceneId);
    },
    /** Keeps all of them for `server`, which is given up: on another one no scene is undone. */
    setAside: (server: string): void => {
      keepElsewhere.run(server);
      removeAll.run();
      freeAll.run();
    },
    /** Those of `server` count again. */
    bringBack: (server: string): void => {
      takeBack.run(server);
      forgetElsewhere.run(server);
    },
    count: (): number => count.get()?.count ?? 0,
    scenes: (): readonly number[] => all.all().map(({ scene_id }) => scene_id),
  };
}

function toUndone(row: UndoneRow | undefined): Undone | undefined {
  return row && { content: row.content ?? undefined, runId: row.run_id, undoneAt: row.undone_at };
}
