import { LEFT_FIELDS } from './left-fields.ts';
import { UUID_SQL } from './uuid.ts';

/**
 * The schema of one of our database files: its application id, and every step the schema ever took. Append only: SQLite
 * stores the text of a shipped step, comments included, so a better explanation of one goes beside it.
 */
export type Schema = {
  readonly fileName: string;
  /** Written into the file's header; a file without it is not ours and is never changed. */
  readonly applicationId: number;
  /** Step n leads from `user_version` n to n + 1. */
  readonly migrations: readonly string[];
  /** The tables and indexes that they leave. */
  readonly parts: readonly string[];
};

export const QUEUE_SCHEMA: Schema = {
  fileName: 'queue.db',
  applicationId: 0x506c7851,
  parts: [
    ...['jobs', 'jobs_due', 'jobs_missing', 'jobs_oldest', 'jobs_one_in_progress', 'jobs_one_pending'],
    ...['journal', 'journal_by_item', 'journal_by_run', 'journal_by_scene', 'journal_open', 'journal_servers'],
    ...['pins', 'pins_by_item', 'planned_values', 'planned_values_by_time', 'removals', 'removals_by_time', 'undone'],
    ...['undone_elsewhere'],
    ...[
      'retried_letters',
      'runs',
      'runs_by_start',
      'runs_ended_well',
      'runs_open',
      'breakers',
      'meta',
      'successes',
      'totals',
    ],
    ...['scenes', 'scenes_by_item', 'scenes_left', 'scenes_unwritten'],
  ],
  migrations: [
    // jobs.state is set to pending by enqueue, retry, release and rescue, and ended by claim. jobs.held is 1 while the job
    // awaits Stash, which alone can say what to write, or which file the scene has. scenes.intent is set while a write
    // may still be unfinished.
    `
    -- pending: due at available_at. Put there by enqueue, retry, release and rescue; taken by claim.
    -- in_progress: one drain has the lease. Ended by complete and bury (the row goes), retry, release and rescue.
    CREATE TABLE jobs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job_key TEXT NOT NULL UNIQUE DEFAULT (${UUID_SQL}),
      scene_id INTEGER NOT NULL CHECK (scene_id > 0),
      state TEXT NOT NULL CHECK (state IN ('pending', 'in_progress')),
      data TEXT NOT NULL CHECK (json_valid(data)),
      stamps TEXT NOT NULL CHECK (json_valid(stamps)),
      bare_at INTEGER,
      -- Held: nothing but Stash can say what to write, or of which file.
      held INTEGER NOT NULL GENERATED ALWAYS AS (bare_at IS NOT NULL AND data ->> 'path' IS NULL) VIRTUAL,
      priority INTEGER NOT NULL CHECK (priority IN (0, 1)),
      available_at INTEGER NOT NULL,
      enqueued_at INTEGER NOT NULL,
      attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
      failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
      misses INTEGER NOT NULL DEFAULT 0 CHECK (misses >= 0),
      rescues INTEGER NOT NULL DEFAULT 0 CHECK (rescues >= 0),
      lone_losses INTEGER NOT NULL DEFAULT 0 CHECK (lone_losses >= 0),
      last_error TEXT,
      released_by TEXT,
      lease_owner TEXT,
      lease_expires_at INTEGER,
      lease_alone INTEGER NOT NULL DEFAULT 0 CHECK (lease_alone IN (0, 1)),
      CHECK ((state = 'in_progress') = (lease_owner IS NOT NULL)),
      CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX jobs_one_pending ON jobs (scene_id) WHERE state = 'pending';
    CREATE UNIQUE INDEX jobs_one_in_progress ON jobs (scene_id) WHERE state = 'in_progress';
    CREATE INDEX jobs_due ON jobs (held, priority, available_at, id) WHERE state = 'pending';

    -- What we last wrote for a scene, and to which item; intent while a write is not known to have ended.
    CREATE TABLE scenes (
      scene_id INTEGER PRIMARY KEY,
      rating_key TEXT NOT NULL,
      section_key TEXT NOT NULL,
      scene_path TEXT NOT NULL,
      file TEXT,
      written TEXT NOT NULL CHECK (json_valid(written)),
      intent TEXT CHECK (intent IS NULL OR json_valid(intent)),
      written_at INTEGER
    ) STRICT;
    CREATE INDEX scenes_by_item ON scenes (rating_key);

    CREATE TABLE breakers (
      server TEXT PRIMARY KEY CHECK (server IN ('plex', 'stash')),
      state TEXT NOT NULL CHECK (json_valid(state))
    ) STRICT;

    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      owner TEXT NOT NULL UNIQUE,
      pid INTEGER NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      exit_code INTEGER,
      done INTEGER NOT NULL DEFAULT 0,
      failed INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE totals (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

    -- Letters that were put back into the queue and may still stand in dlq.db: removed there at the next opening.
    CREATE TABLE retried_letters (job_key TEXT PRIMARY KEY) STRICT;
    `,
    // What the last sync of a scene did not write, for a person who asks.
    `
    -- For a person who asks about a scene: what its last sync left as it was, and the name of its library.
    ALTER TABLE scenes ADD COLUMN left_alone TEXT CHECK (left_alone IS NULL OR json_valid(left_alone));
    ALTER TABLE scenes ADD COLUMN section_title TEXT;
    `,
    // Attempts are given back, claims never are: so every lease of a drain is unique.
    `
    -- How often a job was ever claimed. Attempts are given back; this never goes down, and so tells one lease from a later
    -- one of the same drain.
    ALTER TABLE jobs ADD COLUMN claims INTEGER NOT NULL DEFAULT 0 CHECK (claims >= 0);
    `,
    `
    -- The scene's updated_at in Stash when it was last written as Stash has it, in the server's own spelling.
    ALTER TABLE scenes ADD COLUMN stash_updated_at TEXT;
    `,
    // A forgotten job is one whose scene was deleted from Stash since it was claimed: nothing of it is recorded.
    `
    -- 1: the scene is gone from Stash since this job was claimed. Set by forget; ended by settle and rescue, which write
    -- nothing of it down.
    ALTER TABLE jobs ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten IN (0, 1));
    `,
    // A pin is set by a person, moved by a drain that follows its file, and removed by unpin, with the scene, and with the
    // server it belongs to.
    `
    -- A person's word which item a scene is. Put there by pin; followed to its file's new item by a drain; taken out by
    -- unpin, when the scene is gone from Stash, and with the server it belongs to.
    CREATE TABLE pins (
      scene_id INTEGER PRIMARY KEY CHECK (scene_id > 0),
      rating_key TEXT NOT NULL CHECK (rating_key <> ''),
      section_key TEXT NOT NULL,
      title TEXT NOT NULL,
      file TEXT NOT NULL,
      pinned_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX pins_by_item ON pins (rating_key);
    `,
    `
    -- What tells an item from another one that was made under its key: Plex's addedAt, epoch seconds, and the fields and
    -- lists that we locked. NULL where an older plexsync wrote the row, which kept neither.
    ALTER TABLE scenes ADD COLUMN added_at INTEGER;
    ALTER TABLE scenes ADD COLUMN locked TEXT CHECK (locked IS NULL OR json_valid(locked));
    -- Made with the directory, so that a dry run, which writes nothing, has it too.
    INSERT INTO meta (name, value) VALUES ('client_identifier', ${UUID_SQL}) ON CONFLICT DO NOTHING;
    `,
    // A path that comes from an earlier look-up has no stamp; it used to have the stamp 0.
    `UPDATE jobs SET stamps = json_remove(stamps, '$.path') WHERE stamps ->> 'path' = 0`,
    // Counted at the end of each run, and asked for by each drain: the jobs whose file was not found.
    `CREATE INDEX jobs_missing ON jobs (held, available_at, misses) WHERE state = 'pending' AND misses > 0`,
    `
    -- A hash of what Stash had of the scene when it was last written, with the version it is of. NULL until the next
    -- write or reconcile.
    ALTER TABLE scenes ADD COLUMN stash_content TEXT;
    `,
    `
    -- When a job last failed in a way that may pass, how often it failed without being charged, and how long it has
    -- waited so. Set by settle; a newer edit resets them.
    ALTER TABLE jobs ADD COLUMN failed_at INTEGER;
    ALTER TABLE jobs ADD COLUMN uncharged INTEGER NOT NULL DEFAULT 0 CHECK (uncharged >= 0);
    ALTER TABLE jobs ADD COLUMN waited_ms INTEGER NOT NULL DEFAULT 0 CHECK (waited_ms >= 0);
    -- The last successes of each kind of request, of two scenes at most: who pays for a failure depends on whether it
    -- succeeds for others. Written by settle.
    CREATE TABLE successes (
      kind TEXT NOT NULL,
      scene_id INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (kind, scene_id)
    ) STRICT;
    `,
    `
    -- The guard over removals. removals = 1: the job waits for permission, because it would remove too much; set
    -- by settle, ended by that (2), by a newer edit and by another max_removals (0).
    -- held = 1: as before; held = 2: permission is awaited.
    DROP INDEX jobs_due;
    DROP INDEX jobs_missing;
    ALTER TABLE jobs ADD COLUMN removals INTEGER NOT NULL DEFAULT 0 CHECK (removals IN (0, 1, 2));
    ALTER TABLE jobs DROP COLUMN held;
    ALTER TABLE jobs ADD COLUMN held INTEGER NOT NULL GENERATED ALWAYS AS
      (CASE WHEN removals = 1 THEN 2 ELSE bare_at IS NOT NULL AND data ->> 'path' IS NULL END) VIRTUAL;
    CREATE INDEX jobs_due ON jobs (held, priority, available_at, id) WHERE state = 'pending';
    CREATE INDEX jobs_missing ON jobs (held, available_at, misses) WHERE state = 'pending' AND misses > 0;
    -- Kept for a day: the values of ours that an item showed when it was last planned, and how many were removed.
    CREATE TABLE planned_values (scene_id INTEGER PRIMARY KEY, planned_at INTEGER NOT NULL, held INTEGER NOT NULL) STRICT;
    CREATE TABLE removals (
      job_id INTEGER NOT NULL,
      claim INTEGER NOT NULL,
      removed_at INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (job_id, claim)
    ) STRICT, WITHOUT ROWID;
    `,
    // The other files of a scene that has several, and the items that hold them. NULL where they were not looked for.
    'ALTER TABLE scenes ADD COLUMN others TEXT CHECK (others IS NULL OR json_valid(others))',
    `
    -- What we know of the pictures of a scene, by kind. NULL where none was ever looked at.
    ALTER TABLE scenes ADD COLUMN pictures TEXT CHECK (pictures IS NULL OR json_valid(pictures));
    -- By how many fields were left as edited in Plex, for those who ask without a look at every scene.
    CREATE INDEX scenes_left ON scenes (${LEFT_FIELDS}) WHERE left_alone IS NOT NULL;

    -- What was run, what started it, how many items and fields it changed, and the last run that undid any of that.
    ALTER TABLE runs ADD COLUMN command TEXT NOT NULL DEFAULT 'process';
    ALTER TABLE runs ADD COLUMN started_by TEXT;
    ALTER TABLE runs ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN fields INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE runs ADD COLUMN undone_by INTEGER;

    -- The edits of items, for undo. open: written before the first PUT, with what is about to change. closed: what was
    -- really written; set by settle, or by the next attempt that reads the item. Removed by age and by size.
    CREATE TABLE journal (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL,
      job_id INTEGER NOT NULL,
      scene_id INTEGER NOT NULL,
      rating_key TEXT NOT NULL,
      section_key TEXT NOT NULL,
      title TEXT NOT NULL,
      changes TEXT NOT NULL CHECK (json_valid(changes)),
      -- The row of scenes before the edit; NULL where there was none.
      record TEXT CHECK (record IS NULL OR json_valid(record)),
      state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
      undone_by INTEGER,
      at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX journal_by_run ON journal (run_id);
    CREATE INDEX journal_by_scene ON journal (scene_id);
    CREATE INDEX journal_by_item ON journal (rating_key);
    CREATE INDEX journal_open ON journal (scene_id) WHERE state = 'open';

    -- Scenes whose edits a person took back, with the hash of what Stash had of them then (NULL: not known). Put there by
    -- undo; removed by an edit of the scene that a person asks for, by queue release, and when Stash has something else.
    CREATE TABLE undone (
      scene_id INTEGER PRIMARY KEY CHECK (scene_id > 0),
      content TEXT,
      run_id INTEGER NOT NULL,
      undone_at INTEGER NOT NULL
    ) STRICT;

    -- undone = 1: the job waits because its scene is undone. rest: all of the job but this is written. reassert: the
    -- fields that a person takes back from Plex, as a JSON list.
    DROP INDEX jobs_due;
    DROP INDEX jobs_missing;
    ALTER TABLE jobs ADD COLUMN undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1));
    ALTER TABLE jobs ADD COLUMN rest TEXT CHECK (rest IS NULL OR rest = 'pictures');
    ALTER TABLE jobs ADD COLUMN reassert TEXT CHECK (reassert IS NULL OR json_valid(reassert));
    ALTER TABLE jobs DROP COLUMN held;
    -- held = 3: the scene is undone.
    ALTER TABLE jobs ADD COLUMN held INTEGER NOT NULL GENERATED ALWAYS AS
      (CASE WHEN removals = 1 THEN 2 WHEN undone = 1 THEN 3 ELSE bare_at IS NOT NULL AND data ->> 'path' IS NULL END) VIRTUAL;
    CREATE INDEX jobs_due ON jobs (held, priority, available_at, id) WHERE state = 'pending';
    CREATE INDEX jobs_missing ON jobs (held, available_at, misses) WHERE state = 'pending' AND misses > 0;
    `,
    `
    -- by_event = 1: only events of Stash asked for the job, and no person did.
    ALTER TABLE jobs ADD COLUMN by_event INTEGER NOT NULL DEFAULT 0 CHECK (by_event IN (0, 1));
    `,
    // For what stats tells: since when the oldest job waits, and how many scenes were written.
    `
    CREATE INDEX jobs_oldest ON jobs (enqueued_at) WHERE state = 'pending' AND undone = 0;
    CREATE INDEX scenes_unwritten ON scenes (written_at) WHERE written_at IS NULL;
    `,
    // What each run asks: which others run, which are old or ended well, and what was counted more than a day ago.
    `
    CREATE INDEX runs_open ON runs (id) WHERE ended_at IS NULL;
    CREATE INDEX runs_by_start ON runs (started_at);
    CREATE INDEX runs_ended_well ON runs (ended_at) WHERE exit_code = 0;
    CREATE INDEX planned_values_by_time ON planned_values (planned_at);
    CREATE INDEX removals_by_time ON removals (removed_at);
    `,
    // An entry is of the server in the first row from its id on; without one, of the server that is bound now.
    `
    -- Servers that were given up: the last entry of the journal that each had. server NULL: which one is not known.
    CREATE TABLE journal_servers (last_id INTEGER PRIMARY KEY, server TEXT) STRICT;
    INSERT INTO journal_servers (last_id, server)
      SELECT CAST(value AS INTEGER), NULL FROM meta WHERE name = 'journal_other_server';
    DELETE FROM meta WHERE name = 'journal_other_server';

    -- What undone had of servers that were given up: it counts there, once the server is adopted again.
    CREATE TABLE undone_elsewhere (
      server TEXT NOT NULL,
      scene_id INTEGER NOT NULL CHECK (scene_id > 0),
      content TEXT,
      run_id INTEGER NOT NULL,
      undone_at INTEGER NOT NULL,
      PRIMARY KEY (server, scene_id)
    ) STRICT, WITHOUT ROWID;
    `,
  ],
};

export const DLQ_SCHEMA: Schema = {
  fileName: 'dlq.db',
  applicationId: 0x506c7844,
  parts: ['dead_letters', 'dead_letters_by_scene', 'dead_letters_by_time', 'dead_letters_by_type'],
  migrations: [
    `
    CREATE TABLE dead_letters (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      job_id INTEGER NOT NULL,
      job_key TEXT NOT NULL UNIQUE,
      scene_id INTEGER NOT NULL,
      job_data TEXT NOT NULL CHECK (json_valid(job_data)),
      stamps TEXT NOT NULL CHECK (json_valid(stamps)),
      bare_at INTEGER,
      error_type TEXT NOT NULL,
      error_message TEXT NOT NULL,
      stack_trace TEXT,
      retry_count INTEGER NOT NULL,
      failed_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX dead_letters_by_scene ON dead_letters (scene_id);
    `,
    // Every run asks which letters have expired.
    'CREATE INDEX dead_letters_by_time ON dead_letters (failed_at)',
    // For a person to choose from: the items found by a match without proof.
    'ALTER TABLE dead_letters ADD COLUMN choices TEXT CHECK (choices IS NULL OR json_valid(choices))',
    // As in queue.db: a path that comes from an earlier look-up has no stamp.
    `UPDATE dead_letters SET stamps = json_remove(stamps, '$.path') WHERE json_valid(stamps) AND stamps ->> 'path' = 0`,
    // Each run asks whether a letter waits for an accepted token.
    'CREATE INDEX dead_letters_by_type ON dead_letters (error_type)',
    `
    -- As in queue.db: all of the job but this is written, and the fields that a person takes back from Plex.
    ALTER TABLE dead_letters ADD COLUMN rest TEXT CHECK (rest IS NULL OR rest = 'pictures');
    ALTER TABLE dead_letters ADD COLUMN reassert TEXT CHECK (reassert IS NULL OR json_valid(reassert));
    `,
  ],
};
