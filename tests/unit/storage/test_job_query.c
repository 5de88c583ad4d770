/* The reading side: filters, order, cursors, counts; the same answers with and without indexes. */
#include "site.h"

#include "storage/job_query.h"

/* What a callback saw, one word a row. */
struct seen {
    char words[1024];
};

__attribute__((format(printf, 2, 3))) static void see(struct seen *seen, const char *format, ...)
{
    size_t used = strlen(seen->words);
    va_list args;
    va_start(args, format);
    vsnprintf(seen->words + used, sizeof(seen->words) - used, format, args);
    va_end(args);
}

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static int see_page(const struct page_result *row, void *arg)
{
    see(arg, "%" PRId64 "/%s/%s ", row->id, row->state, or_dash(row->outcome));
    return 0;
}

static int see_image(const struct image_result *row, void *arg)
{
    see(arg, "%" PRId64 "x%" PRId64 " ", row->id, row->occurrences);
    return 0;
}

static int see_occurrence(const struct occurrence_result *row, void *arg)
{
    see(arg, "%" PRId64 " ", row->id);
    return 0;
}

static struct job_reader *open_reader(void)
{
    struct job_reader *reader = NULL;
    assert_int_equal(job_reader_open(in_folder("1.sqlite"), &reader), 0);
    return reader;
}

static void assert_pages(struct query_filter filter, const char *expected)
{
    struct seen seen = {""};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_pages(reader, &filter, see_page, &seen), 0);
    assert_string_equal(seen.words, expected);
    job_reader_free(reader);
}

static void assert_images(struct query_filter filter, const char *expected)
{
    struct seen seen = {""};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_images(reader, &filter, see_image, &seen), 0);
    assert_string_equal(seen.words, expected);
    job_reader_free(reader);
}

static void assert_occurrences(struct query_filter filter, const char *expected)
{
    struct seen seen = {""};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_occurrences(reader, &filter, see_occurrence, &seen), 0);
    assert_string_equal(seen.words, expected);
    job_reader_free(reader);
}

static int append_alone(struct job_store *store, const struct store_batch *batch)
{
    int r = job_store_begin(store);
    r = r < 0 ? r : job_store_append(store, batch);
    return r < 0 ? r : job_store_commit(store);
}

/* Three pages done, 4 failed with a 404, 5 a redirect to 8 on another host, 8 redirected to 9,
 * which is done; 6 and 7 queued; 10 refused when found, 11 skipped later. */
static struct job_store *make_job(void)
{
    struct job_store *store = open_site(in_folder("1.sqlite"), 3);
    struct store_page failed = {
        .id = 4, .state = "failed", .outcome = "http_404", .status = 404, .fetched_ms = 5};
    assert_int_equal(append_alone(store, &(struct store_batch){.page = &failed}), 0);

    struct store_origin origin = {2, text_of("http://other.example"), text_of("other.example")};
    struct store_url first = {
        .id = 8, .origin_id = 2, .parent_id = 5, .via = "redirect", .hops = 1};
    struct store_page moved = {.id = 5, .state = "done", .outcome = "redirect", .status = 301};
    first.url = moved.redirect_to = text_of("http://other.example/100%_sure");
    assert_int_equal(append_alone(store, &(struct store_batch){.origins = &origin,
                                                               .origin_count = 1,
                                                               .urls = &first,
                                                               .url_count = 1,
                                                               .page = &moved}),
                     0);
    struct store_url second = {
        .id = 9, .origin_id = 2, .parent_id = 8, .via = "redirect", .hops = 2};
    second.url = text_of("http://other.example/end");
    moved.id = 8;
    assert_int_equal(
        append_alone(store, &(struct store_batch){.urls = &second, .url_count = 1, .page = &moved}),
        0);
    struct store_page last = {.id = 9, .state = "done", .outcome = "ok", .status = 200};
    last.title = text_of("THE end");
    assert_int_equal(append_alone(store, &(struct store_batch){.page = &last}), 0);
    struct store_url more[] = {{.id = 10, .origin_id = 2, .via = "link", .skipped = "robots"},
                               {.id = 11, .origin_id = 2, .via = "link"}};
    more[0].url = more[1].url = text_of("http://other.example/more");
    struct store_page skipped = {.id = 11, .state = "skipped", .outcome = "robots"};
    assert_int_equal(
        append_alone(store, &(struct store_batch){.urls = more, .url_count = 2, .page = &skipped}),
        0);
    return store;
}

/* Each test runs twice: on the growing file and on the finished one. */
static int make_running_job(void **state)
{
    int r = make_folder(NULL);
    *state = make_job();
    return r;
}

static int make_finished_job(void **state)
{
    int r = make_running_job(state);
    return r < 0 ? r : job_store_finish(*state);
}

static int drop_job(void **state)
{
    job_store_free(*state);
    return remove_folder(NULL);
}

static void pages_tell_what_became_of_each_url(void **state)
{
    (void)state;
    assert_pages((struct query_filter){0},
                 "1/done/ok 2/done/ok 3/done/ok 4/failed/http_404 5/done/redirect 6/queued/- "
                 "7/queued/- 8/done/redirect 9/done/ok 10/skipped/robots 11/skipped/robots ");
}

static void pages_are_filtered_by_state_and_outcome(void **state)
{
    (void)state;
    assert_pages((struct query_filter){.state = "queued"}, "6/queued/- 7/queued/- ");
    assert_pages((struct query_filter){.state = "failed"}, "4/failed/http_404 ");
    assert_pages((struct query_filter){.state = "skipped"}, "10/skipped/robots 11/skipped/robots ");
    assert_pages((struct query_filter){.outcome = "robots"},
                 "10/skipped/robots 11/skipped/robots ");
    assert_pages((struct query_filter){.outcome = "robots", .limit = 1}, "10/skipped/robots ");
    assert_pages((struct query_filter){.outcome = "robots", .after_id = 10}, "11/skipped/robots ");
    assert_pages((struct query_filter){.outcome = "ok", .state = "done", .after_id = 2},
                 "3/done/ok 9/done/ok ");
    assert_pages((struct query_filter){.outcome = "ok", .state = "failed"}, "");
    assert_pages((struct query_filter){.outcome = "ok", .state = "queued"}, "");
    assert_pages((struct query_filter){.outcome = "robots", .state = "skipped", .limit = 1},
                 "10/skipped/robots ");
}

static void pages_are_filtered_by_host_status_and_text(void **state)
{
    (void)state;
    assert_pages((struct query_filter){.host = "other.example", .state = "done"},
                 "8/done/redirect 9/done/ok ");
    assert_pages((struct query_filter){.status_min = 300, .status_max = 399},
                 "5/done/redirect 8/done/redirect ");
    assert_pages((struct query_filter){.status_min = 400}, "4/failed/http_404 ");
    assert_pages((struct query_filter){.text = "tHe EnD"}, "9/done/ok ");
    assert_pages((struct query_filter){.text = "100%_"}, "8/done/redirect ");
    assert_pages((struct query_filter){.text = "1%s"}, "");
    assert_pages((struct query_filter){.text = "\\"}, "");
    assert_pages((struct query_filter){.text = "'"}, "");
}

static void cursor_walks_all_pages_once(void **state)
{
    (void)state;
    struct query_filter filter = {.limit = 4};
    assert_pages(filter, "1/done/ok 2/done/ok 3/done/ok 4/failed/http_404 ");
    filter.after_id = 4;
    assert_pages(filter, "5/done/redirect 6/queued/- 7/queued/- 8/done/redirect ");
    filter.after_id = 8;
    assert_pages(filter, "9/done/ok 10/skipped/robots 11/skipped/robots ");
    filter.after_id = 11;
    assert_pages(filter, "");
}

static int check_page(const struct page_result *row, void *arg)
{
    (void)arg;
    assert_string_equal(row->url, "https://example.com/2");
    assert_string_equal(row->host, "example.com");
    assert_string_equal(row->parent_url, "https://example.com/1");
    assert_string_equal(row->title, "A page");
    assert_string_equal(row->via, "link");
    assert_null(row->detail);
    assert_int_equal(row->status, 200);
    assert_int_equal(row->depth, 1);
    assert_int_equal(row->fetched_ms, 1700000000002);
    assert_int_equal(row->fetch_ms, 12);
    return 0;
}

static void one_page_is_told_with_its_facts(void **state)
{
    (void)state;
    struct job_reader *reader = open_reader();
    assert_int_equal(query_page(reader, 2, check_page, NULL), 0);
    assert_int_equal(query_page(reader, 99, check_page, NULL), -ENOENT);
    job_reader_free(reader);
}

static void redirect_chain_is_oldest_first_without_the_page(void **state)
{
    (void)state;
    struct seen seen = {""};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_redirect_chain(reader, 9, see_page, &seen), 0);
    assert_string_equal(seen.words, "5/done/redirect 8/done/redirect ");
    seen.words[0] = '\0';
    assert_int_equal(query_redirect_chain(reader, 3, see_page, &seen), 0);
    assert_string_equal(seen.words, "");
    job_reader_free(reader);
}

/* Images: 1 the logo, then 2 and 3 of page 1, 4 and 5 of page 2, 6 and 7 of page 3. */
static void images_are_counted_and_filtered(void **state)
{
    (void)state;
    assert_images((struct query_filter){0}, "1x3 2x1 3x1 4x1 5x1 6x1 7x1 ");
    assert_images((struct query_filter){.after_id = 2, .limit = 2}, "3x1 4x1 ");
    assert_images((struct query_filter){.host = "example.com"}, "1x3 ");
    assert_images((struct query_filter){.alt_state = "missing"}, "2x1 4x1 6x1 ");
    assert_images((struct query_filter){.alt_state = "missing", .after_id = 2, .limit = 1}, "4x1 ");
    assert_images((struct query_filter){.alt_state = "empty"}, ""); /* those have no URL */
    assert_images((struct query_filter){.source = "srcset"}, "3x1 5x1 7x1 ");
    assert_images((struct query_filter){.page_id = 2}, "1x3 4x1 5x1 ");
    assert_images((struct query_filter){.page_id = 2, .alt_state = "missing"}, "4x1 ");
    assert_images((struct query_filter){.image_id = 1}, "1x3 ");
    assert_images((struct query_filter){.image_id = 1, .alt_state = "missing"}, "");
    assert_images((struct query_filter){.text = "LOGO"}, "1x3 ");
    assert_images((struct query_filter){.text = "a \"title\"", .limit = 2}, "2x1 4x1 ");
}

static int check_logo(const struct image_result *row, void *arg)
{
    ++*(int *)arg;
    assert_string_equal(row->url, "https://example.com/logo.png");
    assert_string_equal(row->host, "example.com");
    assert_string_equal(row->first_page_url, "https://example.com/1");
    assert_string_equal(row->alt, "The logo");
    assert_int_equal(row->pages, 3);
    assert_int_equal(row->alt_text, 3);
    assert_int_equal(row->alt_missing + row->alt_empty + row->alt_whitespace, 0);
    return 0;
}

static void image_is_told_with_its_first_page_and_alt(void **state)
{
    (void)state;
    int calls = 0;
    const struct query_filter filter = {.limit = 1};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_images(reader, &filter, check_logo, &calls), 0);
    assert_int_equal(calls, 1);
    job_reader_free(reader);
}

static void occurrences_are_filtered(void **state)
{
    (void)state;
    assert_occurrences((struct query_filter){0}, "1 2 3 4 5 6 7 8 9 10 11 12 ");
    assert_occurrences((struct query_filter){.after_id = 10}, "11 12 ");
    assert_occurrences((struct query_filter){.page_id = 2, .limit = 3}, "5 6 7 ");
    assert_occurrences((struct query_filter){.image_id = 1}, "1 5 9 ");
    assert_occurrences((struct query_filter){.image_id = 1, .after_id = 1, .limit = 1}, "5 ");
    assert_occurrences((struct query_filter){.alt_state = "empty"}, "3 7 11 ");
    assert_occurrences((struct query_filter){.source = "srcset", .alt_state = "whitespace"},
                       "4 8 12 ");
    assert_occurrences((struct query_filter){.host = "example.com"}, "1 5 9 ");
    assert_occurrences((struct query_filter){.page_host = "example.com", .limit = 2}, "1 2 ");
    assert_occurrences((struct query_filter){.page_host = "other.example"}, "");
    assert_occurrences((struct query_filter){.text = "the logo", .after_id = 4}, "5 9 ");
    assert_occurrences((struct query_filter){.status_min = 400}, "");
}

static int check_occurrence(const struct occurrence_result *row, void *arg)
{
    (void)arg;
    assert_string_equal(row->page_url, "https://example.com/1");
    assert_null(row->url);
    assert_int_equal(row->image_id, 0);
    assert_string_equal(row->raw, "raw");
    assert_string_equal(row->alt, "");
    assert_string_equal(row->alt_state, "empty");
    assert_null(row->width);
    assert_int_equal(row->position, 2);
    assert_int_equal(row->page_status, 200);
    return 0;
}

static void occurrence_without_url_is_told(void **state)
{
    (void)state;
    const struct query_filter filter = {.after_id = 2, .limit = 1};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_occurrences(reader, &filter, check_occurrence, NULL), 0);
    job_reader_free(reader);
}

static int see_host(const struct host_count *row, void *arg)
{
    see(arg, "%s:%" PRId64 " ", row->host, row->count);
    return 0;
}

static void hosts_are_counted_most_first(void **state)
{
    (void)state;
    struct seen seen = {""};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_hosts(reader, "images", 0, see_host, &seen), 0);
    assert_string_equal(seen.words, "img.example:6 example.com:1 ");
    seen.words[0] = '\0';
    assert_int_equal(query_hosts(reader, "pages", 1, see_host, &seen), 0);
    assert_string_equal(seen.words, "example.com:7 ");
    assert_int_equal(query_hosts(reader, "cats", 1, see_host, &seen), -EINVAL);
    job_reader_free(reader);
}

static int see_event(int64_t at_ms, const char *kind, const char *text, void *arg)
{
    see(arg, "%" PRId64 "%s%s ", at_ms, kind, or_dash(text));
    return 0;
}

static void events_are_the_last_ones_in_order(void **state)
{
    struct seen seen = {""};
    struct job_reader *reader = open_reader();
    for (int at = 1; at <= 4; at++)
        assert_int_equal(job_store_add_event(*state, at, "state", at == 3 ? NULL : "x"), 0);
    assert_int_equal(query_events(reader, 3, see_event, &seen), 0);
    assert_string_equal(seen.words, "2statex 3state- 4statex ");
    job_reader_free(reader);
}

static int stop(const struct page_result *row, void *arg)
{
    (void)row;
    ++*(int *)arg;
    return -ECANCELED;
}

static void callback_s_value_ends_the_walk(void **state)
{
    (void)state;
    int calls = 0;
    const struct query_filter filter = {0};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_pages(reader, &filter, stop, &calls), -ECANCELED);
    assert_int_equal(calls, 1);
    job_reader_free(reader);
}

static void too_long_a_text_is_refused(void **state)
{
    (void)state;
    static char text[1100];
    struct seen seen = {""};
    memset(text, '%', 1001);
    const struct query_filter filter = {.text = text};
    struct job_reader *reader = open_reader();
    assert_int_equal(query_pages(reader, &filter, see_page, &seen), -E2BIG);
    text[1000] = '\0';
    assert_int_equal(query_pages(reader, &filter, see_page, &seen), 0);
    job_reader_free(reader);
}

static void no_file_no_reader(void **state)
{
    (void)state;
    struct job_reader *reader = NULL;
    assert_int_equal(job_reader_open(in_folder("none.sqlite"), &reader), -ENOENT);
    assert_null(reader);
}

#define twice(test)                                                                                \
    {#test " (running)", test, make_running_job, drop_job, NULL},                                  \
    {                                                                                              \
#test " (finished)", test, make_finished_job, drop_job, NULL                               \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        twice(pages_tell_what_became_of_each_url),
        twice(pages_are_filtered_by_state_and_outcome),
        twice(pages_are_filtered_by_host_status_and_text),
        twice(cursor_walks_all_pages_once),
        twice(one_page_is_told_with_its_facts),
        twice(redirect_chain_is_oldest_first_without_the_page),
        twice(images_are_counted_and_filtered),
        twice(image_is_told_with_its_first_page_and_alt),
        twice(occurrences_are_filtered),
        twice(occurrence_without_url_is_told),
        twice(hosts_are_counted_most_first),
        twice(events_are_the_last_ones_in_order),
        twice(callback_s_value_ends_the_walk),
        twice(too_long_a_text_is_refused),
        twice(no_file_no_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
