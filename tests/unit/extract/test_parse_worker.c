/* The parse process's handler: what it answers, and which requests it refuses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/image_record.h"
#include "crawler/extract/parse_request.h"
#include "crawler/extract/parse_worker.h"
#include "crawler/extract/record.h"
#include "crawler/extract/sitemap_record.h"

enum { LANE_BYTES = 64 * 1024, BODY_OFFSET = 16 };

static const char page_url[] = "http://site.test/dir/";

struct world {
    unsigned char bodies[4096];
    struct parse_worker *worker;
    void *lane;
    /* The request as it travels: the struct and the URL behind it. */
    unsigned char message[sizeof(struct parse_request) + 16384];
    size_t message_bytes;
};

static void set_request(struct world *world, uint32_t kind, const char *body)
{
    struct parse_request request = {.kind = kind,
                                    .base_bytes = sizeof page_url - 1,
                                    .body_offset = BODY_OFFSET,
                                    .body_bytes = strlen(body),
                                    .content_type = "text/html",
                                    .agent = "imgcrawl"};
    memcpy(world->bodies + BODY_OFFSET, body, strlen(body));
    memcpy(world->message, &request, sizeof request);
    memcpy(world->message + sizeof request, page_url, sizeof page_url - 1);
    world->message_bytes = sizeof request + sizeof page_url - 1;
}

static struct parse_request *request_of(struct world *world)
{
    return (void *)world->message;
}

static int64_t handle(struct world *world)
{
    return parse_worker_handle(world->message, world->message_bytes, world->lane, LANE_BYTES,
                               world->worker);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    world->worker = parse_worker_new(world->bodies, sizeof world->bodies);
    world->lane = malloc(LANE_BYTES);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    parse_worker_free(world->worker);
    free(world->lane);
    free(world);
    return 0;
}

static void html_is_answered_with_a_record(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_HTML, "<img src=a.png><a href=b>x</a>");
    struct page_record record;
    int64_t bytes = handle(world);
    assert_true(bytes > 0);
    assert_int_equal(record_open(world->lane, (size_t)bytes, &record), 0);
    assert_string_equal(record.images[0].url.data, "http://site.test/dir/a.png");
    assert_string_equal(record.links[0].url.data, "http://site.test/dir/b");
    record_close(&record);
}

static void robots_is_answered_with_rules(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_ROBOTS, "User-agent: *\nDisallow: /no\nAllow: /no/but\n");
    int64_t bytes = handle(world);
    assert_true(bytes > 0);
    assert_int_equal(strlen(world->lane) + 1, bytes);
    assert_string_equal(world->lane, "disallow 2 /no\nallow 3 /no/but\n");
    set_request(world, PARSE_ROBOTS, "");
    assert_int_equal(handle(world), 1);
}

static void sitemap_is_answered_with_a_record(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_SITEMAP, "<urlset><url><loc>b</loc></url></urlset>");
    struct sitemap_record record;
    int64_t bytes = handle(world);
    assert_true(bytes > 0);
    assert_int_equal(sitemap_record_open(world->lane, (size_t)bytes, &record), 0);
    assert_string_equal(record.entries[0].loc.data, "http://site.test/dir/b");
    sitemap_record_close(&record);
    memcpy(world->message + sizeof(struct parse_request), "ftp:", 4);
    assert_int_equal(handle(world), -EBADMSG);
}

static void image_is_answered_with_a_record(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_IMAGE, "<svg width='7' height='9'/>");
    struct image_record record;
    int64_t bytes = handle(world);
    assert_true(bytes > 0);
    assert_int_equal(image_record_open(world->lane, (size_t)bytes, &record), 0);
    assert_int_equal(record.type, IMAGE_SVG);
    assert_int_equal(record.width, 7);
    assert_false(record.has_sha256);
    request_of(world)->flags = PARSE_WHOLE_IMAGE;
    bytes = handle(world);
    assert_true(bytes > 0);
    assert_int_equal(image_record_open(world->lane, (size_t)bytes, &record), 0);
    assert_true(record.has_sha256);
    request_of(world)->flags = PARSE_FLAGS_ALL + 1;
    assert_int_equal(handle(world), -EBADMSG);
}

static void style_sheet_is_answered_with_a_record(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_STYLE_SHEET, "a{background:url(b.png)}");
    struct page_record record;
    int64_t bytes = handle(world);
    assert_true(bytes > 0);
    assert_int_equal(record_open(world->lane, (size_t)bytes, &record), 0);
    assert_true(record.flags & RECORD_STYLE_SHEET);
    assert_string_equal(record.images[0].url.data, "http://site.test/dir/b.png");
    record_close(&record);
    memcpy(world->message + sizeof(struct parse_request), "ftp:", 4);
    assert_int_equal(handle(world), -EBADMSG);
}

static void requests_that_are_not_well_formed_are_refused(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_KIND_COUNT, "x");
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_HTML, "x");
    world->message_bytes--;
    assert_int_equal(handle(world), -EBADMSG);
    world->message_bytes = sizeof(struct parse_request) - 1;
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_HTML, "x");
    request_of(world)->base_bytes = UINT32_MAX;
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_HTML, "x");
    request_of(world)->base_bytes = 10000;
    world->message_bytes = sizeof(struct parse_request) + 10000;
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_HTML, "x");
    memset(request_of(world)->content_type, 'x', sizeof request_of(world)->content_type);
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_ROBOTS, "x");
    memset(request_of(world)->agent, 'x', sizeof request_of(world)->agent);
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_ROBOTS, "x");
    request_of(world)->agent[0] = '\0';
    assert_int_equal(handle(world), -EBADMSG);
    set_request(world, PARSE_HTML, "x");
    memcpy(world->message + sizeof(struct parse_request), "ftp:", 4);
    assert_int_equal(handle(world), -EBADMSG);
}

static void bodies_outside_the_mapping_are_refused(void **state)
{
    struct world *world = *state;
    static const struct {
        uint64_t offset, bytes;
    } cases[] = {{4097, 0}, {0, 4097}, {4096, 1}, {UINT64_MAX, 1}, {1, UINT64_MAX}, {4000, 97}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_request(world, PARSE_HTML, "x");
        request_of(world)->body_offset = cases[i].offset;
        request_of(world)->body_bytes = cases[i].bytes;
        assert_int_equal(handle(world), -EBADMSG);
    }
    set_request(world, PARSE_HTML, "x");
    request_of(world)->body_offset = sizeof world->bodies;
    request_of(world)->body_bytes = 0;
    assert_true(handle(world) > 0);
}

static void lane_too_small_for_any_record_is_told(void **state)
{
    struct world *world = *state;
    set_request(world, PARSE_HTML, "x");
    assert_int_equal(
        parse_worker_handle(world->message, world->message_bytes, world->lane, 8, world->worker),
        -E2BIG);
    set_request(world, PARSE_SITEMAP, "x");
    assert_int_equal(
        parse_worker_handle(world->message, world->message_bytes, world->lane, 8, world->worker),
        -E2BIG);
    set_request(world, PARSE_ROBOTS, "x");
    assert_int_equal(
        parse_worker_handle(world->message, world->message_bytes, world->lane, 0, world->worker),
        -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(html_is_answered_with_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(robots_is_answered_with_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sitemap_is_answered_with_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(image_is_answered_with_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(style_sheet_is_answered_with_a_record, set_up, tear_down),
        cmocka_unit_test_setup_teardown(requests_that_are_not_well_formed_are_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(bodies_outside_the_mapping_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lane_too_small_for_any_record_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
