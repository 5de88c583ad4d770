/* See api_findings.h. */
#include "server/api_findings.h"

#include <inttypes.h>
#include <string.h>

#include "crawler/audit/audit_rules.h"
#include "crawler/engine.h"
#include "server/job_results.h"
#include "server/json_value.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"
#include "storage/job_query.h"

#define NO_RULE (UINT64_C(1) << 62) /* a bit that no verdict has */

/* ---- verdicts ---- */

json_t *verdicts_view(uint64_t verdicts)
{
    json_t *view = json_array();

    for (int i = 0; i < AUDIT_RULE_COUNT; i++)
        if (verdicts & audit_bit((enum audit_rule_id)i))
            json_array_append_new(view, json_string(audit_rule((enum audit_rule_id)i)->name));
    return view;
}

json_t *verdict_counts_view(const int64_t *counts)
{
    json_t *view = json_object();

    for (int i = 0; i < AUDIT_RULE_COUNT; i++)
        if (counts[i] > 0)
            json_object_set_new(view, audit_rule((enum audit_rule_id)i)->name,
                                json_integer(counts[i]));
    return view;
}

static uint64_t mask_of_severity(const char *name)
{
    uint64_t mask = 0;

    for (int i = 0; i < AUDIT_SEVERITY_COUNT; i++)
        if (strcmp(audit_severity_name((enum audit_severity)i), name) == 0)
            mask = audit_mask_of_severity((enum audit_severity)i);
    return mask;
}

uint64_t api_findings_mask(const struct params *params)
{
    enum audit_rule_id rule;
    uint64_t mask = UINT64_MAX;

    if (!params->rule && !params->severity)
        return 0;
    if (params->rule)
        mask &= audit_rule_parse(params->rule, &rule) == 0 ? audit_bit(rule) : 0;
    if (params->severity)
        mask &= mask_of_severity(params->severity);
    return mask ? mask : NO_RULE;
}

/* ---- the index ---- */

json_t *index_view(struct request *request, int64_t job_id, struct job_reader *reader)
{
    struct engine *engine = request->context->engine;
    json_t *view = json_object();
    double done = 0;
    bool is_building = engine_index_progress(engine, job_id, &done);
    bool is_ready = !is_building && reader && query_is_indexed(reader);

    json_object_set_new(view, "state",
                        json_string(is_building ? "building"
                                    : is_ready  ? "ready"
                                                : "none"));
    json_object_set_new(view, "progress", json_real(is_ready ? 1 : done));
    return view;
}

void api_findings_want_index(struct request *request, struct job_reader *reader)
{
    double done;

    if (reader && !query_is_indexed(reader) &&
        !engine_index_progress(request->context->engine, request->ids[0], &done))
        engine_want_index(request->context->engine, request->ids[0]);
}

/* ---- GET /v1/rules ---- */

static json_t *rule_view(const struct audit_rule *rule)
{
    static const char *const needs[] = {
        [AUDIT_MARKUP] = "markup", [AUDIT_PROBE] = "probe", [AUDIT_JOB] = "job"};
    json_t *view = json_object();

    json_object_set_new(view, "name", json_text(rule->name));
    json_object_set_new(view, "severity", json_text(audit_severity_name(rule->severity)));
    json_object_set_new(view, "title", json_text(rule->title));
    json_object_set_new(view, "cites", json_text(rule->cites));
    json_object_set_new(view, "remedy", json_text(rule->remedy));
    json_object_set_new(view, "needs", json_text(needs[rule->needs]));
    return view;
}

void api_list_rules(struct request *request)
{
    struct listing listing;

    listing_begin(&listing, request);
    for (int i = 0; i < AUDIT_RULE_COUNT; i++)
        listing_add(&listing, 0, rule_view(audit_rule((enum audit_rule_id)i)));
    listing_respond(&listing);
}

/* ---- GET /v1/jobs/{id}/findings ---- */

static json_t *finding_view(int64_t job_id, const struct finding_result *row)
{
    const struct audit_rule *rule =
        audit_rule(row->rule < AUDIT_RULE_COUNT ? (enum audit_rule_id)row->rule : 0);
    json_t *view = json_object();

    json_object_set_new(view, "rule", json_text(rule->name));
    json_object_set_new(view, "severity", json_text(audit_severity_name(rule->severity)));
    json_object_set_new(view, "template", json_text(row->template));
    json_object_set_new(view, "place", json_text(row->place));
    json_object_set_new(view, "occurrences", json_integer(row->occurrences));
    json_object_set_new(view, "pages", json_integer(row->pages));
    json_object_set_new(view, "images", json_integer(row->images));
    json_object_set_new(view, "first_occurrence_id", json_integer(row->first_id));
    json_object_set_new(view, "page_url", json_text(row->page_url));
    json_object_set_new(view, "image_url", json_text(row->image_url));
    json_object_set_new(view, "alt", json_text(row->alt));
    json_object_set_new(view, "dom_path", json_text(row->dom_path));
    json_object_set_new(view, "links", json_object());
    json_object_set_new(json_object_get(view, "links"), "occurrences",
                        json_sprintf("/v1/jobs/%" PRId64 "/occurrences?rule=%s%s%s", job_id,
                                     rule->name, row->template ? "&template=" : "",
                                     row->template ? row->template : ""));
    return view;
}

static int add_finding(const struct finding_result *row, void *arg)
{
    struct listing *listing = arg;

    return listing_add(listing, row->id, finding_view(listing->request->ids[0], row));
}

/* What is as it should be is listed only where it is asked for. */
static struct query_filter filter_of(const struct params *params, unsigned limit, int64_t after_id)
{
    uint64_t mask = api_findings_mask(params);

    return (struct query_filter){.after_id = after_id,
                                 .limit = limit + 1,
                                 .rules = mask ? mask : ~audit_mask_of_severity(AUDIT_GOOD),
                                 .template = params->template};
}

void api_list_findings(struct request *request)
{
    struct job_reader *reader;
    struct query_filter filter;
    struct listing listing;
    int64_t after_id;
    int rc = 0;

    if (job_results_open(request, &reader) < 0)
        return;
    if (listing_begin_part(&listing, request, CURSOR_FINDINGS, &after_id) == 0) {
        api_findings_want_index(request, reader);
        filter = filter_of(&request->params, listing.limit, after_id);
        if (reader)
            rc = query_finding_groups(reader, &filter, add_finding, &listing);
        if (rc < 0) {
            listing_drop(&listing);
            respond_storage_error(request, rc);
        } else {
            listing_respond(&listing);
        }
    }
    reader = job_reader_free(reader);
}
