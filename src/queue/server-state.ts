import type { Breaker } from '../core/breaker.ts';
import { CLOSED } from '../core/breaker.ts';
import type { AddedMark, Binding } from '../core/ports.ts';
import type { Db } from './open.ts';
import { translated } from './store-errors.ts';
import { newUuid } from './uuid.ts';

/** A token that Plex refused, by its fingerprint, and when (epoch ms). */
type Refusal = { readonly tokenFingerprint: string; readonly at: number };

/** ` (Plex server X)` once a server is known, for questions that name it; empty before. */
export function serverWords(db: Db): string {
  const bound = prepareServerState(db).binding();
  return bound === undefined ? '' : ` (Plex server ${bound.machineIdentifier})`;
}

/** The breakers of the servers, for whoever asks one of them outside a drain. */
export function openBreakers({ queueDb }: { readonly queueDb: Db }) {
  const { breaker, saveBreaker } = prepareServerState(queueDb);
  return translated(queueDb.name, { breaker, saveBreaker });
}

/** The statements of what is stored about the servers: breaker, binding and our client identifier. */
export function prepareServerState(db: Db) {
  const readBreaker = db.prepare<[string], { state: string }>('SELECT state FROM breakers WHERE server = ?');
  const writeBreaker = db.prepare<[string, string]>(`
    INSERT INTO breakers (server, state) VALUES (?, ?) ON CONFLICT (server) DO UPDATE SET state = excluded.state`);
  const readMeta = db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?');
  const writeMeta = db.prepare<[string, string]>(`
    INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
  const keepMeta = db.prepare<[string, string]>('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const removeMeta = db.prepare<[string]>('DELETE FROM meta WHERE name = ?');
  const forgetMarks = db.prepare(`DELETE FROM meta WHERE name LIKE 'added_mark:%'`);
  return {
    breaker: (server: 'plex' | 'stash'): Breaker => {
      const row = readBreaker.get(server);
      return row === undefined ? CLOSED : (JSON.parse(row.state) as Breaker);
    },
    saveBreaker: (server: 'plex' | 'stash', breaker: Breaker): void => {
      writeBreaker.run(server, JSON.stringify(breaker));
    },
    binding: (): Binding | undefined => {
      const row = readMeta.get('plex_binding');
      return row === undefined ? undefined : (JSON.parse(row.value) as Binding);
    },
    bind: (binding: Binding): void => {
      writeMeta.run('plex_binding', JSON.stringify(binding));
    },
    addedMark: (sectionKey: string): AddedMark | undefined => {
      const row = readMeta.get(`added_mark:${sectionKey}`);
      return row === undefined ? undefined : (JSON.parse(row.value) as AddedMark);
    },
    saveAddedMark: (sectionKey: string, mark: AddedMark): void => {
      writeMeta.run(`added_mark:${sectionKey}`, JSON.stringify(mark));
    },
    refusedAt: (tokenFingerprint: string): number | undefined => {
      const row = readMeta.get('refused_token');
      const refusal = row === undefined ? undefined : (JSON.parse(row.value) as Refusal);
      return refusal?.tokenFingerprint === tokenFingerprint ? refusal.at : undefined;
    },
    saveRefusal: (refusal: Refusal | undefined): void => {
      if (refusal === undefined) removeMeta.run('refused_token');
      else writeMeta.run('refused_token', JSON.stringify(refusal));
    },
    stashDialect: (): unknown => {
      const row = readMeta.get('stash_dialect');
      return row === undefined ? undefined : (JSON.parse(row.value) as unknown);
    },
    saveStashDialect: (dialect: unknown): void => {
      const text = JSON.stringify(dialect);
      if (text !== undefined && text !== readMeta.get('stash_dialect')?.value) writeMeta.run('stash_dialect', text);
    },
    /** Marks belong to a server as its rating keys do. */
    unbind: (): void => {
      removeMeta.run('plex_binding');
      forgetMarks.run();
    },
    /** One UUID per data directory, made once: Plex registers each unseen one as a new device (plex-api.md 1). */
    clientIdentifier: (): string => {
      keepMeta.run('client_identifier', newUuid(db));
      const row = readMeta.get('client_identifier');
      if (row === undefined) throw new Error('the client identifier was not stored');
      return row.value;
    },
  };
}
