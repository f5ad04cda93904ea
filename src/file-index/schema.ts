/** Another number has the index made anew: there is nothing in it to migrate. */
export const INDEX_VERSION = 1;

/** A section's files stand under the number of the listing that brought them, so that one under way is never seen. */
export const INDEX_SCHEMA = `
  CREATE TABLE sections (
    section_key TEXT PRIMARY KEY,
    -- Sections are numbered alike on every server.
    uuid TEXT,
    -- Absent until a listing was finished.
    generation INTEGER,
    last_generation INTEGER NOT NULL DEFAULT 0,
    added_at INTEGER,
    updated_at INTEGER,
    total INTEGER
  ) STRICT;
  -- An item without a file that counts has one row with an empty path.
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
