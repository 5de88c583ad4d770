/* Reads a job's traps for the API, with what they hold back now. */
#include "storage/query.h"

struct trap_walk {
    trap_fn fn;
    void *arg;
};

static int visit_trap(sqlite3_stmt *row, void *arg)
{
    const struct trap_walk *walk = arg;
    struct trap_result trap = {
        .id = sqlite3_column_int64(row, 0),
        .kind = db_text(row, 1),
        .host = db_text(row, 2),
        .pattern = db_text(row, 3),
        .detail = db_text(row, 4),
        .examples = db_text(row, 5),
        .state = db_text(row, 6),
        .found_ms = sqlite3_column_int64(row, 7),
        .released_ms = sqlite3_column_int64(row, 8),
        .released_urls = sqlite3_column_int64(row, 9),
        .held_urls = sqlite3_column_int64(row, 10),
    };
    return walk->fn(&trap, walk->arg);
}

int query_traps(struct job_reader *reader, int64_t after_id, unsigned limit, trap_fn fn, void *arg)
{
    struct query query = {0};
    struct query_filter filter = {.after_id = after_id, .limit = limit};
    struct trap_walk walk = {.fn = fn, .arg = arg};
    query_add(&query, "SELECT id, kind, host, pattern, detail, examples, state, found_ms,"
                      " released_ms, released_urls,"
                      " (SELECT count(*) FROM urls WHERE urls.trap_id = traps.id)"
                      " FROM traps WHERE id > :after ORDER BY id LIMIT :limit");
    return query_run(reader, &query, &filter, visit_trap, &walk);
}
