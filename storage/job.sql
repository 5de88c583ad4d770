-- One job's file, DATA/jobs/ID.sqlite. Comments inside CREATE stay in the file: `.schema` shows them.
-- Rows are only appended while the job runs; the indexes of job_indexes.sql come when it has ended.
-- To look around:  SELECT * FROM inventory LIMIT 20;   SELECT state, reason, count(*) FROM url_states
-- GROUP BY 1, 2;

-- version 1
CREATE TABLE meta(
    key TEXT PRIMARY KEY, -- settings, job_id, fingerprint_seed …
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE origins(
    id INTEGER PRIMARY KEY,
    origin TEXT NOT NULL, -- https://example.com:8443
    host TEXT NOT NULL
) STRICT;

CREATE TABLE urls( -- every URL the job knows, in order of discovery
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    origin_id INTEGER NOT NULL, -- origins.id
    parent_id INTEGER, -- urls.id of the page that led here; NULL: a seed
    via TEXT NOT NULL, -- seed, link, redirect
    depth INTEGER NOT NULL, -- links followed from a seed
    hops INTEGER NOT NULL, -- redirects followed in a row
    skipped TEXT -- the reason for which it is never fetched
) STRICT;
-- The one index while the job runs. It ends in the id by itself.
CREATE INDEX urls_frontier ON urls(origin_id) WHERE skipped IS NULL;

CREATE TABLE pages( -- a row here means: settled, with all that came of it
    id INTEGER PRIMARY KEY, -- urls.id
    state TEXT NOT NULL, -- done, failed, skipped
    outcome TEXT NOT NULL, -- why: ok, http_404, dns_failed, robots …
    detail TEXT, -- a sentence for people
    status INTEGER, -- HTTP status; NULL: no answer
    redirect_to TEXT,
    content_type TEXT,
    charset TEXT,
    body_bytes INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    base TEXT,
    canonical TEXT,
    meta_robots TEXT,
    flags INTEGER NOT NULL DEFAULT 0,
    link_elements INTEGER NOT NULL DEFAULT 0,
    image_elements INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    fetched_ms INTEGER, -- milliseconds since 1970; NULL: never fetched
    fetch_ms INTEGER -- how long it took
) STRICT;

CREATE TABLE images( -- each image URL once
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    host TEXT
) STRICT;

CREATE TABLE occurrences( -- each mention of an image on a page
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL, -- pages.id
    image_id INTEGER, -- images.id; NULL: the mention has no usable URL
    source TEXT NOT NULL, -- img, srcset …
    position INTEGER NOT NULL, -- on the page, in document order
    raw TEXT, -- the URL as written
    descriptor TEXT, -- 2x, 640w
    alt TEXT,
    alt_state TEXT NOT NULL, -- missing, empty, whitespace, text
    title TEXT,
    width TEXT,
    height TEXT,
    loading TEXT,
    data_bytes INTEGER -- size of a data: URL, which is not kept
) STRICT;

CREATE TABLE events( -- the job's history
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL, -- milliseconds since 1970
    kind TEXT NOT NULL, -- state, warning …
    text TEXT
) STRICT;

CREATE VIEW inventory AS -- one row an image mention, as in the exports
SELECT o.id,
       page.url AS page_url,
       i.url AS url,
       o.source,
       o.position,
       o.alt,
       o.alt_state,
       o.title,
       o.width,
       o.height,
       o.loading,
       o.descriptor,
       o.raw,
       o.data_bytes
FROM occurrences o
LEFT JOIN urls page ON page.id = o.page_id
LEFT JOIN images i ON i.id = o.image_id;

CREATE VIEW url_states AS -- one row a known URL: what became of it, and why
SELECT u.id,
       u.url,
       CASE WHEN u.skipped IS NOT NULL THEN 'skipped'
            WHEN p.id IS NULL THEN 'queued'
            ELSE p.state END AS state,
       coalesce(u.skipped, p.outcome) AS reason,
       p.status,
       p.detail,
       p.redirect_to,
       p.title,
       u.depth,
       u.via,
       parent.url AS found_on,
       datetime(p.fetched_ms / 1000, 'unixepoch') AS fetched_at
FROM urls u
LEFT JOIN pages p ON p.id = u.id
LEFT JOIN urls parent ON parent.id = u.parent_id;
