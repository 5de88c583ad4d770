/* The table of routes and how a path is matched with it. Every row is described in
 * web/openapi.json, which a test holds against this table.
 */
#include "server/routes.h"

#include <stdio.h>
#include <string.h>

#include "crawler/audit/audit_rules.h"
#include "crawler/base/outcome.h"
#include "crawler/extract/record.h"
#include "crawler/job/job_state.h"
#include "server/api_diff.h"
#include "server/api_estimate.h"
#include "server/api_export.h"
#include "server/api_findings.h"
#include "server/api_health.h"
#include "server/api_hosts.h"
#include "server/api_jobs.h"
#include "server/api_live.h"
#include "server/api_report.h"
#include "server/api_results.h"
#include "server/api_sitemaps.h"
#include "server/api_traps.h"
#include "server/api_why.h"
#include "server/file_formats.h"
#include "server/report.h"
#include "storage/job_diff.h"

static const char *job_states(unsigned index)
{
    return index < JOB_STATE_COUNT ? job_state_name((enum job_state)index) : NULL;
}

static const char *page_states(unsigned index)
{
    static const char *const names[] = {"queued", "done", "skipped", "failed"};

    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

static const char *outcomes(unsigned index)
{
    return index < OUTCOME_COUNT ? outcome_name((enum outcome)index) : NULL;
}

static const char *alt_states(unsigned index)
{
    return index < ALT_STATE_COUNT ? alt_state_name((enum alt_state)index) : NULL;
}

static const char *sources(unsigned index)
{
    return index < IMAGE_SOURCE_COUNT ? image_source_name((enum image_source)index) : NULL;
}

static const char *consents(unsigned index)
{
    static const char *const names[] = {"reserved", "open"};

    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

static const char *export_profiles(unsigned index)
{
    return index < EXPORT_PROFILE_COUNT ? export_profile_name((enum export_profile)index) : NULL;
}

static const char *diff_kinds(unsigned index)
{
    return index < DIFF_KIND_COUNT ? diff_kind_name((enum diff_kind)index) : NULL;
}

static const char *report_formats(unsigned index)
{
    return index < REPORT_FORMAT_COUNT ? report_format_name((enum report_format)index) : NULL;
}

static const char *rules(unsigned index)
{
    return index < AUDIT_RULE_COUNT ? audit_rule((enum audit_rule_id)index)->name : NULL;
}

static const char *severities(unsigned index)
{
    return index < AUDIT_SEVERITY_COUNT ? audit_severity_name((enum audit_severity)index) : NULL;
}

static const char *landmarks(unsigned index)
{
    const char *name = index < LANDMARK_COUNT ? landmark_name((enum landmark)index) : NULL;

    return index < LANDMARK_COUNT && !name ? "none" : name;
}

static const char *truths(unsigned index)
{
    static const char *const names[] = {"true", "false"};

    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

static const char *host_kinds(unsigned index)
{
    static const char *const names[] = {"images", "pages"};

    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

#define TEXT(member)                                                                               \
    {                                                                                              \
#member, PARAM_TEXT, offsetof(struct params, member), NULL                                 \
    }
#define ID(member)                                                                                 \
    {                                                                                              \
#member, PARAM_ID, offsetof(struct params, member), NULL                                   \
    }
#define CHOICE(member, values)                                                                     \
    {                                                                                              \
#member, PARAM_CHOICE, offsetof(struct params, member), values                             \
    }
#define NUMBER(member)                                                                             \
    {                                                                                              \
#member, PARAM_NUMBER, offsetof(struct params, member), NULL                               \
    }
#define SEARCH                                                                                     \
    {                                                                                              \
        "q", PARAM_TEXT, offsetof(struct params, search), NULL                                     \
    }
#define STATUS                                                                                     \
    {                                                                                              \
        "status", PARAM_STATUS, offsetof(struct params, status), NULL                              \
    }
#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", PARAM_LIMIT, offsetof(struct params, limit), NULL                                 \
    }
#define PART LIMIT, TEXT(cursor)
#define END                                                                                        \
    {                                                                                              \
        NULL, PARAM_TEXT, 0, NULL                                                                  \
    }

static const struct param_spec jobs_params[] = {CHOICE(state, job_states), PART, END};
static const struct param_spec pages_params[] = {CHOICE(state, page_states),
                                                 CHOICE(outcome, outcomes),
                                                 TEXT(host),
                                                 STATUS,
                                                 TEXT(text),
                                                 PART,
                                                 END};
/* Which of a job's occurrences are listed, or exported. */
#define OCCURRENCE_FILTERS                                                                         \
    CHOICE(alt_state, alt_states), TEXT(host), TEXT(page_host), CHOICE(source, sources),           \
        CHOICE(consent, consents), STATUS, ID(page_id), ID(image_id), TEXT(text), AUDIT_FILTERS
#define AUDIT_FILTERS                                                                              \
    CHOICE(rule, rules), CHOICE(severity, severities), TEXT(template),                             \
        CHOICE(landmark, landmarks), CHOICE(link_only, truths), TEXT(probe), TEXT(image_type),     \
        NUMBER(min_bytes), NUMBER(max_bytes), NUMBER(min_width), NUMBER(max_width),                \
        NUMBER(min_height), NUMBER(max_height)
static const struct param_spec images_params[] = {CHOICE(alt_state, alt_states),
                                                  TEXT(host),
                                                  CHOICE(source, sources),
                                                  TEXT(text),
                                                  ID(page_id),
                                                  AUDIT_FILTERS,
                                                  SEARCH,
                                                  PART,
                                                  END};
static const struct param_spec findings_params[] = {
    CHOICE(rule, rules), CHOICE(severity, severities), TEXT(template), PART, END};
static const struct param_spec occurrences_params[] = {OCCURRENCE_FILTERS, SEARCH, PART, END};
static const struct param_spec export_params[] = {CHOICE(profile, export_profiles),
                                                  OCCURRENCE_FILTERS, SEARCH, END};
static const struct param_spec hosts_params[] = {CHOICE(of, host_kinds), LIMIT, END};
static const struct param_spec why_params[] = {
    {"url", PARAM_URL, offsetof(struct params, url), NULL}, END};
static const struct param_spec diff_params[] = {ID(against), CHOICE(kind, diff_kinds), PART, END};
static const struct param_spec report_params[] = {CHOICE(format, report_formats), END};
static const struct param_spec known_hosts_params[] = {LIMIT, END};
static const struct param_spec rule_params[] = {TEXT(pattern), END};
static const struct param_spec events_params[] = {LIMIT, END};
static const struct param_spec traps_params[] = {PART, END};
static const struct param_spec sitemaps_params[] = {CHOICE(outcome, outcomes), PART, END};

/* clang-format off */
static const struct route routes[] = {
    {"GET",    "/healthz",                       api_health,           NULL,         0, false},
    {"POST",   "/v1/jobs",                       api_create_job,       NULL,         0, true},
    {"POST",   "/v1/estimate",                   api_estimate,         NULL,         0, true},
    {"GET",    "/v1/jobs",                       api_list_jobs,        jobs_params,  0, false},
    {"GET",    "/v1/jobs/{id}",                  api_get_job,          NULL,         0, false},
    {"PATCH",  "/v1/jobs/{id}",                  api_patch_job,        NULL,         0, true},
    {"DELETE", "/v1/jobs/{id}",                  api_delete_job,       NULL,         0, false},
    {"POST",   "/v1/jobs/{id}/pause",            api_act_on_job,       NULL,         JOB_PAUSE, false},
    {"POST",   "/v1/jobs/{id}/resume",           api_act_on_job,       NULL,         JOB_RESUME, false},
    {"POST",   "/v1/jobs/{id}/stop",             api_act_on_job,       NULL,         JOB_STOP, false},
    {"POST",   "/v1/jobs/{id}/cancel",           api_act_on_job,       NULL,         JOB_CANCEL, false},
    {"GET",    "/v1/jobs/{id}/pages",            api_list_pages,       pages_params, 0, false},
    {"GET",    "/v1/jobs/{id}/pages/{page_id}",  api_get_page,         NULL,         0, false},
    {"GET",    "/v1/jobs/{id}/images",           api_list_images,      images_params, 0, false},
    {"GET",    "/v1/jobs/{id}/occurrences",      api_list_occurrences, occurrences_params, 0, false},
    {"GET",    "/v1/jobs/{id}/hosts",            api_list_hosts,       hosts_params, 0, false},
    {"GET",    "/v1/jobs/{id}/events",           api_list_events,      events_params, 0, false},
    {"GET",    "/v1/jobs/{id}/sitemaps",         api_list_sitemaps,    sitemaps_params, 0, false},
    {"GET",    "/v1/jobs/{id}/traps",            api_list_traps,       traps_params, 0, false},
    {"POST",   "/v1/jobs/{id}/traps/{trap_id}/release", api_release_trap, NULL,      0, false},
    {"GET",    "/v1/jobs/{id}/findings",         api_list_findings,    findings_params, 0, false},
    {"GET",    "/v1/jobs/{id}/skipped",          api_list_skipped,     NULL,         0, false},
    {"GET",    "/v1/jobs/{id}/why",              api_why,              why_params,   0, false},
    {"GET",    "/v1/jobs/{id}/export.csv",       api_export,           export_params, FILE_CSV, false},
    {"GET",    "/v1/jobs/{id}/export.jsonl",     api_export,           export_params, FILE_JSONL, false},
    {"GET",    "/v1/jobs/{id}/export.parquet",   api_export,           export_params, FILE_PARQUET, false},
    {"GET",    "/v1/jobs/{id}/export.sqlite",    api_export,           NULL,         FILE_SQLITE, false},
    {"GET",    "/v1/jobs/{id}/diff",             api_diff,             diff_params,  0, false},
    {"GET",    "/v1/jobs/{id}/report",           api_report,           report_params, 0, false},
    {"GET",    "/v1/rules",                      api_list_rules,       NULL,         0, false},
    {"GET",    "/v1/hosts",                      api_list_known_hosts, known_hosts_params, 0, false},
    {"GET",    "/v1/host-rules",                 api_list_host_rules,  NULL,         0, false},
    {"PUT",    "/v1/host-rules",                 api_put_host_rule,    NULL,         0, true},
    {"DELETE", "/v1/host-rules",                 api_delete_host_rule, rule_params,  0, false},
};
/* clang-format on */
enum { ROUTE_COUNT = sizeof routes / sizeof routes[0] };

const struct route *routes_table(size_t *ret_count)
{
    *ret_count = ROUTE_COUNT;
    return routes;
}

/* Decimal, from 1, no leading zero: each thing has one address. */
static bool read_id(const char *text, size_t bytes, int64_t *ret_id)
{
    int64_t id = 0;

    if (bytes == 0 || bytes > 18 || text[0] == '0')
        return false;
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        id = id * 10 + (text[i] - '0');
    }
    *ret_id = id;
    return true;
}

/* Whether the segments fit; a {name} takes any, and one that is no number is left in *ret_bad_id.
 */
static bool path_fits(const char *pattern, const char *path, int64_t ids[2],
                      const char **ret_bad_id)
{
    int id_count = 0;

    *ret_bad_id = NULL;
    while (*pattern == '/' && *path == '/') {
        size_t pattern_bytes = strcspn(++pattern, "/"), path_bytes = strcspn(++path, "/");

        if (*pattern == '{') {
            if (path_bytes == 0)
                return false;
            if (!read_id(path, path_bytes, &ids[id_count++]) && !*ret_bad_id)
                *ret_bad_id = pattern;
        } else if (pattern_bytes != path_bytes || memcmp(pattern, path, path_bytes) != 0) {
            return false;
        }
        pattern += pattern_bytes;
        path += path_bytes;
    }
    return *pattern == '\0' && *path == '\0';
}

static bool method_fits(const struct route *route, const char *method)
{
    return strcmp(route->method, strcmp(method, "HEAD") == 0 ? "GET" : method) == 0;
}

static void add_allowed(struct route_match *match, const char *method)
{
    size_t used = strlen(match->allow);

    snprintf(match->allow + used, sizeof match->allow - used, "%s%s%s", used > 0 ? ", " : "",
             method, strcmp(method, "GET") == 0 ? ", HEAD" : "");
}

enum route_result route_find(const char *method, const char *path, struct route_match *ret_match)
{
    enum route_result result = ROUTE_NO_PATH;
    const char *bad_id;

    *ret_match = (struct route_match){0};
    for (const struct route *route = routes; route < routes + ROUTE_COUNT; route++) {
        if (!path_fits(route->pattern, path, ret_match->ids, &bad_id))
            continue;
        if (bad_id) {
            ret_match->bad_id = bad_id;
            result = ROUTE_BAD_ID;
        } else if (method_fits(route, method)) {
            ret_match->route = route;
            return ROUTE_FOUND;
        } else {
            add_allowed(ret_match, route->method);
            result = ROUTE_NO_METHOD;
        }
    }
    return result;
}
