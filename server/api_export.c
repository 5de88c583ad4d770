/* See api_export.h. Three ways:
 *   a job that goes on, or a filter: streamed from a snapshot of this moment (export_stream.c);
 *   a job that has ended: from the export cache, in parts too; what is not there yet is streamed
 * and kept on the way, or made first where a part of it is asked for (export_maker.c); a format
 * that cannot be drawn piece by piece: made first in any case.
 */
#include "server/api_export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/engine.h"
#include "server/api_results.h"
#include "server/export_answer.h"
#include "server/export_maker.h"
#include "server/export_stream.h"
#include "server/job_view.h"
#include "server/request.h"
#include "server/respond.h"
#include "server/routes.h"
#include "storage/catalog.h"
#include "storage/job_query.h"

struct asking {
    struct request *request;
    char *job_path;
    char site[100]; /* for the name of the file */
    struct export_order order;
    bool has_filter;
    struct query_filter filter;
};

/* ---- the file's name ---- */

/* The host of the first seed, of letters that are safe in a file name; "" where it cannot be told.
 */
static void site_name(const char *settings_text, char *name, size_t bytes)
{
    json_t *settings = settings_text ? json_loads(settings_text, 0, NULL) : NULL;
    const char *seed = json_string_value(json_array_get(json_object_get(settings, "seeds"), 0));
    const char *host = seed ? strstr(seed, "://") : NULL;
    size_t used = 0;

    for (host = host ? host + 3 : ""; *host && !strchr("/?#", *host) && used + 1 < bytes; host++)
        name[used++] = strchr("[]:@", *host) ? '_' : *host;
    name[used] = '\0';
    json_decref(settings);
}

static void add_file_name(struct request *request, const char *site,
                          const struct export_order *order)
{
    char value[240];
    bool is_plain = order->profile == EXPORT_INVENTORY;

    snprintf(value, sizeof value, "attachment; filename=\"imgcrawl-job-%" PRId64 "%s%s%s%s.%s\"",
             request->ids[0], *site ? "-" : "", site, is_plain ? "" : "-",
             is_plain ? "" : export_profile_name(order->profile), order->format->name);
    respond_header(request, MHD_HTTP_HEADER_CONTENT_DISPOSITION, value);
}

/* ---- what is asked for ---- */

static enum MHD_Result look_at_pair(void *arg, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    bool *has_filter = arg;

    (void)kind;
    if (strcmp(name, "profile") != 0 && value && *value)
        *has_filter = true;
    return MHD_YES;
}

/* A filter that is set, in words or numbers, is in the query; what was not taken was refused. */
static bool has_filter(const struct request *request)
{
    bool has = false;

    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_at_pair, &has);
    return has;
}

static void read_order(struct asking *asking)
{
    const struct params *params = &asking->request->params;

    asking->order.format = &file_formats[asking->request->route->arg];
    asking->order.profile = EXPORT_INVENTORY;
    if (params->profile)
        export_profile_find(params->profile, &asking->order.profile);
    asking->has_filter = has_filter(asking->request);
    asking->filter = api_results_filter(params);
}

/* ---- the ways to answer ---- */

static void refuse(struct request *request, int rc)
{
    if (rc == -ENOENT) {
        respond_error(request, PROBLEM_STORE_BUSY, "The job has not begun to store anything.");
        respond_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    } else {
        respond_storage_error(request, rc);
    }
}

static void stream(struct asking *asking)
{
    const struct export_order *order = &asking->order;
    const struct export_request wanted = {.format = order->format->rows,
                                          .profile = order->profile,
                                          .filter = asking->has_filter ? &asking->filter : NULL};
    struct export *export;
    int rc = export_open(asking->job_path, &wanted, &export);

    if (rc < 0) {
        refuse(asking->request, rc);
        return;
    }
    export_stream_respond(asking->request, order->format, export,
                          order->is_kept ? &order->key : NULL);
    add_file_name(asking->request, asking->site, order);
    if (order->is_kept)
        export_answer_tell_parts(asking->request, &order->key);
}

static void answer_with(struct request *request, const char *site, const struct export_order *order,
                        int take_fd)
{
    export_answer_file(request, order->format, take_fd, order->is_kept ? &order->key : NULL);
    if (request->status < MHD_HTTP_BAD_REQUEST)
        add_file_name(request, site, order);
}

static void on_made(struct request *request, const struct export_order *order, int take_fd)
{
    struct job_row row = {0};
    char site[100] = "";

    if (job_view_load(request, request->ids[0], &row) < 0) { /* deleted meanwhile */
        close(take_fd);
        return;
    }
    site_name(row.settings, site, sizeof site);
    job_row_done(&row);
    answer_with(request, site, order, take_fd);
}

static void answer_kept(struct asking *asking)
{
    struct request *request = asking->request;
    const struct export_order *order = &asking->order;
    int fd;

    if (export_answer_not_modified(request, &order->key))
        return;
    if (export_cache_open(request->context->exports, &order->key, &fd) == 0)
        answer_with(request, asking->site, order, fd);
    else if (order->format->has_rows && !export_answer_wants_part(request, &order->key))
        stream(asking);
    else
        export_maker_request(request, asking->job_path, order, on_made);
}

/* By the catalog, which says so last. */
static bool has_ended(const struct job_row *row)
{
    enum job_state state;

    return row->finished_ms > 0 && job_state_parse(row->state, &state) == 0 &&
           job_state_is_final(state);
}

static void answer(struct asking *asking, const struct job_row *row)
{
    struct export_order *order = &asking->order;
    int rc = export_key_make(row, asking->job_path, order->format, order->profile, &order->key);

    order->is_kept = has_ended(row) && !asking->has_filter;
    if (rc < 0)
        refuse(asking->request, rc);
    else if (order->is_kept)
        answer_kept(asking);
    else if (order->format->has_rows)
        stream(asking);
    else
        export_maker_request(asking->request, asking->job_path, order, on_made);
}

void api_export(struct request *request)
{
    struct asking asking = {.request = request};
    struct job_row row = {0};

    if (job_view_load(request, request->ids[0], &row) < 0)
        return;
    read_order(&asking);
    site_name(row.settings, asking.site, sizeof asking.site);
    asking.job_path = engine_job_path(request->context->data_dir, request->ids[0]);
    answer(&asking, &row);
    free(asking.job_path);
    job_row_done(&row);
}
