/* What a page asks of its readers, and the links that it keeps crawlers from: stored with it, shown
 * with each of its images, a condition to choose them by. */
#include "site.h"

#include "storage/job_query.h"

/* Page 1 with all facts, page 2 with nofollow alone, page 3 with nothing. */
static struct job_store *open_with_facts(void)
{
    const struct store_unfollowed links[] = {{text_of("https://example.com/x"), "rel_nofollow"},
                                             {text_of("https://example.com/y"), "meta_nofollow"}};
    struct job_store *store = open_site(in_folder("1.sqlite"), 0);
    assert_int_equal(job_store_begin(store), 0);
    for (int64_t id = 1; id <= 3; id++) {
        struct site_page site;
        site_batch(&site, id);
        if (id == 1) {
            site.page.directives = 1 | 8 | 32;
            site.page.robots_tag = text_of("noindex\nnoai");
            site.page.tdm_policy = text_of("https://example.com/policy");
            site.page.sniffed_type = "image/png";
            site.page.etag = text_of("\"v1\"");
            site.page.last_modified = text_of("yesterday");
            site.page.unfollowed = links;
            site.page.unfollowed_count = 2;
        }
        if (id == 2)
            site.page.directives = 2;
        assert_int_equal(job_store_append(store, &site.batch), 0);
    }
    assert_int_equal(job_store_commit(store), 0);
    return store;
}

static int see_page(const struct page_result *row, void *arg)
{
    (void)arg;
    assert_int_equal(row->directives, 1 | 8 | 32);
    assert_string_equal(row->robots_tag, "noindex\nnoai");
    assert_string_equal(row->tdm_policy, "https://example.com/policy");
    assert_string_equal(row->sniffed_type, "image/png");
    assert_string_equal(row->etag, "\"v1\"");
    assert_string_equal(row->last_modified, "yesterday");
    assert_int_equal(row->unfollowed, 2);
    return 0;
}

static void a_page_comes_back_with_its_facts(void **state)
{
    (void)state;
    struct job_reader *reader = NULL;
    job_store_free(open_with_facts());
    assert_int_equal(job_reader_open(in_folder("1.sqlite"), &reader), 0);
    assert_int_equal(query_page(reader, 1, see_page, NULL), 0);
    job_reader_free(reader);
}

struct tally {
    int rows, reserved;
};

static int count_occurrence(const struct occurrence_result *row, void *arg)
{
    struct tally *tally = arg;
    tally->rows++;
    if (row->page_id == 1) {
        tally->reserved++;
        assert_string_equal(row->tdm_policy, "https://example.com/policy");
    }
    assert_int_equal(row->directives, row->page_id == 1 ? 41 : row->page_id == 2 ? 2 : 0);
    return 0;
}

static void assert_consent(struct job_reader *reader, const char *consent, int rows, int reserved)
{
    const struct query_filter filter = {.consent = consent};
    struct tally tally = {0};
    assert_int_equal(query_occurrences(reader, &filter, count_occurrence, &tally), 0);
    assert_int_equal(tally.rows, rows);
    assert_int_equal(tally.reserved, reserved);
}

/* nofollow is about links: the images of page 2 are open. */
static void occurrences_are_chosen_by_consent(void **state)
{
    (void)state;
    struct job_reader *reader = NULL;
    job_store_free(open_with_facts());
    assert_int_equal(job_reader_open(in_folder("1.sqlite"), &reader), 0);
    assert_consent(reader, NULL, 3 * SITE_IMAGES, SITE_IMAGES);
    assert_consent(reader, "reserved", SITE_IMAGES, SITE_IMAGES);
    assert_consent(reader, "open", 2 * SITE_IMAGES, 0);
    job_reader_free(reader);
}

static int count_unfollowed(const struct store_unfollowed *link, void *arg)
{
    int *count = arg;
    assert_int_equal(link->url.bytes, strlen("https://example.com/x"));
    assert_string_equal(link->rule, *count == 0 ? "rel_nofollow" : "meta_nofollow");
    ++*count;
    return 0;
}

static void what_was_not_followed_is_known_after_a_restart(void **state)
{
    (void)state;
    struct job_store *store = NULL;
    int count = 0;
    job_store_free(open_with_facts());
    assert_int_equal(job_store_open(in_folder("1.sqlite"), &store, NULL), 0);
    assert_int_equal(job_store_each_unfollowed(store, count_unfollowed, &count), 0);
    assert_int_equal(count, 2);
    job_store_free(store);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(a_page_comes_back_with_its_facts),
        in_a_folder(occurrences_are_chosen_by_consent),
        in_a_folder(what_was_not_followed_is_known_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
