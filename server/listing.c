/* See listing.h. */
#include "server/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/respond.h"

void listing_begin(struct listing *listing, struct request *request)
{
    *listing = (struct listing){.request = request, .limit = UINT32_MAX};
    listing->out = open_memstream(&listing->text, &listing->bytes);
    if (!listing->out)
        abort();
    fputs("{\"items\":[", listing->out);
}

static void refuse_cursor(struct request *request, int rc)
{
    if (rc == -EXDEV)
        respond_error(request, PROBLEM_BAD_CURSOR,
                      "This cursor was given for another listing or for other filters. Repeat the "
                      "filters of the request that gave it, or leave the cursor off to begin "
                      "anew.");
    else
        respond_error(request, PROBLEM_BAD_CURSOR,
                      "This is not a cursor as \"next\" gives them. Pass one on unchanged, or "
                      "leave it off to begin anew.");
}

int listing_begin_part(struct listing *listing, struct request *request, enum cursor_listing kind,
                       int64_t *ret_after_id)
{
    const struct params *params = &request->params;
    struct cursor here = {.listing = kind, .job_id = request->ids[0], .filters = params->filters};
    int64_t after_id = 0;

    if (params->cursor) {
        int rc = cursor_decode(params->cursor, &here, &after_id);

        if (rc < 0) {
            refuse_cursor(request, rc);
            return rc;
        }
    }
    listing_begin(listing, request);
    listing->cursor = here;
    listing->has_parts = true;
    listing->limit = (unsigned)params->limit;
    *ret_after_id = after_id;
    return 0;
}

int listing_add(struct listing *listing, int64_t id, json_t *take_row)
{
    listing->has_more = listing->rows == listing->limit;
    if (!listing->has_more) {
        if (listing->rows++ > 0)
            fputc(',', listing->out);
        json_dumpf(take_row, listing->out, JSON_COMPACT);
        listing->cursor.last_id = id;
    }
    json_decref(take_row);
    return 0;
}

/* Link: <…>; rel="next" (RFC 8288), with this request's filters. */
static void add_next_link(struct request *request, const char *cursor)
{
    char *value = NULL, *query = strchr(request->target, '?'), *save = NULL;
    size_t bytes;
    FILE *out = open_memstream(&value, &bytes);

    if (!out)
        abort();
    fprintf(out, "<%s?", request->instance);
    for (char *pair = query ? strtok_r(query + 1, "&", &save) : NULL; pair;
         pair = strtok_r(NULL, "&", &save))
        if (strncmp(pair, "cursor=", strlen("cursor=")) != 0)
            fprintf(out, "%s&", pair);
    fprintf(out, "cursor=%s>; rel=\"next\"", cursor);
    fclose(out);
    respond_header(request, MHD_HTTP_HEADER_LINK, value);
    free(value);
}

void listing_respond(struct listing *listing)
{
    char next[CURSOR_TEXT_BYTES];

    cursor_encode(&listing->cursor, next);
    fputc(']', listing->out);
    if (listing->has_parts && listing->has_more)
        fprintf(listing->out, ",\"next\":\"%s\"", next);
    else if (listing->has_parts)
        fputs(",\"next\":null", listing->out);
    if (listing->searched)
        fprintf(listing->out, ",\"searched\":\"%s\"", listing->searched);
    fputc('}', listing->out);
    if (fclose(listing->out) != 0)
        abort();
    respond_text(listing->request, MHD_HTTP_OK, "application/json", listing->text, listing->bytes);
    if (listing->has_parts && listing->has_more)
        add_next_link(listing->request, next);
}

void listing_drop(struct listing *listing)
{
    fclose(listing->out);
    free(listing->text);
}
