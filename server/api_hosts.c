/* See api_hosts.h. */
#include "server/api_hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/async/promise.h"
#include "crawler/base/clock.h"
#include "crawler/base/memory.h"
#include "crawler/engine.h"
#include "crawler/hosts/host.h"
#include "server/json_value.h"
#include "server/listing.h"
#include "server/request.h"
#include "server/respond.h"

enum { COMMAND_DEADLINE_MS = 30 * 1000 };

/* ---- GET /v1/hosts ---- */

/* A copy for the thread that answers; the names live as long as the ledger. */
struct host_list {
    struct host_view *views;
    size_t count, capacity;
};

static void add_view(const struct host_view *view, void *arg)
{
    struct host_list *list = arg;

    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 256;
        list->views = memory_resize(list->views, list->capacity * sizeof *list->views);
    }
    list->views[list->count++] = *view;
}

static struct promise *list_start(struct loop *loop, struct engine *engine, void *arg)
{
    hosts_each(engine_hosts(engine), add_view, arg);
    return promise_resolved(loop, NULL, NULL);
}

static void list_free(void *arg)
{
    struct host_list *list = arg;

    free(list->views);
    free(list);
}

static const struct loop_command list_command = {.start = list_start, .free_arg = list_free};

/* What is at work first, then what is waited for; else by name. */
static int compare_views(const void *a, const void *b)
{
    const struct host_view *left = a, *right = b;

    if (left->active != right->active)
        return left->active < right->active ? 1 : -1;
    if (left->is_wanted != right->is_wanted)
        return left->is_wanted ? -1 : 1;
    return strcmp(left->name, right->name);
}

static json_t *host_json(const struct host_view *view, int64_t now_ms)
{
    json_t *json = json_object();

    json_object_set_new(json, "host", json_text(view->name));
    json_object_set_new(json, "address", json_text_or_null(view->address));
    json_object_set_new(json, "class", json_string(host_class_name(view->class)));
    json_object_set_new(json, "own", json_boolean(view->is_own));
    json_object_set_new(json, "delay_ms", json_integer(view->delay_ms));
    json_object_set_new(json, "why", json_string(pace_why_name(view->why)));
    json_object_set_new(json, "next_at",
                        json_time(view->next_in_ms > 0 ? now_ms + view->next_in_ms : 0));
    json_object_set_new(json, "latency_ms",
                        view->latency_ms > 0 ? json_integer(view->latency_ms) : json_null());
    json_object_set_new(json, "usual_latency_ms",
                        view->baseline_ms > 0 ? json_integer(view->baseline_ms) : json_null());
    json_object_set_new(json, "backoff_ms", json_integer(view->backoff_ms));
    json_object_set_new(json, "connections", json_integer(view->connections));
    json_object_set_new(json, "active", json_integer(view->active));
    json_object_set_new(json, "wanted", json_boolean(view->is_wanted));
    return json;
}

static void answer_list(struct request *request, const struct loop_call_result *result)
{
    const struct host_list *list = loop_call_arg(request->call);
    int64_t now_ms = clock_epoch_ms();
    struct listing listing;

    (void)result;
    if (list->count > 0)
        qsort(list->views, list->count, sizeof *list->views, compare_views);
    listing_begin(&listing, request);
    for (size_t i = 0; i < list->count && i < (size_t)request->params.limit; i++)
        listing_add(&listing, 0, host_json(&list->views[i], now_ms));
    listing_respond(&listing);
}

void api_list_known_hosts(struct request *request)
{
    request_call_loop(request, &list_command, memory_new(sizeof(struct host_list)),
                      COMMAND_DEADLINE_MS, answer_list);
}

/* ---- GET, PUT, DELETE /v1/host-rules ---- */

struct rules_command {
    struct host_rule rule;
    json_t *items;
};

static struct promise *rules_start(struct loop *loop, struct engine *engine, void *arg)
{
    const struct host_rules *rules = hosts_rules(engine_hosts(engine));
    struct rules_command *command = arg;

    for (size_t i = 0; i < host_rules_count(rules); i++)
        json_array_append_new(command->items, host_rule_to_json(host_rules_at(rules, i)));
    return promise_resolved(loop, NULL, NULL);
}

static struct promise *put_start(struct loop *loop, struct engine *engine, void *arg)
{
    const struct rules_command *command = arg;

    (void)loop;
    return engine_put_host_rule(engine, &command->rule);
}

static struct promise *delete_start(struct loop *loop, struct engine *engine, void *arg)
{
    const struct rules_command *command = arg;

    (void)loop;
    return engine_remove_host_rule(engine, command->rule.pattern);
}

static void rules_free(void *arg)
{
    struct rules_command *command = arg;

    json_decref(command->items);
    free(command);
}

static const struct loop_command rules_command = {.start = rules_start, .free_arg = rules_free};
static const struct loop_command put_command = {.start = put_start, .free_arg = rules_free};
static const struct loop_command delete_command = {.start = delete_start, .free_arg = rules_free};

static struct rules_command *rules_command_new(const struct host_rule *rule)
{
    struct rules_command *command = memory_new(sizeof *command);

    command->rule = *rule;
    command->items = json_array();
    return command;
}

static void answer_rules(struct request *request, const struct loop_call_result *result)
{
    const struct rules_command *command = loop_call_arg(request->call);
    struct listing listing;
    size_t i;
    json_t *item;

    (void)result;
    listing_begin(&listing, request);
    json_array_foreach(command->items, i, item)
    {
        listing_add(&listing, 0, json_incref(item));
    }
    listing_respond(&listing);
}

void api_list_host_rules(struct request *request)
{
    request_call_loop(request, &rules_command, rules_command_new(&(struct host_rule){0}),
                      COMMAND_DEADLINE_MS, answer_rules);
}

static void answer_put(struct request *request, const struct loop_call_result *result)
{
    const struct rules_command *command = loop_call_arg(request->call);

    if (result->code == 0)
        respond_json(request, MHD_HTTP_OK, host_rule_to_json(&command->rule));
    else
        respond_storage_error(request, -result->code);
}

void api_put_host_rule(struct request *request)
{
    json_t *object = request_take_json(request);
    struct settings_error error;
    struct host_rule rule;
    int rc;

    if (!object)
        return;
    rc = host_rule_from_json(object, &rule, &error);
    json_decref(object);
    if (rc < 0)
        respond_body_error(request, PROBLEM_INVALID_RULE, &error);
    else
        request_call_loop(request, &put_command, rules_command_new(&rule), COMMAND_DEADLINE_MS,
                          answer_put);
}

static void answer_delete(struct request *request, const struct loop_call_result *result)
{
    const struct rules_command *command = loop_call_arg(request->call);

    if (result->code == 0)
        respond_empty(request, MHD_HTTP_NO_CONTENT);
    else if (result->code == ENOENT)
        respond_error(request, PROBLEM_RULE_NOT_FOUND,
                      "There is no rule for \"%s\"; GET /v1/host-rules lists those there are.",
                      command->rule.pattern);
    else
        respond_storage_error(request, -result->code);
}

void api_delete_host_rule(struct request *request)
{
    const char *pattern = request->params.pattern;
    struct host_rule rule = {0};

    if (!pattern || strlen(pattern) >= sizeof rule.pattern) {
        struct problem problem;

        problem_init(&problem, PROBLEM_BAD_PARAMETER, "?pattern= says which rule goes.");
        problem_add_error(&problem, PROBLEM_PARAMETER, "pattern",
                          "must be the pattern of a rule that GET /v1/host-rules lists");
        respond_problem(request, &problem);
        return;
    }
    memcpy(rule.pattern, pattern, strlen(pattern) + 1);
    request_call_loop(request, &delete_command, rules_command_new(&rule), COMMAND_DEADLINE_MS,
                      answer_delete);
}
