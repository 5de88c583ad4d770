/* Sitemaps in a job's file: appended, read back after a restart, listed; pages that are known by
 * their text only get their id, and the occurrences of their images with them. */
#include "site.h"

#include "storage/job_query.h"

static struct job_store *open_store(void)
{
    struct job_store *store = NULL;
    const char *reason = NULL;
    assert_int_equal(job_store_open(in_folder("1.sqlite"), &store, &reason), 0);
    return store;
}

static void append(struct job_store *store, const struct store_batch *batch)
{
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_append(store, batch), 0);
    assert_int_equal(job_store_commit(store), 0);
}

static void append_page(struct job_store *store, int64_t id)
{
    char text[64];
    snprintf(text, sizeof text, "https://example.com/%" PRId64, id);
    struct store_url url = {.id = id, .origin_id = 1, .url = text_of(text), .via = "link"};
    append(store, &(struct store_batch){.urls = &url, .url_count = 1});
}

static struct store_image image_of(const char *url)
{
    return (struct store_image){.url = text_of(url),
                                .host = text_of("example.com"),
                                .alt_state = "not_applicable",
                                .source = "sitemap",
                                .position = 1};
}

static struct store_sitemap sitemap_of(int64_t id, const char *outcome)
{
    return (struct store_sitemap){.id = id,
                                  .url = text_of("https://example.com/sitemap.xml"),
                                  .via = "well_known",
                                  .outcome = outcome,
                                  .kind = "urlset",
                                  .entries = 3};
}

/* Page 3 is new with the sitemap, page 1 was known, the third is unknown for ever. */
static void append_sitemap(struct job_store *store)
{
    struct store_image images[] = {image_of("https://example.com/a.png"),
                                   image_of("https://example.com/a.png"),
                                   image_of("https://example.com/b.png")};
    struct store_sitemap sitemap = sitemap_of(1, "ok");
    struct store_url url = {
        .id = 3, .origin_id = 1, .url = text_of("https://example.com/3"), .via = "sitemap"};
    struct store_sitemap_url said[] = {
        {.sitemap_id = 1, .url_id = 3, .url = url.url, .images = &images[0], .image_count = 1},
        {.sitemap_id = 1,
         .url = text_of("https://example.com/1"),
         .lastmod = text_of("2024-01-02"),
         .images = &images[1],
         .image_count = 2},
        {.sitemap_id = 1, .url = text_of("https://example.com/lost")}};
    append(store, &(struct store_batch){.urls = &url,
                                        .url_count = 1,
                                        .sitemaps = &sitemap,
                                        .sitemap_count = 1,
                                        .sitemap_urls = said,
                                        .sitemap_url_count = 3});
}

static void occurrences_find_their_page_when_the_file_is_closed(void **state)
{
    const char *file = in_folder("1.sqlite");
    (void)state;
    struct job_store *store = open_store();
    append_page(store, 1);
    append_page(store, 2);
    append_sitemap(store);
    struct store_totals totals;
    assert_int_equal(job_store_totals(store, &totals), 0);
    assert_int_equal(totals.occurrences, 3);
    assert_int_equal(totals.alt_not_applicable, 3);
    assert_answer(file, "SELECT group_concat(page_id) FROM occurrences", "3,-2,-2");
    for (int again = 0; again < 2; again++) {
        assert_int_equal(job_store_settle_sitemaps(store), 0);
        assert_answer(file, "SELECT group_concat(page_id) FROM occurrences", "3,1,1");
        assert_answer(file,
                      "SELECT group_concat(ifnull(url_id, '-') || ifnull(url, ''), ' ')"
                      " FROM sitemap_urls",
                      "3 1 -https://example.com/lost");
    }
    assert_int_equal(job_store_finish(store), 0);
    job_store_free(store);
    assert_sound(file);
}

static void sitemap_put_again_replaces_what_was_known(void **state)
{
    (void)state;
    struct job_store *store = open_store();
    struct store_sitemap sitemaps[] = {sitemap_of(1, NULL), sitemap_of(2, NULL)};
    append(store, &(struct store_batch){.sitemaps = sitemaps, .sitemap_count = 2});
    sitemaps[0].outcome = "ok";
    append(store, &(struct store_batch){.sitemaps = sitemaps, .sitemap_count = 1});
    assert_answer(in_folder("1.sqlite"), "SELECT group_concat(ifnull(outcome, '-')) FROM sitemaps",
                  "ok,-");
    job_store_free(store);
}

static int count_read(const struct store_sitemap *sitemap, void *arg)
{
    int *counts = arg;
    assert_string_equal(sitemap->via, "well_known");
    assert_int_equal(sitemap->entries, 3);
    counts[sitemap->outcome != NULL]++;
    return 0;
}

static void restart_tells_which_were_read(void **state)
{
    int counts[2] = {0};
    (void)state;
    struct job_store *store = open_store();
    struct store_sitemap sitemaps[] = {sitemap_of(1, "ok"), sitemap_of(2, NULL)};
    append(store, &(struct store_batch){.sitemaps = sitemaps, .sitemap_count = 2});
    job_store_free(store);
    store = open_store();
    assert_int_equal(job_store_each_sitemap(store, count_read, counts), 0);
    assert_int_equal(counts[false], 1);
    assert_int_equal(counts[true], 1);
    job_store_free(store);
}

static int keep_id(const struct sitemap_result *row, void *arg)
{
    *(int64_t *)arg = *(int64_t *)arg * 10 + row->id;
    return 0;
}

static int keep_lastmod(const struct sitemap_mention *row, void *arg)
{
    assert_int_equal(row->sitemap_id, 1);
    assert_string_equal(row->sitemap_url, "https://example.com/sitemap.xml");
    assert_string_equal(row->lastmod, "2024-01-02");
    ++*(int *)arg;
    return 0;
}

static void readers_list_sitemaps_and_what_they_say(void **state)
{
    int64_t ids = 0;
    int mentions = 0;
    (void)state;
    struct job_store *store = open_store();
    append_page(store, 1);
    append_page(store, 2);
    append_sitemap(store);
    struct store_sitemap waiting = sitemap_of(2, NULL);
    append(store, &(struct store_batch){.sitemaps = &waiting, .sitemap_count = 1});
    assert_int_equal(job_store_settle_sitemaps(store), 0);
    job_store_free(store);
    struct job_reader *reader = NULL;
    assert_int_equal(job_reader_open(in_folder("1.sqlite"), &reader), 0);
    assert_int_equal(query_sitemaps(reader, &(struct query_filter){0}, keep_id, &ids), 0);
    assert_int_equal(ids, 12);
    assert_int_equal(
        query_sitemaps(reader, &(struct query_filter){.outcome = "ok", .limit = 5}, keep_id, &ids),
        0);
    assert_int_equal(ids, 121);
    assert_int_equal(query_sitemap_mentions(reader, 1, 10, keep_lastmod, &mentions), 0);
    assert_int_equal(query_sitemap_mentions(reader, 2, 10, keep_lastmod, &mentions), 0);
    assert_int_equal(mentions, 1);
    job_reader_free(reader);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(occurrences_find_their_page_when_the_file_is_closed),
        FILE_TEST(sitemap_put_again_replaces_what_was_known),
        FILE_TEST(restart_tells_which_were_read),
        FILE_TEST(readers_list_sitemaps_and_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
