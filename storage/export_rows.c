/* See export_rows.h. Without a filter, one statement over all occurrences. With one, the queries of
 * the API say which rows (so that both always agree), some hundred ids at a time, and a statement
 * reads each.
 */
#include "storage/export_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "storage/job_query.h"
#include "storage/query.h"

enum { IDS = 256, RULES = 64, NAMES_BYTES = RULES * 48, UID_BYTES = 32 };

struct export_rows {
    const struct export_table *table;
    struct job_reader *reader;
    sqlite3_stmt *moment; /* stands on a row all the time, which keeps all reading to one moment */
    sqlite3_stmt *statement;
    bool has_filter, at_end;
    struct query_filter filter;
    int64_t ids[IDS]; /* that match the filter and are still to be read */
    size_t id_count, next_id;
    char *rule_names[RULES];
    unsigned char *seen; /* a bit for each image, of a table that has each once */
    size_t seen_bytes;
    char verdicts[NAMES_BYTES], uid[UID_BYTES + 1];
};

/* --- the statement ------------------------------------------------------------------------- */

static const char from_sql[] = " FROM occurrences o LEFT JOIN urls u ON u.id = o.page_id"
                               " LEFT JOIN pages p ON p.id = o.page_id"
                               " LEFT JOIN images i ON i.id = o.image_id"
                               " LEFT JOIN templates t ON t.id = o.template_id"
                               " LEFT JOIN probes x ON x.image_id = o.image_id WHERE ";

static void build_sql(const struct export_rows *rows, struct query *query)
{
    const struct export_table *table = rows->table;
    query_add(query, "SELECT o.image_id");
    for (size_t i = 0; i < table->count; i++) {
        query_add(query, ", ");
        query_add(query, table->sources[i].sql);
    }
    query_add(query, from_sql);
    query_add(query, rows->has_filter ? "o.id = ?" : "o.id > ?");
    if (table->condition)
        query_add(query, table->condition);
    if (table->consent && !rows->filter.consent)
        query_add(query, table->consent);
    query_add(query, " ORDER BY o.id");
}

static int bind_id(struct export_rows *rows, int64_t id)
{
    sqlite3_reset(rows->statement);
    return db_error(rows->reader->db, sqlite3_bind_int64(rows->statement, 1, id));
}

static int prepare(struct export_rows *rows)
{
    struct query query = {0};
    build_sql(rows, &query);
    int r = db_prepare(rows->reader->db, query.sql, &rows->statement);
    return r < 0 ? r : bind_id(rows, rows->filter.after_id);
}

/* --- opening ------------------------------------------------------------------------------- */

static int keep_rule(sqlite3_stmt *row, void *arg)
{
    struct export_rows *rows = arg;
    int64_t bit = sqlite3_column_int64(row, 0);
    const char *name = db_text(row, 1);
    if (bit < 0 || bit >= RULES || !name || rows->rule_names[bit])
        return 0;
    rows->rule_names[bit] = strdup(name);
    return rows->rule_names[bit] ? 0 : -ENOMEM;
}

static int make_seen(struct export_rows *rows)
{
    int64_t last = 0;
    if (!rows->table->is_distinct)
        return 0;
    int r = db_integer(rows->reader->db, "SELECT coalesce(max(id), 0) FROM images", &last);
    if (r < 0)
        return r;
    rows->seen_bytes = (size_t)last / 8 + 1;
    rows->seen = calloc(rows->seen_bytes, 1);
    return rows->seen ? 0 : -ENOMEM;
}

/* The queries for a filter have transactions of their own, so this cannot be one. */
static int hold_moment(struct export_rows *rows)
{
    int r = db_prepare(rows->reader->db, "SELECT name FROM sqlite_schema", &rows->moment);
    if (r == 0)
        r = db_step(rows->moment);
    return r < 0 ? r : 0;
}

static int begin(struct export_rows *rows)
{
    sqlite3 *db = rows->reader->db;
    int r = hold_moment(rows);
    if (r == 0)
        r = db_each_of(db, "SELECT bit, name FROM rules", keep_rule, rows);
    if (r == 0)
        r = make_seen(rows);
    return r < 0 ? r : prepare(rows);
}

int export_rows_open(const char *path, const struct export_table *table,
                     const struct query_filter *filter, struct export_rows **ret_rows)
{
    struct export_rows *rows = calloc(1, sizeof(*rows));
    if (!rows)
        abort();
    rows->table = table;
    rows->has_filter = filter != NULL;
    if (filter)
        rows->filter = *filter;
    int r = job_reader_open(path, &rows->reader);
    if (r == 0)
        r = begin(rows);
    if (r < 0) {
        export_rows_free(rows);
        return r;
    }
    *ret_rows = rows;
    return 0;
}

struct export_rows *export_rows_free(struct export_rows *rows)
{
    if (!rows)
        return NULL;
    db_finalize(rows->statement);
    db_finalize(rows->moment);
    job_reader_free(rows->reader);
    for (size_t i = 0; i < RULES; i++)
        free(rows->rule_names[i]);
    free(rows->seen);
    free(rows);
    return NULL;
}

/* --- which row comes next ------------------------------------------------------------------ */

static int take_id(const struct occurrence_result *row, void *arg)
{
    struct export_rows *rows = arg;
    rows->ids[rows->id_count++] = row->id;
    return 0;
}

static int find_ids(struct export_rows *rows)
{
    struct query_told told = {0};
    rows->id_count = rows->next_id = 0;
    rows->filter.limit = IDS;
    rows->filter.told = &told;
    int r = query_occurrences(rows->reader, &rows->filter, take_id, rows);
    bool is_full = rows->id_count == IDS;
    if (is_full)
        rows->filter.after_id = rows->ids[IDS - 1];
    else if (told.last_id > 0) /* of a search that looked at a part only */
        rows->filter.after_id = told.last_id;
    rows->at_end = !is_full && told.last_id == 0;
    return r;
}

/* 1 on the next row that matches the filter, which the table's own conditions may refuse. */
static int step_filtered(struct export_rows *rows)
{
    for (;;) {
        while (rows->next_id == rows->id_count) {
            if (rows->at_end)
                return 0;
            int r = find_ids(rows);
            if (r < 0)
                return r;
        }
        int r = bind_id(rows, rows->ids[rows->next_id++]);
        if (r == 0)
            r = db_step(rows->statement);
        if (r != 0)
            return r;
    }
}

/* Marks the image; whether it had been marked. */
static bool was_seen(struct export_rows *rows)
{
    size_t image = (size_t)sqlite3_column_int64(rows->statement, 0);
    if (!rows->seen || image / 8 >= rows->seen_bytes)
        return false;
    unsigned char *byte = &rows->seen[image / 8], bit = (unsigned char)(1u << image % 8);
    bool was = *byte & bit;
    *byte |= bit;
    return was;
}

static int step(struct export_rows *rows)
{
    int r;
    do
        r = rows->has_filter ? step_filtered(rows) : db_step(rows->statement);
    while (r > 0 && was_seen(rows));
    return r;
}

/* --- its values ---------------------------------------------------------------------------- */

static struct export_value text_value(const char *text, size_t bytes)
{
    return (struct export_value){.text = text, .bytes = bytes, .is_absent = text == NULL};
}

/* The names of the rules, with a blank between; absent where there is none. */
static struct export_value verdict_names(struct export_rows *rows, uint64_t verdicts)
{
    size_t used = 0;
    for (int bit = 0; bit < RULES && verdicts >> bit != 0; bit++) {
        const char *name = rows->rule_names[bit];
        if ((verdicts >> bit & 1) == 0 || !name)
            continue;
        int r = snprintf(rows->verdicts + used, sizeof(rows->verdicts) - used, "%s%s",
                         used > 0 ? " " : "", name);
        used += r > 0 && (size_t)r < sizeof(rows->verdicts) - used ? (size_t)r : 0;
    }
    return text_value(used > 0 ? rows->verdicts : NULL, used);
}

/* A hash of where the image is shown: the same in each crawl as long as it stays there. */
static struct export_value make_uid(struct export_rows *rows, const struct export_value *values,
                                    int64_t position)
{
    const struct export_value *page = &values[EXPORT_DATASET_PAGE_URL],
                              *url = &values[EXPORT_DATASET_URL];
    uint64_t seed = XXH3_64bits_withSeed(page->text, page->bytes, (uint64_t)position);
    XXH128_hash_t hash = XXH3_128bits_withSeed(url->text, url->bytes, seed);
    snprintf(rows->uid, sizeof(rows->uid), "%016" PRIx64 "%016" PRIx64, (uint64_t)hash.high64,
             (uint64_t)hash.low64);
    return text_value(rows->uid, UID_BYTES);
}

static struct export_value number_value(sqlite3_stmt *row, int index, enum export_kind kind)
{
    struct export_value value = {.number = sqlite3_column_int64(row, index)};
    if (kind == EXPORT_BOOLEAN)
        value.number = value.number != 0;
    else
        value.is_absent = sqlite3_column_type(row, index) == SQLITE_NULL ||
                          (kind == EXPORT_INT32 && value.number != (int32_t)value.number);
    return value;
}

static void read_values(struct export_rows *rows, struct export_value *values)
{
    sqlite3_stmt *row = rows->statement;
    for (size_t i = 0; i < rows->table->count; i++) {
        int index = (int)i + 1;
        enum export_special special = rows->table->sources[i].special;
        enum export_kind kind = rows->table->columns[i].kind;
        if (special == EXPORT_VERDICTS)
            values[i] = verdict_names(rows, (uint64_t)sqlite3_column_int64(row, index));
        else if (special == EXPORT_UID)
            values[i] = make_uid(rows, values, sqlite3_column_int64(row, index));
        else if (kind != EXPORT_TEXT)
            values[i] = number_value(row, index, kind);
        else {
            const char *text = db_text(row, index);
            values[i] = text_value(text, (size_t)sqlite3_column_bytes(row, index));
        }
    }
}

int export_rows_next(struct export_rows *rows, struct export_value *values)
{
    int r = step(rows);
    if (r > 0)
        read_values(rows, values);
    return r;
}
