/** With another number the index is recreated: it has nothing worth migrating. */
export const INDEX_VERSION = 2;

/** A section's files carry the number of their listing, so that a listing in progress is never visible. */
export const INDEX_SCHEMA = `
  CREATE TABLE sections (
    section_key TEXT PRIMARY KEY,
    -- Section keys are the same numbers on every server.
    uuid TEXT,
    -- For a shell that completes the name of a library.
    title TEXT,
    -- Absent until a listing has finished.
    generation INTEGER,
    last_generation INTEGER NOT NULL DEFAULT 0,
    added_at INTEGER,
    updated_at INTEGER,
    total INTEGER
  ) STRICT;
  -- An item without a usable file has one row with an empty path.
  CREATE TABLE files (
    section_key TEXT NOT NULL,
    generation INTEGER NOT NULL,
    rating_key TEXT NOT NULL,
    path TEXT NOT NULL,
    name_key TEXT NOT NULL,
    title TEXT NOT NULL,
    size INTEGER,
    duration_ms REAL,
    PRIMARY KEY (section_key, generation, rating_key, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_by_name ON files (section_key, generation, name_key);
`;
