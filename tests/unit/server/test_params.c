/* Query parameters: what is taken, what is refused and with which words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/params.h"

static const char *colours(unsigned index)
{
    static const char *const names[] = {"red", "green"};

    return index < 2 ? names[index] : NULL;
}

static const struct param_spec specs[] = {
    {"state", PARAM_CHOICE, offsetof(struct params, state), colours},
    {"text", PARAM_TEXT, offsetof(struct params, text), NULL},
    {"status", PARAM_STATUS, offsetof(struct params, status), NULL},
    {"page_id", PARAM_ID, offsetof(struct params, page_id), NULL},
    {"limit", PARAM_LIMIT, offsetof(struct params, limit), NULL},
    {"cursor", PARAM_TEXT, offsetof(struct params, cursor), NULL},
    {NULL, PARAM_TEXT, 0, NULL},
};

static struct param_pair pair(const char *name, const char *value)
{
    return (struct param_pair){name, value, strlen(name), value ? strlen(value) : 0};
}

static struct params take(const char *name, const char *value)
{
    struct param_pair one = pair(name, value);
    struct params params;
    struct problem problem;

    assert_int_equal(params_read(specs, &one, 1, &params, &problem), 0);
    return params;
}

static void assert_refused(const struct param_spec *table, const struct param_pair *pairs,
                           size_t count, const char *parameter, const char *part_of_detail)
{
    struct params params;
    struct problem problem;
    json_t *error;

    assert_int_equal(params_read(table, pairs, count, &params, &problem), -EINVAL);
    assert_int_equal(problem.kind, PROBLEM_BAD_PARAMETER);
    error = json_array_get(json_object_get(problem.members, "errors"), 0);
    assert_string_equal(json_string_value(json_object_get(error, "parameter")), parameter);
    assert_non_null(strstr(json_string_value(json_object_get(error, "detail")), part_of_detail));
    problem_done(&problem);
}

static void refuse(const char *name, const char *value, const char *part_of_detail)
{
    struct param_pair one = pair(name, value);

    assert_refused(specs, &one, 1, name, part_of_detail);
}

static void params_have_defaults(void **state)
{
    struct params params;
    struct problem problem;

    (void)state;
    assert_int_equal(params_read(specs, NULL, 0, &params, &problem), 0);
    assert_int_equal(params.limit, PARAM_LIMIT_DEFAULT);
    assert_null(params.state);
    assert_int_equal(params.status.min, 0);
    assert_int_equal(params.filters, 0);
}

static void params_take_good_values(void **state)
{
    (void)state;
    assert_string_equal(take("state", "green").state, "green");
    assert_string_equal(take("text", "a b").text, "a b");
    assert_int_equal(take("page_id", "9000000000").page_id, 9000000000);
    assert_int_equal(take("limit", "1000").limit, 1000);
    assert_int_equal(take("status", "404").status.min, 404);
    assert_int_equal(take("status", "404").status.max, 404);
    assert_int_equal(take("status", "4xx").status.min, 400);
    assert_int_equal(take("status", "5XX").status.max, 599);
}

static void params_empty_means_not_given(void **state)
{
    (void)state;
    assert_null(take("state", "").state);
    assert_null(take("text", NULL).text);
    assert_int_equal(take("limit", "").limit, PARAM_LIMIT_DEFAULT);
    assert_int_equal(take("", NULL).limit, PARAM_LIMIT_DEFAULT); /* "?&&" */
}

static void params_refuse_bad_values_with_the_good_ones(void **state)
{
    (void)state;
    refuse("state", "blue", "red, green");
    refuse("limit", "0", "1 to 1000");
    refuse("limit", "1001", "1 to 1000");
    refuse("limit", "ten", "1 to 1000");
    refuse("limit", "-5", "1 to 1000");
    refuse("limit", "99999999999999999999", "1 to 1000");
    refuse("page_id", "0", "whole number");
    refuse("page_id", "1.5", "whole number");
    refuse("page_id", " 1", "whole number");
    refuse("page_id", "9223372036854775808", "whole number");
    refuse("status", "4x", "404");
    refuse("status", "600", "404");
    refuse("status", "4xx ", "404");
}

static void params_refuse_unknown_names_with_those_that_exist(void **state)
{
    struct param_pair one = pair("colour", "red");

    (void)state;
    refuse("colour", "red", "state, text, status, page_id, limit, cursor");
    refuse("colour", "", "state, text");
    assert_refused(NULL, &one, 1, "colour", "no parameters");
}

static void params_refuse_repeated_and_nul(void **state)
{
    const struct param_pair twice[] = {pair("text", "a"), pair("text", "a")};
    struct param_pair nul = pair("text", "a");

    (void)state;
    assert_refused(specs, twice, 2, "text", "more than once");
    nul.value_bytes = 5;
    assert_refused(specs, &nul, 1, "text", "NUL");
}

static void params_report_all_errors_at_once(void **state)
{
    const struct param_pair pairs[] = {pair("limit", "x"), pair("text", "ok"), pair("y", "z")};
    struct params params;
    struct problem problem;

    (void)state;
    assert_int_equal(params_read(specs, pairs, 3, &params, &problem), -EINVAL);
    assert_int_equal(json_array_size(json_object_get(problem.members, "errors")), 2);
    problem_done(&problem);
}

static uint64_t filters_of(const struct param_pair *pairs, size_t count)
{
    struct params params;
    struct problem problem;

    assert_int_equal(params_read(specs, pairs, count, &params, &problem), 0);
    return params.filters;
}

static void params_fingerprint_knows_filters_and_only_them(void **state)
{
    const struct param_pair a[] = {pair("state", "red"), pair("text", "x"), pair("limit", "5")};
    const struct param_pair b[] = {pair("cursor", "c"), pair("text", "x"), pair("state", "red")};
    const struct param_pair c[] = {pair("state", "green"), pair("text", "x")};

    (void)state;
    assert_true(filters_of(a, 3) == filters_of(b, 3));
    assert_true(filters_of(a, 3) != filters_of(c, 2));
    assert_true(filters_of(a, 1) != filters_of(a, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(params_have_defaults),
        cmocka_unit_test(params_take_good_values),
        cmocka_unit_test(params_empty_means_not_given),
        cmocka_unit_test(params_refuse_bad_values_with_the_good_ones),
        cmocka_unit_test(params_refuse_unknown_names_with_those_that_exist),
        cmocka_unit_test(params_refuse_repeated_and_nul),
        cmocka_unit_test(params_report_all_errors_at_once),
        cmocka_unit_test(params_fingerprint_knows_filters_and_only_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
