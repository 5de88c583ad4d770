/* See job_rows.h. */
#include "storage/job_rows.h"

void job_put_text(struct db_values *values, struct store_text text)
{
    db_put_bytes(values, text.data, text.bytes);
}

struct store_text job_column_text(sqlite3_stmt *row, int index)
{
    const char *text = db_text(row, index);
    return (struct store_text){.data = text, .bytes = (size_t)sqlite3_column_bytes(row, index)};
}

struct url_walk {
    store_url_fn fn;
    void *arg;
};

static int visit_url(sqlite3_stmt *row, void *arg)
{
    const struct url_walk *walk = arg;
    struct store_url url = {
        .id = sqlite3_column_int64(row, 0),
        .origin_id = sqlite3_column_int64(row, 1),
        .parent_id = sqlite3_column_int64(row, 2),
        .url = job_column_text(row, 3),
        .via = db_text(row, 4),
        .skipped = db_text(row, 5),
        .depth = (uint32_t)sqlite3_column_int64(row, 6),
        .hops = (uint32_t)sqlite3_column_int64(row, 7),
    };
    return walk->fn(&url, walk->arg);
}

int job_each_url(sqlite3_stmt *statement, store_url_fn fn, void *arg)
{
    struct url_walk walk = {.fn = fn, .arg = arg};
    return db_each(statement, visit_url, &walk);
}
