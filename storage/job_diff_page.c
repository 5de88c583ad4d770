/* One page as two crawls saw it: its mentions of images are read, and paired. Part of the diff; see
 * job_diff.h.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/job_diff_private.h"

static const size_t ABSENT = SIZE_MAX;

/* --- reading ------------------------------------------------------------------------------- */

/* At least so much room. */
static void *grow(void *array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return array;
    *capacity = 2 * wanted + 16;
    array = reallocarray(array, *capacity, size);
    if (!array)
        abort();
    return array;
}

static size_t keep_text(struct diff_page *page, sqlite3_stmt *row, int column)
{
    const char *text = db_text(row, column);
    if (!text)
        return ABSENT;
    size_t bytes = (size_t)sqlite3_column_bytes(row, column) + 1, at = page->text_bytes;
    page->text = grow(page->text, &page->text_capacity, at + bytes, 1);
    memcpy(page->text + at, text, bytes);
    page->text_bytes += bytes;
    return at;
}

static uint64_t translate(const struct job_diff *diff, enum diff_side side, uint64_t verdicts)
{
    uint64_t rules = 0;
    for (size_t i = 0; verdicts != 0 && i < diff->rule_count; i++) {
        unsigned bit = side == DIFF_OLDER ? diff->rules[i].older_bit : diff->rules[i].newer_bit;
        rules |= (verdicts >> bit & 1) << i;
    }
    return rules;
}

struct loading {
    struct job_diff *diff;
    enum diff_side side;
};

static int keep_mention(sqlite3_stmt *row, void *arg)
{
    const struct loading *loading = arg;
    struct diff_page *page = &loading->diff->files[loading->side].page;
    page->mentions =
        grow(page->mentions, &page->capacity, page->count + 1, sizeof(*page->mentions));
    struct diff_mention *mention = &page->mentions[page->count];
    *mention = (struct diff_mention){.at = page->count++};
    for (int i = 0; i < MENTION_TEXTS; i++)
        mention->offsets[i] = keep_text(page, row, i);
    mention->rules =
        translate(loading->diff, loading->side, (uint64_t)sqlite3_column_int64(row, MENTION_TEXTS));
    mention->position = sqlite3_column_int64(row, MENTION_TEXTS + 1);
    return 0;
}

/* The buffer moves no more. */
static void point_to_texts(struct diff_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        struct diff_mention *mention = &page->mentions[i];
        for (int k = 0; k < MENTION_TEXTS; k++)
            mention->texts[k] =
                mention->offsets[k] == ABSENT ? NULL : page->text + mention->offsets[k];
    }
}

static bool state_is_bad(const struct diff_mention *mention)
{
    const char *state = mention->texts[MENTION_STATE];
    return state && (strcmp(state, "missing") == 0 || strcmp(state, "whitespace") == 0);
}

/* The verdict on an element stands with the first image that it names. */
static void judge_elements(const struct job_diff *diff, struct diff_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        struct diff_mention *mention = &page->mentions[i];
        bool same = i > 0 && mention[-1].position == mention->position;
        bool bad =
            diff->rule_count > 0 ? (mention->rules & diff->alt_rules) != 0 : state_is_bad(mention);
        mention->is_bad = bad || (same && mention[-1].is_bad);
    }
}

void diff_page_clear(struct diff_page *page)
{
    page->count = page->text_bytes = 0;
}

void diff_page_done(struct diff_page *page)
{
    free(page->mentions);
    free(page->text);
    free(page->order);
}

int diff_page_load(struct job_diff *diff, enum diff_side side, int64_t page_id)
{
    struct diff_file *file = &diff->files[side];
    struct loading loading = {.diff = diff, .side = side};
    struct db_values values = db_values(file->of_page);
    diff_page_clear(&file->page);
    db_put_integer(&values, page_id);
    int r = db_values_code(&values);
    if (r == 0)
        r = db_each(file->of_page, keep_mention, &loading);
    if (r == 0) {
        point_to_texts(&file->page);
        judge_elements(diff, &file->page);
    }
    return r;
}

/* --- pairing ------------------------------------------------------------------------------- */

static int compare_texts(const char *a, const char *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_by(const struct diff_mention *a, const struct diff_mention *b, int text)
{
    int order = compare_texts(a->texts[text], b->texts[text]);
    return order != 0 ? order : compare_texts(a->texts[MENTION_SOURCE], b->texts[MENTION_SOURCE]);
}

/* In document order among equals. */
static int sort_by(const void *a, const void *b, int text)
{
    const struct diff_mention *one = *(struct diff_mention *const *)a;
    const struct diff_mention *two = *(struct diff_mention *const *)b;
    int order = compare_by(one, two, text);
    return order != 0 ? order : (one->at > two->at) - (one->at < two->at);
}

static int sort_by_image(const void *a, const void *b)
{
    return sort_by(a, b, MENTION_URL);
}

static int sort_by_place(const void *a, const void *b)
{
    return sort_by(a, b, MENTION_PLACE);
}

/* Those that have no pair yet and have what they are to be paired by, sorted. */
static size_t put_in_order(struct diff_page *page, int text)
{
    size_t count = 0;
    page->order = reallocarray(page->order, page->count + 1, sizeof(struct diff_mention *));
    if (!page->order)
        abort();
    for (size_t i = 0; i < page->count; i++)
        if (!page->mentions[i].other && page->mentions[i].texts[text])
            page->order[count++] = &page->mentions[i];
    qsort(page->order, count, sizeof(struct diff_mention *),
          text == MENTION_URL ? sort_by_image : sort_by_place);
    return count;
}

static void pair_by(struct diff_page *older, struct diff_page *newer, int text)
{
    size_t older_count = put_in_order(older, text), newer_count = put_in_order(newer, text);
    for (size_t i = 0, k = 0; i < older_count && k < newer_count;) {
        struct diff_mention *one = older->order[i], *two = newer->order[k];
        int order = compare_by(one, two, text);
        if (order == 0) {
            one->other = two;
            two->other = one;
        }
        i += order <= 0;
        k += order >= 0;
    }
}

void diff_page_pair(struct job_diff *diff)
{
    struct diff_page *older = &diff->files[DIFF_OLDER].page;
    struct diff_page *newer = &diff->files[DIFF_NEWER].page;
    pair_by(older, newer, MENTION_URL);
    pair_by(older, newer, MENTION_PLACE);
}
