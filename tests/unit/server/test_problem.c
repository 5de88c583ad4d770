/* Problems: their form by RFC 9457, whatever bytes the details hold. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/problem.h"

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void problem_has_the_members_of_the_standard(void **state)
{
    struct problem problem;
    json_t *json;

    (void)state;
    problem_init(&problem, PROBLEM_JOB_NOT_FOUND, "No job has the id %d.", 7);
    json = problem_to_json(&problem, "/v1/jobs/7");
    assert_string_equal(text_of(json, "type"), "urn:imgcrawl:problem:job-not-found");
    assert_string_equal(text_of(json, "title"), "There is no such job");
    assert_int_equal(json_integer_value(json_object_get(json, "status")), 404);
    assert_string_equal(text_of(json, "detail"), "No job has the id 7.");
    assert_string_equal(text_of(json, "instance"), "/v1/jobs/7");
    assert_null(json_object_get(json, "errors"));
    json_decref(json);
    problem_done(&problem);
}

static void problem_lists_each_error_with_its_place(void **state)
{
    struct problem problem;
    json_t *json, *errors;

    (void)state;
    problem_init(&problem, PROBLEM_INVALID_SETTINGS, "x");
    problem_add_error(&problem, PROBLEM_POINTER, "/seeds/0", "is no %s", "URL");
    problem_add_error(&problem, PROBLEM_PARAMETER, "limit", "is too large");
    problem_set(&problem, "state", json_string("paused"));
    json = problem_to_json(&problem, "/");
    errors = json_object_get(json, "errors");
    assert_int_equal(json_array_size(errors), 2);
    assert_string_equal(text_of(json_array_get(errors, 0), "pointer"), "/seeds/0");
    assert_string_equal(text_of(json_array_get(errors, 0), "detail"), "is no URL");
    assert_null(json_object_get(json_array_get(errors, 0), "parameter"));
    assert_string_equal(text_of(json_array_get(errors, 1), "parameter"), "limit");
    assert_string_equal(text_of(json, "state"), "paused");
    json_decref(json);
    problem_done(&problem);
}

static void problem_is_valid_json_whatever_the_client_sent(void **state)
{
    struct problem problem;
    json_t *json;
    char *text;

    (void)state;
    problem_init(&problem, PROBLEM_BAD_PARAMETER, "\xff\"\x01 is no host");
    json = problem_to_json(&problem, "/\xc0\xaf");
    assert_string_equal(text_of(json, "detail"), "\xef\xbf\xbd\"\x01 is no host");
    text = json_dumps(json, 0);
    assert_non_null(text);
    assert_non_null(strstr(text, "\\u0001"));
    free(text);
    json_decref(json);
    problem_done(&problem);
}

static void problem_kinds_are_errors(void **state)
{
    (void)state;
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
        assert_in_range(problem_status((enum problem_kind)kind), 400, 599);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problem_has_the_members_of_the_standard),
        cmocka_unit_test(problem_lists_each_error_with_its_place),
        cmocka_unit_test(problem_is_valid_json_whatever_the_client_sent),
        cmocka_unit_test(problem_kinds_are_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
