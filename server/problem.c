/* The table of problems and their JSON form; see problem.h. */
#include "server/problem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "server/json_value.h"

static const struct {
    unsigned status;
    const char *name, *title;
} kinds[] = {
#define X(id, status_, name_, title_)                                                              \
    [PROBLEM_##id] = {.status = status_, .name = name_, .title = title_},
    PROBLEM_TABLE(X)
#undef X
};
static_assert(sizeof kinds / sizeof kinds[0] == PROBLEM_KIND_COUNT, "one row for each problem");

unsigned problem_status(enum problem_kind kind)
{
    return kinds[kind].status;
}

void problem_init(struct problem *ret_problem, enum problem_kind kind, const char *format, ...)
{
    va_list arguments;

    *ret_problem = (struct problem){.kind = kind};
    va_start(arguments, format);
    vsnprintf(ret_problem->detail, sizeof ret_problem->detail, format, arguments);
    va_end(arguments);
}

void problem_done(struct problem *problem)
{
    json_decref(problem->members);
    problem->members = NULL;
}

void problem_set(struct problem *problem, const char *name, json_t *take_value)
{
    if (!problem->members)
        problem->members = json_object();
    json_object_set_new(problem->members, name, take_value);
}

static json_t *errors_of(struct problem *problem)
{
    json_t *errors = json_object_get(problem->members, "errors");

    if (!errors) {
        problem_set(problem, "errors", json_array());
        errors = json_object_get(problem->members, "errors");
    }
    return errors;
}

void problem_add_error(struct problem *problem, enum problem_place place, const char *where,
                       const char *format, ...)
{
    char detail[1100];
    json_t *error = json_object();
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    json_object_set_new(error, place == PROBLEM_POINTER ? "pointer" : "parameter",
                        json_text(where));
    json_object_set_new(error, "detail", json_text(detail));
    json_array_append_new(errors_of(problem), error);
}

json_t *problem_to_json(const struct problem *problem, const char *instance)
{
    char type[64];
    json_t *object = json_object();

    snprintf(type, sizeof type, "urn:imgcrawl:problem:%s", kinds[problem->kind].name);
    json_object_set_new(object, "type", json_text(type));
    json_object_set_new(object, "title", json_text(kinds[problem->kind].title));
    json_object_set_new(object, "status", json_integer(kinds[problem->kind].status));
    json_object_set_new(object, "detail", json_text(problem->detail));
    json_object_set_new(object, "instance", json_text(instance));
    if (problem->members)
        json_object_update(object, problem->members);
    return object;
}
