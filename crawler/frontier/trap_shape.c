/* See trap_shape.h. */
#include "crawler/frontier/trap_shape.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xxhash.h>

#include "crawler/frontier/path_rules.h"
#include "crawler/frontier/trap_text.h"

enum {
    MAX_PARAMETERS = 64, /* a query with more is left to the limits */
    MIN_FACETS = 3,
    MAX_BLOCK = 4, /* segments that repeat together */
    MIN_REPETITIONS = 3,
    MAX_SEGMENTS = 128,
    FIRST_YEAR = 1970,
    YEARS_AHEAD = 2,
};

static const char *const kind_names[] = {
    [TRAP_FAR_DATES] = "far_dates",
    [TRAP_CALENDAR] = "calendar",
    [TRAP_SESSION_ID] = "session_id",
    [TRAP_ENDLESS_NUMBERS] = "endless_numbers",
    [TRAP_PARAMETER_ORDER] = "parameter_order",
    [TRAP_FACETS] = "facets",
    [TRAP_REPEATING_PATH] = "repeating_path",
};
static_assert(sizeof kind_names / sizeof *kind_names == TRAP_KIND_COUNT, "all named");

const char *trap_kind_name(enum trap_kind kind)
{
    return kind_names[kind];
}

enum trap_kind trap_kind_parse(const char *name)
{
    int kind = 0;
    while (kind < TRAP_KIND_COUNT && strcmp(kind_names[kind], name) != 0)
        kind++;
    return (enum trap_kind)kind;
}

uint64_t trap_family_of(enum trap_kind kind, const char *pattern, uint64_t seed)
{
    return XXH3_64bits_withSeed(pattern, strlen(pattern), seed + (uint64_t)kind);
}

static uint64_t hash(const char *data, size_t bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(data, bytes, seed);
}

/* The parts of a canonical URL's text. */
struct parts {
    struct url_slice before_query, query, path; /* query without its '?' */
};

static struct parts parts_of(const char *url, size_t bytes)
{
    const char *mark = memchr(url, '?', bytes);
    size_t before = mark ? (size_t)(mark - url) : bytes;
    const char *host = memmem(url, before, "//", 2);
    const char *slash = host ? memchr(host + 2, '/', before - (size_t)(host + 2 - url)) : NULL;
    struct parts parts = {.before_query = {url, before}, .query = {"", 0}, .path = {"", 0}};
    if (mark)
        parts.query = (struct url_slice){mark + 1, bytes - before - 1};
    if (slash)
        parts.path = (struct url_slice){slash, before - (size_t)(slash - url)};
    return parts;
}

/* Dates */

static bool is_far(int month, int64_t now_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm date;
    gmtime_r(&now, &date);
    int this_month = (date.tm_year + 1900) * 12 + date.tm_mon;
    return month < FIRST_YEAR * 12 || month > this_month + YEARS_AHEAD * 12;
}

static void put_pattern(char pattern[TRAP_PATTERN_BYTES], const char *text, size_t bytes)
{
    snprintf(pattern, TRAP_PATTERN_BYTES, "%.*s", (int)bytes, text);
}

static void mark_dates(const struct trap_text *dated, uint64_t seed, int64_t now_ms,
                       struct trap_marks *marks)
{
    if (!dated->has_date)
        return;
    char pattern[TRAP_PATTERN_BYTES];
    put_pattern(pattern, dated->text, dated->bytes);
    marks->of[TRAP_CALENDAR] =
        (struct trap_mark){.applies = true, .family = trap_family_of(TRAP_CALENDAR, pattern, seed)};
    if (is_far(dated->month, now_ms))
        marks->of[TRAP_FAR_DATES] = (struct trap_mark){
            .applies = true, .family = trap_family_of(TRAP_FAR_DATES, pattern, seed)};
}

/* Sessions. A parameter is one family for its host; a path's, for what stands before it. */

static void session_pattern(const struct trap_text *text, char pattern[TRAP_PATTERN_BYTES])
{
    size_t prefix = text->token_prefix;
    const char *query = memchr(text->text, '?', prefix);
    const char *parameter = memrchr(text->text, ';', prefix);
    if (parameter && memchr(parameter, '/', (size_t)(text->text + prefix - parameter)))
        parameter = NULL; /* of a segment before */
    const char *host = strstr(text->text, "//");
    const char *path = host ? strchr(host + 2, '/') : NULL;
    const char *last = query ? memrchr(query, '&', prefix - (size_t)(query - text->text)) : NULL;
    const char *name = query ? (last ? last + 1 : query + 1) : parameter;
    if (!name || !path)
        snprintf(pattern, TRAP_PATTERN_BYTES, "%.*s{session}", (int)prefix, text->text);
    else
        snprintf(pattern, TRAP_PATTERN_BYTES, "%.*s/*%s%.*s{session}", (int)(path - text->text),
                 text->text, query ? "?" : "", (int)(text->text + prefix - name), name);
}

static void mark_session(const struct trap_text *text, uint64_t seed, struct trap_marks *marks)
{
    if (!text->has_token)
        return;
    char pattern[TRAP_PATTERN_BYTES];
    session_pattern(text, pattern);
    marks->of[TRAP_SESSION_ID] =
        (struct trap_mark){.applies = true,
                           .family = trap_family_of(TRAP_SESSION_ID, pattern, seed),
                           .member = hash(text->text, text->bytes, seed),
                           .variant = hash(text->token.data, text->token.bytes, seed),
                           .is_sure = text->token_is_sure};
}

/* Numbers */

static void mark_numbers(const struct trap_text *text, uint64_t seed, struct trap_marks *marks)
{
    char pattern[TRAP_PATTERN_BYTES];
    if (marks->of[TRAP_CALENDAR].applies ||
        !trap_text_without_numbers(text, pattern, sizeof pattern))
        return;
    marks->of[TRAP_ENDLESS_NUMBERS] = (struct trap_mark){
        .applies = true, .family = trap_family_of(TRAP_ENDLESS_NUMBERS, pattern, seed)};
}

/* Queries */

static int compare(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Fingerprints of the parameters, and of their names, each name once; false: too many. */
static bool read_parameters(struct url_slice query, uint64_t seed, uint64_t *whole, uint64_t *names,
                            size_t *ret_count)
{
    size_t count = 0;
    const char *at = query.data, *end = at + query.bytes;
    while (at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        stop = stop ? stop : end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        if (count == MAX_PARAMETERS)
            return false;
        whole[count] = hash(at, (size_t)(stop - at), seed);
        names[count++] = hash(at, (size_t)((equals ? equals : stop) - at), seed);
        at = stop + 1;
    }
    *ret_count = count;
    return true;
}

static void query_pattern(struct url_slice before, enum trap_kind kind,
                          char pattern[TRAP_PATTERN_BYTES])
{
    snprintf(pattern, TRAP_PATTERN_BYTES, "%.*s?%s", (int)before.bytes, before.data,
             kind == TRAP_FACETS ? "{3 or more parameters}" : "{parameters in another order}");
}

static void mark_query(const struct parts *parts, uint64_t seed, struct trap_marks *marks)
{
    uint64_t whole[MAX_PARAMETERS], names[MAX_PARAMETERS];
    char pattern[TRAP_PATTERN_BYTES];
    size_t count = 0;
    if (!memchr(parts->query.data, '&', parts->query.bytes) ||
        !read_parameters(parts->query, seed, whole, names, &count))
        return;
    uint64_t order = hash((const char *)whole, count * sizeof *whole, seed);
    qsort(whole, count, sizeof *whole, compare);
    query_pattern(parts->before_query, TRAP_PARAMETER_ORDER, pattern);
    uint64_t family = trap_family_of(TRAP_PARAMETER_ORDER, pattern, seed);
    marks->of[TRAP_PARAMETER_ORDER] =
        (struct trap_mark){.applies = true,
                           .family = family,
                           .member = hash((const char *)whole, count * sizeof *whole, family),
                           .variant = order};
    if (count < MIN_FACETS)
        return;
    qsort(names, count, sizeof *names, compare);
    query_pattern(parts->before_query, TRAP_FACETS, pattern);
    marks->of[TRAP_FACETS] =
        (struct trap_mark){.applies = true,
                           .family = trap_family_of(TRAP_FACETS, pattern, seed),
                           .variant = hash((const char *)names, count * sizeof *names, seed),
                           .size = (unsigned)count};
}

/* Repeating paths */

struct repetition {
    struct url_slice block; /* "/a/b" */
    unsigned times;
};

static bool has_letter(struct url_slice text)
{
    for (size_t i = 0; i < text.bytes; i++)
        if (isalpha((unsigned char)text.data[i]))
            return true;
    return false;
}

static bool same(struct url_slice a, struct url_slice b)
{
    return a.bytes == b.bytes && memcmp(a.data, b.data, a.bytes) == 0;
}

/* How often the block of `length` segments from `first` on stands there in a row. */
static unsigned count_repetitions(const struct url_slice *segments, size_t count, size_t first,
                                  size_t length)
{
    size_t at = first + length;
    while (at < count && same(segments[at], segments[at - length]))
        at++;
    return (unsigned)((at - first) / length);
}

static struct repetition find_repetition(struct url_slice path)
{
    struct url_slice segments[MAX_SEGMENTS], segment;
    struct repetition most = {.times = 0};
    size_t count = 0, at = 0;
    while (count < MAX_SEGMENTS && path_next_segment(path, &at, &segment))
        segments[count++] = segment;
    for (size_t length = 1; length <= MAX_BLOCK; length++) {
        for (size_t first = 0; first + length * MIN_REPETITIONS <= count; first++) {
            unsigned times = count_repetitions(segments, count, first, length);
            const char *start = segments[first].data - 1;
            struct url_slice last = segments[first + length - 1];
            struct url_slice block = {start, (size_t)(last.data + last.bytes - start)};
            if (times >= MIN_REPETITIONS && times > most.times && has_letter(block))
                most = (struct repetition){block, times};
        }
    }
    return most;
}

static void repeating_pattern(const struct parts *parts, struct url_slice block,
                              char pattern[TRAP_PATTERN_BYTES])
{
    int origin = (int)(parts->path.data - parts->before_query.data), bytes = (int)block.bytes;
    bytes = bytes < 60 ? bytes : 60;
    snprintf(pattern, TRAP_PATTERN_BYTES, "%.*s/*%.*s%.*s%.*s/*", origin, parts->before_query.data,
             bytes, block.data, bytes, block.data, bytes, block.data);
}

static void mark_repetition(const struct parts *parts, uint64_t seed, struct trap_marks *marks)
{
    struct repetition found = find_repetition(parts->path);
    if (found.times < MIN_REPETITIONS)
        return;
    char pattern[TRAP_PATTERN_BYTES];
    repeating_pattern(parts, found.block, pattern);
    marks->of[TRAP_REPEATING_PATH] =
        (struct trap_mark){.applies = true,
                           .family = trap_family_of(TRAP_REPEATING_PATH, pattern, seed),
                           .size = found.times};
}

/* All of them */

/* Dates and session ids of a path have three at least; most URLs of most sites have not. */
static bool has_digits(const struct url_slice *text, int least)
{
    int digits = 0;
    for (size_t i = 0; i < text->bytes && digits < least; i++)
        digits += isdigit((unsigned char)text->data[i]) != 0;
    return digits == least;
}

void trap_marks_of(const char *url, size_t bytes, uint64_t seed, int64_t now_ms,
                   struct trap_marks *ret_marks)
{
    struct trap_text text;
    *ret_marks = (struct trap_marks){0};
    if (bytes > TRAP_MAX_URL_BYTES)
        return;
    struct parts parts = parts_of(url, bytes);
    bool has_numbers = has_digits(&parts.query, 1);
    if (has_digits(&parts.path, 3) || has_numbers) {
        trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_DATES, &text);
        mark_dates(&text, seed, now_ms, ret_marks);
        trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_COUNTS, &text);
        mark_session(&text, seed, ret_marks);
        if (has_numbers)
            mark_numbers(&text, seed, ret_marks);
    }
    mark_query(&parts, seed, ret_marks);
    mark_repetition(&parts, seed, ret_marks);
}

size_t trap_twin_prefix(const char *url, size_t bytes)
{
    struct trap_text text;
    const char *query = memchr(url, '?', bytes);
    size_t prefix = query ? (size_t)(query + 1 - url) : bytes;
    if (bytes > TRAP_MAX_URL_BYTES)
        return bytes;
    trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_COUNTS, &text);
    size_t before_token = text.has_token ? (size_t)(text.token.data - url) : prefix;
    return before_token < prefix ? before_token : prefix;
}

void trap_pattern_of(const char *url, size_t bytes, enum trap_kind kind,
                     char pattern[TRAP_PATTERN_BYTES])
{
    struct trap_text text;
    struct parts parts = parts_of(url, bytes);
    *pattern = '\0';
    switch (kind) {
    case TRAP_FAR_DATES:
    case TRAP_CALENDAR:
        trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_DATES, &text);
        put_pattern(pattern, text.text, text.bytes);
        break;
    case TRAP_SESSION_ID:
        trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_COUNTS, &text);
        session_pattern(&text, pattern);
        break;
    case TRAP_ENDLESS_NUMBERS:
        trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_COUNTS, &text);
        trap_text_without_numbers(&text, pattern, TRAP_PATTERN_BYTES);
        break;
    case TRAP_PARAMETER_ORDER:
    case TRAP_FACETS:
        query_pattern(parts.before_query, kind, pattern);
        break;
    default:
        repeating_pattern(&parts, find_repetition(parts.path).block, pattern);
    }
}

static void read_numbers(const char *url, size_t bytes, uint64_t seed, struct trap_link *link)
{
    struct trap_text text;
    char pattern[TRAP_PATTERN_BYTES];
    trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_COUNTS, &text);
    if (trap_text_without_numbers(&text, pattern, sizeof pattern))
        link->number_family = trap_family_of(TRAP_ENDLESS_NUMBERS, pattern, seed);
    if (!text.has_token)
        return;
    link->without_counts = hash(text.text, text.bytes, seed);
    session_pattern(&text, pattern);
    link->count_family = trap_family_of(TRAP_SESSION_ID, pattern, seed);
}

struct trap_link trap_link_of(const char *url, size_t bytes, uint64_t seed)
{
    struct trap_text text;
    char pattern[TRAP_PATTERN_BYTES];
    if (bytes > TRAP_MAX_URL_BYTES)
        return (struct trap_link){.without_ids = hash(url, bytes, seed)};
    trap_text_of(url, bytes, TRAP_TEXT_TOKENS, &text);
    struct trap_link link = {.without_ids = hash(text.text, text.bytes, seed)};
    read_numbers(url, bytes, seed, &link);
    trap_text_of(url, bytes, TRAP_TEXT_TOKENS | TRAP_TEXT_DATES, &text);
    if (!text.has_date)
        return link;
    link.without_dates = hash(text.text, text.bytes, seed);
    put_pattern(pattern, text.text, text.bytes);
    link.family = trap_family_of(TRAP_CALENDAR, pattern, seed);
    return link;
}
