/* See job_settings.h. One table of members drives reading, defaults, writing, which ones may be
 * changed later, and the refusal of members that do not exist. */
#include "crawler/job/job_settings.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "crawler/job/job_settings_read.h"

enum { MAX_SEEDS = 100000, MAX_PATTERNS = 1000, MAX_CREDENTIALS = 100, MOST = 1000000000 };

static const char *const scope_names[] = {"host", "domain", "prefix", "hosts", "any", NULL};
static_assert(sizeof scope_names / sizeof scope_names[0] == SCOPE_KIND_COUNT + 1, "all named");

static const char *const sitemaps_names[] = {"auto", "robots", "off", NULL};
static_assert(sizeof sitemaps_names / sizeof sitemaps_names[0] == SITEMAPS_USE_COUNT + 1,
              "all named");

static const char *const probe_names[] = {"off", "first_bytes", "whole", NULL};
static_assert(sizeof probe_names / sizeof probe_names[0] == PROBE_USE_COUNT + 1, "all named");

#define AT(member)                #member, offsetof(struct job_settings, member)
#define LIST(limit)               .max = (limit)
#define RANGE(least, most, usual) .min = (least), .max = (most), .fallback = (usual)
#define LIVE                      .live = true
/* clang-format off */
static const struct member members[] = {
    {AT(name), &member_name, LIVE},
    {AT(seeds), &member_seeds, .min = 1, LIST(MAX_SEEDS)},
    {AT(scope), &member_choice, .choices = scope_names},
    {AT(hosts), &member_hosts, LIST(MAX_PATTERNS)},
    {AT(include), &member_patterns, LIST(MAX_PATTERNS)},
    {AT(exclude), &member_patterns, LIST(MAX_PATTERNS)},
    {AT(respect_nofollow), &member_boolean, .fallback = true},
    {AT(sitemaps), &member_choice, .choices = sitemaps_names},
    {AT(max_pages), &member_integer, RANGE(1, MOST, 100000), LIVE},
    {AT(max_urls), &member_integer, RANGE(1, MOST, 10000000)},
    {AT(max_depth), &member_integer, RANGE(0, 100000, 100)},
    {AT(max_seconds), &member_integer, RANGE(1, 31536000, 604800), LIVE},
    {AT(max_host_pages), &member_integer, RANGE(0, MOST, 0), LIVE},
    {AT(max_query_variants), &member_integer, RANGE(0, MOST, 10000)},
    {AT(max_path_depth), &member_integer, RANGE(0, 4096, 30)},
    {AT(max_repeated_segments), &member_integer, RANGE(0, 4096, 4)},
    {AT(max_sitemaps), &member_integer, RANGE(0, 1000000, 1000)},
    {AT(detect_traps), &member_boolean, .fallback = true},
    {AT(delay_ms), &member_integer, RANGE(0, 86400000, 0), LIVE},
    {AT(max_in_flight), &member_integer, RANGE(0, 65536, 0), LIVE},
    {AT(remove_tracking), &member_boolean, .fallback = false},
    {AT(remove_session_ids), &member_boolean, .fallback = false},
    {AT(remove_parameters), &member_parameters, LIST(MAX_PATTERNS)},
    {AT(cookies), &member_boolean, .fallback = true},
    {AT(headers), &member_headers, LIST(100)},
    {AT(credentials), &member_credentials, LIST(MAX_CREDENTIALS)},
    {AT(proxy), &member_proxy, .fallback = 0},
    {AT(default_charset), &member_charset, .fallback = 0},
    {AT(detect_soft_404), &member_boolean, .fallback = true},
    {AT(probe), &member_choice, .choices = probe_names},
    {AT(probe_first_bytes), &member_integer, RANGE(1024, 1048576, 65536)},
    {AT(probe_max_bytes), &member_integer, RANGE(0, MOST, 0)},
    {AT(probe_freshness_s), &member_integer, RANGE(0, 31536000, 604800)},
    {AT(style_sheets), &member_boolean, .fallback = false},
    {AT(repeat_of), &member_integer, RANGE(0, INT64_MAX, 0)},
};
/* clang-format on */
enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

static void *field_of(struct job_settings *settings, const struct member *member)
{
    return (char *)settings + member->offset;
}

static const struct member *find_member(const char *name)
{
    for (int i = 0; i < MEMBER_COUNT; i++) {
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    }
    return NULL;
}

static struct job_settings *settings_new(void)
{
    struct job_settings *settings = memory_new(sizeof *settings);
    for (int i = 0; i < MEMBER_COUNT; i++) {
        if (members[i].type->init)
            members[i].type->init(&members[i], field_of(settings, &members[i]));
    }
    return settings;
}

struct job_settings *job_settings_free(struct job_settings *settings)
{
    if (!settings)
        return NULL;
    for (int i = 0; i < MEMBER_COUNT; i++) {
        if (members[i].type->done)
            members[i].type->done(field_of(settings, &members[i]));
    }
    free(settings);
    return NULL;
}

/* Reading */

static int refuse_unknown(const char *name, bool only_live, struct settings_error *error)
{
    char known[sizeof error->detail] = "";
    for (int i = 0; i < MEMBER_COUNT; i++) {
        size_t used = strlen(known);
        if (!only_live || members[i].live)
            snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", members[i].name);
    }
    return settings_refuse(error, name, -1,
                           only_live ? "cannot be changed in a job; what can: %s"
                                     : "is not a setting of a job; there are: %s",
                           known);
}

static int read_members(const json_t *object, struct job_settings *settings,
                        struct settings_error *error)
{
    const char *name;
    json_t *value;
    /* jansson's iteration wants a mutable object, and only reads it. */
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct member *member = find_member(name);
        if (!member)
            return refuse_unknown(name, false, error);
        int rc = member->type->read(member, value, field_of(settings, member), error);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* What members say of each other. */
static int check_together(const struct job_settings *settings, struct settings_error *error)
{
    if (settings->seeds.count == 0)
        return settings_refuse(error, "seeds", -1,
                               "is missing: give at least one URL to start from");
    if (settings->hosts.count > 0 && settings->scope != SCOPE_HOSTS)
        return settings_refuse(error, "hosts", -1, "counts only with \"scope\": \"hosts\"");
    return 0;
}

int job_settings_from_json(const json_t *object, struct job_settings **ret_settings,
                           struct settings_error *ret_error)
{
    if (!json_is_object(object)) {
        *ret_error = (struct settings_error){"", "must be a JSON object with at least \"seeds\""};
        return -EINVAL;
    }
    struct job_settings *settings = settings_new();
    int rc = read_members(object, settings, ret_error);
    if (rc == 0)
        rc = check_together(settings, ret_error);
    if (rc < 0)
        job_settings_free(settings);
    else
        *ret_settings = settings;
    return rc;
}

/* Writing */

json_t *job_settings_to_json(const struct job_settings *settings)
{
    json_t *object = json_object();
    for (int i = 0; i < MEMBER_COUNT; i++) {
        const void *field = (const char *)settings + members[i].offset;
        json_object_set_new(object, members[i].name, members[i].type->write(&members[i], field));
    }
    return object;
}

/* Changing */

static int check_live(const json_t *object, struct settings_error *error)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct member *member = find_member(name);
        if (!member || !member->live)
            return refuse_unknown(name, true, error);
    }
    return 0;
}

int job_settings_patch(const struct job_settings *settings, const json_t *object,
                       struct job_settings **ret_settings, struct settings_error *ret_error)
{
    if (!json_is_object(object) || json_object_size(object) == 0) {
        *ret_error =
            (struct settings_error){"", "must be a JSON object with the settings to change"};
        return -EINVAL;
    }
    int rc = check_live(object, ret_error);
    if (rc < 0)
        return rc;
    json_t *whole = job_settings_to_json(settings);
    json_object_update(whole, (json_t *)(uintptr_t)object);
    rc = job_settings_from_json(whole, ret_settings, ret_error);
    json_decref(whole);
    return rc;
}
