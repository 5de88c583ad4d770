/* The walk over pages: what changed on those that both crawls have, and what those bring or took
 * with them that only one has. Part of the diff; see job_diff.h.
 */
#include <string.h>

#include "storage/job_diff_private.h"

/* The page that is looked at. */
struct page_view {
    struct diff_walk *walk;
    enum diff_side side; /* whose list of pages is walked */
    const char *url;
    bool not_crawled;
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static struct diff_row row_of(const struct page_view *view, enum diff_kind kind,
                              const struct diff_mention *mention)
{
    return (struct diff_row){.kind = kind,
                             .page_url = view->url,
                             .url = mention->texts[MENTION_URL],
                             .source = mention->texts[MENTION_SOURCE],
                             .place = mention->texts[MENTION_PLACE],
                             .not_crawled = view->not_crawled};
}

/* --- findings ------------------------------------------------------------------------------ */

static int tell_findings(const struct page_view *view, enum diff_kind kind,
                         const struct diff_mention *mention, uint64_t rules)
{
    int r = 0;
    for (size_t i = 0; r == 0 && rules >> i != 0 && i < DIFF_RULE_MOST; i++) {
        if (!(rules >> i & 1))
            continue;
        struct diff_row row = row_of(view, kind, mention);
        row.rule = &view->walk->diff->rules[i];
        row.after = mention->texts[MENTION_ALT];
        row.after_state = mention->texts[MENTION_STATE];
        r = diff_tell(view->walk, &row);
    }
    return r;
}

static int compare_findings(const struct page_view *view, const struct diff_mention *older,
                            const struct diff_mention *newer)
{
    int r = tell_findings(view, DIFF_FINDINGS_NEW, newer, newer->rules & ~older->rules);
    return r != 0 ? r
                  : tell_findings(view, DIFF_FINDINGS_GONE, older, older->rules & ~newer->rules);
}

/* --- alternative texts --------------------------------------------------------------------- */

static bool same_alt(const struct diff_mention *a, const struct diff_mention *b)
{
    return same_text(a->texts[MENTION_ALT], b->texts[MENTION_ALT]) &&
           same_text(a->texts[MENTION_STATE], b->texts[MENTION_STATE]);
}

static bool has_alt(const struct diff_mention *mention)
{
    const char *state = mention->texts[MENTION_STATE];
    return state && strcmp(state, "not_applicable") != 0;
}

/* The candidates of one element all carry its text: one row is enough. */
static bool is_repetition(const struct diff_mention *mention)
{
    const struct diff_mention *before = mention - 1;
    return mention->at > 0 && before->position == mention->position && before->other &&
           same_alt(before, mention) && same_alt(before->other, mention->other);
}

static enum diff_kind alt_kind(const struct diff_mention *older, const struct diff_mention *newer)
{
    if (older->is_bad == newer->is_bad)
        return DIFF_ALT_REWORDED;
    return newer->is_bad ? DIFF_ALT_BROKEN : DIFF_ALT_FIXED;
}

static int compare_alt(const struct page_view *view, const struct diff_mention *older,
                       const struct diff_mention *newer)
{
    if (!has_alt(older) || !has_alt(newer) || same_alt(older, newer) || is_repetition(newer))
        return 0;
    struct diff_row row = row_of(view, alt_kind(older, newer), newer);
    row.before = older->texts[MENTION_ALT];
    row.before_state = older->texts[MENTION_STATE];
    row.after = newer->texts[MENTION_ALT];
    row.after_state = newer->texts[MENTION_STATE];
    return diff_tell(view->walk, &row);
}

/* --- a page -------------------------------------------------------------------------------- */

static int compare_image(const struct page_view *view, const struct diff_mention *older,
                         const struct diff_mention *newer)
{
    if (same_text(older->texts[MENTION_URL], newer->texts[MENTION_URL]))
        return 0;
    struct diff_row row = row_of(view, DIFF_REPLACED, newer);
    row.before = older->texts[MENTION_URL];
    row.after = newer->texts[MENTION_URL];
    return diff_tell(view->walk, &row);
}

static int compare_pair(const struct page_view *view, const struct diff_mention *older,
                        const struct diff_mention *newer)
{
    int r = compare_image(view, older, newer);
    r = r != 0 ? r : compare_alt(view, older, newer);
    return r != 0 ? r : compare_findings(view, older, newer);
}

static int tell_unpaired(const struct page_view *view, enum diff_side side)
{
    const struct diff_page *page = &view->walk->diff->files[side].page;
    enum diff_kind kind = side == DIFF_NEWER ? DIFF_FINDINGS_NEW : DIFF_FINDINGS_GONE;
    int r = 0;
    for (size_t i = 0; r == 0 && i < page->count; i++)
        if (!page->mentions[i].other)
            r = tell_findings(view, kind, &page->mentions[i], page->mentions[i].rules);
    return r;
}

static int compare_page(const struct page_view *view)
{
    const struct diff_page *newer = &view->walk->diff->files[DIFF_NEWER].page;
    int r = 0;
    diff_page_pair(view->walk->diff);
    for (size_t i = 0; r == 0 && i < newer->count; i++)
        if (newer->mentions[i].other)
            r = compare_pair(view, newer->mentions[i].other, &newer->mentions[i]);
    r = r != 0 ? r : tell_unpaired(view, DIFF_NEWER);
    return r != 0 ? r : tell_unpaired(view, DIFF_OLDER);
}

static int look_at_both(const struct page_view *view, int64_t newer_id, int64_t older_id)
{
    view->walk->pages++;
    if (!(view->walk->kinds & ~(1u << DIFF_PAGES_ADDED | 1u << DIFF_PAGES_GONE)))
        return 0;
    int r = diff_page_load(view->walk->diff, DIFF_NEWER, newer_id);
    r = r < 0 ? r : diff_page_load(view->walk->diff, DIFF_OLDER, older_id);
    return r < 0 ? r : compare_page(view);
}

static int look_at_one(const struct page_view *view, int64_t id)
{
    struct diff_row row = {.kind = view->side == DIFF_NEWER ? DIFF_PAGES_ADDED : DIFF_PAGES_GONE,
                           .page_url = view->url,
                           .not_crawled = view->not_crawled};
    int r = diff_tell(view->walk, &row);
    if (r != 0 || !(view->walk->kinds & (1u << DIFF_FINDINGS_NEW | 1u << DIFF_FINDINGS_GONE)))
        return r;
    r = diff_page_load(view->walk->diff, view->side, id);
    return r < 0 ? r : tell_unpaired(view, view->side);
}

/* --- the walk ------------------------------------------------------------------------------ */

static int look_at(sqlite3_stmt *row, void *arg)
{
    struct page_view *view = arg;
    enum diff_presence found = (enum diff_presence)sqlite3_column_int(row, 3);
    int64_t id = sqlite3_column_int64(row, 0);
    view->url = db_text(row, 1);
    view->not_crawled = found != PRESENT && diff_not_crawled(view->walk->diff, view->side, found);
    view->walk->at = diff_position(view->side, id);
    view->walk->number = 0;
    if (found != PRESENT)
        return look_at_one(view, id);
    return view->side == DIFF_NEWER ? look_at_both(view, id, sqlite3_column_int64(row, 2)) : 0;
}

/* The page at which a walk goes on may have more rows. */
static int64_t first_id(const struct diff_walk *walk, enum diff_side side)
{
    int64_t begin = diff_position(side, 0);
    return walk->after <= begin ? 0 : (walk->after - begin) >> POSITION_ROW_BITS;
}

static int walk_side(struct diff_walk *walk, enum diff_side side)
{
    const struct diff_file *here = &walk->diff->files[side];
    const struct diff_file *there = &walk->diff->files[diff_other(side)];
    struct page_view view = {.walk = walk, .side = side};
    char sql[1000];
    sqlite3_snprintf(
        sizeof(sql), sql,
        "SELECT p.id, u.url, there.id, " DIFF_PRESENCE(
            "there", "seen") " FROM %s.pages p"
                             " CROSS JOIN %s.urls u ON u.id = p.id"
                             " LEFT JOIN %s.urls there ON there.url = u.url LEFT JOIN %s.pages "
                             "seen ON seen.id = there.id"
                             " WHERE p.id >= %lld AND " DIFF_CONTENT("p") " ORDER BY p.id",
        here->schema, here->schema, there->schema, there->schema, (long long)first_id(walk, side));
    return db_each_of(walk->diff->db, sql, look_at, &view);
}

int diff_walk_pages(struct diff_walk *walk)
{
    const unsigned in_older = 1u << DIFF_FINDINGS_GONE | 1u << DIFF_PAGES_GONE;
    int r = 0;
    if (walk->after < diff_position(DIFF_OLDER, 0) && walk->kinds != 1u << DIFF_PAGES_GONE)
        r = walk_side(walk, DIFF_NEWER);
    if (r == 0 && (walk->kinds & in_older))
        r = walk_side(walk, DIFF_OLDER);
    return r;
}
