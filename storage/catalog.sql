-- The catalog, DATA/imgcrawl.db: the jobs, and what is remembered of hosts across jobs.
-- Times are milliseconds since 1970, NULL where it has not happened.

-- version 1
CREATE TABLE jobs(
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: a deleted job's URL stays dead
    created_ms INTEGER,
    started_ms INTEGER,
    finished_ms INTEGER,
    active_ms INTEGER NOT NULL, -- time spent running, over all its runs
    state TEXT NOT NULL,
    reason TEXT, -- why it is in this state
    detail TEXT, -- a sentence for people
    settings TEXT, -- JSON
    counts TEXT -- JSON
) STRICT;
CREATE INDEX jobs_state ON jobs(state);

CREATE TABLE robots(
    origin TEXT PRIMARY KEY, -- https://example.com
    fetched_ms INTEGER,
    expires_ms INTEGER NOT NULL,
    status INTEGER NOT NULL, -- of HTTP, 0 where none came
    outcome TEXT,
    rules TEXT NOT NULL -- flat rules
) STRICT;

CREATE TABLE hosts(
    host TEXT PRIMARY KEY,
    next_at_ms INTEGER NOT NULL, -- no request before this
    backoff_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- version 2
CREATE TABLE host_rules( -- politeness that the operator sets for hosts by pattern
    pattern TEXT PRIMARY KEY, -- www.example.com, *.example.com
    rule TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
ALTER TABLE hosts ADD COLUMN latency_ms INTEGER NOT NULL DEFAULT 0; -- smoothed; 0: not known
ALTER TABLE hosts ADD COLUMN baseline_ms INTEGER NOT NULL DEFAULT 0; -- what it usually is
ALTER TABLE hosts ADD COLUMN brake_ms INTEGER NOT NULL DEFAULT 0; -- delay added while it is slower
ALTER TABLE hosts ADD COLUMN saved_ms INTEGER NOT NULL DEFAULT 0;
