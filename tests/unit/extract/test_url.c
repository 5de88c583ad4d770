/* URLs: what resolving, serialising and the canonical form promise to the rest of the crawler. The
 * standard's own cases are run by tests/conformance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/url.h"

static struct url parsed(const char *text)
{
    struct url url;
    if (url_parse(text, strlen(text), NULL, &url) != URL_OK)
        fail_msg("%s is not parsed", text);
    return url;
}

static enum url_error outcome(const char *text)
{
    struct url url;
    return url_parse(text, strlen(text), NULL, &url);
}

static void assert_resolves(const char *input, const char *base_text, const char *expected)
{
    struct url base = parsed(base_text);
    struct url url;
    if (url_parse(input, strlen(input), &base, &url) != URL_OK)
        fail_msg("%s on %s is not parsed", input, base_text);
    assert_string_equal(url.href, expected);
    assert_int_equal(url.length, strlen(expected));
}

static void assert_canonical(const char *input, const char *expected)
{
    struct url url = parsed(input);
    url_canonicalise(&url);
    assert_string_equal(url.href, expected);
    struct url again = parsed(url.href);
    assert_memory_equal(&again, &url, offsetof(struct url, href));
}

static void assert_slice(struct url_slice slice, const char *expected)
{
    assert_int_equal(slice.bytes, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.bytes);
}

static void url_relative_forms_resolve(void **state)
{
    (void)state;
    const char *base = "http://user:pw@example.com:8080/a/b?q#f";
    assert_resolves("", base, "http://user:pw@example.com:8080/a/b?q");
    assert_resolves("#g", base, "http://user:pw@example.com:8080/a/b?q#g");
    assert_resolves("?r", base, "http://user:pw@example.com:8080/a/b?r");
    assert_resolves("c", base, "http://user:pw@example.com:8080/a/c");
    assert_resolves("/c", base, "http://user:pw@example.com:8080/c");
    assert_resolves("//other/c", base, "http://other/c");
    assert_resolves("../../../c/.", base, "http://user:pw@example.com:8080/c/");
    assert_resolves("https:c", base, "https://c/");
    assert_resolves("http:c", base, "http://user:pw@example.com:8080/a/c");
    assert_resolves("\\\\other\\c", base, "http://other/c");
}

static void url_offsets_mark_every_part(void **state)
{
    (void)state;
    struct url url = parsed("HTTPS://u@WWW.Example.com:8443/a/b?c=d#e");
    assert_true(url.is_https);
    assert_true(url.has_credentials);
    assert_false(url.host_is_ip);
    assert_int_equal(url.port, 8443);
    assert_slice(url_host(&url), "www.example.com");
    assert_slice(url_path(&url), "/a/b");
    assert_slice(url_path_and_query(&url), "/a/b?c=d");
    assert_string_equal(url.href + url.fragment_start, "#e");
    url_canonicalise(&url);
    assert_slice(url_origin(&url), "https://www.example.com:8443");
    assert_slice(url_path_and_query(&url), "/a/b?c=d");
}

static void url_default_port_is_not_written(void **state)
{
    (void)state;
    assert_canonical("http://a:80/", "http://a/");
    assert_canonical("https://a:443/", "https://a/");
    assert_canonical("https://a:80/", "https://a:80/");
    assert_canonical("http://a:0080/", "http://a/");
    assert_int_equal(parsed("https://a/").port, 443);
    assert_int_equal(parsed("http://a:65535/").port, 65535);
    assert_int_equal(outcome("http://a:65536/"), URL_INVALID);
}

static void url_canonical_form_drops_fragment_and_credentials(void **state)
{
    (void)state;
    assert_canonical("http://u:p@a/b?c#d", "http://a/b?c");
    assert_canonical("http://:p@a#d", "http://a/");
    assert_canonical("http://a?", "http://a/?");
    assert_canonical("http://a/%7Eb/%2e%2E/c d", "http://a/c%20d");
}

/* What an address check must be able to rely on. */
static void url_every_ip_form_becomes_one(void **state)
{
    (void)state;
    const char *forms[] = {"http://127.0.0.1",  "http://127.1",           "http://2130706433",
                           "http://0x7f000001", "http://017700000001",    "http://0x7f.0.0.0x1",
                           "http://127.0.0.1.", "http://%31%32%37.0.0.1", "http://①②⑦。0.0.1"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct url url = parsed(forms[i]);
        assert_string_equal(url.href, "http://127.0.0.1/");
        assert_true(url.host_is_ip);
    }
    assert_string_equal(parsed("http://[0:0::0:0.0.0.1]").href, "http://[::1]/");
    assert_string_equal(parsed("http://[::FFFF:127.0.0.1]").href, "http://[::ffff:7f00:1]/");
    assert_string_equal(parsed("http://[1:0:0:2:0:0:0:3]").href, "http://[1:0:0:2::3]/");
    assert_int_equal(outcome("http://127.0.0.256"), URL_INVALID);
    assert_int_equal(outcome("http://[::1"), URL_INVALID);
    assert_int_equal(outcome("http://[1:2:3:4:5:6:7::8]"), URL_INVALID);
}

static void url_international_hosts_become_ascii(void **state)
{
    (void)state;
    assert_string_equal(parsed("http://Bücher.example/").href, "http://xn--bcher-kva.example/");
    assert_string_equal(parsed("http://faß.de/").href, "http://xn--fa-hia.de/");
    assert_string_equal(parsed("http://☕.example/").href, "http://xn--53h.example/");
    assert_string_equal(parsed("http://日本語。ｊｐ/").href, "http://xn--wgv71a119e.jp/");
    assert_string_equal(parsed("http://b%C3%BCcher.example/").href,
                        "http://xn--bcher-kva.example/");
    assert_int_equal(outcome("http://b\xfc"
                             "cher.example/"),
                     URL_INVALID);
}

static void url_malformed_utf8_becomes_the_replacement_character(void **state)
{
    (void)state;
    assert_string_equal(parsed("http://a/\xff?\xe2\x82#\xed\xa0\x80").href,
                        "http://a/%EF%BF%BD?%EF%BF%BD#%EF%BF%BD%EF%BF%BD%EF%BF%BD");
    assert_string_equal(parsed("http://a/\xe2\x82\xac").href, "http://a/%E2%82%AC");
}

static void url_other_schemes_are_told_apart_from_errors(void **state)
{
    (void)state;
    assert_int_equal(outcome("mailto:a@b"), URL_OTHER_SCHEME);
    assert_int_equal(outcome(" java\nscript:alert(1)"), URL_OTHER_SCHEME);
    assert_int_equal(outcome("ftp://a/"), URL_OTHER_SCHEME);
    assert_int_equal(outcome("/no/base"), URL_INVALID);
    assert_int_equal(outcome("http://"), URL_INVALID);
    assert_int_equal(outcome(""), URL_INVALID);
    for (int error = 0; error < URL_ERROR_COUNT; error++)
        assert_non_null(url_error_name((enum url_error)error));
}

static char *repeat(const char *prefix, char c, size_t count)
{
    size_t start = strlen(prefix);
    char *text = malloc(start + count + 1);
    memcpy(text, prefix, start);
    memset(text + start, c, count);
    text[start + count] = '\0';
    return text;
}

static void url_length_limit_is_exact(void **state)
{
    (void)state;
    size_t room = URL_MAX_BYTES - strlen("http://a/");
    char *fits = repeat("http://a/", 'x', room);
    assert_int_equal(parsed(fits).length, URL_MAX_BYTES);
    assert_string_equal(parsed(fits).href, fits);
    free(fits);
    char *over = repeat("http://a/", 'x', room + 1);
    assert_int_equal(outcome(over), URL_TOO_LONG);
    free(over);
    char *encoded = repeat("http://a/", ' ', room / 3 + 2);
    encoded[strlen(encoded) - 1] = 'x';
    assert_int_equal(outcome(encoded), URL_TOO_LONG);
    free(encoded);
    char *data = repeat("data:image/png;base64,", 'A', 1 << 20);
    assert_int_equal(outcome(data), URL_OTHER_SCHEME);
    free(data);
    char *tabs = repeat("http://a/b", '\t', 1 << 20);
    tabs[1 << 20] = 'c';
    tabs[(1 << 20) + 1] = '\0';
    assert_string_equal(parsed(tabs).href, "http://a/bc");
    free(tabs);
}

static void url_result_is_untouched_on_failure(void **state)
{
    (void)state;
    struct url url = parsed("http://before/");
    struct url before = url;
    assert_int_equal(url_parse("http://a:b/", 11, NULL, &url), URL_INVALID);
    assert_int_equal(url_parse("mailto:", 7, NULL, &url), URL_OTHER_SCHEME);
    assert_memory_equal(&url, &before, offsetof(struct url, href));
    assert_string_equal(url.href, before.href);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url_relative_forms_resolve),
        cmocka_unit_test(url_offsets_mark_every_part),
        cmocka_unit_test(url_default_port_is_not_written),
        cmocka_unit_test(url_canonical_form_drops_fragment_and_credentials),
        cmocka_unit_test(url_every_ip_form_becomes_one),
        cmocka_unit_test(url_international_hosts_become_ascii),
        cmocka_unit_test(url_malformed_utf8_becomes_the_replacement_character),
        cmocka_unit_test(url_other_schemes_are_told_apart_from_errors),
        cmocka_unit_test(url_length_limit_is_exact),
        cmocka_unit_test(url_result_is_untouched_on_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
