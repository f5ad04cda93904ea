import type { Database, Statement } from 'better-sqlite3';

type AnyStatement = Statement<unknown[]>;

/**
 * Lets `prepare` of a connection compile a statement at its first use, and the same text only once: a command prepares
 * whole tables and uses a few of their statements. What is wrong with a statement shows at its first use.
 *
 * SQLite 3.54 compiles one that has a join or an ORDER BY, and a bare `column = ?` or `LIMIT ?`, anew at each use all the
 * same, since its bindings are cleared (gitlab.com/cznic/sqlite, issue 264). What is asked for each job or batch has
 * `CAST(? AS …)` there.
 */
export function compileOnUse(db: Database): Database {
  const compile = db.prepare.bind(db) as (sql: string) => AnyStatement;
  const prepared = new Map<string, AnyStatement>();
  const prepare = (sql: string): AnyStatement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const plucked = onUse(() => compile(sql).pluck());
    const whole = onUse(() => compile(sql), plucked);
    prepared.set(sql, whole);
    return whole;
  };
  return Object.assign(db, { prepare });
}

/** The calls of a statement that we use; `plucked` is the same for its first column, itself where it is that already. */
function onUse(compile: () => AnyStatement, plucked?: AnyStatement): AnyStatement {
  let compiled: AnyStatement | undefined;
  const statement = (): AnyStatement => {
    compiled ??= compile();
    return compiled;
  };
  const calls: Pick<AnyStatement, 'run' | 'get' | 'all' | 'iterate' | 'pluck'> = {
    run: (...values) => statement().run(...values),
    get: (...values) => statement().get(...values),
    all: (...values) => statement().all(...values),
    // Who reads row by row may use the same text meanwhile, and a statement can be read once at a time.
    iterate: (...values) => compile().iterate(...values),
    pluck: () => plucked ?? (calls as AnyStatement),
  };
  return calls as AnyStatement;
}
