/* Writes facets: the present chunk of each column in memory, names numbered as they come. Thread
 * and transaction are job_index.c's. */
#include <stdlib.h>
#include <string.h>

#include "storage/index_private.h"

enum { NAME_SEED = 0 };

struct facet_writer {
    sqlite3 *db;
    sqlite3_stmt *put, *put_name;
    struct image_ids *names[FACET_NAMED_COUNT];
    uint8_t *columns[FACET_COUNT];
    bool used[FACET_COUNT]; /* holds a number that is not 0 */
};

/* --- names --------------------------------------------------------------------------------- */

static int load_name(sqlite3_stmt *row, void *arg)
{
    struct facet_writer *writer = arg;
    int facet = sqlite3_column_int(row, 0);
    const char *name = db_text(row, 1);
    if (facet < 0 || facet >= FACET_NAMED_COUNT || !name)
        return 0;
    return image_ids_load(writer->names[facet], name, strlen(name), sqlite3_column_int64(row, 2));
}

static int add_name(struct facet_writer *writer, enum facet facet, const char *name, int64_t code)
{
    struct db_values values = db_values(writer->put_name);
    db_put_integer(&values, facet);
    db_put_text(&values, name);
    db_put_integer(&values, code);
    return db_values_run(&values);
}

/* More names than numbers: the rest is not told apart, and found by none of them. */
int facet_writer_put_name(struct facet_writer *writer, enum facet facet, int64_t id,
                          const char *name)
{
    bool is_new = false;
    int64_t code = 0;
    if (!name)
        return 0;
    int r = image_ids_intern(writer->names[facet], name, strlen(name), &code, &is_new);
    if (r < 0)
        return r;
    if ((uint64_t)code > facet_max(facet))
        code = 0;
    else if (is_new)
        r = add_name(writer, facet, name, code);
    facet_writer_put(writer, facet, id, (uint64_t)code);
    return r;
}

/* --- columns ------------------------------------------------------------------------------- */

void facet_writer_put(struct facet_writer *writer, enum facet facet, int64_t id, uint64_t value)
{
    size_t width = facet_width(facet), row = (size_t)((id - 1) % FACET_CHUNK_ROWS);
    if (value == 0)
        return;
    if (value > facet_max(facet))
        value = facet_max(facet);
    memcpy(writer->columns[facet] + row * width, &value, width);
    writer->used[facet] = true;
}

static int flush_column(struct facet_writer *writer, enum facet facet, int64_t chunk)
{
    size_t bytes = FACET_CHUNK_ROWS * facet_width(facet);
    sqlite3_bind_int64(writer->put, 1, facet_row_id(facet, chunk));
    sqlite3_bind_blob(writer->put, 2, writer->columns[facet], (int)bytes, SQLITE_STATIC);
    int r = db_run(writer->put);
    memset(writer->columns[facet], 0, bytes);
    writer->used[facet] = false;
    return r;
}

int facet_writer_flush(struct facet_writer *writer, int64_t chunk)
{
    int r = 0;
    for (int facet = 0; r == 0 && facet < FACET_COUNT; facet++)
        if (writer->used[facet])
            r = flush_column(writer, (enum facet)facet, chunk);
    return r;
}

/* --- the object ---------------------------------------------------------------------------- */

static int prepare(struct facet_writer *writer)
{
    int r = db_prepare_kept(writer->db, "INSERT OR REPLACE INTO facets(id, data) VALUES (?, ?)",
                            &writer->put);
    if (r == 0)
        r = db_prepare_kept(writer->db,
                            "INSERT OR REPLACE INTO facet_names(facet, name, code)"
                            " VALUES (?, ?, ?)",
                            &writer->put_name);
    if (r == 0)
        r = db_each_of(writer->db, "SELECT facet, name, code FROM facet_names", load_name, writer);
    return r;
}

int facet_writer_new(sqlite3 *db, struct facet_writer **ret_writer)
{
    struct facet_writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        abort();
    writer->db = db;
    for (int i = 0; i < FACET_NAMED_COUNT; i++)
        writer->names[i] = image_ids_new(NAME_SEED);
    for (int i = 0; i < FACET_COUNT; i++)
        if (!(writer->columns[i] = calloc(FACET_CHUNK_ROWS, facet_width((enum facet)i))))
            abort();
    int r = prepare(writer);
    if (r < 0)
        facet_writer_free(writer);
    else
        *ret_writer = writer;
    return r;
}

struct facet_writer *facet_writer_free(struct facet_writer *writer)
{
    if (!writer)
        return NULL;
    db_finalize(writer->put);
    db_finalize(writer->put_name);
    for (int i = 0; i < FACET_NAMED_COUNT; i++)
        image_ids_free(writer->names[i]);
    for (int i = 0; i < FACET_COUNT; i++)
        free(writer->columns[i]);
    free(writer);
    return NULL;
}
