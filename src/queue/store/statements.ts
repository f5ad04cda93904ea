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
  const compiled = new Map<string, AnyStatement>();
  const prepare = (sql: string): AnyStatement => {
    const plucked: AnyStatement = onUse(
      compiled,
      { key: `pluck ${sql}`, make: () => compile(sql).pluck() },
      () => plucked,
    );
    return onUse(compiled, { key: sql, make: () => compile(sql) }, () => plucked);
  };
  return Object.assign(db, { prepare });
}

/** The calls of a statement that we use. */
function onUse(
  compiled: Map<string, AnyStatement>,
  { key, make }: { readonly key: string; make(): AnyStatement },
  pluck: () => AnyStatement,
): AnyStatement {
  const statement = (): AnyStatement => {
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const made = make();
    compiled.set(key, made);
    return made;
  };
  const calls: Pick<AnyStatement, 'run' | 'get' | 'all' | 'iterate' | 'pluck'> = {
    run: (...values) => statement().run(...values),
    get: (...values) => statement().get(...values),
    all: (...values) => statement().all(...values),
    // Who reads row by row may use the same text meanwhile, and a statement can be read once at a time.
    iterate: (...values) => make().iterate(...values),
    pluck,
  };
  return calls as AnyStatement;
}
