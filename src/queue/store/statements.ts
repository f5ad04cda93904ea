import type { Database, Statement } from 'better-sqlite3';

/** The calls of a statement that there are. */
type LazyStatement<Values extends unknown[], Result> = Pick<
  Statement<Values, Result>,
  'run' | 'get' | 'all' | 'iterate'
> & {
  /** The same for the first column of each row. */
  pluck(): LazyStatement<Values, Result>;
};

/** A connection whose statements are compiled at their first use, and have no other calls than these. */
export type LazyDb = Omit<Database, 'prepare'> & {
  prepare<Values extends unknown[] | object = unknown[], Result = unknown>(
    sql: string,
  ): Values extends unknown[] ? LazyStatement<Values, Result> : LazyStatement<[Values], Result>;
};

type AnyStatement = Statement<unknown[]>;
type AnyLazy = LazyStatement<unknown[], unknown>;

/**
 * Lets `prepare` of a connection compile a statement at its first use, and the same text only once: a command prepares
 * whole tables and uses a few of their statements. What is wrong with a statement shows at its first use.
 *
 * SQLite 3.54 compiles one that has a join or an ORDER BY, and a bare `column = ?` or `LIMIT ?`, anew at each use all the
 * same, since its bindings are cleared (gitlab.com/cznic/sqlite, issue 264). What is asked for each job or batch has
 * `CAST(? AS …)` there.
 */
export function compileOnUse(db: Database): LazyDb {
  const compile = db.prepare.bind(db) as (sql: string) => AnyStatement;
  const prepared = new Map<string, AnyLazy>();
  const prepare = (sql: string): AnyLazy => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const plucked = onUse(() => compile(sql).pluck());
    const whole = onUse(() => compile(sql), plucked);
    prepared.set(sql, whole);
    return whole;
  };
  return Object.assign(db, { prepare }) as LazyDb;
}

/** A statement that is compiled when it is used; `plucked` is the same for its first column, itself where it is that already. */
function onUse(compile: () => AnyStatement, plucked?: AnyLazy): AnyLazy {
  let compiled: AnyStatement | undefined;
  const statement = (): AnyStatement => {
    compiled ??= compile();
    return compiled;
  };
  const calls: AnyLazy = {
    run: (...values) => statement().run(...values),
    get: (...values) => statement().get(...values),
    all: (...values) => statement().all(...values),
    // Who reads row by row may use the same text meanwhile, and a statement can be read once at a time.
    iterate: (...values) => compile().iterate(...values),
    pluck: () => plucked ?? calls,
  };
  return calls;
}
