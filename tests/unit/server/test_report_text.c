/* Report text: what a site says, inside markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/report_cites.h"
#include "server/report_text.h"

static void assert_put(const char *text, size_t most, const char *expected)
{
    char *put = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&put, &bytes);
    report_put(out, text, most);
    fclose(out);
    assert_string_equal(put, expected);
    free(put);
}

static void markup_is_escaped(void **state)
{
    (void)state;
    assert_put("<a href=\"x\" b='y'>&amp;", 0,
               "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
    assert_put(NULL, 0, "");
}

static void what_markup_may_not_hold_is_replaced(void **state)
{
    (void)state;
    assert_put("a\x01\x1f\x7f", 0, "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_put("tab\there\n", 0, "tab\there\n");
    assert_put("\xc2\x85", 0, "\xef\xbf\xbd");             /* U+0085 */
    assert_put("\xef\xbf\xbe", 0, "\xef\xbf\xbd");         /* U+FFFE */
    assert_put("\xef\xb7\x90", 0, "\xef\xbf\xbd");         /* U+FDD0 */
    assert_put("\xf0\x9f\xbf\xbf", 0, "\xef\xbf\xbd");     /* U+1FFFF */
    assert_put("\xf0\x9f\x98\x80", 0, "\xf0\x9f\x98\x80"); /* U+1F600 */
}

static void broken_utf8_is_replaced_byte_by_byte(void **state)
{
    (void)state;
    assert_put("\x80"
               "a",
               0,
               "\xef\xbf\xbd"
               "a");
    assert_put("\xc0\xaf", 0, "\xef\xbf\xbd\xef\xbf\xbd");                 /* overlong */
    assert_put("\xed\xa0\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
    assert_put("\xe2\x82", 0, "\xef\xbf\xbd\xef\xbf\xbd");                 /* cut short */
    assert_put("\xff<", 0, "\xef\xbf\xbd&lt;");
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    assert_put("\xc3\xa4\xc3\xb6\xc3\xbc", 2, "\xc3\xa4\xc3\xb6…");
    assert_put("abc", 3, "abc");
}

static void each_citation_leads_somewhere(void **state)
{
    (void)state;
    assert_string_equal(report_cites_address("WCAG 2.2 SC 1.1.1 (F65); HTML Standard 4.8"),
                        "https://www.w3.org/WAI/WCAG22/Understanding/non-text-content");
    assert_string_equal(report_cites_address(""), "https://www.w3.org/TR/WCAG22/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_escaped),
        cmocka_unit_test(what_markup_may_not_hold_is_replaced),
        cmocka_unit_test(broken_utf8_is_replaced_byte_by_byte),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(each_citation_leads_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
