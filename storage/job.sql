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
    parent_id INTEGER, -- urls.id of the page that led here; NULL: a seed, or out of a sitemap
    via TEXT NOT NULL, -- seed, link, redirect, sitemap
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
    page_id INTEGER NOT NULL, -- pages.id; below 0: see sitemap_urls.id
    image_id INTEGER, -- images.id; NULL: the mention has no usable URL
    source TEXT NOT NULL, -- img, srcset …
    position INTEGER NOT NULL, -- on the page, in document order
    raw TEXT, -- the URL as written
    descriptor TEXT, -- 2x, 640w
    alt TEXT,
    alt_state TEXT NOT NULL, -- missing, empty, whitespace, text, not_applicable
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

-- version 2
ALTER TABLE urls ADD COLUMN trap_id INTEGER; -- traps.id, of one that a trap holds back
CREATE INDEX urls_trap ON urls(trap_id) WHERE trap_id IS NOT NULL;

ALTER TABLE pages ADD COLUMN sniffed_type TEXT; -- what the body is by its bytes, where that is not HTML
ALTER TABLE pages ADD COLUMN robots_tag TEXT; -- X-Robots-Tag, each field on a line
ALTER TABLE pages ADD COLUMN directives INTEGER NOT NULL DEFAULT 0; -- 1 noindex, 2 nofollow, 4 noimageindex, 8 noai, 16 noimageai, 32 TDM reserved
ALTER TABLE pages ADD COLUMN tdm_policy TEXT; -- URL of the licence, where text and data mining is reserved
ALTER TABLE pages ADD COLUMN etag TEXT;
ALTER TABLE pages ADD COLUMN last_modified TEXT; -- the header, as sent

CREATE TABLE unfollowed( -- links that were not followed by a rule of the page; they are not "known"
    page_id INTEGER NOT NULL, -- pages.id
    url TEXT NOT NULL,
    rule TEXT NOT NULL -- rel_nofollow, meta_nofollow, robots_tag_nofollow
) STRICT;

CREATE TABLE traps( -- sets of URLs that look endless; their URLs are held back until released
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL, -- calendar, session_id, …
    host TEXT NOT NULL,
    pattern TEXT NOT NULL, -- what the URLs have in common, for people
    detail TEXT, -- the evidence in a sentence
    examples TEXT NOT NULL, -- JSON: URLs
    state TEXT NOT NULL, -- suspended, released
    found_ms INTEGER NOT NULL, -- milliseconds since 1970
    released_ms INTEGER,
    released_urls INTEGER NOT NULL DEFAULT 0 -- that went back into the frontier
) STRICT;

CREATE TABLE sitemaps( -- each sitemap or feed that was asked for, or is to be
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    parent_id INTEGER, -- sitemaps.id of the index that names it
    via TEXT NOT NULL, -- robots, well_known, index
    depth INTEGER NOT NULL, -- indexes above it
    outcome TEXT, -- as of pages; NULL: not read, or not to its end
    detail TEXT,
    kind TEXT, -- urlset, index, text, rss, atom, unknown
    status INTEGER, -- HTTP status; NULL: no answer
    entries INTEGER NOT NULL DEFAULT 0, -- that were taken in so far, pages and sitemaps
    images INTEGER NOT NULL DEFAULT 0,
    flags INTEGER NOT NULL DEFAULT 0, -- 1 truncated, 2 broken, 4 refused
    fetched_ms INTEGER -- milliseconds since 1970
) STRICT;

CREATE TABLE sitemap_urls( -- what a sitemap says of a page that the job knows
    id INTEGER PRIMARY KEY, -- where occurrences.page_id is -id, it is that page's, until the file is closed
    sitemap_id INTEGER NOT NULL, -- sitemaps.id
    url_id INTEGER, -- urls.id; NULL: to be looked up by url when the file is closed
    url TEXT, -- only where url_id is NULL
    lastmod TEXT, -- as written
    changefreq TEXT,
    priority TEXT
) STRICT;

-- What each mention says beyond its URL and alt text, and where on the page it stands.
ALTER TABLE occurrences ADD COLUMN sizes TEXT;
ALTER TABLE occurrences ADD COLUMN media TEXT;
ALTER TABLE occurrences ADD COLUMN type TEXT;
ALTER TABLE occurrences ADD COLUMN aria_label TEXT;
ALTER TABLE occurrences ADD COLUMN role TEXT;
ALTER TABLE occurrences ADD COLUMN name TEXT; -- the accessible name
ALTER TABLE occurrences ADD COLUMN name_source TEXT; -- what gave it: alt, title, aria-label …
ALTER TABLE occurrences ADD COLUMN link TEXT; -- of the link around it
ALTER TABLE occurrences ADD COLUMN caption TEXT; -- of its figure
ALTER TABLE occurrences ADD COLUMN heading TEXT; -- the nearest before it
ALTER TABLE occurrences ADD COLUMN landmark TEXT; -- header, nav, main, aside, footer
ALTER TABLE occurrences ADD COLUMN dom_path TEXT;
ALTER TABLE occurrences ADD COLUMN template_id INTEGER; -- templates.id
ALTER TABLE occurrences ADD COLUMN flags INTEGER NOT NULL DEFAULT 0; -- 1 link_only, 2 in_button, 4 aria_hidden, 8 presentational, 16 noscript, 32 placeholder, 64 lazy
ALTER TABLE occurrences ADD COLUMN verdicts INTEGER NOT NULL DEFAULT 0; -- 1 << rules.bit, each that applies

CREATE TABLE templates( -- the same place on many pages: "the logo in the header"
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL, -- 16 hexadecimal digits, the same in every job
    place TEXT NOT NULL -- for people: header > a.logo > img
) STRICT;

CREATE TABLE rules( -- what was checked
    bit INTEGER PRIMARY KEY, -- of occurrences.verdicts
    name TEXT NOT NULL, -- alt_missing …
    severity TEXT NOT NULL, -- error, warning, notice, good
    title TEXT NOT NULL,
    cites TEXT NOT NULL, -- WCAG 2.2 SC 1.1.1 …
    remedy TEXT NOT NULL -- what to do
) STRICT;

CREATE TABLE style_sheets( -- that pages link to, where they were to be read
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    page_id INTEGER NOT NULL, -- pages.id of the first that names it: its images are counted for that one
    state TEXT NOT NULL, -- queued, done, failed, skipped
    outcome TEXT, -- why: ok, http_404, robots …
    detail TEXT, -- a sentence for people
    status INTEGER, -- HTTP status; NULL: no answer
    final_url TEXT, -- where redirects led; NULL: to itself
    images INTEGER NOT NULL DEFAULT 0, -- that it names
    fetched_ms INTEGER -- milliseconds since 1970
) STRICT;

CREATE TABLE probes( -- what an image is; one without a row here is queued, where images were to be asked for
    image_id INTEGER PRIMARY KEY, -- images.id
    state TEXT NOT NULL, -- done, failed, skipped
    outcome TEXT, -- why: ok, http_404, robots …
    detail TEXT, -- a sentence for people
    status INTEGER, -- HTTP status; NULL: no answer
    final_url TEXT, -- where redirects led; NULL: to itself
    declared_type TEXT, -- Content-Type, as sent
    type TEXT, -- by its bytes: image/png …; text/html where that is what came
    bytes INTEGER, -- of the whole file; NULL: not known
    width INTEGER, -- pixels; NULL: not known
    height INTEGER,
    is_animated INTEGER,
    sha256 BLOB, -- of the whole file
    perceptual_hash INTEGER,
    robots_tag TEXT, -- X-Robots-Tag
    probed_ms INTEGER -- milliseconds since 1970; that of another job's probe where that was taken
) STRICT;

-- What is made of the rows when the job has ended, for fast answers; meta 'index' tells how far it is.
CREATE TABLE finding_groups( -- a rule broken at the same place on many pages is one finding
    id INTEGER PRIMARY KEY, -- the worst rules first, then the most frequent
    rule INTEGER NOT NULL, -- rules.bit
    template_id INTEGER, -- templates.id; NULL: they stand nowhere in particular
    occurrences INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    images INTEGER NOT NULL,
    first_id INTEGER NOT NULL -- occurrences.id
) STRICT;

CREATE TABLE image_sums( -- of the occurrences of each image
    image_id INTEGER PRIMARY KEY,
    occurrences INTEGER NOT NULL,
    pages INTEGER NOT NULL,
    missing INTEGER NOT NULL, -- by alt_state
    empty INTEGER NOT NULL,
    whitespace INTEGER NOT NULL,
    text INTEGER NOT NULL,
    not_applicable INTEGER NOT NULL,
    first_id INTEGER NOT NULL, -- occurrences.id
    first_text_id INTEGER -- of the first with a text as alt
) STRICT;

CREATE TABLE facets( -- what filters ask for, column by column, 8192 occurrences a row: see facets.h
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE facet_names( -- the texts that numbers in facets stand for
    facet INTEGER NOT NULL,
    name TEXT NOT NULL,
    code INTEGER NOT NULL,
    PRIMARY KEY(facet, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE texts( -- rows of the full-text index: what is said alike many times is there once
    id INTEGER PRIMARY KEY,
    fingerprint INTEGER NOT NULL
) STRICT;

ALTER TABLE images ADD COLUMN cluster_id INTEGER; -- images.id of the first that is the same or nearly

DROP VIEW inventory;
CREATE VIEW inventory AS -- one row an image mention, as in the exports, with what its page asks of readers
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
       o.data_bytes,
       coalesce(p.directives & 1, 0) AS noindex,
       coalesce(p.directives >> 2 & 1, 0) AS noimageindex,
       coalesce(p.directives >> 3 & 1, 0) AS noai,
       coalesce(p.directives >> 4 & 1, 0) AS noimageai,
       coalesce(p.directives >> 5 & 1, 0) AS tdm_reserved,
       p.tdm_policy,
       o.sizes,
       o.media,
       o.type,
       o.aria_label,
       o.role,
       o.name,
       o.name_source,
       o.link,
       o.flags & 1 AS link_only,
       o.flags >> 1 & 1 AS in_button,
       o.flags >> 2 & 1 AS aria_hidden,
       o.flags >> 3 & 1 AS presentational,
       o.flags >> 4 & 1 AS noscript,
       o.flags >> 5 & 1 AS placeholder,
       o.flags >> 6 & 1 AS lazy,
       o.caption,
       o.heading,
       o.landmark,
       o.dom_path,
       t.key AS template,
       o.verdicts,
       coalesce(x.outcome, x.state) AS probe,
       x.status AS image_status,
       x.final_url,
       x.type AS image_type,
       x.bytes AS image_bytes,
       x.width AS image_width,
       x.height AS image_height
FROM occurrences o
LEFT JOIN urls page ON page.id = o.page_id
LEFT JOIN pages p ON p.id = o.page_id
LEFT JOIN images i ON i.id = o.image_id
LEFT JOIN templates t ON t.id = o.template_id
LEFT JOIN probes x ON x.image_id = o.image_id;
