import type { RunCommand, RunStarter } from '../../core/model/run.ts';
import { prepareMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';
import { livenessOf } from '../store/owners.ts';
import { CLAIMED_AWAITING } from './jobs/awaits-stash.ts';
import { WAITING_BY_CLASS } from './jobs/waiting-jobs.ts';
import type { JournalLimits } from './journal/journal.ts';
import { pruneJournal } from './journal/journal.ts';

/** A drain that is running now. */
export type LiveRun = {
  readonly pid: number;
  /** Jobs that are left, those under way with them. */
  readonly left: number;
  /** Those of them that are due and that no run has begun. */
  readonly waiting: number;
  readonly command: string;
};

/** A run that begins. A job due later than `longestWaitMs` from now was scheduled by a wrong clock. */
export type RunStart = {
  readonly owner: string;
  readonly pid: number;
  readonly now: number;
  readonly longestWaitMs: number;
  /** What runs, and what started it. */
  readonly command: RunCommand;
  readonly startedBy: RunStarter | undefined;
  /** How long runs and what they changed are remembered, and how much of that. */
  readonly journal: JournalLimits;
};

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

type LiveQuery = {
  /** For `waiting`. */
  readonly now?: number | undefined;
  readonly command?: RunCommand | undefined;
  readonly except?: string | undefined;
};

/** Prepares the statements of `runs`: one row per drain. */
export function prepareRuns(db: Db, dataDir: string) {
  const open = db.prepare<[], { owner: string; pid: number; command: string }>(
    'SELECT owner, pid, command FROM runs WHERE ended_at IS NULL ORDER BY id DESC',
  );
  const insert = db.prepare<[object], { id: number }>(`
    INSERT INTO runs (owner, pid, started_at, command, started_by)
    VALUES (@owner, @pid, @now, @command, @startedBy) RETURNING id`);
  const endKilled = db.prepare<[object]>('UPDATE runs SET ended_at = @now WHERE owner = @owner');
  const end = db.prepare<[object]>(
    'UPDATE runs SET ended_at = @now, exit_code = @exitCode, done = @done, failed = @failed WHERE owner = @owner',
  );
  const left = db.prepare<[object], { left: number; waiting: number }>(`
    SELECT count(*) AS left, count(*) FILTER (WHERE state = 'pending' AND available_at <= @now) AS waiting FROM jobs
    WHERE held <= ${CLAIMED_AWAITING}`);
  const bringForward = db.prepare<[object]>(
    `UPDATE jobs SET available_at = @now WHERE id IN (SELECT id FROM ${WAITING_BY_CLASS} AND jobs.available_at > @latest)`,
  );
  return {
    /** The run that is provably alive, if any; with `command`, only such a one, and never that of the owner `except`. */
    live: ({ now = 0, command, except }: LiveQuery = {}): LiveRun | undefined => {
      const runs = open.all().filter((run) => run.owner !== except && (command ?? run.command) === run.command);
      const run = runs.find(({ owner }) => livenessOf(dataDir, owner) === 'alive');
      return run && { pid: run.pid, left: 0, waiting: 0, ...left.get({ now }), command: run.command };
    },
    /** @returns the id of the run. */
    start: (run: RunStart): number => {
      // A killed run cannot record its end; its exit code stays unknown.
      for (const { owner } of open.all()) {
        if (livenessOf(dataDir, owner) !== 'alive') endKilled.run({ owner, now: run.now });
      }
      bringForward.run({ now: run.now, latest: run.now + longestWait(db, run.longestWaitMs) });
      const { owner, pid, now, command, startedBy = null } = run;
      const row = insert.get({ owner, pid, now, command, startedBy });
      if (row === undefined) throw new Error('INSERT … RETURNING returned no row');
      pruneJournal(db, run.journal, now);
      pruneRuns(db, now - run.journal.keptMs);
      return row.id;
    },
    end: (owner: string, ending: RunEnd): void => {
      end.run({ owner, ...ending });
    },
  };
}

const LONGEST_WAIT = 'longest_wait_ms';

/**
 * The longest wait, in ms, that any run so far may have given a job: the long wait of a manual run with a higher
 * `not_found_max_wait` must not look like a wrong clock to the next run.
 */
export function longestWait(db: Db, ofThisRunMs: number): number {
  const meta = prepareMeta(db);
  const known = meta.number(LONGEST_WAIT) ?? 0;
  if (ofThisRunMs > known) meta.set(LONGEST_WAIT, ofThisRunMs);
  return Math.max(known, ofThisRunMs);
}

/** Owners whose files must stay: they hold leases, so their death must remain provable. */
export function leaseOwners(db: Db): ReadonlySet<string> {
  const rows = db
    .prepare<[], { owner: string }>(`SELECT DISTINCT lease_owner AS owner FROM jobs WHERE state = 'in_progress'`)
    .all();
  return new Set(rows.map(({ owner }) => owner));
}

const LAST_LOOK = 'last_look';
const LOOK_EVERY_MS = 60_000;

/** The last run that found nothing to do, and when the last one of these ended well. Instants are epoch ms. */
type Look = { readonly at: number; readonly exitCode: number; readonly okAt: number | undefined };

/** Remembers a run that found nothing to do: it leaves no row, and is written down at most once a minute. */
export function noteLook(db: Db, now: number, exitCode: number): void {
  const meta = prepareMeta(db);
  const last = meta.json<Look>(LAST_LOOK);
  const isKnown = last?.exitCode === exitCode && last.at <= now && now - last.at < LOOK_EVERY_MS;
  if (!isKnown || hasRunSince(db, last.at))
    meta.setJson(LAST_LOOK, { at: now, exitCode, okAt: exitCode === 0 ? now : last?.okAt } satisfies Look);
}

function hasRunSince(db: Db, at: number): boolean {
  const last = db.prepare<[], number>('SELECT started_at FROM runs ORDER BY id DESC LIMIT 1').pluck().get();
  return last !== undefined && last >= at;
}

/** The latest run, when the last one ended with exit code 0, and when the first one that is known began. */
export function readRuns(db: Db): {
  readonly last: Run | undefined;
  readonly lastSuccessAt: number | undefined;
  readonly firstRunAt: number | undefined;
} {
  const last = db.prepare<[], Run>('SELECT * FROM runs ORDER BY id DESC LIMIT 1').get();
  const success = db
    .prepare<[], { at: number | null }>('SELECT max(ended_at) AS at FROM runs WHERE exit_code = 0')
    .get();
  const first = db.prepare<[], Run>('SELECT * FROM runs ORDER BY id LIMIT 1').get();
  const look = prepareMeta(db).json<Look>(LAST_LOOK);
  const lastSuccessAt = Math.max(success?.at ?? 0, look?.okAt ?? 0);
  return {
    last: look === undefined || (last !== undefined && last.started_at >= look.at) ? last : runOf(look),
    lastSuccessAt: lastSuccessAt === 0 ? undefined : lastSuccessAt,
    firstRunAt: first?.started_at,
  };
}

function runOf({ at, exitCode }: Look): Run {
  return { started_at: at, ended_at: at, exit_code: exitCode, done: 0, failed: 0 };
}

/** Removes old runs, except those that may still be running and the last successful one. */
function pruneRuns(db: Db, before: number): void {
  const prune = db.prepare<[object]>(`
    DELETE FROM runs WHERE ended_at IS NOT NULL AND started_at < @before
      AND id IS NOT (SELECT id FROM runs INDEXED BY runs_ended_well WHERE exit_code = 0 ORDER BY ended_at DESC LIMIT 1)`);
  prune.run({ before });
}
