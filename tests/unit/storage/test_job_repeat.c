/* What an ended job's file gives to the crawl that repeats it: its URLs, a page's validators, the
 * page as it was. */
#include "site.h"

#include "storage/job_repeat.h"

/* Page 1 of the small site came with an ETag, page 2 without; 3 is known and was never fetched. */
static void write_site(void)
{
    struct job_store *store = open_site(in_folder("1.sqlite"), 0);
    struct site_page first, second;
    struct store_unfollowed unfollowed = {text_of("https://example.com/no"), "rel_nofollow"};
    assert_int_equal(job_store_begin(store), 0);
    struct store_batch page = *site_batch(&first, 1);
    first.page.etag = text_of("\"v1\"");
    first.page.unfollowed = &unfollowed;
    first.page.unfollowed_count = 1;
    assert_int_equal(job_store_append(store, &page), 0);
    site_batch(&second, 2);
    assert_int_equal(job_store_append(store, &(struct store_batch){.page = &second.page}), 0);
    assert_int_equal(job_store_commit(store), 0);
    job_store_free(store);
}

static struct job_repeat *open_repeat(void)
{
    struct job_repeat *repeat = NULL;
    const char *reason = NULL;
    assert_int_equal(job_repeat_open(in_folder("1.sqlite"), &repeat, &reason), 0);
    return repeat;
}

static int add_id(const struct store_url *url, void *arg)
{
    int64_t *sum = arg;
    *sum = *sum * 10 + url->id;
    return 0;
}

static void urls_come_in_order_and_in_parts(void **state)
{
    (void)state;
    write_site();
    struct job_repeat *repeat = open_repeat();
    int64_t ids = 0;
    assert_int_equal(job_repeat_each_url(repeat, 0, 2, add_id, &ids), 0);
    assert_int_equal(ids, 12);
    ids = 0;
    assert_int_equal(job_repeat_each_url(repeat, 2, 2, add_id, &ids), 0);
    assert_int_equal(ids, 3);
    ids = 0;
    assert_int_equal(job_repeat_each_url(repeat, 3, 2, add_id, &ids), 0);
    assert_int_equal(ids, 0);
    job_repeat_free(repeat);
}

static void only_what_was_fetched_with_a_validator_is_found(void **state)
{
    (void)state;
    write_site();
    struct job_repeat *repeat = open_repeat();
    struct repeat_validators found = {0};
    assert_int_equal(job_repeat_find(repeat, "https://example.com/2", &found), -ENOENT);
    assert_int_equal(job_repeat_find(repeat, "https://example.com/3", &found), -ENOENT);
    assert_int_equal(job_repeat_find(repeat, "https://example.com/none", &found), -ENOENT);
    assert_int_equal(job_repeat_find(repeat, "https://example.com/1", &found), 0);
    assert_int_equal(found.page_id, 1);
    assert_string_equal(found.etag, "\"v1\"");
    assert_null(found.last_modified);
    free(found.etag);
    job_repeat_free(repeat);
}

static void page_comes_back_as_it_was(void **state)
{
    (void)state;
    write_site();
    struct job_repeat *repeat = open_repeat();
    struct site_page site;
    struct repeat_page *page = NULL;
    site_batch(&site, 1);
    assert_int_equal(job_repeat_load(repeat, 1, &page), 0);
    assert_string_equal(page->page.title.data, "A page");
    assert_int_equal(page->page.body_bytes, 1000);
    assert_int_equal(page->page.image_count, SITE_IMAGES);
    for (int i = 0; i < SITE_IMAGES; i++) {
        const struct store_image *then = &site.occurrences[i], *now = &page->page.images[i];
        assert_int_equal(then->url.bytes, now->url.bytes);
        if (then->url.data)
            assert_string_equal(then->url.data, now->url.data);
        assert_string_equal(then->alt_state, now->alt_state);
        assert_string_equal(then->source, now->source);
        assert_int_equal(then->position, now->position);
        assert_int_equal(!then->alt.data, !now->alt.data);
    }
    assert_int_equal(page->page.unfollowed_count, 1);
    assert_string_equal(page->page.unfollowed[0].rule, "rel_nofollow");
    repeat_page_free(page);
    assert_int_equal(job_repeat_load(repeat, 3, &page), -ENOENT);
    job_repeat_free(repeat);
}

static void file_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct job_repeat *repeat = NULL;
    const char *reason = NULL;
    assert_int_equal(job_repeat_open(in_folder("9.sqlite"), &repeat, &reason), -ENOENT);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(urls_come_in_order_and_in_parts),
        in_a_folder(only_what_was_fetched_with_a_validator_is_found),
        in_a_folder(page_comes_back_as_it_was),
        in_a_folder(file_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests_name("job_repeat", tests, NULL, NULL);
}
