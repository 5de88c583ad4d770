-- What the queries of an ended job need beside facets; while it runs, they scan. An index on a table
-- with an INTEGER PRIMARY KEY ends in the id, so each of these also gives its rows in order of id.
CREATE INDEX IF NOT EXISTS occurrences_image ON occurrences(image_id);
CREATE INDEX IF NOT EXISTS occurrences_page ON occurrences(page_id);
CREATE INDEX IF NOT EXISTS images_host ON images(host);
CREATE INDEX IF NOT EXISTS pages_state ON pages(state);
CREATE INDEX IF NOT EXISTS pages_outcome ON pages(outcome);
CREATE INDEX IF NOT EXISTS urls_skipped ON urls(skipped) WHERE skipped IS NOT NULL;
CREATE INDEX IF NOT EXISTS sitemap_urls_url ON sitemap_urls(url_id);
CREATE INDEX IF NOT EXISTS urls_url ON urls(url);
CREATE INDEX IF NOT EXISTS unfollowed_page ON unfollowed(page_id);
