/* The walk over images: those that only one of both files has, and those whose file changed. Part
 * of the diff; see job_diff.h.
 */
#include "storage/job_diff_private.h"

/* An image that only one file has. */
struct image_view {
    struct diff_walk *walk;
    enum diff_side side;
    sqlite3_stmt *presence; /* of a page in the other file, by URL */
    struct diff_row row;
    bool seen; /* a page was found that the other crawl looked at, or knew to be gone */
};

static int take_presence(sqlite3_stmt *row, void *arg)
{
    *(int *)arg = sqlite3_column_int(row, 0);
    return 1;
}

static int ask_presence(struct image_view *view, const char *page_url,
                        enum diff_presence *ret_found)
{
    int found = PRESENT_UNKNOWN;
    struct db_values values = db_values(view->presence);
    db_put_text(&values, page_url);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(view->presence, take_presence, &found);
    *ret_found = (enum diff_presence)found;
    return r < 0 ? r : 0;
}

struct first_page {
    struct image_view *view;
    char *url; /* sqlite3_mprintf()ed: that of the page which decides, else of the first */
};

static int look_at_page(sqlite3_stmt *row, void *arg)
{
    struct first_page *first = arg;
    enum diff_presence found = PRESENT_UNKNOWN;
    int r = ask_presence(first->view, db_text(row, 0), &found);
    if (r < 0)
        return r;
    bool seen = !diff_not_crawled(first->view->walk->diff, first->view->side, found);
    if (seen || !first->url) {
        sqlite3_free(first->url);
        first->url = sqlite3_mprintf("%s", db_text(row, 0));
    }
    first->view->seen |= seen;
    return seen;
}

static int tell_image(sqlite3_stmt *row, void *arg)
{
    struct image_view *view = arg;
    struct first_page first = {.view = view};
    sqlite3_stmt *pages = view->walk->diff->files[view->side].of_image;
    int64_t id = sqlite3_column_int64(row, 0);
    struct db_values values = db_values(pages);
    view->walk->at = diff_position(view->side, id);
    view->walk->number = 0;
    view->seen = false;
    db_put_integer(&values, id);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(pages, look_at_page, &first);
    if (r >= 0) {
        view->row = (struct diff_row){.kind = view->side == DIFF_NEWER ? DIFF_ADDED : DIFF_GONE,
                                      .url = db_text(row, 1),
                                      .page_url = first.url,
                                      .not_crawled = first.url && !view->seen};
        r = diff_tell(view->walk, &view->row);
    }
    sqlite3_free(first.url);
    return r;
}

static int64_t last_id(const struct diff_walk *walk, enum diff_side side)
{
    int64_t begin = diff_position(side, 0);
    return walk->after <= begin ? 0 : (walk->after - begin) >> POSITION_ROW_BITS;
}

static int walk_only_here(struct diff_walk *walk, enum diff_side side)
{
    const char *here = walk->diff->files[side].schema;
    const char *there = walk->diff->files[diff_other(side)].schema;
    struct image_view view = {.walk = walk, .side = side};
    char sql[600];
    sqlite3_snprintf(sizeof(sql), sql,
                     "SELECT " DIFF_PRESENCE(
                         "u", "p") " FROM %s.urls u"
                                   " LEFT JOIN %s.pages p ON p.id = u.id WHERE u.url = ?1 LIMIT 1",
                     there, there);
    int r = db_prepare(walk->diff->db, sql, &view.presence);
    sqlite3_snprintf(sizeof(sql), sql,
                     "SELECT i.id, i.url FROM %s.images i"
                     " LEFT JOIN %s.images same ON same.url = i.url"
                     " WHERE i.id > %lld AND same.id IS NULL ORDER BY i.id",
                     here, there, (long long)last_id(walk, side));
    if (r == 0)
        r = db_each_of(walk->diff->db, sql, tell_image, &view);
    db_finalize(view.presence);
    return r;
}

/* --- other files --------------------------------------------------------------------------- */

static int tell_changed(sqlite3_stmt *row, void *arg)
{
    struct diff_walk *walk = arg;
    walk->at = diff_position(DIFF_NEWER, sqlite3_column_int64(row, 0));
    walk->number = 0;
    struct diff_row told = {.kind = DIFF_CHANGED,
                            .url = db_text(row, 1),
                            .page_url = db_text(row, 4),
                            .before = db_text(row, 2),
                            .after = db_text(row, 3)};
    return diff_tell(walk, &told);
}

/* "image/png, 10×20, 1234 bytes", or what came instead. */
#define DESCRIBE(x)                                                                                \
    "CASE WHEN " x ".state <> 'done' THEN coalesce(" x ".outcome, " x ".state) ELSE"               \
    " coalesce(" x ".type, 'unknown type')"                                                        \
    " || coalesce(', ' || " x ".width || '×' || " x ".height, '')"                                 \
    " || coalesce(', ' || " x ".bytes || ' bytes', '') END"

static int walk_changed(struct diff_walk *walk)
{
    char sql[2000];
    sqlite3_snprintf(
        sizeof(sql), sql,
        "SELECT n.id, n.url, " DESCRIBE("xo") ", " DESCRIBE(
            "xn") ", NULL"
                  " FROM main.images n CROSS JOIN main.probes xn ON xn.image_id = n.id"
                  " JOIN older.images o ON o.url = n.url JOIN older.probes xo ON xo.image_id = o.id"
                  " WHERE n.id > %lld AND xn.state IN ('done', 'failed') AND xo.state IN ('done', "
                  "'failed')"
                  " AND (xn.state <> xo.state OR xn.sha256 <> xo.sha256 OR xn.bytes <> xo.bytes OR"
                  " xn.type <> xo.type OR xn.width <> xo.width OR xn.height <> xo.height)"
                  " ORDER BY n.id",
        (long long)last_id(walk, DIFF_NEWER));
    return db_each_of(walk->diff->db, sql, tell_changed, walk);
}

int diff_walk_images(struct diff_walk *walk)
{
    int r = diff_wants(walk, DIFF_ADDED) ? walk_only_here(walk, DIFF_NEWER) : 0;
    if (r == 0 && diff_wants(walk, DIFF_CHANGED))
        r = walk_changed(walk);
    if (r == 0 && diff_wants(walk, DIFF_GONE))
        r = walk_only_here(walk, DIFF_OLDER);
    return r;
}
