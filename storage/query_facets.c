/* Which rows a filter finds, by one pass over facets. Any thread, inside a transaction. See
 * facets.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "storage/facets.h"
#include "storage/index_private.h"
#include "storage/query.h"

enum { MAX_TESTS = 24, NO_DIRECTIVES = 61 /* all but nofollow, which is about links */ };

struct finding {
    struct job_reader *reader;
    const struct query_filter *filter;
    struct facet_test tests[MAX_TESTS];
    size_t count;
    bool is_empty; /* a name that no row has: nothing can fit */
    struct facet_set texts, images;
    sqlite3_stmt *search; /* gives texts in order of id */
    uint64_t reached;     /* the last that it gave; UINT64_MAX: there are no more */
};

/* --- tests --------------------------------------------------------------------------------- */

static void add_test(struct finding *finding, struct facet_test test)
{
    finding->tests[finding->count++] = test;
}

static void add_equal(struct finding *finding, enum facet facet, uint64_t value)
{
    add_test(finding, (struct facet_test){.facet = facet, .kind = FACET_EQUAL, .value = value});
}

static int take_integer(sqlite3_stmt *row, void *arg)
{
    *(int64_t *)arg = sqlite3_column_int64(row, 0);
    return 0;
}

static int look_up(struct finding *finding, const char *sql, int facet, const char *name,
                   int64_t *ret_code)
{
    sqlite3_stmt *statement = NULL;
    int r = db_prepare(finding->reader->db, sql, &statement);
    if (r == 0) {
        struct db_values values = db_values(statement);
        db_put_text(&values, name);
        if (facet >= 0)
            db_put_integer(&values, facet);
        r = db_values_code(&values);
    }
    if (r == 0)
        r = db_each(statement, take_integer, ret_code);
    db_finalize(statement);
    return r;
}

/* none: what the name "none" stands for is a row without any. */
static int add_name(struct finding *finding, enum facet facet, const char *name, bool none)
{
    int64_t code = 0;
    if (!name)
        return 0;
    if (none && strcmp(name, "none") == 0) {
        add_equal(finding, facet, 0);
        return 0;
    }
    int r = look_up(finding, "SELECT code FROM facet_names WHERE name = ? AND facet = ?",
                    (int)facet, name, &code);
    finding->is_empty = finding->is_empty || code == 0;
    add_equal(finding, facet, (uint64_t)code);
    return r;
}

static int add_template(struct finding *finding)
{
    int64_t id = 0;
    if (!finding->filter->template)
        return 0;
    int r = look_up(finding, "SELECT id FROM templates WHERE key = ?", -1,
                    finding->filter->template, &id);
    finding->is_empty = finding->is_empty || id == 0;
    add_equal(finding, FACET_TEMPLATE, (uint64_t)id);
    return r;
}

/* An upper bound leaves out what is not known. */
static void add_range(struct finding *finding, enum facet facet, int64_t min, int64_t max)
{
    uint64_t most = facet_max(facet);
    if (min <= 0 && max <= 0)
        return;
    struct facet_test test = {.facet = facet,
                              .kind = FACET_RANGE,
                              .value = min > 0 ? (uint64_t)min : 1,
                              .max = max > 0 && (uint64_t)max < most ? (uint64_t)max : most};
    finding->is_empty = finding->is_empty || test.value > most;
    add_test(finding, test);
}

/* Texts are numbered as they come, and so is what has them: far down the list they are only looked
 * for when the list is read so far, and where another filter left nothing they never are. */
static int reach_text(void *arg, uint64_t last)
{
    struct finding *finding = arg;
    int r = 1;
    while (r > 0 && finding->reached < last) {
        r = db_step(finding->search);
        finding->reached = r > 0 ? (uint64_t)sqlite3_column_int64(finding->search, 0) : UINT64_MAX;
        if (r > 0 && (r = facet_set_add(&finding->texts, finding->reached)) == 0)
            r = 1;
    }
    return r < 0 ? r : 0;
}

static int prepare_search(struct finding *finding, const char *expression)
{
    int r = db_prepare(finding->reader->db,
                       "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid",
                       &finding->search);
    if (r < 0)
        return r;
    int code = sqlite3_bind_text(finding->search, 1, expression, -1, SQLITE_TRANSIENT);
    return db_error(finding->reader->db, code);
}

static int add_search(struct finding *finding)
{
    char expression[QUERY_SEARCH_BYTES];
    if (!finding->filter->search)
        return 0;
    int r = query_search_expression(finding->filter->search, expression);
    if (r == 0 && *expression)
        r = prepare_search(finding, expression);
    finding->is_empty = finding->is_empty || !finding->search;
    add_test(finding, (struct facet_test){.facet = FACET_TEXT,
                                          .kind = FACET_IN_SET,
                                          .set = &finding->texts,
                                          .reach = reach_text,
                                          .arg = finding});
    return r;
}

static void add_ids(struct finding *finding)
{
    const struct query_filter *filter = finding->filter;
    if (filter->page_id)
        add_equal(finding, FACET_PAGE, (uint64_t)filter->page_id);
    if (filter->image_id)
        add_equal(finding, FACET_IMAGE, (uint64_t)filter->image_id);
    finding->is_empty = finding->is_empty || (uint64_t)filter->page_id > facet_max(FACET_PAGE) ||
                        (uint64_t)filter->image_id > facet_max(FACET_IMAGE);
}

static void add_bits(struct finding *finding)
{
    const struct query_filter *filter = finding->filter;
    if (filter->rules)
        add_test(finding, (struct facet_test){.facet = FACET_VERDICTS,
                                              .kind = FACET_ANY_BIT,
                                              .value = filter->rules});
    if (filter->link_only)
        add_test(finding,
                 (struct facet_test){.facet = FACET_FLAGS,
                                     .kind = strcmp(filter->link_only, "true") == 0 ? FACET_ANY_BIT
                                                                                    : FACET_NO_BIT,
                                     .value = 1});
    if (filter->consent)
        add_test(finding, (struct facet_test){.facet = FACET_DIRECTIVES,
                                              .kind = strcmp(filter->consent, "reserved") == 0
                                                          ? FACET_ANY_BIT
                                                          : FACET_NO_BIT,
                                              .value = NO_DIRECTIVES});
}

/* The cheap and strict ones first: a chunk in which none is left is not read on. */
static int add_tests(struct finding *finding)
{
    const struct query_filter *filter = finding->filter;
    int r = 0;
    add_ids(finding);
    if (filter->alt_state)
        r = add_name(finding, FACET_ALT_STATE, filter->alt_state, false);
    if (r == 0)
        r = add_name(finding, FACET_SOURCE, filter->source, false);
    if (r == 0)
        r = add_name(finding, FACET_LANDMARK, filter->landmark, true);
    if (r == 0)
        r = add_name(finding, FACET_PROBE, filter->probe, true);
    if (r == 0)
        r = add_name(finding, FACET_TYPE, filter->image_type, false);
    if (r == 0)
        r = add_name(finding, FACET_HOST, filter->host, false);
    if (r == 0)
        r = add_name(finding, FACET_PAGE_HOST, filter->page_host, false);
    if (r == 0)
        r = add_template(finding);
    add_bits(finding);
    add_range(finding, FACET_STATUS, filter->status_min, filter->status_max);
    add_range(finding, FACET_BYTES, filter->min_bytes, filter->max_bytes);
    add_range(finding, FACET_WIDTH, filter->min_width, filter->max_width);
    add_range(finding, FACET_HEIGHT, filter->min_height, filter->max_height);
    return r < 0 ? r : add_search(finding);
}

/* --- the pass ------------------------------------------------------------------------------ */

static bool is_full(const struct finding *finding, const struct query_ids *ids)
{
    return finding->filter->limit && ids->count >= finding->filter->limit;
}

static void take_occurrences(struct finding *finding, const struct facet_scan *scan,
                             struct query_ids *ids)
{
    int64_t first = facet_first_id(scan->chunk);
    for (size_t i = 0; i < FACET_CHUNK_ROWS && !is_full(finding, ids); i++)
        if (scan->keep[i] && first + (int64_t)i > finding->filter->after_id)
            query_ids_add(ids, first + (int64_t)i);
}

static int take_images(struct finding *finding, struct facet_scan *scan)
{
    int r = facet_scan_load(scan, FACET_IMAGE);
    for (size_t i = 0; r == 0 && i < FACET_CHUNK_ROWS; i++) {
        uint64_t image = scan->keep[i] ? facet_scan_value(scan, FACET_IMAGE, i) : 0;
        if (image > (uint64_t)finding->filter->after_id)
            r = facet_set_add(&finding->images, image);
    }
    return r;
}

static int walk_chunks(struct finding *finding, enum query_of of, struct facet_scan *scan,
                       struct query_ids *ids)
{
    int64_t after = of == QUERY_OCCURRENCES ? finding->filter->after_id : 0;
    bool any = false;
    int r = 0;
    for (int64_t chunk = after / FACET_CHUNK_ROWS; r == 0 && chunk < scan->chunks; chunk++) {
        r = facet_scan_chunk(scan, chunk, finding->tests, finding->count, &any);
        if (r == 0 && any && of == QUERY_OCCURRENCES)
            take_occurrences(finding, scan, ids);
        else if (r == 0 && any)
            r = take_images(finding, scan);
        if (is_full(finding, ids))
            break;
    }
    return r;
}

static void list_images(struct finding *finding, struct query_ids *ids)
{
    for (uint64_t image = 0; image < finding->images.limit && !is_full(finding, ids); image++) {
        if (image % 64 == 0 && finding->images.words[image / 64] == 0)
            image += 63;
        else if (facet_set_has(&finding->images, image))
            query_ids_add(ids, (int64_t)image);
    }
}

static int walk(struct finding *finding, enum query_of of, struct query_ids *ids)
{
    struct facet_scan *scan = calloc(1, sizeof(*scan));
    if (!scan)
        return -ENOMEM;
    int r = facet_scan_begin(scan, finding->reader->db);
    if (r == 0)
        r = walk_chunks(finding, of, scan, ids);
    if (r == 0)
        list_images(finding, ids);
    facet_scan_end(scan);
    free(scan);
    return r;
}

int query_find_by_facets(struct job_reader *reader, const struct query_filter *filter,
                         enum query_of of, struct query_ids *ret_ids)
{
    struct finding finding = {.reader = reader, .filter = filter};
    if (filter->text || !query_is_indexed(reader)) /* a part of a word is in no index */
        return -EOPNOTSUPP;
    int r = add_tests(&finding);
    if (r == 0 && finding.count == 0)
        r = -EOPNOTSUPP;
    if (r == 0 && !finding.is_empty)
        r = walk(&finding, of, ret_ids);
    db_finalize(finding.search);
    facet_set_done(&finding.texts);
    facet_set_done(&finding.images);
    if (r == 0 && filter->told)
        *filter->told = (struct query_told){0};
    return r;
}
