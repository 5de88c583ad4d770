/* Assembles and runs the queries of the reading side. See query.h. */
#include "storage/query.h"

#include <assert.h>
#include <errno.h>
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
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
        if (codes[i] != SQLITE_OK)
            return db_error(sqlite3_db_handle(statement), codes[i]);
    return 0;
}

int query_run(struct job_reader *reader, const struct query *query,
              const struct query_filter *filter, db_row_fn fn, void *arg)
{
    struct pattern pattern;
    sqlite3_stmt *statement = NULL;
    int r = filter->text ? make_pattern(filter->text, &pattern) : 0;
    if (r == 0)
        r = db_prepare(reader->db, query->sql, &statement);
    if (r == 0)
        r = bind_filter(statement, filter, &pattern);
    if (r == 0)
        r = db_each(statement, fn, arg);
    db_finalize(statement);
    return r;
}
