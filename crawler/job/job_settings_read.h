/* Reading and writing one member of a job's settings, by the type of its value. Private to
 * job_settings*.c. Any thread. */
#ifndef IMGCRAWL_JOB_SETTINGS_READ_H
#define IMGCRAWL_JOB_SETTINGS_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/job/job_settings.h"

/* A row of the table of members. */
struct member {
    const char *name;
    size_t offset; /* in struct job_settings */
    const struct member_type *type;
    int64_t fallback;
    int64_t min, max;           /* of an integer; of a list: how many items */
    const char *const *choices; /* of a choice, NULL-ended */
    bool live;
};

/* How a kind of value is read (-EINVAL with *error filled), written, given its fallback and freed.
 * field points to the member in its struct job_settings. */
struct member_type {
    int (*read)(const struct member *member, const json_t *value, void *field,
                struct settings_error *error);
    json_t *(*write)(const struct member *member, const void *field);
    void (*init)(const struct member *member, void *field);
    void (*done)(void *field);
};

extern const struct member_type member_integer, member_boolean, member_choice, member_name,
    member_seeds, member_patterns, member_hosts, member_parameters, member_charset;
/* job_settings_access.c */
extern const struct member_type member_headers, member_credentials, member_proxy;

/* index < 0: the member itself. Returns -EINVAL. */
int settings_refuse(struct settings_error *error, const char *member, int index, const char *format,
                    ...) __attribute__((format(printf, 4, 5)));
/* "an array", "null" … as in "must be a string, but it is an array". */
const char *settings_type_name(const json_t *value);
/* Whether an array, and how long; refused otherwise. */
int settings_check_array(const struct member *member, const json_t *value,
                         struct settings_error *error);
/* A text as written, for the done() and init() of types that own one. */
void settings_text_set(char **field, const char *text, size_t bytes);

#endif
