/* Unfollowed links: which rule holds a link back, and that each URL is written down once. */
#include "crawler/extract/record.h"
#include "crawler/frontier/discovery.h"
#include "crawler/frontier/seen.h"
#include "crawler/frontier/unfollowed.h"
#include "tests/unit/crawler/crawler_test.h"

static struct record_link link_to(const char *url, uint32_t flags)
{
    return (struct record_link){.url = {url, strlen(url)}, .flags = flags};
}

static void the_nearest_rule_is_told(void **state)
{
    (void)state;
    const struct record_link plain = link_to("https://a/", 0);
    const struct record_link marked = link_to("https://a/", LINK_NOFOLLOW);
    const uint32_t none = DIRECTIVES_ALL & ~(uint32_t)DIRECTIVE_NOFOLLOW;
    assert_null(unfollowed_rule(&plain, none, none));
    assert_string_equal(unfollowed_rule(&marked, DIRECTIVE_NOFOLLOW, DIRECTIVE_NOFOLLOW),
                        "rel_nofollow");
    assert_string_equal(unfollowed_rule(&plain, DIRECTIVE_NOFOLLOW, DIRECTIVE_NOFOLLOW),
                        "meta_nofollow");
    assert_string_equal(unfollowed_rule(&plain, 0, DIRECTIVE_NOFOLLOW), "robots_tag_nofollow");
}

static void each_url_is_written_down_once_and_no_more_than_may_be_known(void **state)
{
    (void)state;
    struct discovery discovery = {.unfollowed = seen_new(1), .max_urls = 20};
    struct unfollowed unfollowed = {0};
    char urls[40][32];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 40; i++) {
            snprintf(urls[i], sizeof urls[i], "https://a/%d", i);
            struct record_link one = link_to(urls[i], LINK_NOFOLLOW);
            unfollowed_add(&unfollowed, &discovery, &one, "rel_nofollow");
        }
    assert_int_equal(unfollowed.count, 20);
    for (size_t i = 0; i < unfollowed.count; i++) {
        assert_ptr_equal(unfollowed.links[i].url.data, urls[i]);
        assert_string_equal(unfollowed.links[i].rule, "rel_nofollow");
    }
    unfollowed_done(&unfollowed);
    assert_int_equal(unfollowed.count, 0);
    seen_free(discovery.unfollowed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_rule_is_told),
        cmocka_unit_test(each_url_is_written_down_once_and_no_more_than_may_be_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
