/* See why.h. */
#include "crawler/why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/base/outcome.h"
#include "crawler/extract/robots_txt.h"
#include "crawler/extract/url.h"
#include "crawler/frontier/limits.h"
#include "crawler/frontier/scope.h"
#include "crawler/frontier/url_cleaning.h"
#include "crawler/job/job_settings.h"
#include "crawler/why_file.h"
#include "storage/catalog.h"
#include "storage/job_query.h"
#include "storage/query_why.h"

enum { MENTIONS_MOST = 5, RULE_BYTES = 640 };

/* The answer while it is put together. */
struct finding {
    const struct why_question *question;
    struct url url;
    json_t *answer;
    struct scope *scope;
    enum outcome outcome;
    int64_t page_id; /* 0: not known */
    uint32_t depth;
    const char *kind; /* of the rule */
    char rule[RULE_BYTES];
    int64_t robots_until_ms; /* epoch: how long the robots.txt that is known counts; 0: none is */
    char sentence[RULE_BYTES + 256];
};

/* What kind of rule an outcome comes from. */
static const char *kind_of(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_OUT_OF_SCOPE:
    case OUTCOME_EXCLUDED:
    case OUTCOME_NOT_INCLUDED:
    case OUTCOME_PATTERN_LIMIT:
        return "scope";
    case OUTCOME_MAX_DEPTH:
    case OUTCOME_MAX_HOST_PAGES:
    case OUTCOME_MAX_QUERY_VARIANTS:
    case OUTCOME_MAX_PATH_DEPTH:
    case OUTCOME_REPEATED_SEGMENTS:
    case OUTCOME_MAX_PAGES:
    case OUTCOME_MAX_SECONDS:
        return "limit";
    case OUTCOME_TRAP:
        return "trap";
    case OUTCOME_ROBOTS_DISALLOWED:
    case OUTCOME_ROBOTS_UNREACHABLE:
        return "robots";
    case OUTCOME_CANCELLED:
        return "user";
    default:
        return "answer";
    }
}

/* The scope as it stood in the end: the seeds, and where they redirected to. */

static int add_redirected_seed(const char *text, void *arg)
{
    struct url url;
    if (url_parse(text, strlen(text), NULL, &url) == URL_OK)
        scope_add_seed(arg, &url);
    return 0;
}

static int rebuild_scope(struct finding *finding)
{
    const struct why_question *question = finding->question;
    finding->scope = scope_new(question->settings);
    if (!question->reader)
        return 0;
    return query_redirected_seeds(question->reader, add_redirected_seed, finding->scope);
}

/* The rule of the settings that stands against the URL, in words; OUTCOME_OK: none does. */
static enum outcome judge_by_settings(struct finding *finding, char detail[RULE_BYTES])
{
    struct scope_verdict verdict = scope_judge(finding->scope, &finding->url, finding->depth);
    if (verdict.outcome != OUTCOME_OK)
        scope_explain(finding->scope, &verdict, &finding->url, detail, RULE_BYTES);
    return verdict.outcome;
}

/* Where it stands in the file */

static void set_text(json_t *object, const char *name, const char *text)
{
    json_object_set_new(object, name, text ? json_string(text) : json_null());
}

static int take_page(const struct page_result *row, void *arg)
{
    struct finding *finding = arg;
    enum outcome outcome;
    finding->depth = (uint32_t)row->depth;
    set_text(finding->answer, "state", row->state);
    set_text(finding->answer, "outcome", row->outcome);
    set_text(finding->answer, "detail", row->detail);
    if (row->status)
        json_object_set_new(finding->answer, "status", json_integer(row->status));
    if (!row->outcome || outcome_parse(row->outcome, &outcome) < 0)
        return 0;
    finding->outcome = outcome;
    finding->kind = kind_of(outcome);
    set_text(finding->answer, "outcome_text", outcome_text(outcome));
    snprintf(finding->rule, sizeof finding->rule, "%s",
             row->detail && *row->detail ? row->detail : outcome_text(outcome));
    return 0;
}

static int take_step(const struct page_result *row, void *arg)
{
    json_array_append_new(arg, json_pack("{s:I, s:s, s:s, s:s, s:s?}", "id", (json_int_t)row->id,
                                         "url", row->url, "via", row->via, "state", row->state,
                                         "title", row->title));
    return 0;
}

/* The path of pages from a seed down to the URL, itself included. */
static int find_path(struct finding *finding)
{
    struct job_reader *reader = finding->question->reader;
    json_t *path = json_object_get(finding->answer, "path");
    int64_t ids[QUERY_WAY_MOST];
    size_t count = 0;
    int rc = query_way(reader, finding->page_id, ids, &count);
    while (rc == 0 && count > 0)
        rc = query_page(reader, ids[--count], take_step, path);
    return rc == 0 ? query_page(reader, finding->page_id, take_step, path) : rc;
}

static int take_trap(const struct held_result *trap, void *arg)
{
    struct finding *finding = arg;
    why_explain_trap(&(struct why_trap){.id = trap->trap_id,
                                        .kind = trap->kind,
                                        .state = trap->state,
                                        .pattern = trap->pattern,
                                        .detail = trap->detail},
                     finding->rule, sizeof finding->rule);
    json_object_set_new(finding->answer, "trap_id", json_integer(trap->trap_id));
    return 0;
}

static bool is_counted(enum outcome outcome)
{
    return outcome == OUTCOME_MAX_HOST_PAGES || outcome == OUTCOME_MAX_QUERY_VARIANTS;
}

/* The words of the rule, where the file has only its name. */
static int find_rule(struct finding *finding)
{
    char detail[RULE_BYTES];
    if (finding->outcome == OUTCOME_TRAP)
        return query_trap_of_url(finding->question->reader, finding->page_id, take_trap, finding);
    if (is_counted(finding->outcome))
        limits_explain(finding->question->settings, finding->outcome, finding->rule,
                       sizeof finding->rule);
    else if (outcome_class_of(finding->outcome) == OUTCOME_SKIPPED &&
             judge_by_settings(finding, detail) == finding->outcome)
        memcpy(finding->rule, detail, sizeof detail);
    return 0;
}

/* "Skipped (robots_disallowed): robots.txt line 4: Disallow: /private/." */
static void say_settled(struct finding *finding)
{
    static const char *const states[] = {
        [OUTCOME_DONE] = "Done", [OUTCOME_FAILED] = "Failed", [OUTCOME_SKIPPED] = "Skipped"};
    size_t bytes = strlen(finding->rule);
    bool ends = bytes > 0 && finding->rule[bytes - 1] == '.';
    snprintf(finding->sentence, sizeof finding->sentence, "%s (%s): %s%s",
             states[outcome_class_of(finding->outcome)], outcome_name(finding->outcome),
             finding->rule, ends ? "" : ".");
}

static int explain_known(struct finding *finding)
{
    struct job_reader *reader = finding->question->reader;
    int rc = query_page(reader, finding->page_id, take_page, finding);
    if (rc == 0)
        rc = find_path(finding);
    if (rc == 0)
        rc = find_rule(finding);
    if (rc < 0)
        return rc;
    const char *state = json_string_value(json_object_get(finding->answer, "state"));
    if (strcmp(state, "queued") == 0)
        snprintf(finding->sentence, sizeof finding->sentence,
                 "Known, and not fetched yet: it waits for its turn, or is being fetched.");
    else
        say_settled(finding);
    return 0;
}

/* A URL that the job does not know: what would become of it */

static int take_unfollowed(const struct unfollowed_result *row, void *arg)
{
    json_array_append_new(arg, json_pack("{s:I, s:s?, s:s}", "page_id", (json_int_t)row->page_id,
                                         "page_url", row->page_url, "rule", row->rule));
    return 0;
}

static int take_listed(const struct listed_result *row, void *arg)
{
    json_array_append_new(
        arg, json_pack("{s:s, s:s?}", "url", row->sitemap_url, "lastmod", row->lastmod));
    return 0;
}

static int find_mentions(struct finding *finding)
{
    struct job_reader *reader = finding->question->reader;
    if (!reader)
        return 0;
    int rc = query_unfollowed(reader, finding->url.href, MENTIONS_MOST, take_unfollowed,
                              json_object_get(finding->answer, "nofollow_links"));
    if (rc == 0)
        rc = query_sitemaps_listing(reader, finding->url.href, MENTIONS_MOST, take_listed,
                                    json_object_get(finding->answer, "sitemaps"));
    return rc;
}

/* What robots.txt says: the catalog has those that could be had, the job's file tells of one that
 * could not. */

static int take_robots(const struct robots_row *row, void *arg)
{
    struct finding *finding = arg;
    struct url_slice origin = url_origin(&finding->url);
    finding->robots_until_ms = row->expires_ms;
    if (!row->outcome || strcmp(row->outcome, outcome_name(OUTCOME_OK)) != 0) {
        finding->outcome = OUTCOME_ROBOTS_UNREACHABLE;
        snprintf(finding->rule, sizeof finding->rule, "%s",
                 outcome_text(OUTCOME_ROBOTS_UNREACHABLE));
        return 0;
    }
    struct robots_decision decision;
    robots_rules_match(row->rules, finding->url.href + origin.bytes,
                       finding->url.length - origin.bytes, &decision);
    if (!decision.allowed) {
        finding->outcome = OUTCOME_ROBOTS_DISALLOWED;
        snprintf(finding->rule, sizeof finding->rule, "robots.txt line %u: %s", decision.line,
                 decision.rule);
    }
    return 0;
}

static int take_robots_failure(const char *detail, void *arg)
{
    struct finding *finding = arg;
    finding->outcome = OUTCOME_ROBOTS_UNREACHABLE;
    finding->robots_until_ms = INT64_MAX;
    snprintf(finding->rule, sizeof finding->rule, "%s",
             detail && *detail ? detail : outcome_text(OUTCOME_ROBOTS_UNREACHABLE));
    return 0;
}

static int judge_by_robots(struct finding *finding)
{
    const struct why_question *question = finding->question;
    struct url_slice origin = url_origin(&finding->url);
    char *text = memory_strndup(origin.data, origin.bytes);
    int rc = catalog_get_robots(question->catalog, text, take_robots, finding);
    if (rc == -ENOENT)
        rc = 0;
    if (rc == 0 && question->reader && finding->robots_until_ms <= clock_epoch_ms())
        rc = query_robots_failure(question->reader, text, take_robots_failure, finding);
    free(text);
    return rc;
}

static int judge_by_file(struct finding *finding)
{
    const struct why_question *question = finding->question;
    struct why_verdict verdict;
    if (!question->reader)
        return 0;
    int rc = why_judge_by_file(question->reader, question->settings, &finding->url, finding->rule,
                               sizeof finding->rule, &verdict);
    if (rc < 0)
        return rc;
    finding->outcome = verdict.outcome;
    if (verdict.trap_id)
        json_object_set_new(finding->answer, "trap_id", json_integer(verdict.trap_id));
    return 0;
}

static int judge_unknown(struct finding *finding)
{
    finding->depth = 1;
    finding->outcome = judge_by_settings(finding, finding->rule);
    int rc = finding->outcome == OUTCOME_OK ? judge_by_file(finding) : 0;
    if (rc < 0 || finding->outcome != OUTCOME_OK)
        return rc;
    return judge_by_robots(finding);
}

static void say_unknown(struct finding *finding)
{
    const json_t *unfollowed = json_object_get(finding->answer, "nofollow_links");
    const json_t *page = json_object_get(json_array_get(unfollowed, 0), "page_url");
    if (json_array_size(unfollowed) > 0) {
        finding->kind = "nofollow";
        snprintf(finding->rule, sizeof finding->rule,
                 "only links marked nofollow lead to it, such as the one on %s",
                 json_is_string(page) ? json_string_value(page) : "a page");
        snprintf(finding->sentence, sizeof finding->sentence,
                 "Not known: %s. With \"respect_nofollow\": false they are followed.",
                 finding->rule);
    } else if (finding->outcome != OUTCOME_OK) {
        finding->kind = kind_of(finding->outcome);
        snprintf(finding->sentence, sizeof finding->sentence,
                 "Not known: no page that was fetched leads to it. If one did, it would be "
                 "skipped (%s): %s.",
                 outcome_name(finding->outcome), finding->rule);
    } else {
        snprintf(finding->sentence, sizeof finding->sentence,
                 "Not known: no page that was fetched leads to it. No rule of the job stands "
                 "against it%s; give it as a seed to have it fetched.",
                 finding->robots_until_ms ? ""
                                          : ", but the robots.txt of its host is not known yet");
    }
}

static int explain_unknown(struct finding *finding)
{
    set_text(finding->answer, "state", "unknown");
    int rc = judge_unknown(finding);
    if (rc < 0)
        return rc;
    if (finding->outcome != OUTCOME_OK) {
        set_text(finding->answer, "outcome", outcome_name(finding->outcome));
        set_text(finding->answer, "outcome_text", outcome_text(finding->outcome));
    }
    say_unknown(finding);
    return 0;
}

/* All of it */

static json_t *blank_answer(void)
{
    return json_pack("{s:b, s:n, s:n, s:n, s:n, s:n, s:n, s:[], s:[], s:[]}", "known", 0, "state",
                     "page_id", "outcome", "outcome_text", "status", "detail", "path",
                     "nofollow_links", "sitemaps");
}

static int find_id(struct finding *finding)
{
    if (!finding->question->reader)
        return 0;
    int rc = query_url_id(finding->question->reader, finding->url.href, &finding->page_id);
    return rc == -ENOENT ? 0 : rc;
}

static int explain(struct finding *finding)
{
    int rc = rebuild_scope(finding);
    if (rc == 0)
        rc = find_id(finding);
    if (rc == 0)
        rc = find_mentions(finding);
    if (rc == 0)
        rc = finding->page_id ? explain_known(finding) : explain_unknown(finding);
    return rc;
}

static void finish(struct finding *finding)
{
    json_t *answer = finding->answer;
    set_text(answer, "url", finding->url.href);
    json_object_set_new(answer, "known", json_boolean(finding->page_id != 0));
    if (finding->page_id)
        json_object_set_new(answer, "page_id", json_integer(finding->page_id));
    json_object_set_new(answer, "rule",
                        json_pack("{s:s, s:s}", "kind", finding->kind, "text", finding->rule));
    set_text(answer, "sentence", finding->sentence);
}

int why_explain(const struct why_question *question, json_t **ret_answer)
{
    struct finding *finding = memory_new(sizeof *finding);
    finding->question = question;
    finding->kind = "none";
    int rc = url_parse(question->url, strlen(question->url), NULL, &finding->url) == URL_OK
                 ? 0
                 : -EINVAL;
    if (rc == 0) {
        url_canonicalise(&finding->url);
        url_clean(question->settings, &finding->url);
        finding->answer = blank_answer();
        rc = explain(finding);
    }
    if (rc == 0) {
        finish(finding);
        *ret_answer = json_incref(finding->answer);
    }
    json_decref(finding->answer);
    scope_free(finding->scope);
    free(finding);
    return rc;
}
