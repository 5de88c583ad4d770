/* URL cleaning: what goes, what stays, and that what stays keeps its bytes. */
#include <stdio.h>
#include <string.h>

#include "crawler/frontier/url_cleaning.h"
#include "tests/unit/crawler/crawler_test.h"

static const struct job_settings tracking = {.remove_tracking = true};
static const struct job_settings sessions = {.remove_session_ids = true};

static void becomes(const struct job_settings *settings, const char *before, const char *after)
{
    struct url url = url_of(before), wanted = url_of(after);
    bool changed = url_clean(settings, &url);
    assert_string_equal(url.href, wanted.href);
    assert_int_equal(changed, strcmp(before, after) != 0);
    assert_int_equal(url.length, wanted.length);
    assert_int_equal(url.path_start, wanted.path_start);
    assert_int_equal(url.query_start, wanted.query_start);
    assert_int_equal(url.fragment_start, wanted.fragment_start);
}

static void stays(const struct job_settings *settings, const char *url)
{
    becomes(settings, url, url);
}

static void tracking_parameters_go(void **state)
{
    (void)state;
    becomes(&tracking, "http://a.example/?utm_source=x&utm_x=y", "http://a.example/");
    becomes(&tracking, "http://a.example/p?b=%7e&gclid=1&a=2", "http://a.example/p?b=%7e&a=2");
    becomes(&tracking, "http://a.example/p?fbclid=1&b", "http://a.example/p?b");
    becomes(&tracking, "http://a.example/p?b&FBCLID=1", "http://a.example/p?b");
    becomes(&tracking, "http://a.example/p?a&&msclkid=1&c&", "http://a.example/p?a&&c&");
    stays(&tracking, "http://a.example/p?utm=1&gclidx=2&x=gclid");
    stays(&tracking, "http://a.example/p?");
    stays(&tracking, "http://a.example/p?&");
    stays(&tracking, "http://a.example/utm_source=1");
    stays(&tracking, "http://a.example/p?PHPSESSID=1");
}

static void session_parameters_go(void **state)
{
    (void)state;
    becomes(&sessions, "http://a.example/p?PHPSESSID=abc&x=1", "http://a.example/p?x=1");
    becomes(&sessions, "http://a.example/p?x=1&ASPSESSIONIDQQ=abc", "http://a.example/p?x=1");
    becomes(&sessions, "http://a.example/p?CFID=1&CFTOKEN=2", "http://a.example/p");
    becomes(&sessions, "http://a.example/p?sid=0123456789abcdef0123", "http://a.example/p");
    stays(&sessions, "http://a.example/p?sid=12");
    stays(&sessions, "http://a.example/p?sid=some-long-section-name");
    stays(&sessions, "http://a.example/p?s=search+words+of+a+person");
    stays(&sessions, "http://a.example/p?utm_source=1");
}

static void session_parts_of_paths_go(void **state)
{
    (void)state;
    becomes(&sessions, "http://a.example/p;jsessionid=AB.node1?x=1", "http://a.example/p?x=1");
    becomes(&sessions, "http://a.example/a;JSESSIONID=1;v=2/b", "http://a.example/a;v=2/b");
    becomes(&sessions, "http://a.example/(S(lit3py55t21z5v55vlm25s55))/x.aspx",
            "http://a.example/x.aspx");
    becomes(&sessions, "http://a.example/app/(A(x)S(yyyyyy))/x?y", "http://a.example/app/x?y");
    stays(&sessions, "http://a.example/p;v=2");
    stays(&sessions, "http://a.example/(S)/x");
    stays(&sessions, "http://a.example/(Section(s))");
    stays(&sessions, "http://a.example/;");
}

static void named_parameters_go_by_glob(void **state)
{
    (void)state;
    char *names[] = {(char[]){"ref"}, (char[]){"x_*"}};
    const struct job_settings named = {.remove_parameters = {.items = names, .count = 2}};
    becomes(&named, "http://a.example/?ref=1&x_y=2&xy=3&Ref=4", "http://a.example/?xy=3&Ref=4");
    stays(&named, "http://a.example/?refs=1");
    assert_true(url_cleaning_is_on(&named));
    assert_false(url_cleaning_is_on(&(struct job_settings){0}));
}

static void tokens_look_drawn_by_lot(void **state)
{
    (void)state;
    static const char *const tokens[] = {"0123456789abcdef", "550e8400-e29b-41d4-a716-446655440000",
                                         "aB3dE5gH7jK9mN1pQ3sT"};
    static const char *const others[] = {"1234567890123456", "internationalisation",
                                         "a-title-of-2031-with-4-words", "product12345",
                                         "abcdefabcdefabcdef"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        assert_true(url_text_is_token((struct url_slice){tokens[i], strlen(tokens[i])}));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(url_text_is_token((struct url_slice){others[i], strlen(others[i])}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tracking_parameters_go),    cmocka_unit_test(session_parameters_go),
        cmocka_unit_test(session_parts_of_paths_go), cmocka_unit_test(named_parameters_go_by_glob),
        cmocka_unit_test(tokens_look_drawn_by_lot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
