/* Routes: how paths are matched, and that the table and web/openapi.json tell the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>

#include <jansson.h>

#include "server/routes.h"
#include "server/static_files.h"

static struct route_match match(const char *method, const char *path, enum route_result expected)
{
    struct route_match found;

    assert_int_equal(route_find(method, path, &found), expected);
    return found;
}

static void routes_give_the_ids_of_the_path(void **state)
{
    struct route_match found = match("GET", "/v1/jobs/12/pages/345678901234", ROUTE_FOUND);

    (void)state;
    assert_string_equal(found.route->pattern, "/v1/jobs/{id}/pages/{page_id}");
    assert_int_equal(found.ids[0], 12);
    assert_int_equal(found.ids[1], 345678901234);
}

static void routes_take_head_for_get(void **state)
{
    (void)state;
    assert_string_equal(match("HEAD", "/v1/jobs", ROUTE_FOUND).route->method, "GET");
}

static void routes_know_other_methods(void **state)
{
    (void)state;
    assert_string_equal(match("PUT", "/v1/jobs", ROUTE_NO_METHOD).allow, "POST, GET, HEAD");
    assert_string_equal(match("GET", "/v1/jobs/1/pause", ROUTE_NO_METHOD).allow, "POST");
    assert_string_equal(match("HEAD", "/v1/jobs/1/pause", ROUTE_NO_METHOD).allow, "POST");
}

static void routes_tell_ids_that_are_no_numbers(void **state)
{
    static const char *const paths[] = {"/v1/jobs/x",
                                        "/v1/jobs/1x",
                                        "/v1/jobs/-1",
                                        "/v1/jobs/0",
                                        "/v1/jobs/007",
                                        "/v1/jobs/1.0",
                                        "/v1/jobs/9999999999999999999/pages"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_memory_equal(match("GET", paths[i], ROUTE_BAD_ID).bad_id, "{id}", 4);
    assert_memory_equal(match("GET", "/v1/jobs/1/pages/x", ROUTE_BAD_ID).bad_id, "{page_id}", 9);
}

static void routes_know_no_other_path(void **state)
{
    static const char *const paths[] = {"",
                                        "/",
                                        "/v1",
                                        "/v1/",
                                        "/v1/jobs/",
                                        "/v1/jobs/1/",
                                        "//v1/jobs",
                                        "/v1//jobs",
                                        "/V1/jobs",
                                        "/v1/jobsx",
                                        "/v1/jobs/1/x",
                                        "v1/jobs",
                                        "/v1/jobs/1/export.xml"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        match("GET", paths[i], ROUTE_NO_PATH);
}

/* ---- the document ---- */

static json_t *document(void)
{
    const struct web_file *file = static_file_find("/openapi.json");
    json_error_t error;
    json_t *json;

    assert_non_null(file);
    json = json_loadb((const char *)file->data, file->size, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("openapi.json line %d: %s", error.line, error.text);
    return json;
}

/* What a "$ref" points to; the value itself where it is none. */
static const json_t *resolve(const json_t *root, const json_t *value)
{
    const char *ref = json_string_value(json_object_get(value, "$ref"));
    char path[200], *save = NULL;
    const json_t *at = root;

    if (!ref)
        return value;
    assert_memory_equal(ref, "#/", 2);
    snprintf(path, sizeof path, "%s", ref + 2);
    for (char *step = strtok_r(path, "/", &save); step; step = strtok_r(NULL, "/", &save))
        at = json_object_get(at, step);
    if (!at)
        fail_msg("%s leads nowhere", ref);
    return at;
}

static void check_refs(const json_t *root, json_t *value)
{
    const char *name;
    json_t *part;
    size_t i;

    if (json_is_object(value)) {
        resolve(root, value);
        json_object_foreach(value, name, part) check_refs(root, part);
    }
    json_array_foreach(value, i, part) check_refs(root, part);
}

static void lower(const char *text, char *ret_text)
{
    do
        *ret_text++ = (char)tolower((unsigned char)*text);
    while (*text++);
}

static const json_t *operation_of(const json_t *root, const struct route *route)
{
    char method[16];
    const json_t *operation;

    lower(route->method, method);
    operation =
        json_object_get(json_object_get(json_object_get(root, "paths"), route->pattern), method);
    if (!operation)
        fail_msg("openapi.json has no %s %s", route->method, route->pattern);
    return operation;
}

static bool takes(const struct route *route, const char *parameter)
{
    for (const struct param_spec *spec = route->params; spec && spec->name; spec++)
        if (strcmp(spec->name, parameter) == 0)
            return true;
    return false;
}

/* A choice's names are those of its schema, in the same order. */
static void check_choices(const json_t *root, const json_t *parameter,
                          const struct param_spec *spec)
{
    const json_t *names =
        json_object_get(resolve(root, json_object_get(parameter, "schema")), "enum");
    unsigned count = 0;

    for (const char *name; (name = spec->choices(count)); count++)
        assert_string_equal(json_string_value(json_array_get(names, count)), name);
    assert_int_equal(json_array_size(names), count);
}

static const struct param_spec *spec_of(const struct route *route, const char *name)
{
    const struct param_spec *spec = route->params;

    while (strcmp(spec->name, name) != 0)
        spec++;
    return spec;
}

static void check_parameters(const json_t *root, const struct route *route)
{
    const json_t *parameters = json_object_get(operation_of(root, route), "parameters");
    size_t documented = json_array_size(parameters), real = 0;

    for (const struct param_spec *spec = route->params; spec && spec->name; spec++)
        real++;
    assert_int_equal(documented, real);
    for (size_t i = 0; i < documented; i++) {
        const json_t *parameter = resolve(root, json_array_get(parameters, i));
        const char *name = json_string_value(json_object_get(parameter, "name"));

        if (!takes(route, name))
            fail_msg("%s takes no %s", route->pattern, name);
        if (spec_of(route, name)->kind == PARAM_CHOICE)
            check_choices(root, parameter, spec_of(route, name));
    }
}

static void document_describes_every_route_with_its_parameters(void **state)
{
    json_t *root = document();
    size_t count;
    const struct route *routes = routes_table(&count);

    (void)state;
    for (size_t i = 0; i < count; i++)
        check_parameters(root, &routes[i]);
    json_decref(root);
}

static bool is_route(const char *pattern, const char *method)
{
    size_t count;
    const struct route *routes = routes_table(&count);
    char lowered[16];

    for (size_t i = 0; i < count; i++) {
        lower(routes[i].method, lowered);
        if (strcmp(routes[i].pattern, pattern) == 0 && strcmp(lowered, method) == 0)
            return true;
    }
    return false;
}

static void document_describes_nothing_else(void **state)
{
    json_t *root = document(), *path, *operation;
    const char *pattern, *method;

    (void)state;
    json_object_foreach(json_object_get(root, "paths"), pattern, path)
        json_object_foreach(path, method, operation) if (strcmp(method, "parameters") != 0 &&
                                                         !is_route(pattern, method))
            fail_msg("there is no %s %s", method, pattern);
    json_decref(root);
}

static void document_refers_only_to_what_it_has(void **state)
{
    json_t *root = document();

    (void)state;
    check_refs(root, root);
    json_decref(root);
}

static void static_files_have_their_types(void **state)
{
    (void)state;
    assert_ptr_equal(static_file_find("/"), static_file_find("/index.html"));
    assert_null(static_file_find("/../server/http.c"));
    assert_null(static_file_find(""));
    assert_string_equal(static_file_type("web/app.js"), "text/javascript; charset=utf-8");
    assert_string_equal(static_file_type("web/openapi.json"), "application/json");
    assert_string_equal(static_file_type("web/x"), "application/octet-stream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_give_the_ids_of_the_path),
        cmocka_unit_test(routes_take_head_for_get),
        cmocka_unit_test(routes_know_other_methods),
        cmocka_unit_test(routes_tell_ids_that_are_no_numbers),
        cmocka_unit_test(routes_know_no_other_path),
        cmocka_unit_test(document_describes_every_route_with_its_parameters),
        cmocka_unit_test(document_describes_nothing_else),
        cmocka_unit_test(document_refers_only_to_what_it_has),
        cmocka_unit_test(static_files_have_their_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
