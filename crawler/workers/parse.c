/* See parse.h. */
#include "crawler/workers/parse.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crawler/async/process_pool.h"
#include "crawler/async/promise.h"
#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/workers/body_slots.h"

enum {
    PIPE_DEPTH = 4, /* pages that stand before a process, so that it never waits for the loop */
    LANE_BYTES = 64 * 1024 * 1024 /* of address space for one answer */
};

struct parser {
    struct loop *loop;
    struct process_pool *pool;
};

/* The deadline sees to pages that take long; this is for a process whose parent cannot: it ends by
 * itself a little later. */
static unsigned cpu_seconds(int64_t timeout_ms)
{
    return (unsigned)((timeout_ms + 999) / 1000 + 1);
}

int parser_new(struct loop *loop, const struct parser_config *config, struct parser **ret_parser)
{
    char memory[32], cpu[16];
    snprintf(memory, sizeof memory, "%zu", config->memory_bytes);
    snprintf(cpu, sizeof cpu, "%u", cpu_seconds(config->timeout_ms));
    /* matched by read_limits() in parse_process.c */
    const char *argv[] = {"imgcrawl", "parse-process", "--memory", memory, "--cpu-seconds", cpu,
                          NULL};
    int bodies_fd = body_slots_fd(config->slots);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct process_pool_config pool_config = {
        .argv = argv,
        .workers = config->processes ? config->processes : (unsigned)(cores > 0 ? cores : 1),
        .depth = PIPE_DEPTH,
        .shared_fds = &bodies_fd,
        .shared_fd_count = 1,
        .lane_bytes = LANE_BYTES,
        .deadline_ms = config->timeout_ms,
    };
    struct parser *parser = memory_new(sizeof *parser);
    parser->loop = loop;
    int rc = process_pool_new(loop, &pool_config, &parser->pool);
    if (rc < 0)
        free(parser);
    else
        *ret_parser = parser;
    return rc;
}

struct parser *parser_free(struct parser *parser)
{
    if (!parser)
        return NULL;
    process_pool_free(parser->pool);
    free(parser);
    return NULL;
}

/* A request as it is sent, kept for the second try. */
struct parse {
    struct parser *parser;
    size_t bytes;
    union {
        struct parse_request header;
        char message[sizeof(struct parse_request) + URL_MAX_BYTES];
    } request;
};
static_assert(sizeof(struct parse_request) + URL_MAX_BYTES <= PROCESS_REQUEST_MAX_BYTES,
              "any URL fits a request");

static bool is_worth_another_try(const struct promise_error *error)
{
    return error->code == PROCESS_CRASHED || error->code == PROCESS_DEADLINE ||
           error->code == PROCESS_OUT_OF_MEMORY;
}

/* matched by parse_worker_handle() in extract/parse_worker.c */
static struct promise *try_again(struct promise *settled, void *arg)
{
    const struct parse *parse = arg;
    if (!is_worth_another_try(promise_error(settled)))
        return NULL;
    return process_pool_submit_first(parse->parser->pool, &parse->request, parse->bytes);
}

static struct promise *free_parse(struct promise *settled, void *arg)
{
    (void)settled;
    free(arg);
    return NULL;
}

static void set_argument(struct parse_request *header, const char *argument)
{
    switch (header->kind) {
    case PARSE_HTML:
    case PARSE_STYLE_SHEET:
        snprintf(header->default_charset, sizeof header->default_charset, "%s", argument);
        break;
    case PARSE_IMAGE:
        header->flags = strcmp(argument, PARSE_ARGUMENT_WHOLE) == 0 ? PARSE_WHOLE_IMAGE : 0;
        break;
    default:
        snprintf(header->agent, sizeof header->agent, "%s", argument);
    }
}

struct promise *parser_submit(struct parser *parser, enum parse_kind kind,
                              const struct body_slot *slot, const char *url,
                              const char *content_type, const char *argument)
{
    struct parse *parse = memory_new(sizeof *parse);
    struct parse_request *header = &parse->request.header;
    size_t url_bytes = strlen(url);
    assert(url_bytes <= URL_MAX_BYTES);
    header->kind = kind;
    header->base_bytes = (uint32_t)url_bytes;
    header->body_offset = slot->offset;
    header->body_bytes = slot->used;
    snprintf(header->content_type, sizeof header->content_type, "%s", content_type);
    set_argument(header, argument);
    memcpy(parse->request.message + sizeof *header, url, url_bytes);
    parse->parser = parser;
    parse->bytes = sizeof *header + url_bytes;

    struct promise *first = process_pool_submit(parser->pool, &parse->request, parse->bytes);
    return promise_finally(promise_catch(first, try_again, parse), free_parse, parse);
}

enum outcome parse_outcome(const struct promise_error *error)
{
    switch (error->code) {
    case PROCESS_CRASHED:
        return OUTCOME_PARSE_CRASHED;
    case PROCESS_DEADLINE:
        return OUTCOME_PARSE_TIMEOUT;
    case PROCESS_OUT_OF_MEMORY:
        return OUTCOME_PARSE_OUT_OF_MEMORY;
    default:
        return OUTCOME_PARSE_FAILED;
    }
}

void parser_stats(struct parser *parser, struct process_pool_stats *ret_stats)
{
    process_pool_stats(parser->pool, ret_stats);
}
