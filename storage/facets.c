/* See facets.h. Any thread, its own connection. */
#include "storage/facets.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t widths[] = {
    [FACET_ALT_STATE] = 1, [FACET_SOURCE] = 1,   [FACET_LANDMARK] = 1,   [FACET_PROBE] = 1,
    [FACET_TYPE] = 1,      [FACET_HOST] = 4,     [FACET_PAGE_HOST] = 4,  [FACET_PAGE] = 4,
    [FACET_IMAGE] = 4,     [FACET_TEMPLATE] = 4, [FACET_TEXT] = 4,       [FACET_VERDICTS] = 8,
    [FACET_FLAGS] = 4,     [FACET_STATUS] = 2,   [FACET_DIRECTIVES] = 2, [FACET_BYTES] = 4,
    [FACET_WIDTH] = 4,     [FACET_HEIGHT] = 4,
};
static_assert(sizeof(widths) == FACET_COUNT, "a width for each");
static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "columns are read as they lie in the file");

size_t facet_width(enum facet facet)
{
    return widths[facet];
}

uint64_t facet_max(enum facet facet)
{
    return UINT64_MAX >> (64 - 8 * widths[facet]);
}

/* --- sets ---------------------------------------------------------------------------------- */

static int make_room(struct facet_set *set, uint64_t number)
{
    uint64_t limit = set->limit ? set->limit : 1 << 16;
    while (limit <= number)
        limit *= 2;
    uint64_t *words = realloc(set->words, limit / 8);
    if (!words)
        return -ENOMEM;
    memset(words + set->limit / 64, 0, (limit - set->limit) / 8);
    set->words = words;
    set->limit = limit;
    return 0;
}

int facet_set_add(struct facet_set *set, uint64_t number)
{
    int r = number < set->limit ? 0 : make_room(set, number);
    if (r == 0)
        set->words[number / 64] |= UINT64_C(1) << number % 64;
    return r;
}

bool facet_set_has(const struct facet_set *set, uint64_t number)
{
    return number < set->limit && set->words[number / 64] >> number % 64 & 1;
}

void facet_set_done(struct facet_set *set)
{
    free(set->words);
}

/* --- tests --------------------------------------------------------------------------------- */

/* One loop for each kind of test and width of a number: the compiler makes the most of them. */
#define LOOP(condition)                                                                            \
    for (size_t i = 0; i < FACET_CHUNK_ROWS; i++)                                                  \
        keep[i] &= (uint8_t)(condition);                                                           \
    break

#define KEEP(name, type)                                                                           \
    static void name(const struct facet_test *test, const type *column, uint8_t *keep)             \
    {                                                                                              \
        const type value = (type)test->value, max = (type)test->max;                               \
        switch (test->kind) {                                                                      \
        case FACET_EQUAL:                                                                          \
            LOOP(column[i] == value);                                                              \
        case FACET_ANY_BIT:                                                                        \
            LOOP((column[i] & value) != 0);                                                        \
        case FACET_NO_BIT:                                                                         \
            LOOP((column[i] & value) == 0);                                                        \
        case FACET_RANGE:                                                                          \
            LOOP(column[i] >= value && column[i] <= max);                                          \
        case FACET_IN_SET:                                                                         \
            LOOP(keep[i] && facet_set_has(test->set, column[i]));                                  \
        }                                                                                          \
    }
KEEP(keep_1, uint8_t)
KEEP(keep_2, uint16_t)
KEEP(keep_4, uint32_t)
KEEP(keep_8, uint64_t)

static void apply(struct facet_scan *scan, const struct facet_test *test)
{
    const void *column = scan->column.bytes;
    switch (widths[test->facet]) {
    case 1:
        keep_1(test, column, scan->keep);
        break;
    case 2:
        keep_2(test, column, scan->keep);
        break;
    case 4:
        keep_4(test, column, scan->keep);
        break;
    default:
        keep_8(test, column, scan->keep);
    }
}

/* The highest number that is looked for in a set. */
static uint64_t last_number(const struct facet_scan *scan, enum facet facet)
{
    uint64_t last = 0;
    for (size_t i = 0; i < FACET_CHUNK_ROWS; i++) {
        uint64_t number = scan->keep[i] ? facet_scan_value(scan, facet, i) : 0;
        last = number > last ? number : last;
    }
    return last;
}

/* --- the pass ------------------------------------------------------------------------------ */

int facet_scan_begin(struct facet_scan *scan, sqlite3 *db)
{
    int64_t last = 0;
    int r = db_integer(db, "SELECT coalesce(max(id), 0) FROM occurrences", &last);
    if (r == 0)
        r = db_prepare(db, "SELECT data FROM facets WHERE id = ?", &scan->statement);
    if (r == 0)
        scan->chunks = last > 0 ? facet_chunk_of(last) + 1 : 0;
    return r;
}

void facet_scan_end(struct facet_scan *scan)
{
    scan->statement = db_finalize(scan->statement);
}

int facet_scan_load(struct facet_scan *scan, enum facet facet)
{
    size_t bytes = FACET_CHUNK_ROWS * facet_width(facet);
    sqlite3_bind_int64(scan->statement, 1, facet_row_id(facet, scan->chunk));
    int r = db_step(scan->statement);
    const void *data = r > 0 ? sqlite3_column_blob(scan->statement, 0) : NULL;
    size_t there = data ? (size_t)sqlite3_column_bytes(scan->statement, 0) : 0;
    there = there < bytes ? there : bytes;
    if (there > 0)
        memcpy(scan->column.bytes, data, there);
    memset(scan->column.bytes + there, 0, bytes - there);
    sqlite3_reset(scan->statement);
    return r < 0 ? r : 0;
}

uint64_t facet_scan_value(const struct facet_scan *scan, enum facet facet, size_t row)
{
    uint64_t value = 0;
    memcpy(&value, scan->column.bytes + row * widths[facet], widths[facet]);
    return value;
}

int facet_scan_chunk(struct facet_scan *scan, int64_t chunk, const struct facet_test *tests,
                     size_t count, bool *ret_any)
{
    /* Every occurrence has a state of its alt: where there is none, there is no occurrence. */
    const struct facet_test is_there = {
        .facet = FACET_ALT_STATE, .kind = FACET_RANGE, .value = 1, .max = UINT8_MAX};
    bool any = true;
    scan->chunk = chunk;
    memset(scan->keep, 1, sizeof(scan->keep));
    for (size_t i = 0; i <= count && any; i++) {
        const struct facet_test *test = i < count ? &tests[i] : &is_there;
        int r = facet_scan_load(scan, test->facet);
        if (r == 0 && test->reach)
            r = test->reach(test->arg, last_number(scan, test->facet));
        if (r < 0)
            return r;
        apply(scan, test);
        any = memchr(scan->keep, 1, sizeof(scan->keep)) != NULL;
    }
    *ret_any = any;
    return 0;
}
