/* Reads query parameters by a table; see params.h. */
#include "server/params.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

/* Where one value goes, and what is said where it is not usable. */
struct reading {
    const struct param_spec *spec;
    struct params *params;
    char refusal[1000];
};

static void refuse(struct reading *reading, const char *why)
{
    snprintf(reading->refusal, sizeof reading->refusal, "%s", why);
}

static void append(char *text, size_t bytes, const char *separator, const char *item)
{
    size_t used = strlen(text);

    snprintf(text + used, bytes - used, "%s%s", separator, item);
}

static bool is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static void *member(struct reading *reading)
{
    return (char *)reading->params + reading->spec->offset;
}

static int read_text(struct reading *reading, const char *value, size_t max_bytes)
{
    if (strlen(value) > max_bytes) {
        snprintf(reading->refusal, sizeof reading->refusal, "longer than %zu bytes", max_bytes);
        return -EINVAL;
    }
    *(const char **)member(reading) = value;
    return 0;
}

static int read_choice(struct reading *reading, const char *value)
{
    const char *choice;

    for (unsigned i = 0; (choice = reading->spec->choices(i)); i++) {
        if (strcmp(choice, value) == 0) {
            *(const char **)member(reading) = choice;
            return 0;
        }
    }
    refuse(reading, "must be one of: ");
    for (unsigned i = 0; (choice = reading->spec->choices(i)); i++)
        append(reading->refusal, sizeof reading->refusal, i == 0 ? "" : ", ", choice);
    return -EINVAL;
}

/* "404" is itself, "4xx" all of its hundred. */
static int read_status(struct reading *reading, const char *value)
{
    struct status_range *range = member(reading);
    bool usable = strlen(value) == 3 && value[0] >= '1' && value[0] <= '5';

    if (usable && strcasecmp(value + 1, "xx") == 0) {
        range->min = (value[0] - '0') * 100;
        range->max = range->min + 99;
        return 0;
    }
    if (usable && is_digits(value)) {
        range->min = range->max = (int)strtol(value, NULL, 10);
        return 0;
    }
    refuse(reading, "must be an HTTP status such as 404, or a class such as 4xx");
    return -EINVAL;
}

static int read_number(struct reading *reading, const char *value, long long max, const char *help)
{
    long long number;

    errno = 0;
    number = is_digits(value) ? strtoll(value, NULL, 10) : 0;
    if (errno != 0 || number < 1 || number > max) {
        refuse(reading, help);
        return -EINVAL;
    }
    *(int64_t *)member(reading) = number;
    return 0;
}

static int read_value(struct reading *reading, const char *value)
{
    switch (reading->spec->kind) {
    case PARAM_TEXT:
        return read_text(reading, value, PARAM_TEXT_MAX_BYTES);
    case PARAM_URL:
        return read_text(reading, value, PARAM_URL_MAX_BYTES);
    case PARAM_CHOICE:
        return read_choice(reading, value);
    case PARAM_STATUS:
        return read_status(reading, value);
    case PARAM_ID:
        return read_number(reading, value, INT64_MAX, "must be an id: a whole number from 1");
    case PARAM_NUMBER:
        return read_number(reading, value, INT64_MAX, "must be a whole number from 1");
    case PARAM_LIMIT:
        return read_number(reading, value, PARAM_LIMIT_MAX,
                           "must be a whole number from 1 to 1000");
    }
    return -EINVAL;
}

static const struct param_spec *find_spec(const struct param_spec *specs, const char *name)
{
    for (; specs && specs->name; specs++)
        if (strcmp(specs->name, name) == 0)
            return specs;
    return NULL;
}

static void refuse_unknown(struct problem *problem, const struct param_spec *specs,
                           const char *name)
{
    char known[600] = "";

    for (const struct param_spec *spec = specs; spec && spec->name; spec++)
        append(known, sizeof known, spec == specs ? "" : ", ", spec->name);
    if (*known)
        problem_add_error(problem, PROBLEM_PARAMETER, name,
                          "unknown here; the parameters of this path are: %s", known);
    else
        problem_add_error(problem, PROBLEM_PARAMETER, name,
                          "unknown here; this path takes no parameters");
}

static bool is_repeated(const struct param_pair *pairs, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(pairs[i].name, pairs[index].name) == 0)
            return true;
    return false;
}

static bool has_nul(const struct param_pair *pair)
{
    return strlen(pair->name) != pair->name_bytes ||
           (pair->value && strlen(pair->value) != pair->value_bytes);
}

/* Independent of the order of the parameters: a sum over them. */
static void add_to_fingerprint(struct params *params, const struct param_spec *spec,
                               const char *value)
{
    if (spec->kind == PARAM_LIMIT || spec->offset == offsetof(struct params, cursor))
        return;
    params->filters += XXH64(value, strlen(value), XXH64(spec->name, strlen(spec->name), 0));
}

static void read_pair(const struct param_spec *specs, const struct param_pair *pairs, size_t index,
                      struct params *params, struct problem *problem)
{
    const struct param_pair *pair = &pairs[index];
    struct reading reading = {.spec = find_spec(specs, pair->name), .params = params};

    if (pair->name_bytes == 0 && !pair->value) /* "a=1&&b=2" */
        return;
    if (!reading.spec)
        refuse_unknown(problem, specs, pair->name);
    else if (has_nul(pair))
        problem_add_error(problem, PROBLEM_PARAMETER, pair->name, "contains a NUL character");
    else if (is_repeated(pairs, index))
        problem_add_error(problem, PROBLEM_PARAMETER, pair->name, "is given more than once");
    else if (!pair->value || !*pair->value)
        return;
    else if (read_value(&reading, pair->value) < 0)
        problem_add_error(problem, PROBLEM_PARAMETER, pair->name, "%s", reading.refusal);
    else
        add_to_fingerprint(params, reading.spec, pair->value);
}

int params_read(const struct param_spec *specs, const struct param_pair *pairs, size_t count,
                struct params *ret_params, struct problem *ret_problem)
{
    struct params params = {.limit = PARAM_LIMIT_DEFAULT};
    struct problem problem;

    problem_init(&problem, PROBLEM_BAD_PARAMETER, "%s", "Each entry of errors names a parameter.");
    for (size_t i = 0; i < count; i++)
        read_pair(specs, pairs, i, &params, &problem);
    if (problem.members) {
        *ret_problem = problem;
        return -EINVAL;
    }
    *ret_params = params;
    return 0;
}
