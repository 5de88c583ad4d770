/* Which style sheets a page links to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/extract/extracted.h"

static void assert_sheets(const char *html, const char *wanted)
{
    char found[512] = "";
    struct extracted page = extract_page(html);
    for (uint32_t i = 0; i < page.record.style_sheet_count; i++) {
        const struct record_text *url = &page.record.style_sheets[i];
        strcat(found, i ? " " : "");
        strncat(found, url->data, url->bytes);
    }
    assert_string_equal(found, wanted);
    extracted_done(&page);
}

static void links_that_apply_are_style_sheets(void **state)
{
    (void)state;
    assert_sheets("<base href='http://x.example/d/'><link rel=stylesheet href=a.css#x>"
                  "<link rel='STYLESHEET preload' href=//y.example/b.css><img src=1.png>",
                  "http://x.example/d/a.css http://y.example/b.css");
}

static void others_are_none(void **state)
{
    (void)state;
    assert_sheets("<base href='http://x.example/'><link rel='alternate stylesheet' href=a.css>"
                  "<link rel=stylesheet disabled href=b.css><link rel=stylesheet>"
                  "<link rel=stylesheet href=''><link rel=preload href=c.css as=style>"
                  "<link rel=stylesheet href='data:text/css,x'><a rel=stylesheet href=d.css>d</a>",
                  "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_that_apply_are_style_sheets),
        cmocka_unit_test(others_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
