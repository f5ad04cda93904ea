import type { NoticeMemory, Standing } from '../../core/failures/notices.ts';
import { prepareMeta } from '../store/meta.ts';
import { translated } from '../store/store-errors.ts';
import type { Stores } from '../store/stores.ts';
import { storesName } from '../store/stores.ts';
import { OUTAGE, STASH_OUTAGE } from './alert-memory.ts';
import type { DeadLetter } from './dead-letters/letter.ts';
import { letterDataOf } from './dead-letters/letter.ts';
import { stopIn } from './stopped.ts';

/** A letter as it may be told where titles may be. */
export type LetterWords = { readonly sceneId: number; readonly title: string | undefined; readonly message: string };

/** What somebody elsewhere was told of, and how things stand now. */
export type NoticeStore = {
  /** `undefined` where nothing was ever told. */
  read(): NoticeMemory | undefined;
  save(memory: NoticeMemory): void;
  standing(lastLetter: number, now: number): Standing;
  /** The newest letters after that one, a few of them. */
  newest(lastLetter: number): readonly LetterWords[];
};

const NAME = 'notices';
const MOST_NAMED = 5;

/** Opens the memory of what was told elsewhere; the caller keeps ownership of the stores. */
export function openNoticeMemory({ queueDb: db, dlqDb, path }: Stores): NoticeStore {
  const meta = prepareMeta(db);
  const counts = dlqDb.prepare<[number], { error_type: string; count: number }>(
    'SELECT error_type, count(*) AS count FROM dead_letters WHERE id > ? GROUP BY error_type ORDER BY count DESC, error_type',
  );
  const seq = dlqDb.prepare<[], { seq: number }>(`SELECT seq FROM sqlite_sequence WHERE name = 'dead_letters'`);
  const newest = dlqDb.prepare<[number], DeadLetter>(
    `SELECT * FROM dead_letters WHERE id > ? ORDER BY id DESC LIMIT ${MOST_NAMED}`,
  );
  /** A dlq.db whose ids start over is a new one. */
  const after = (lastLetter: number): number => ((seq.get()?.seq ?? 0) < lastLetter ? 0 : lastLetter);
  return translated(storesName(path), {
    read: () => meta.json<NoticeMemory>(NAME),
    save: (memory: NoticeMemory) => meta.setJson(NAME, memory),
    standing: (lastLetter: number, now: number): Standing => {
      const lastId = seq.get()?.seq ?? 0;
      const rows = counts.all(after(lastLetter));
      return {
        now,
        letters: { byType: Object.fromEntries(rows.map(({ error_type, count }) => [error_type, count])), lastId },
        outageSince: { plex: meta.number(OUTAGE), stash: meta.number(STASH_OUTAGE) },
        stop: stopIn(db),
      };
    },
    newest: (lastLetter: number): readonly LetterWords[] =>
      newest.all(after(lastLetter)).map((letter) => {
        const title = letterDataOf(letter)?.['title'];
        return {
          sceneId: letter.scene_id,
          title: typeof title === 'string' ? title : undefined,
          message: letter.error_message,
        };
      }),
  });
}
