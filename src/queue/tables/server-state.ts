import type { AddedMark, Doubt, Refusal } from '../../core/drain/ports/queue.ts';
import type { Breaker } from '../../core/failures/breaker.ts';
import { CLOSED } from '../../core/failures/breaker.ts';
import type { StashTrouble } from '../../core/failures/stash-rest.ts';
import type { SectionMemory } from '../../core/model/collection.ts';
import { NOTHING_REMEMBERED } from '../../core/model/collection.ts';
import type { Binding } from '../../core/model/plex-item.ts';
import type { TooLong } from '../../core/write/cut-summary.ts';
import { NEVER_SYNCED, prepareMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import { translated } from '../store/store-errors.ts';
import { writtenCount } from './totals.ts';

/** How many scenes of Stash were never synced when that was last counted. */
export type NeverSynced = {
  readonly count: number;
  /** How many scenes with a file Stash had. */
  readonly filed: number;
  /** Epoch ms. */
  readonly at: number;
  /** The scenes that were written by then: each one more is one that was never synced. */
  readonly written: number;
};

/** ` (Plex server X)` once a server is known, for questions that name it; empty before. */
export function serverWords(db: Db): string {
  const bound = prepareServerState(db).binding();
  return bound === undefined ? '' : ` (Plex server ${bound.machineIdentifier})`;
}

/** The servers' breakers, for callers outside a drain. */
export function openBreakers({ queueDb }: { readonly queueDb: Db }) {
  const { breaker, saveBreaker } = prepareServerState(queueDb);
  return translated(queueDb.name, { breaker, saveBreaker });
}

/** Everything stored about the two servers. */
export function prepareServerState(db: Db) {
  const readBreaker = db.prepare<[string], { state: string }>('SELECT state FROM breakers WHERE server = ?');
  const writeBreaker = db.prepare<[string, string]>(`
    INSERT INTO breakers (server, state) VALUES (?, ?) ON CONFLICT (server) DO UPDATE SET state = excluded.state`);
  const meta = prepareMeta(db);
  const doubt = db.prepare(`
    UPDATE meta SET value = json_remove(value, '$.namedAt')
    WHERE name = 'plex_binding' AND value ->> 'namedAt' IS NOT NULL`);
  const forgetMarks = db.prepare(`DELETE FROM meta WHERE name LIKE 'added_mark:%' OR name LIKE 'collections:%'`);
  return {
    breaker: (server: 'plex' | 'stash'): Breaker => {
      const row = readBreaker.get(server);
      return row === undefined ? CLOSED : (JSON.parse(row.state) as Breaker);
    },
    saveBreaker: (server: 'plex' | 'stash', breaker: Breaker): void => {
      writeBreaker.run(server, JSON.stringify(breaker));
    },
    stashTrouble: () => meta.json<StashTrouble>('stash_trouble'),
    saveStashTrouble: (trouble: StashTrouble | undefined): void => {
      if (trouble === undefined) meta.remove('stash_trouble');
      else meta.setJson('stash_trouble', trouble);
    },
    binding: () => meta.json<Binding>('plex_binding'),
    bind: (binding: Binding): void => meta.setJson('plex_binding', binding),
    // One statement: another run may adopt a server meanwhile.
    doubtServer: (): void => {
      doubt.run();
    },
    addedMark: (sectionKey: string) => meta.json<AddedMark>(`added_mark:${sectionKey}`),
    saveAddedMark: (sectionKey: string, mark: AddedMark): void => meta.setJson(`added_mark:${sectionKey}`, mark),
    collections: (sectionKey: string): SectionMemory =>
      meta.json<SectionMemory>(`collections:${sectionKey}`) ?? NOTHING_REMEMBERED,
    saveCollections: (sectionKey: string, states: SectionMemory): void =>
      meta.setJson(`collections:${sectionKey}`, states),
    neverSynced: () => meta.json<NeverSynced>(NEVER_SYNCED),
    saveNeverSynced: (counted: Omit<NeverSynced, 'written'>): void =>
      meta.setJson(NEVER_SYNCED, { ...counted, written: writtenCount(db) }),
    refusal: () => meta.json<Refusal>('refused_token'),
    saveRefusal: (refusal: Refusal | undefined): void => {
      if (refusal === undefined) meta.remove('refused_token');
      else meta.setJson('refused_token', refusal);
    },
    doubt: () => meta.json<Doubt>('doubt'),
    saveDoubt: (doubt: Doubt | undefined): void => {
      if (doubt === undefined) meta.remove('doubt');
      else meta.setJson('doubt', doubt);
    },
    tooLong: (tokenFingerprint: () => string): TooLong | undefined => {
      const known = meta.json<TooLong & { readonly tokenFingerprint: string }>('too_long');
      return known !== undefined && known.tokenFingerprint === tokenFingerprint()
        ? { bytes: known.bytes, at: known.at }
        : undefined;
    },
    saveTooLong: (tokenFingerprint: string, tooLong: TooLong | undefined): void => {
      if (tooLong === undefined) meta.remove('too_long');
      else meta.setJson('too_long', { ...tooLong, tokenFingerprint });
    },
    stashDialect: () => meta.json('stash_dialect'),
    saveStashDialect: (dialect: unknown): void => {
      if (dialect !== undefined) meta.setJson('stash_dialect', dialect);
    },
    /** Removes the marks too: like rating keys they belong to the server. */
    /** Forgets what is known of libraries and collections: those of another server have the same keys. */
    forgetMarks: (): void => {
      forgetMarks.run();
    },
    knownClientIdentifier: (): string | undefined => meta.text('client_identifier'),
    /** One UUID per data directory, created once: Plex registers each new one as a device (plex-api.md 1). */
    clientIdentifier: (): string => {
      const identifier = meta.text('client_identifier');
      if (identifier === undefined) throw new Error('the data directory has no client identifier');
      return identifier;
    },
  };
}
