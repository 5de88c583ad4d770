/* Opens a job's file for reading, and the small questions: hosts, history. Any thread, one at a
 * time for each reader. The large ones: query_pages.c, query_images.c, query_occurrences.c.
 */
#include "storage/job_query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "storage/job_file.h"
#include "storage/query.h"

int job_reader_open(const char *path, struct job_reader **ret_reader)
{
    sqlite3 *db = NULL;
    int r = job_file_open(path, STORAGE_READ_ONLY, &db, NULL);
    if (r < 0)
        return r;
    struct job_reader *reader = malloc(sizeof(*reader));
    if (!reader)
        abort();
    reader->db = db;
    *ret_reader = reader;
    return 0;
}

struct job_reader *job_reader_free(struct job_reader *reader)
{
    if (!reader)
        return NULL;
    db_close(reader->db);
    free(reader);
    return NULL;
}

/* --- hosts --------------------------------------------------------------------------------- */

struct host_walk {
    host_count_fn fn;
    void *arg;
};

static int visit_host(sqlite3_stmt *row, void *arg)
{
    const struct host_walk *walk = arg;
    struct host_count count = {
        .host = db_text(row, 0),
        .count = sqlite3_column_int64(row, 1),
    };
    return walk->fn(&count, walk->arg);
}

int query_hosts(struct job_reader *reader, const char *of, unsigned limit, host_count_fn fn,
                void *arg)
{
    const struct query_filter filter = {.limit = limit};
    struct host_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    if (strcmp(of, "images") == 0)
        query_add(&query, "SELECT host, count(*) AS number FROM images WHERE host IS NOT NULL"
                          " GROUP BY host");
    else if (strcmp(of, "pages") == 0)
        query_add(&query, "SELECT o.host, sum(u.number) AS number FROM"
                          " (SELECT origin_id, count(*) AS number FROM urls GROUP BY origin_id) u"
                          " JOIN origins o ON o.id = u.origin_id GROUP BY o.host");
    else
        return -EINVAL;
    query_add(&query, " ORDER BY number DESC, host LIMIT :limit");
    return query_run(reader, &query, &filter, visit_host, &walk);
}

/* --- history ------------------------------------------------------------------------------- */

struct event_walk {
    event_fn fn;
    void *arg;
};

static int visit_event(sqlite3_stmt *row, void *arg)
{
    const struct event_walk *walk = arg;
    return walk->fn(sqlite3_column_int64(row, 0), db_text(row, 1), db_text(row, 2), walk->arg);
}

int query_events(struct job_reader *reader, unsigned limit, event_fn fn, void *arg)
{
    const struct query_filter filter = {.limit = limit};
    struct event_walk walk = {.fn = fn, .arg = arg};
    struct query query = {0};
    query_add(&query, "SELECT at_ms, kind, text FROM"
                      " (SELECT * FROM events ORDER BY id DESC LIMIT :limit) ORDER BY id");
    return query_run(reader, &query, &filter, visit_event, &walk);
}
