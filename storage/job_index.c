/* The course of index building. See job_index.h.
 *
 * meta 'index' says how far it is: absent: nothing; "1 N": the first N chunks of occurrences are
 * judged and written; "1 ready". It changes in the transaction that does what it says.
 */
#include "storage/job_index.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/index_private.h"
#include "storage/job_clusters.h"
#include "storage/job_file.h"
#include "storage/job_rows.h"
#include "storage/job_store_private.h"
#include "storage/schema.h"

enum { OPCODES_BETWEEN_LOOKS = 20000 };

/* How much of the time is over after each part. */
static const double after_survey = 0.1, after_walk = 0.7, after_sums = 0.85;

struct building {
    const struct job_index_work *work;
    sqlite3 *db;
    sqlite3_stmt *select, *update;
    struct facet_writer *facets;
    struct text_writer *texts;
    int64_t last_id, chunks, chunk; /* chunk: the next */
    int64_t element_page;           /* of the row before */
    uint32_t element_position;
    struct {
        int64_t id;
        uint64_t verdicts;
    } changed[FACET_CHUNK_ROWS];
    size_t changed_count;
};

static bool must_stop(const struct building *building)
{
    return building->work->stop && atomic_load(building->work->stop);
}

static void tell(const struct building *building, double done)
{
    if (building->work->progress)
        building->work->progress(done, building->work->arg);
}

static int look(void *arg)
{
    return must_stop(arg);
}

/* --- transactions -------------------------------------------------------------------------- */

/* A crawl that goes on says so before it writes: once the lock is ours, that is known. */
static int begin(struct building *building)
{
    int r = db_exec(building->db, "BEGIN IMMEDIATE");
    return r < 0 ? r : must_stop(building) ? -ECANCELED : 0;
}

static int put_state(struct building *building, const char *state)
{
    char sql[128];
    snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO meta(key, value) VALUES ('index', '%s')",
             state);
    return db_exec(building->db, sql);
}

static int end(struct building *building, int r)
{
    if (r == 0)
        r = db_exec(building->db, "COMMIT");
    if (r < 0)
        db_rollback(building->db);
    return r;
}

/* --- the survey ---------------------------------------------------------------------------- */

static void note_element(struct building *building, struct index_row *row)
{
    row->is_first =
        row->page_id != building->element_page || row->image.position != building->element_position;
    building->element_page = row->page_id;
    building->element_position = row->image.position;
}

static int survey_row(sqlite3_stmt *row, void *arg)
{
    struct building *building = arg;
    struct index_row seen = {.page_id = sqlite3_column_int64(row, 0),
                             .image = {.position = (uint32_t)sqlite3_column_int64(row, 1),
                                       .source = db_text(row, 2),
                                       .alt_state = "text",
                                       .alt = job_column_text(row, 3),
                                       .url = job_column_text(row, 4)}};
    note_element(building, &seen);
    return building->work->survey(&seen, building->work->arg);
}

static int survey(struct building *building)
{
    if (!building->work->survey)
        return 0;
    building->element_page = -1;
    int r = db_each_of(building->db,
                       "SELECT o.page_id, o.position, o.source, o.alt, i.url FROM occurrences o"
                       " LEFT JOIN images i ON i.id = o.image_id"
                       " WHERE o.alt_state = 'text' ORDER BY o.id",
                       survey_row, building);
    building->element_page = -1;
    tell(building, after_survey);
    return r;
}

/* --- the walk ------------------------------------------------------------------------------ */

static const char select_sql[] =
    "SELECT o.id, o.page_id, o.image_id, o.position, o.source, o.alt_state, o.alt, o.title,"
    " o.width, o.height, o.loading, o.data_bytes, o.aria_label, o.role, o.name, o.name_source,"
    " o.link, o.caption, o.landmark, o.template_id, o.flags, o.verdicts, i.url, i.host, page.url,"
    " origin.host, p.status, p.directives, x.image_id, x.state, x.outcome, x.status, x.final_url,"
    " x.declared_type, x.type, x.bytes, x.width, x.height"
    " FROM occurrences o LEFT JOIN images i ON i.id = o.image_id"
    " LEFT JOIN urls page ON page.id = o.page_id LEFT JOIN origins origin ON origin.id ="
    " page.origin_id LEFT JOIN pages p ON p.id = o.page_id"
    " LEFT JOIN probes x ON x.image_id = o.image_id"
    " WHERE o.id BETWEEN ? AND ? ORDER BY o.id";
enum { /* columns that are named more than once */
       COLUMN_IMAGE = 2,
       COLUMN_TEMPLATE = 19,
       COLUMN_IMAGE_HOST = 23,
       COLUMN_PAGE_HOST = 25,
       COLUMN_PAGE_STATUS = 26,
       COLUMN_DIRECTIVES = 27,
       COLUMN_PROBE = 28
};

static struct store_image image_of(sqlite3_stmt *row)
{
    return (struct store_image){
        .position = (uint32_t)sqlite3_column_int64(row, 3),
        .source = db_text(row, 4),
        .alt_state = db_text(row, 5),
        .alt = job_column_text(row, 6),
        .title = job_column_text(row, 7),
        .width = job_column_text(row, 8),
        .height = job_column_text(row, 9),
        .loading = job_column_text(row, 10),
        .data_bytes = (uint64_t)sqlite3_column_int64(row, 11),
        .aria_label = job_column_text(row, 12),
        .role = job_column_text(row, 13),
        .name = job_column_text(row, 14),
        .name_source = db_text(row, 15),
        .link = job_column_text(row, 16),
        .caption = job_column_text(row, 17),
        .landmark = db_text(row, 18),
        .flags = (uint32_t)sqlite3_column_int64(row, 20),
        .verdicts = (uint64_t)sqlite3_column_int64(row, 21),
        .url = job_column_text(row, 22),
        .host = job_column_text(row, COLUMN_IMAGE_HOST),
    };
}

static struct index_probe probe_of(sqlite3_stmt *row)
{
    return (struct index_probe){
        .state = db_text(row, 29),
        .outcome = db_text(row, 30),
        .status = sqlite3_column_int(row, 31),
        .final_url = db_text(row, 32),
        .declared_type = db_text(row, 33),
        .type = db_text(row, 34),
        .bytes = sqlite3_column_int64(row, 35),
        .width = sqlite3_column_int64(row, 36),
        .height = sqlite3_column_int64(row, 37),
    };
}

static uint64_t not_negative(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

static int put_names(struct building *building, const struct index_row *row, sqlite3_stmt *columns)
{
    const struct index_probe *probe = row->probe;
    const char *names[FACET_NAMED_COUNT] = {
        [FACET_ALT_STATE] = row->image.alt_state,
        [FACET_SOURCE] = row->image.source,
        [FACET_LANDMARK] = row->image.landmark,
        [FACET_PROBE] = !probe           ? NULL
                        : probe->outcome ? probe->outcome
                                         : probe->state,
        [FACET_TYPE] = probe ? probe->type : NULL,
        [FACET_HOST] = db_text(columns, COLUMN_IMAGE_HOST),
        [FACET_PAGE_HOST] = db_text(columns, COLUMN_PAGE_HOST),
    };
    int r = 0;
    for (int facet = 0; r == 0 && facet < FACET_NAMED_COUNT; facet++)
        r = facet_writer_put_name(building->facets, (enum facet)facet, row->id, names[facet]);
    return r;
}

static void put_numbers(struct building *building, const struct index_row *row,
                        sqlite3_stmt *columns, uint64_t verdicts, int64_t text_id)
{
    const struct index_probe none = {0}, *probe = row->probe ? row->probe : &none;
    const struct {
        enum facet facet;
        uint64_t value;
    } numbers[] = {
        {FACET_PAGE, not_negative(row->page_id)},
        {FACET_IMAGE, not_negative(sqlite3_column_int64(columns, COLUMN_IMAGE))},
        {FACET_TEMPLATE, not_negative(sqlite3_column_int64(columns, COLUMN_TEMPLATE))},
        {FACET_TEXT, not_negative(text_id)},
        {FACET_VERDICTS, verdicts},
        {FACET_FLAGS, row->image.flags},
        {FACET_STATUS, not_negative(sqlite3_column_int64(columns, COLUMN_PAGE_STATUS))},
        {FACET_DIRECTIVES, not_negative(sqlite3_column_int64(columns, COLUMN_DIRECTIVES))},
        {FACET_BYTES, not_negative(probe->bytes)},
        {FACET_WIDTH, not_negative(probe->width)},
        {FACET_HEIGHT, not_negative(probe->height)},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        facet_writer_put(building->facets, numbers[i].facet, row->id, numbers[i].value);
}

static int walk_row(sqlite3_stmt *columns, void *arg)
{
    struct building *building = arg;
    struct index_probe probe = probe_of(columns);
    struct index_row row = {.id = sqlite3_column_int64(columns, 0),
                            .page_id = sqlite3_column_int64(columns, 1),
                            .image = image_of(columns),
                            .page_url = db_text(columns, 24)};
    int64_t text_id = 0;
    if (sqlite3_column_type(columns, COLUMN_PROBE) != SQLITE_NULL)
        row.probe = &probe;
    note_element(building, &row);
    uint64_t verdicts = building->work->judge ? building->work->judge(&row, building->work->arg)
                                              : row.image.verdicts;
    if (verdicts != row.image.verdicts) {
        size_t i = building->changed_count++;
        building->changed[i].id = row.id;
        building->changed[i].verdicts = verdicts;
    }
    int r = text_writer_add(building->texts, &row.image, &text_id);
    if (r == 0)
        r = put_names(building, &row, columns);
    put_numbers(building, &row, columns, verdicts, text_id);
    return r;
}

static int update_verdicts(struct building *building)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < building->changed_count; i++) {
        struct db_values values = db_values(building->update);
        db_put_integer(&values, (int64_t)building->changed[i].verdicts);
        db_put_integer(&values, building->changed[i].id);
        r = db_values_run(&values);
    }
    building->changed_count = 0;
    return r;
}

static int walk_rows(struct building *building)
{
    int64_t first = facet_first_id(building->chunk);
    struct db_values values = db_values(building->select);
    db_put_integer(&values, first);
    db_put_integer(&values, first + FACET_CHUNK_ROWS - 1);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(building->select, walk_row, building);
    if (r == 0)
        r = update_verdicts(building);
    if (r == 0)
        r = facet_writer_flush(building->facets, building->chunk);
    return r;
}

static int walk_chunk(struct building *building)
{
    char state[48];
    int r = begin(building);
    if (r == 0)
        r = walk_rows(building);
    snprintf(state, sizeof(state), INDEX_FORMAT " %" PRId64, building->chunk + 1);
    if (r == 0)
        r = put_state(building, state);
    return end(building, r);
}

static int prepare_walk(struct building *building)
{
    int r = db_prepare_kept(building->db, select_sql, &building->select);
    if (r == 0)
        r = db_prepare_kept(building->db, "UPDATE occurrences SET verdicts = ? WHERE id = ?",
                            &building->update);
    if (r == 0)
        r = facet_writer_new(building->db, &building->facets);
    if (r == 0)
        r = text_writer_new(building->db, &building->texts);
    return r;
}

static int walk(struct building *building)
{
    if (building->chunk == building->chunks)
        return 0;
    int r = survey(building);
    if (r == 0)
        r = prepare_walk(building);
    for (; r == 0 && building->chunk < building->chunks; building->chunk++) {
        r = walk_chunk(building);
        tell(building, after_survey + (after_walk - after_survey) * (double)building->chunk /
                                          (double)building->chunks);
    }
    db_finalize(building->select);
    db_finalize(building->update);
    facet_writer_free(building->facets);
    text_writer_free(building->texts);
    return r;
}

/* --- the rest ------------------------------------------------------------------------------ */

/* Which images are the same picture; again, where it was interrupted before the walk. */
static int cluster(struct building *building)
{
    int r = begin(building);
    if (r == 0)
        r = job_cluster(building->db, building->work->stop);
    return end(building, r);
}

static int sum(struct building *building)
{
    int r = begin(building);
    if (r == 0)
        r = index_write_sums(building->db);
    r = end(building, r);
    tell(building, after_sums);
    return r;
}

/* Each statement is a transaction of its own. */
static int build_indexes(sqlite3 *db)
{
    const char *indexes = schema_text("storage/job_indexes.sql");
    assert(indexes);
    return db_exec(db, indexes);
}

static int finish(struct building *building)
{
    int r = begin(building);
    if (r == 0)
        r = db_exec(building->db, "INSERT INTO search(search) VALUES ('optimize')");
    if (r == 0)
        r = put_state(building, INDEX_READY);
    r = end(building, r);
    if (r == 0)
        sqlite3_wal_checkpoint_v2(building->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return r;
}

/* --- the course ---------------------------------------------------------------------------- */

static int start_anew(struct building *building)
{
    int r = begin(building);
    if (r == 0)
        r = db_exec(building->db, "DELETE FROM facets; DELETE FROM facet_names; DELETE FROM texts;"
                                  "DELETE FROM finding_groups; DELETE FROM image_sums;"
                                  "DROP TABLE IF EXISTS search;" INDEX_SEARCH_TABLE);
    if (r == 0)
        r = put_state(building, INDEX_FORMAT " 0");
    return end(building, r);
}

static int take_state(sqlite3_stmt *row, void *arg)
{
    snprintf(arg, sizeof(INDEX_READY) + 24, "%s", db_text(row, 0));
    return 1;
}

/* 1: it is all there already. */
static int find_place(struct building *building)
{
    char state[sizeof(INDEX_READY) + 24] = "";
    int r =
        db_each_of(building->db, "SELECT value FROM meta WHERE key = 'index'", take_state, state);
    if (r < 0)
        return r;
    r = db_integer(building->db, "SELECT coalesce(max(id), 0) FROM occurrences",
                   &building->last_id);
    building->chunks = building->last_id > 0 ? facet_chunk_of(building->last_id) + 1 : 0;
    if (r < 0 || strcmp(state, INDEX_READY) == 0)
        return r < 0 ? r : 1;
    if (strncmp(state, INDEX_FORMAT " ", sizeof(INDEX_FORMAT)) != 0)
        return start_anew(building);
    building->chunk = strtoll(state + sizeof(INDEX_FORMAT), NULL, 10);
    return building->chunk > building->chunks ? start_anew(building) : 0;
}

static int build(struct building *building)
{
    int r = find_place(building);
    if (r != 0)
        return r < 0 ? r : 0;
    if (building->chunk == 0)
        r = cluster(building);
    if (r == 0)
        r = walk(building);
    if (r == 0)
        r = sum(building);
    if (r == 0)
        r = build_indexes(building->db);
    return r < 0 ? r : finish(building);
}

int job_index_build(const char *path, const struct job_index_work *work)
{
    if (access(path, F_OK) < 0)
        return -errno;
    struct building *building = calloc(1, sizeof(*building));
    if (!building)
        abort();
    building->work = work;
    int r =
        must_stop(building) ? -ECANCELED : job_file_open(path, STORAGE_CHANGE, &building->db, NULL);
    if (r == 0) {
        sqlite3_progress_handler(building->db, OPCODES_BETWEEN_LOOKS, look, building);
        r = build(building);
        sqlite3_progress_handler(building->db, 0, NULL, NULL);
        db_close(building->db);
    }
    if (r < 0 && must_stop(building))
        r = -ECANCELED; /* whatever it was in the middle of */
    if (r == 0)
        tell(building, 1);
    free(building);
    return r;
}

int job_store_forget_index(struct job_store *store)
{
    return db_exec(store->db, "DELETE FROM meta WHERE key = 'index'");
}

int job_store_build_indexes(struct job_store *store)
{
    return build_indexes(store->db);
}
