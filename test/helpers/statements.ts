/** What SQLite is asked in this process, and how it goes about it. */
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { Db } from '../../src/queue/store/open.ts';

type Statement = { readonly source: string; readonly database: Db };

const RUNS = ['run', 'get', 'all', 'iterate'] as const;

/** The statements that are run from now to the end of the test, each once, on whichever database. */
export function listenToStatements(t: Pick<TestContext, 'after'>): ReadonlyMap<string, Db> {
  const heard = new Map<string, Db>();
  onEachRun(t, ({ source, database }) => heard.set(source, database));
  return heard;
}

function onEachRun(t: Pick<TestContext, 'after'>, hear: (statement: Statement) => void): void {
  const probe = new Database(':memory:');
  const prototype = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<
    (typeof RUNS)[number],
    (...args: unknown[]) => unknown
  >;
  probe.close();
  for (const name of RUNS) {
    const own = prototype[name];
    prototype[name] = function (this: Statement, ...args: unknown[]): unknown {
      hear(this);
      return own.apply(this, args);
    };
    t.after(() => {
      prototype[name] = own;
    });
  }
}

/** The steps of a statement that walk a whole table, or a whole index of it; a maximum is looked for in a bare SEARCH. */
export function scansOf(db: Db, sql: string): readonly string[] {
  // With a literal, SQLite would leave out what that makes needless.
  const asked = sql.replaceAll(/\?|@\w+/g, '(SELECT max(rootpage) FROM sqlite_schema)');
  const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${asked}`).all();
  return plan.map(({ detail }) => detail).filter((step) => /^(SCAN\b|SEARCH \w+$)/.test(step));
}

/** How often each statement is run from now to the end of the test, on whichever database. */
export function countStatements(t: Pick<TestContext, 'after'>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  onEachRun(t, ({ source }) => counts.set(source, (counts.get(source) ?? 0) + 1));
  return counts;
}
