import type { SuccessNews } from '../../core/drain/ports/queue.ts';
import type { Successes } from '../../core/failures/charge.ts';
import { withSuccess } from '../../core/failures/charge.ts';
import type { RequestKind } from '../../core/model/request-kind.ts';
import type { Db } from '../store/open.ts';

/** Prepares the memory of which requests succeeded last. The caller provides the transaction. */
export function prepareSuccesses(db: Db) {
  const read = db.prepare<[string], { scene_id: number; at: number }>(
    'SELECT scene_id, at FROM successes WHERE kind = ? ORDER BY at DESC',
  );
  const remove = db.prepare<[string]>('DELETE FROM successes WHERE kind = ?');
  const insert = db.prepare<[string, number, number]>('INSERT INTO successes (kind, scene_id, at) VALUES (?, ?, ?)');
  const of = (kind: RequestKind): Successes => read.all(kind).map(({ scene_id: sceneId, at }) => ({ sceneId, at }));
  return {
    of,
    /** Keeps, of each kind, the latest of what was known and what is new. */
    note: (news: SuccessNews): void => {
      for (const [kind, latest] of news) {
        const kept = latest.reduce(withSuccess, of(kind));
        remove.run(kind);
        for (const { sceneId, at } of kept) insert.run(kind, sceneId, at);
      }
    },
  };
}
