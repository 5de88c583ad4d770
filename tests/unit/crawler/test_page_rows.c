/* Page rows: what the parse process and the fetcher said, as rows that storage takes. */
#include <errno.h>

#include "crawler/extract/record_writer.h"
#include "crawler/fetch/fetch.h"
#include "crawler/page_rows.h"
#include "tests/unit/crawler/crawler_test.h"

static uint64_t memory[4096];

/* A record of one image for each URL. */
static size_t write_record(const char *const *urls, size_t count)
{
    struct record_writer *writer = record_writer_new();
    assert_int_equal(record_writer_begin(writer, memory, sizeof memory), 0);
    for (size_t i = 0; i < count; i++) {
        struct flat_image image = record_writer_no_image();
        image.url = record_writer_text(writer, urls[i], urls[i] ? strlen(urls[i]) : 0);
        image.raw = record_writer_text(writer, "raw", 3);
        image.alt = record_writer_text(writer, "", 0);
        image.position = (uint32_t)i + 1;
        image.alt_state = ALT_EMPTY;
        image.source = IMAGE_SOURCE_SRCSET;
        record_writer_image(writer, &image);
    }
    record_writer_elements(writer, 5, (uint32_t)count, (uint32_t)count);
    int64_t bytes = record_writer_finish(writer);
    record_writer_free(writer);
    assert_true(bytes > 0);
    return (size_t)bytes;
}

static void rows_carry_what_the_record_says(void **state)
{
    (void)state;
    const char *urls[] = {"https://img.example/a.png", NULL};
    struct page_rows rows = {0};
    assert_int_equal(page_rows_open(&rows, memory, write_record(urls, 2)), 0);
    page_rows_fill(&rows, &(struct page_facts_of_visit){.id = 9, .outcome = OUTCOME_OK});
    assert_int_equal(rows.page.id, 9);
    assert_string_equal(rows.page.state, "done");
    assert_string_equal(rows.page.outcome, "ok");
    assert_int_equal(rows.page.link_elements, 5);
    assert_int_equal(rows.page.image_elements, 2);
    assert_int_equal(rows.page.image_count, 2);
    assert_memory_equal(rows.images[0].url.data, urls[0], rows.images[0].url.bytes);
    assert_string_equal(rows.images[0].source, "srcset");
    assert_string_equal(rows.images[0].alt_state, "empty");
    assert_non_null(rows.images[0].alt.data); /* empty is not absent */
    assert_null(rows.images[0].title.data);
    assert_null(rows.images[1].url.data);
    assert_null(rows.images[1].host.data);
    assert_int_equal(rows.images[1].position, 2);
    page_rows_done(&rows);
}

static void rows_know_the_host_of_an_image(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"https://img.example/a", "img.example"},
        {"https://img.example:8443/a", "img.example"},
        {"http://user:pa@img.example:1/a", "img.example"},
        {"http://user:p%40@img.example/a@b:c", "img.example"},
        {"http://[::1]/a", "[::1]"},
        {"http://[::1]:80/a", "[::1]"},
        {"http://img.example?a:b@c", "img.example"},
        {"http://img.example", "img.example"},
        {"data:image/png;base64,//8=", NULL},
    };
    enum { COUNT = sizeof table / sizeof table[0] };
    const char *urls[COUNT];
    for (int i = 0; i < COUNT; i++)
        urls[i] = table[i][0];
    struct page_rows rows = {0};
    assert_int_equal(page_rows_open(&rows, memory, write_record(urls, COUNT)), 0);
    page_rows_fill(&rows, &(struct page_facts_of_visit){.id = 1, .outcome = OUTCOME_OK});
    for (int i = 0; i < COUNT; i++) {
        struct store_text host = rows.images[i].host;
        if (!table[i][1])
            assert_null(host.data);
        else if (host.bytes != strlen(table[i][1]) ||
                 memcmp(host.data, table[i][1], host.bytes) != 0)
            fail_msg("%s: %.*s", urls[i], (int)host.bytes, host.data);
    }
    page_rows_done(&rows);
}

static void rows_of_a_visit_without_a_record_are_whole(void **state)
{
    (void)state;
    char location[] = "", type[] = "text/plain\x01", tag[] = "", detail[] = "";
    struct fetch_result fetched = {.outcome = OUTCOME_NOT_HTML,
                                   .status = 200,
                                   .location = location,
                                   .content_type = type,
                                   .robots_tag = tag,
                                   .detail = detail,
                                   .elapsed_ms = 12,
                                   .body_bytes = 34};
    struct page_rows rows = {0};
    page_rows_fill(&rows, &(struct page_facts_of_visit){.id = 2,
                                                        .outcome = OUTCOME_NOT_HTML,
                                                        .detail = "",
                                                        .fetched = &fetched,
                                                        .fetched_at_ms = 56,
                                                        .attempts = 3});
    assert_string_equal(rows.page.state, "skipped");
    assert_string_equal(rows.page.outcome, "not_html");
    assert_null(rows.page.detail.data); /* nothing to say is absent, not empty */
    assert_null(rows.page.title.data);
    assert_string_equal(rows.page.content_type.data, "text/plain?");
    assert_int_equal(rows.page.status, 200);
    assert_int_equal(rows.page.fetch_ms, 12);
    assert_int_equal(rows.page.body_bytes, 34);
    assert_int_equal(rows.page.attempts, 3);
    assert_int_equal(rows.page.image_count, 0);
    page_rows_done(&rows);
}

static void rows_join_what_the_page_and_its_headers_ask(void **state)
{
    (void)state;
    char none[] = "", tag[] = "noindex\nbot: noai\x01", policy[] = "https://a/policy",
         etag[] = "\"1\"";
    struct fetch_result fetched = {.status = 200,
                                   .location = none,
                                   .content_type = none,
                                   .robots_tag = tag,
                                   .tdm_policy = policy,
                                   .etag = etag,
                                   .last_modified = none,
                                   .detail = none};
    struct record_writer *writer = record_writer_new();
    assert_int_equal(record_writer_begin(writer, memory, sizeof memory), 0);
    record_writer_directives(writer, DIRECTIVE_NOAI);
    record_writer_sniffed_type(writer, MIME_PNG);
    int64_t bytes = record_writer_finish(writer);
    record_writer_free(writer);
    struct page_rows rows = {0};
    assert_int_equal(page_rows_open(&rows, memory, (size_t)bytes), 0);
    page_rows_fill(&rows, &(struct page_facts_of_visit){.id = 1,
                                                        .outcome = OUTCOME_NOT_HTML,
                                                        .fetched = &fetched,
                                                        .directives = DIRECTIVE_NOINDEX});
    assert_int_equal(rows.page.directives, DIRECTIVE_NOAI | DIRECTIVE_NOINDEX);
    assert_string_equal(rows.page.robots_tag.data, "noindex\nbot: noai?");
    assert_string_equal(rows.page.tdm_policy.data, "https://a/policy");
    assert_string_equal(rows.page.etag.data, "\"1\"");
    assert_null(rows.page.last_modified.data);
    assert_string_equal(rows.page.sniffed_type, "image/png");
    page_rows_done(&rows);
}

static void rows_have_no_images_of_what_is_no_page(void **state)
{
    (void)state;
    const char *urls[] = {"https://img.example/a.png"};
    struct page_rows rows = {0};
    assert_int_equal(page_rows_open(&rows, memory, write_record(urls, 1)), 0);
    page_rows_fill(&rows, &(struct page_facts_of_visit){.id = 1, .outcome = OUTCOME_SOFT_404});
    assert_int_equal(rows.page.image_count, 0);
    assert_int_equal(rows.page.image_elements, 1);
    page_rows_done(&rows);
}

static void rows_refuse_a_record_that_does_not_hold(void **state)
{
    (void)state;
    const char *urls[] = {"https://img.example/a.png"};
    size_t bytes = write_record(urls, 1);
    struct page_rows rows = {0};
    assert_int_equal(page_rows_open(&rows, memory, bytes - 8), -EBADMSG);
    /* What follows goes on without a record. */
    page_rows_fill(&rows, &(struct page_facts_of_visit){.id = 3, .outcome = OUTCOME_PARSE_FAILED});
    assert_int_equal(rows.page.image_count, 0);
    page_rows_done(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_carry_what_the_record_says),
        cmocka_unit_test(rows_know_the_host_of_an_image),
        cmocka_unit_test(rows_of_a_visit_without_a_record_are_whole),
        cmocka_unit_test(rows_join_what_the_page_and_its_headers_ask),
        cmocka_unit_test(rows_have_no_images_of_what_is_no_page),
        cmocka_unit_test(rows_refuse_a_record_that_does_not_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
