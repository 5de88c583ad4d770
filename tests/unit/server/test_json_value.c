/* JSON values: absent, times, and bytes that are no UTF-8. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/json_value.h"

static void assert_json(json_t *take_value, const char *expected)
{
    char *text = json_dumps(take_value, JSON_ENCODE_ANY);

    assert_string_equal(text, expected);
    free(text);
    json_decref(take_value);
}

static void time_is_iso_8601_in_utc_with_milliseconds(void **state)
{
    (void)state;
    assert_json(json_time(1), "\"1970-01-01T00:00:00.001Z\"");
    assert_json(json_time(1769903999123), "\"2026-01-31T23:59:59.123Z\"");
    assert_json(json_time(1709164800000), "\"2024-02-29T00:00:00.000Z\"");
    assert_json(json_time(0), "null");
}

static void text_keeps_valid_utf8_and_repairs_the_rest(void **state)
{
    (void)state;
    assert_json(json_text(NULL), "null");
    assert_json(json_text(""), "\"\"");
    assert_json(json_text_or_null(""), "null");
    assert_json(json_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9f"),
                "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9f\"");
    /* a lone continuation, an overlong slash, a surrogate, above U+10FFFF, one cut short */
    assert_json(json_text("a\x80z"), "\"a\xef\xbf\xbdz\"");
    assert_json(json_text("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_json(json_text("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_json(json_text("\xf4\x90\x80\x80"),
                "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    assert_json(json_text("\xc3\xa9\xe2\x82"), "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\"");
}

static void id_zero_is_null(void **state)
{
    (void)state;
    assert_json(json_id(0), "null");
    assert_json(json_id(INT64_MAX), "9223372036854775807");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_iso_8601_in_utc_with_milliseconds),
        cmocka_unit_test(text_keeps_valid_utf8_and_repairs_the_rest),
        cmocka_unit_test(id_zero_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
