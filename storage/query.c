/* Assembles and runs the queries of the reading side. See query.h. */
#include "storage/query.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void query_add(struct query *query, const char *sql)
{
    size_t bytes = strlen(sql);
    assert(query->bytes + bytes <
           sizeof(query->sql)); /* the pieces are ours, their sum is bounded */
    memcpy(query->sql + query->bytes, sql, bytes + 1);
    query->bytes += bytes;
}

void query_add_if(struct query *query, bool condition, const char *sql)
{
    if (condition)
        query_add(query, sql);
}

struct pattern {
    char text[2 * QUERY_TEXT_BYTES + 3];
};

static int make_pattern(const char *text, struct pattern *ret_pattern)
{
    if (strlen(text) > QUERY_TEXT_BYTES)
        return -E2BIG;
    char *out = ret_pattern->text;
    *out++ = '%';
    for (; *text; text++) {
        if (*text == '%' || *text == '_' || *text == '\\')
            *out++ = '\\';
        *out++ = *text;
    }
    *out++ = '%';
    *out = '\0';
    return 0;
}

static int bind_integer(sqlite3_stmt *statement, const char *name, int64_t value)
{
    int index = sqlite3_bind_parameter_index(statement, name);
    return index == 0 ? SQLITE_OK : sqlite3_bind_int64(statement, index, value);
}

static int bind_text(sqlite3_stmt *statement, const char *name, const char *value)
{
    int index = sqlite3_bind_parameter_index(statement, name);
    return index == 0 ? SQLITE_OK : sqlite3_bind_text(statement, index, value, -1, SQLITE_STATIC);
}

/* A failed bind leaves NULL, which would give a wrong answer: the first failure is told. */
static int bind_filter(sqlite3_stmt *statement, const struct query_filter *filter,
                       const struct pattern *pattern)
{
    const int codes[] = {
        bind_integer(statement, ":after", filter->after_id),
        bind_integer(statement, ":limit", filter->limit ? (int64_t)filter->limit : -1),
        bind_integer(statement, ":page", filter->page_id),
        bind_integer(statement, ":image", filter->image_id),
        bind_integer(statement, ":status_min", filter->status_min),
        bind_integer(statement, ":status_max", filter->status_max),
        bind_text(statement, ":host", filter->host),
        bind_text(statement, ":page_host", filter->page_host),
        bind_text(statement, ":alt_state", filter->alt_state),
        bind_text(statement, ":source", filter->source),
        bind_text(statement, ":state", filter->state),
        bind_text(statement, ":outcome", filter->outcome),
        bind_text(statement, ":consent", filter->consent),
        bind_text(statement, ":text", filter->text ? pattern->text : NULL),
        bind_integer(statement, ":until", filter->after_id + QUERY_PART_IDS),
        bind_integer(statement, ":rules", (int64_t)filter->rules),
        bind_text(statement, ":template", filter->template),
        bind_text(statement, ":landmark", filter->landmark),
        bind_text(statement, ":probe", filter->probe),
        bind_text(statement, ":image_type", filter->image_type),
        bind_integer(statement, ":min_bytes", filter->min_bytes),
        bind_integer(statement, ":max_bytes", filter->max_bytes),
        bind_integer(statement, ":min_width", filter->min_width),
        bind_integer(statement, ":max_width", filter->max_width),
        bind_integer(statement, ":min_height", filter->min_height),
        bind_integer(statement, ":max_height", filter->max_height),
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        if (codes[i] != SQLITE_OK)
            return db_error(sqlite3_db_handle(statement), codes[i]);
    return 0;
}

int query_run(struct job_reader *reader, const struct query *query,
              const struct query_filter *filter, db_row_fn fn, void *arg)
{
    return query_run_ids(reader, query, filter, NULL, fn, arg);
}

int query_run_ids(struct job_reader *reader, const struct query *query,
                  const struct query_filter *filter, const struct query_ids *ids, db_row_fn fn,
                  void *arg)
{
    struct pattern pattern;
    sqlite3_stmt *statement = NULL;
    int r = filter->text ? make_pattern(filter->text, &pattern) : 0;
    if (r == 0)
        r = db_prepare(reader->db, query->sql, &statement);
    if (r == 0)
        r = bind_filter(statement, filter, &pattern);
    if (r == 0 && ids)
        r = db_error(reader->db, bind_text(statement, ":ids", ids->text ? ids->text : "[]"));
    if (r == 0)
        r = db_each(statement, fn, arg);
    db_finalize(statement);
    return r;
}

/* --- one moment ---------------------------------------------------------------------------- */

int query_begin(struct job_reader *reader, bool *ret_is_ours)
{
    *ret_is_ours = sqlite3_get_autocommit(reader->db);
    return *ret_is_ours ? db_exec(reader->db, "BEGIN") : 0;
}

void query_end(struct job_reader *reader, bool is_ours)
{
    if (is_ours)
        db_rollback(reader->db);
}

/* --- ids ----------------------------------------------------------------------------------- */

enum { ID_BYTES = 24 };

static void keep_room(struct query_ids *ids)
{
    if (ids->bytes + ID_BYTES < ids->capacity)
        return;
    ids->capacity = (ids->capacity + ID_BYTES) * 2;
    if (!(ids->text = realloc(ids->text, ids->capacity)))
        abort();
}

void query_ids_add(struct query_ids *ids, int64_t id)
{
    keep_room(ids);
    size_t at = ids->bytes > 0 ? ids->bytes - 1 : 0; /* over the closing bracket */
    ids->bytes = at + (size_t)snprintf(ids->text + at, ID_BYTES, "%c%" PRId64 "]",
                                       ids->count++ > 0 ? ',' : '[', id);
}

void query_ids_done(struct query_ids *ids)
{
    free(ids->text);
}

/* --- filters of occurrences ---------------------------------------------------------------- */

void query_add_image_filters(struct query *query, const struct query_filter *filter)
{
    /* The plus keeps the planner from beginning with the image. */
    query_add_if(query, filter->host, " AND +i.host = :host");
    query_add_if(query, filter->probe && strcmp(filter->probe, "none") == 0,
                 " AND +x.state IS NULL");
    query_add_if(query, filter->probe && strcmp(filter->probe, "none") != 0,
                 " AND coalesce(x.outcome, x.state) = :probe");
    query_add_if(query, filter->image_type, " AND +x.type = :image_type");
    query_add_if(query, filter->min_bytes, " AND +x.bytes >= :min_bytes");
    query_add_if(query, filter->max_bytes, " AND +x.bytes BETWEEN 1 AND :max_bytes");
    query_add_if(query, filter->min_width, " AND +x.width >= :min_width");
    query_add_if(query, filter->max_width, " AND +x.width BETWEEN 1 AND :max_width");
    query_add_if(query, filter->min_height, " AND +x.height >= :min_height");
    query_add_if(query, filter->max_height, " AND +x.height BETWEEN 1 AND :max_height");
}

void query_add_occurrence_filters(struct query *query, const struct query_filter *filter)
{
    query_add_if(query, filter->page_id, " AND o.page_id = :page");
    query_add_if(query, filter->image_id, " AND o.image_id = :image");
    query_add_if(query, filter->alt_state, " AND o.alt_state = :alt_state");
    query_add_if(query, filter->source, " AND o.source = :source");
    query_add_if(query, filter->rules, " AND o.verdicts & :rules");
    query_add_if(query, filter->template, " AND +t.key = :template");
    query_add_if(query, filter->landmark, " AND coalesce(o.landmark, 'none') = :landmark");
    query_add_if(query, filter->link_only,
                 strcmp(filter->link_only ? filter->link_only : "", "true") ? " AND NOT o.flags & 1"
                                                                            : " AND o.flags & 1");
    query_add_if(query, filter->page_host, " AND origins.host = :page_host");
    query_add_if(query, filter->status_min, " AND p.status >= :status_min");
    query_add_if(query, filter->status_max, " AND p.status <= :status_max");
    query_add_if(query, filter->text,
                 " AND (i.url" QUERY_LIKE " OR o.alt" QUERY_LIKE " OR o.title" QUERY_LIKE ")");
    /* 61: all directives but nofollow, which is about links */
    query_add_if(query, filter->consent,
                 " AND (:consent = 'reserved') = (coalesce(p.directives, 0) & 61 != 0)");
    query_add_image_filters(query, filter);
}

int query_find(struct job_reader *reader, const struct query_filter *filter, enum query_of of,
               struct query_ids *ret_ids)
{
    int r = query_find_by_facets(reader, filter, of, ret_ids);
    return r == -EOPNOTSUPP && filter->search ? query_find_by_scan(reader, filter, of, ret_ids) : r;
}
