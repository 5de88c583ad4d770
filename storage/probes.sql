-- DATA/probes.sqlite: what was learned of images, for all jobs of the node. A cache: it may be removed while
-- nothing runs. The rows probed longest ago go first when there are too many.

-- version 1
CREATE TABLE probes(
    id INTEGER PRIMARY KEY, -- grows with the time of the probe
    url TEXT NOT NULL,
    reach INTEGER NOT NULL, -- which addresses could be reached: 0 as all jobs may, 1 loopback as well
    is_whole INTEGER NOT NULL, -- 1: there is no more to learn; 0: only its first bytes were read
    etag TEXT,
    state TEXT NOT NULL, -- from here on as in a job's file
    outcome TEXT,
    detail TEXT,
    status INTEGER,
    final_url TEXT,
    declared_type TEXT,
    type TEXT,
    bytes INTEGER,
    width INTEGER,
    height INTEGER,
    is_animated INTEGER,
    sha256 BLOB,
    perceptual_hash INTEGER,
    robots_tag TEXT,
    probed_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX probes_url ON probes(url, reach);
