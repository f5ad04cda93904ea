import type { Db } from './open.ts';
import { livenessOf } from './owners.ts';

/** A drain that is at work now. */
export type LiveRun = { readonly pid: number; readonly left: number };

/** How a run ended. */
export type RunEnd = {
  readonly now: number;
  readonly exitCode: number;
  readonly done: number;
  readonly failed: number;
};

/** A finished or running drain, as `stats` shows the last one. Instants are epoch ms. */
export type Run = {
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly exit_code: number | null;
  readonly done: number;
  readonly failed: number;
};

/** Enough history to see what cron did over the last days; the database does not grow with use. */
const RUNS_KEPT = 200;

/** Prepares the statements of `runs`: one row per drain. */
export function prepareRuns(db: Db, dataDir: string) {
  const open = db.prepare<[], { owner: string; pid: number }>(
    'SELECT owner, pid FROM runs WHERE ended_at IS NULL ORDER BY id DESC',
  );
  const insert = db.prepare<[object]>('INSERT INTO runs (owner, pid, started_at) VALUES (@owner, @pid, @now)');
  const prune = db.prepare('DELETE FROM runs WHERE ended_at IS NOT NULL AND id <= (SELECT max(id) FROM runs) - ?');
  const endKilled = db.prepare<[object]>('UPDATE runs SET ended_at = @now WHERE owner = @owner');
  const end = db.prepare<[object]>(
    'UPDATE runs SET ended_at = @now, exit_code = @exitCode, done = @done, failed = @failed WHERE owner = @owner',
  );
  const left = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM jobs WHERE bare = 0');
  return {
    /** The drain that is provably alive, if any. */
    live: (): LiveRun | undefined => {
      const run = open.all().find(({ owner }) => livenessOf(dataDir, owner) === 'alive');
      return run === undefined ? undefined : { pid: run.pid, left: left.get()?.count ?? 0 };
    },
    start: (run: { readonly owner: string; readonly pid: number; readonly now: number }): void => {
      // A killed run cannot say that it ended; its exit code stays unknown.
      for (const { owner } of open.all()) {
        if (livenessOf(dataDir, owner) !== 'alive') endKilled.run({ owner, now: run.now });
      }
      insert.run(run);
      prune.run(RUNS_KEPT);
    },
    end: (owner: string, ending: RunEnd): void => {
      end.run({ owner, ...ending });
    },
  };
}

/** Owners whose files must stay: they hold leases, so their death has to be provable. */
export function leaseOwners(db: Db): ReadonlySet<string> {
  const rows = db
    .prepare<[], { owner: string }>('SELECT DISTINCT lease_owner AS owner FROM jobs WHERE lease_owner IS NOT NULL')
    .all();
  return new Set(rows.map(({ owner }) => owner));
}

/** The latest run, and when the last one ended with exit code 0. */
export function readRuns(db: Db): { readonly last: Run | undefined; readonly lastSuccessAt: number | undefined } {
  const last = db.prepare<[], Run>('SELECT * FROM runs ORDER BY id DESC LIMIT 1').get();
  const success = db
    .prepare<[], { at: number | null }>('SELECT max(ended_at) AS at FROM runs WHERE exit_code = 0')
    .get();
  return { last, lastSuccessAt: success?.at ?? undefined };
}
