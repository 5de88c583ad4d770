/* Full-text search: from what a person typed to an expression of FTS5; and, while a job has no
 * index yet, the same search in a bounded part of its rows, by an FTS5 table in memory. Any thread.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "storage/index_private.h"
#include "storage/job_rows.h"
#include "storage/query.h"

enum { MAX_TERMS = 32, FILE_NAME_BYTES = 512 };

/* --- expressions --------------------------------------------------------------------------- */

struct expression {
    char *text;
    size_t bytes, terms;
};

static void put(struct expression *expression, char c)
{
    expression->text[expression->bytes++] = c;
}

/* Quoted, whatever is in it, so it is never taken for an operator or a column's name. What it holds
 * cannot contain a quotation mark: those end terms. */
static int put_term(struct expression *expression, const char *from, const char *end, bool prefix)
{
    if (from == end)
        return 0;
    if (++expression->terms > MAX_TERMS ||
        expression->bytes + (size_t)(end - from) + 8 > QUERY_SEARCH_BYTES)
        return -E2BIG;
    put(expression, '"');
    for (; from < end; from++)
        put(expression, *from);
    put(expression, '"');
    if (prefix)
        put(expression, '*');
    put(expression, ' ');
    return 0;
}

/* A quotation mark that nothing closes counts to the end. */
int query_search_expression(const char *text, char ret_expression[QUERY_SEARCH_BYTES])
{
    struct expression expression = {.text = ret_expression};
    int r = 0;
    while (r == 0 && *text) {
        bool is_phrase = *text == '"';
        const char *from = text + is_phrase, *end = from;
        while (*end && *end != '"' && (is_phrase || !isspace((unsigned char)*end)))
            end++;
        text = is_phrase && *end == '"' ? end + 1 : end;
        bool prefix = is_phrase ? *text == '*' : end > from && end[-1] == '*';
        text += is_phrase && prefix;
        r = put_term(&expression, from, !is_phrase && prefix ? end - 1 : end, prefix);
        while (isspace((unsigned char)*text))
            text++;
    }
    ret_expression[expression.bytes] = '\0';
    return r;
}

/* --- without an index ---------------------------------------------------------------------- */

struct memory_search {
    sqlite3 *db;
    sqlite3_stmt *put;
    int64_t last_id, rows;
};

/* id, alt, title, caption, url */
static int put_row(sqlite3_stmt *row, void *arg)
{
    struct memory_search *memory = arg;
    char name[FILE_NAME_BYTES];
    size_t bytes = index_file_name(job_column_text(row, 4), name, sizeof(name));
    struct db_values values = db_values(memory->put);
    db_put_integer(&values, sqlite3_column_int64(row, 0));
    for (int column = 1; column <= 3; column++)
        job_put_text(&values, job_column_text(row, column));
    db_put_bytes(&values, name, bytes);
    return db_values_run(&values);
}

static int open_memory(struct memory_search *memory)
{
    int code = sqlite3_open_v2(":memory:", &memory->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_EXRESCODE,
                               NULL);
    int r = db_error(memory->db, code);
    if (r == 0)
        r = db_exec(memory->db,
                    "CREATE VIRTUAL TABLE search USING fts5(row UNINDEXED, " INDEX_SEARCH_COLUMNS
                    ", tokenize='unicode61 remove_diacritics 2')");
    if (r == 0)
        r = db_prepare(memory->db,
                       "INSERT INTO search(row, " INDEX_SEARCH_COLUMNS ") VALUES (?, ?, ?, ?, ?)",
                       &memory->put);
    return r;
}

static int take_id(sqlite3_stmt *row, void *arg)
{
    query_ids_add(arg, sqlite3_column_int64(row, 0));
    return 0;
}

static int match(struct memory_search *memory, const struct query_filter *filter,
                 struct query_ids *ret_ids)
{
    char expression[QUERY_SEARCH_BYTES];
    sqlite3_stmt *statement = NULL;
    int r = query_search_expression(filter->search, expression);
    if (r == 0 && !*expression)
        return 0;
    if (r == 0)
        r = db_prepare(memory->db,
                       "SELECT DISTINCT CAST(row AS INTEGER) AS id FROM search WHERE search MATCH ?"
                       " ORDER BY id LIMIT ?",
                       &statement);
    if (r == 0) {
        struct db_values values = db_values(statement);
        db_put_text(&values, expression);
        db_put_integer(&values, filter->limit ? (int64_t)filter->limit : -1);
        r = db_values_code(&values);
    }
    if (r == 0)
        r = db_each(statement, take_id, ret_ids);
    db_finalize(statement);
    return r;
}

/* The part ends after so many ids, whether their rows fit the other filters or not: what it costs
 * is bounded by that. */
static int fill(struct job_reader *reader, const struct query_filter *filter, enum query_of of,
                struct memory_search *memory)
{
    struct query query = {0};
    int64_t last = 0;
    int r = db_integer(reader->db,
                       of == QUERY_IMAGES ? "SELECT coalesce(max(id), 0) FROM images"
                                          : "SELECT coalesce(max(id), 0) FROM occurrences",
                       &last);
    memory->last_id =
        filter->after_id + QUERY_PART_IDS < last ? filter->after_id + QUERY_PART_IDS : 0;
    query_add(&query, of == QUERY_IMAGES ? "SELECT o.image_id" : "SELECT o.id");
    query_add(&query, ", o.alt, o.title, o.caption, i.url" QUERY_OCCURRENCE_TABLES);
    query_add(&query, of == QUERY_IMAGES ? " WHERE o.image_id > :after AND o.image_id <= :until"
                                         : " WHERE o.id > :after AND o.id <= :until");
    query_add_occurrence_filters(&query, filter);
    return r < 0 ? r : query_run(reader, &query, filter, put_row, memory);
}

int query_find_by_scan(struct job_reader *reader, const struct query_filter *filter,
                       enum query_of of, struct query_ids *ret_ids)
{
    struct memory_search memory = {0};
    int r = open_memory(&memory);
    if (r == 0)
        r = db_exec(memory.db, "BEGIN");
    if (r == 0)
        r = fill(reader, filter, of, &memory);
    if (r == 0)
        r = match(&memory, filter, ret_ids);
    db_finalize(memory.put);
    db_close(memory.db);
    if (r == 0 && filter->told)
        *filter->told = (struct query_told){.by_scan = true, .last_id = memory.last_id};
    return r;
}
