/* See job_repeat.h. */
#include "storage/job_repeat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "storage/job_file.h"
#include "storage/job_index.h"
#include "storage/job_rows.h"

enum repeat_statement {
    REPEAT_URLS,
    REPEAT_FIND,
    REPEAT_PAGE,
    REPEAT_IMAGES,
    REPEAT_UNFOLLOWED,
    REPEAT_COUNT
};

struct job_repeat {
    sqlite3 *db;
    sqlite3_stmt *statements[REPEAT_COUNT];
};

static const char *const statement_sql[REPEAT_COUNT] = {
    [REPEAT_URLS] = "SELECT " JOB_URL_COLUMNS " FROM urls"
                    " WHERE id > ? ORDER BY id LIMIT ?",
    [REPEAT_FIND] = "SELECT p.id, p.etag, p.last_modified FROM urls u JOIN pages p ON p.id = u.id"
                    " WHERE u.url = ? AND p.outcome IN ('ok', 'not_modified')"
                    " AND coalesce(p.etag, p.last_modified) IS NOT NULL",
    [REPEAT_PAGE] = "SELECT content_type, charset, title, base, canonical, meta_robots,"
                    " body_bytes, flags, link_elements, image_elements, robots_tag, etag,"
                    " last_modified, directives, tdm_policy FROM pages WHERE id = ?",
    [REPEAT_IMAGES] = "SELECT i.url, i.host, o.raw, o.descriptor, o.alt, o.title, o.width,"
                      " o.height, o.loading, o.source, o.alt_state, o.data_bytes, o.position,"
                      " o.sizes, o.media, o.type, o.aria_label, o.role, o.name, o.link, o.caption,"
                      " o.heading, o.dom_path, t.place, o.landmark, o.name_source, o.flags,"
                      " o.verdicts"
                      " FROM occurrences o LEFT JOIN images i ON i.id = o.image_id"
                      " LEFT JOIN templates t ON t.id = o.template_id"
                      " WHERE o.page_id = ? AND o.source <> 'sitemap' ORDER BY o.id",
    [REPEAT_UNFOLLOWED] = "SELECT url, rule FROM unfollowed WHERE page_id = ? ORDER BY rowid",
};

/* ---- opening ---- */

/* The file of an older version, or of a job whose end was cut short, may lack them. */
static int make_indexes(const char *path, const char **ret_reason)
{
    struct job_store *store = NULL;
    int r = job_store_reopen(path, &store, ret_reason);
    if (r == 0)
        r = job_store_build_indexes(store);
    job_store_free(store);
    return r;
}

static int check_indexes(sqlite3 *db, const char *path, const char **ret_reason)
{
    int64_t count = 0;
    int r = db_integer(db,
                       "SELECT count(*) FROM sqlite_master WHERE type = 'index'"
                       " AND name IN ('urls_url', 'occurrences_page', 'unfollowed_page')",
                       &count);
    return r == 0 && count < 3 ? make_indexes(path, ret_reason) : r;
}

static int prepare_all(struct job_repeat *repeat)
{
    int r = 0;
    for (int i = 0; r == 0 && i < REPEAT_COUNT; i++)
        r = db_prepare_kept(repeat->db, statement_sql[i], &repeat->statements[i]);
    return r;
}

int job_repeat_open(const char *path, struct job_repeat **ret_repeat, const char **ret_reason)
{
    struct job_repeat *repeat = calloc(1, sizeof *repeat);
    if (!repeat)
        abort();
    int r = job_file_open(path, STORAGE_READ_ONLY, &repeat->db, ret_reason);
    if (r == 0)
        r = check_indexes(repeat->db, path, ret_reason);
    if (r == 0)
        r = prepare_all(repeat);
    if (r < 0)
        job_repeat_free(repeat);
    else
        *ret_repeat = repeat;
    return r;
}

struct job_repeat *job_repeat_free(struct job_repeat *repeat)
{
    if (!repeat)
        return NULL;
    for (int i = 0; i < REPEAT_COUNT; i++)
        db_finalize(repeat->statements[i]);
    db_close(repeat->db);
    free(repeat);
    return NULL;
}

/* ---- URLs ---- */

int job_repeat_each_url(struct job_repeat *repeat, int64_t after_id, unsigned limit,
                        store_url_fn fn, void *arg)
{
    struct db_values values = db_values(repeat->statements[REPEAT_URLS]);
    db_put_integer(&values, after_id);
    db_put_integer(&values, limit);
    int r = db_values_code(&values);
    return r < 0 ? r : job_each_url(values.statement, fn, arg);
}

/* ---- validators ---- */

static char *copy_text(const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (text && !copy)
        abort();
    return copy;
}

static int read_validators(sqlite3_stmt *row, void *arg)
{
    *(struct repeat_validators *)arg = (struct repeat_validators){
        .page_id = sqlite3_column_int64(row, 0),
        .etag = copy_text(db_text(row, 1)),
        .last_modified = copy_text(db_text(row, 2)),
    };
    return 1; /* one is enough */
}

int job_repeat_find(struct job_repeat *repeat, const char *url,
                    struct repeat_validators *ret_validators)
{
    struct db_values values = db_values(repeat->statements[REPEAT_FIND]);
    db_put_text(&values, url);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(values.statement, read_validators, ret_validators);
    if (r == 0)
        return -ENOENT;
    return r < 0 ? r : 0;
}

/* ---- pages ---- */

static void *grow(void *block, size_t *capacity, size_t item_bytes)
{
    *capacity = *capacity ? *capacity * 2 : 32;
    block = reallocarray(block, *capacity, item_bytes);
    if (!block)
        abort();
    return block;
}

/* The column's text, copied: what a row gives ends with its step. */
static struct store_text keep_text(struct repeat_page *page, sqlite3_stmt *row, int index)
{
    struct store_text text = job_column_text(row, index);
    if (!text.data)
        return (struct store_text){NULL, 0};
    if (page->text_count == page->text_capacity)
        page->texts = grow(page->texts, &page->text_capacity, sizeof *page->texts);
    text.data = page->texts[page->text_count++] = copy_text(text.data);
    return text;
}

static int read_page(sqlite3_stmt *row, void *arg)
{
    struct repeat_page *kept = arg;
    kept->page = (struct store_page){
        .content_type = keep_text(kept, row, 0),
        .charset = keep_text(kept, row, 1),
        .title = keep_text(kept, row, 2),
        .base = keep_text(kept, row, 3),
        .canonical = keep_text(kept, row, 4),
        .meta_robots = keep_text(kept, row, 5),
        .body_bytes = (uint64_t)sqlite3_column_int64(row, 6),
        .flags = (uint32_t)sqlite3_column_int64(row, 7),
        .link_elements = (uint32_t)sqlite3_column_int64(row, 8),
        .image_elements = (uint32_t)sqlite3_column_int64(row, 9),
        .robots_tag = keep_text(kept, row, 10),
        .etag = keep_text(kept, row, 11),
        .last_modified = keep_text(kept, row, 12),
        .directives = (uint32_t)sqlite3_column_int64(row, 13),
        .tdm_policy = keep_text(kept, row, 14),
    };
    return 1;
}

static int read_image(sqlite3_stmt *row, void *arg)
{
    struct repeat_page *kept = arg;
    if (kept->page.image_count == kept->image_capacity)
        kept->images = grow(kept->images, &kept->image_capacity, sizeof *kept->images);
    kept->images[kept->page.image_count++] = (struct store_image){
        .url = keep_text(kept, row, 0),
        .host = keep_text(kept, row, 1),
        .raw = keep_text(kept, row, 2),
        .descriptor = keep_text(kept, row, 3),
        .alt = keep_text(kept, row, 4),
        .title = keep_text(kept, row, 5),
        .width = keep_text(kept, row, 6),
        .height = keep_text(kept, row, 7),
        .loading = keep_text(kept, row, 8),
        .source = keep_text(kept, row, 9).data,
        .alt_state = keep_text(kept, row, 10).data,
        .data_bytes = (uint64_t)sqlite3_column_int64(row, 11),
        .position = (uint32_t)sqlite3_column_int64(row, 12),
        .sizes = keep_text(kept, row, 13),
        .media = keep_text(kept, row, 14),
        .type = keep_text(kept, row, 15),
        .aria_label = keep_text(kept, row, 16),
        .role = keep_text(kept, row, 17),
        .name = keep_text(kept, row, 18),
        .link = keep_text(kept, row, 19),
        .caption = keep_text(kept, row, 20),
        .heading = keep_text(kept, row, 21),
        .dom_path = keep_text(kept, row, 22),
        .place = keep_text(kept, row, 23),
        .landmark = keep_text(kept, row, 24).data,
        .name_source = keep_text(kept, row, 25).data,
        .flags = (uint32_t)sqlite3_column_int64(row, 26),
        .verdicts = (uint64_t)sqlite3_column_int64(row, 27),
    };
    return 0;
}

static int read_unfollowed(sqlite3_stmt *row, void *arg)
{
    struct repeat_page *kept = arg;
    if (kept->page.unfollowed_count == kept->unfollowed_capacity)
        kept->unfollowed =
            grow(kept->unfollowed, &kept->unfollowed_capacity, sizeof *kept->unfollowed);
    kept->unfollowed[kept->page.unfollowed_count++] = (struct store_unfollowed){
        .url = keep_text(kept, row, 0), .rule = keep_text(kept, row, 1).data};
    return 0;
}

static int run_for_page(struct job_repeat *repeat, enum repeat_statement which, int64_t page_id,
                        db_row_fn fn, struct repeat_page *page)
{
    struct db_values values = db_values(repeat->statements[which]);
    db_put_integer(&values, page_id);
    int r = db_values_code(&values);
    return r < 0 ? r : db_each(values.statement, fn, page);
}

int job_repeat_load(struct job_repeat *repeat, int64_t page_id, struct repeat_page **ret_page)
{
    struct repeat_page *page = calloc(1, sizeof *page);
    if (!page)
        abort();
    int r = run_for_page(repeat, REPEAT_PAGE, page_id, read_page, page);
    if (r >= 0)
        r = r == 0 ? -ENOENT : run_for_page(repeat, REPEAT_IMAGES, page_id, read_image, page);
    if (r == 0)
        r = run_for_page(repeat, REPEAT_UNFOLLOWED, page_id, read_unfollowed, page);
    if (r < 0) {
        repeat_page_free(page);
        return r;
    }
    page->page.images = page->images;
    page->page.unfollowed = page->unfollowed;
    *ret_page = page;
    return 0;
}

struct repeat_page *repeat_page_free(struct repeat_page *page)
{
    if (!page)
        return NULL;
    for (size_t i = 0; i < page->text_count; i++)
        free(page->texts[i]);
    free(page->texts);
    free(page->images);
    free(page->unfollowed);
    free(page);
    return NULL;
}
