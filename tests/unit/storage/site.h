/* A small site for the tests of the job store: page N is settled with IMAGES images, of which some
 * are everywhere, and brings LINKS new URLs. The same each time.
 */
#ifndef IMGCRAWL_TESTS_STORAGE_SITE_H
#define IMGCRAWL_TESTS_STORAGE_SITE_H

#include "fault.h"

#include "storage/job_store.h"

enum { SITE_IMAGES = 4, SITE_LINKS = 2 };

static inline struct store_text text_of(const char *text)
{
    return (struct store_text){.data = text, .bytes = text ? strlen(text) : 0};
}

struct site_page {
    char links[SITE_LINKS][64], images[SITE_IMAGES][64];
    struct store_url urls[SITE_LINKS];
    struct store_image occurrences[SITE_IMAGES];
    struct store_page page;
    struct store_batch batch;
};

/* Page id links to 2 id and 2 id + 1: every URL is found once, ids without gaps from seed 1 on. */
static inline void site_links(struct site_page *site, int64_t id)
{
    for (int i = 0; i < SITE_LINKS; i++) {
        int64_t to = 2 * id + i;
        snprintf(site->links[i], sizeof(site->links[i]), "https://example.com/%" PRId64, to);
        site->urls[i] = (struct store_url){.id = to,
                                           .origin_id = 1,
                                           .parent_id = id,
                                           .url = text_of(site->links[i]),
                                           .via = "link",
                                           .depth = 1};
    }
}

/* A logo on every page, one that changes from page to page, one with no URL, a candidate of srcset.
 */
static inline void site_images(struct site_page *site, int64_t id)
{
    static const char *const alt_states[] = {"text", "missing", "empty", "whitespace"};
    static const char *const alts[] = {"The logo", NULL, "", "  "};
    snprintf(site->images[0], sizeof(site->images[0]), "https://example.com/logo.png");
    snprintf(site->images[1], sizeof(site->images[1]), "https://img.example/%" PRId64 ".jpg", id);
    snprintf(site->images[3], sizeof(site->images[3]), "https://img.example/2x-%" PRId64 ".jpg",
             id);
    for (int i = 0; i < SITE_IMAGES; i++)
        site->occurrences[i] = (struct store_image){
            .url = i == 2 ? (struct store_text){0} : text_of(site->images[i]),
            .host = text_of(i == 0   ? "example.com"
                            : i == 2 ? NULL
                                     : "img.example"),
            .raw = text_of("raw"),
            .descriptor = text_of(i == 3 ? "2x" : NULL),
            .alt = text_of(alts[i]),
            .alt_state = alt_states[i],
            .title = text_of(i == 1 ? "a \"title\", quoted" : NULL),
            .source = i == 3 ? "srcset" : "img",
            .position = (uint32_t)i,
        };
}

static inline const struct store_batch *site_batch(struct site_page *site, int64_t id)
{
    site_links(site, id);
    site_images(site, id);
    site->page = (struct store_page){.id = id,
                                     .state = "done",
                                     .outcome = "ok",
                                     .title = text_of("A page"),
                                     .content_type = text_of("text/html"),
                                     .status = 200,
                                     .attempts = 1,
                                     .fetched_ms = 1700000000000 + id,
                                     .fetch_ms = 12,
                                     .body_bytes = 1000,
                                     .images = site->occurrences,
                                     .image_count = SITE_IMAGES};
    site->batch =
        (struct store_batch){.urls = site->urls, .url_count = SITE_LINKS, .page = &site->page};
    return &site->batch;
}

static inline int append_seed(struct job_store *store)
{
    struct store_origin origin = {1, text_of("https://example.com"), text_of("example.com")};
    struct store_url seed = {
        .id = 1, .origin_id = 1, .url = text_of("https://example.com/1"), .via = "seed"};
    struct store_batch batch = {
        .origins = &origin, .origin_count = 1, .urls = &seed, .url_count = 1};
    return job_store_append(store, &batch);
}

static inline int append_site_page(struct job_store *store, int64_t id)
{
    struct site_page site;
    return job_store_append(store, site_batch(&site, id));
}

/* Settles pages first to last, so many to a transaction. */
static inline int append_site(struct job_store *store, int64_t first, int64_t last,
                              int64_t per_commit)
{
    int r = 0;
    for (int64_t id = first; r == 0 && id <= last; id++) {
        if ((id - first) % per_commit == 0)
            r = job_store_begin(store);
        if (r == 0)
            r = append_site_page(store, id);
        if (r == 0 && ((id - first + 1) % per_commit == 0 || id == last))
            r = job_store_commit(store);
    }
    return r;
}

/* A file with its seed and the first pages settled. */
static inline struct job_store *open_site(const char *path, int64_t pages)
{
    struct job_store *store = NULL;
    assert_int_equal(job_store_open(path, &store, NULL), 0);
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(append_seed(store), 0);
    assert_int_equal(job_store_commit(store), 0);
    assert_int_equal(append_site(store, 1, pages, 3), 0);
    return store;
}

#endif
