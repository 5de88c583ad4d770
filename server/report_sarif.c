/* SARIF 2.1.0: one run; a rule for each of ours, a result for each finding, whose location is the
 * page and the element's path on it. Written object by object. See report.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "server/json_value.h"
#include "server/report.h"
#include "server/report_cites.h"

static void put_value(FILE *out, json_t *take_value)
{
    json_dumpf(take_value, out, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(take_value);
}

static const char *level(const struct report_rule *rule)
{
    return rule->severity == REPORT_ERROR     ? "error"
           : rule->severity == REPORT_WARNING ? "warning"
                                              : "note";
}

static json_t *message(const char *text)
{
    return json_pack("{s:o}", "text", json_text(text));
}

/* ---- rules ---- */

static json_t *help_text(const struct report_rule *rule)
{
    json_t *text = json_sprintf("%s\n%s", rule->remedy, rule->cites);
    return json_pack("{s:o}", "text", text ? text : json_text(rule->title));
}

static json_t *rule_object(const struct report_rule *rule)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:s, s:{s:s}, s:{s:o, s:I, s:[s]}}", "id", json_text(rule->name),
        "name", json_text(rule->name), "shortDescription", message(rule->title), "fullDescription",
        message(rule->title), "help", help_text(rule), "helpUri", report_cites_address(rule->cites),
        "defaultConfiguration", "level", level(rule), "properties", "cites", json_text(rule->cites),
        "findings", (json_int_t)rule->findings, "tags", "images");
}

/* ---- results ---- */

/* Those of one page stand together; equal ones on it are numbered. */
struct result_writer {
    FILE *out;
    const struct report_rule *rule;
    size_t rule_index;
    bool is_first;
    int64_t page_id;
    uint64_t *seen; /* fingerprints of the rule's results on that page */
    size_t seen_count;
};

static uint64_t add_to_hash(uint64_t hash, const char *text)
{
    return XXH64(text ? text : "", text ? strlen(text) + 1 : 0, hash);
}

static unsigned count_seen(struct result_writer *writer, int64_t page_id, uint64_t hash)
{
    unsigned equal = 0;
    if (writer->page_id != page_id)
        writer->seen_count = 0;
    writer->page_id = page_id;
    for (size_t i = 0; i < writer->seen_count; i++)
        equal += writer->seen[i] == hash;
    writer->seen[writer->seen_count++] = hash;
    return equal;
}

/* The same in each crawl in which the same image of the same page is found by the same rule. */
static json_t *fingerprint(struct result_writer *writer, const struct report_finding *row)
{
    uint64_t hash = add_to_hash(0, writer->rule->name);
    hash = add_to_hash(hash, row->page_url);
    hash = add_to_hash(hash, row->url ? row->url : row->place);
    return json_sprintf("%016" PRIx64 ":%u", hash, count_seen(writer, row->page_id, hash));
}

static json_t *location(const struct report_finding *row)
{
    json_t *where = json_pack("{s:{s:{s:o}, s:{s:i}}}", "physicalLocation", "artifactLocation",
                              "uri", json_text(row->page_url ? row->page_url : "about:blank"),
                              "region", "startLine", 1);
    if (row->place)
        json_object_set_new(where, "logicalLocations",
                            json_pack("[{s:o, s:s}]", "fullyQualifiedName", json_text(row->place),
                                      "kind", "element"));
    return where;
}

/* What it is, of which image, and what to do: for those who see nothing but this. */
static json_t *result_message(const struct report_rule *rule, const struct report_finding *row)
{
    json_t *text = json_sprintf("%s: %s. %s", rule->title,
                                row->url     ? row->url
                                : row->place ? row->place
                                             : row->source,
                                rule->remedy);
    return json_pack("{s:o}", "text", text ? text : json_text(rule->title));
}

static int put_result(const struct report_finding *row, void *arg)
{
    struct result_writer *writer = arg;
    json_t *result = json_pack(
        "{s:o, s:I, s:s, s:o, s:[o], s:{s:o}, s:{s:o, s:o, s:o, s:o}}", "ruleId",
        json_text(writer->rule->name), "ruleIndex", (json_int_t)writer->rule_index, "level",
        level(writer->rule), "message", result_message(writer->rule, row), "locations",
        location(row), "partialFingerprints", "imgcrawlFinding/v1", fingerprint(writer, row),
        "properties", "image", json_text(row->url), "alt", json_text(row->alt), "altState",
        json_text(row->alt_state), "source", json_text(row->source));
    if (!result)
        abort();
    fputs(writer->is_first ? "\n" : ",\n", writer->out);
    writer->is_first = false;
    put_value(writer->out, result);
    return 0;
}

static int put_results(const struct report *report)
{
    struct result_writer writer = {.out = report->out, .is_first = true};
    int r = 0;
    writer.seen = calloc(report->rules->most_ids + 1, sizeof *writer.seen);
    if (!writer.seen)
        abort();
    for (size_t i = 0, index = 0; r == 0 && i < report->rules->count; i++) {
        if (report->rules->rules[i].severity == REPORT_GOOD)
            continue;
        writer.rule = &report->rules->rules[i];
        writer.rule_index = index++;
        writer.seen_count = 0;
        r = query_rule_findings(report->reader, writer.rule, put_result, &writer);
    }
    free(writer.seen);
    return r;
}

/* ---- the run ---- */

static void add_note(json_t *notes, const char *note_level, json_t *take_text)
{
    json_array_append_new(
        notes, json_pack("{s:s, s:{s:o}}", "level", note_level, "message", "text", take_text));
}

static json_t *notes_of(const struct report *report)
{
    json_t *notes = json_array();
    if (report_caveat(&report->facts))
        add_note(notes, "warning", json_string(report_caveat(&report->facts)));
    for (size_t i = 0; i < report->rules->count; i++) {
        const struct report_rule *rule = &report->rules->rules[i];
        if (rule->severity != REPORT_GOOD && rule->findings > (int64_t)rule->id_count)
            add_note(notes, "note",
                     json_sprintf("%s: %" PRId64 " findings; the first %zu are listed.", rule->name,
                                  rule->findings, rule->id_count));
    }
    return notes;
}

static json_t *invocation(const struct report *report)
{
    json_t *object = json_pack("{s:b, s:o}", "executionSuccessful", 1, "toolExecutionNotifications",
                               notes_of(report));
    if (report->facts.first_ms > 0) {
        json_object_set_new(object, "startTimeUtc", json_time(report->facts.first_ms));
        json_object_set_new(object, "endTimeUtc", json_time(report->facts.last_ms));
    }
    return object;
}

static json_t *driver(const struct report *report)
{
    json_t *rules = json_array();
    for (size_t i = 0; i < report->rules->count; i++)
        if (report->rules->rules[i].severity != REPORT_GOOD)
            json_array_append_new(rules, rule_object(&report->rules->rules[i]));
    return json_pack("{s:{s:s, s:s, s:o}}", "driver", "name", "imgcrawl", "semanticVersion",
                     IMGCRAWL_VERSION, "rules", rules);
}

int report_sarif_write(const struct report *report)
{
    FILE *out = report->out;
    fputs("{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
          "sarif-schema-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":",
          out);
    put_value(out, driver(report));
    fputs(",\n\"invocations\":[", out);
    put_value(out, invocation(report));
    fputs("],\n\"results\":[", out);
    int r = put_results(report);
    fputs("\n]}]}\n", out);
    return r;
}
