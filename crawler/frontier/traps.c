/* See traps.h. */
#include "crawler/frontier/traps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "crawler/base/memory.h"
#include "crawler/frontier/seen.h"
#include "crawler/frontier/trap_table.h"

enum { MAX_MEMBERS = 1000000 };

struct traps {
    uint64_t seed;
    struct trap_table families;
    struct seen *members; /* known ones of sessions and orders */
    struct seen *visited; /* those of them that were read */
    size_t trap_count;
    int64_t last_id;
    void (*on_found)(const struct store_trap *trap, void *arg);
    void (*on_dropped)(void *arg);
    void *arg;
    bool dropped_told;
};

struct traps *traps_new(uint64_t seed)
{
    struct traps *traps = memory_new(sizeof *traps);
    traps->seed = seed;
    traps->members = seen_new(seed);
    traps->visited = seen_new(seed);
    return traps;
}

struct traps *traps_free(struct traps *traps)
{
    if (!traps)
        return NULL;
    trap_table_clear(&traps->families);
    seen_free(traps->members);
    seen_free(traps->visited);
    free(traps);
    return NULL;
}

void traps_on_found(struct traps *traps, void (*fn)(const struct store_trap *trap, void *arg),
                    void *arg)
{
    traps->on_found = fn;
    traps->arg = arg;
}

uint64_t traps_seed(const struct traps *traps)
{
    return traps->seed;
}

void traps_on_dropped(struct traps *traps, void (*fn)(void *arg))
{
    traps->on_dropped = fn;
}

static struct family *find_family(const struct traps *traps, uint64_t key)
{
    return trap_table_find(&traps->families, key);
}

/* Becoming a trap */

static struct store_text host_of(const char *url, size_t bytes)
{
    const char *host = memmem(url, bytes, "//", 2);
    if (!host)
        return (struct store_text){"", 0};
    host += 2;
    size_t length = 0, left = bytes - (size_t)(host - url);
    while (length < left && !strchr("/?", host[length]))
        length++;
    const char *port = memrchr(host, ':', length);
    if (port && !memchr(port, ']', length - (size_t)(port - host)))
        length = (size_t)(port - host);
    return (struct store_text){host, length};
}

static uint64_t host_key(const struct traps *traps, const char *url, size_t bytes)
{
    struct store_text host = host_of(url, bytes);
    return XXH3_64bits_withSeed(host.data, host.bytes, traps->seed);
}

static struct family *family_for(struct traps *traps, enum trap_kind kind, uint64_t key,
                                 const char *url, size_t bytes)
{
    struct family *family =
        trap_table_get(&traps->families, kind, key, host_key(traps, url, bytes));
    if (traps->families.dropped && !traps->dropped_told && traps->on_dropped) {
        traps->dropped_told = true;
        traps->on_dropped(traps->arg);
    }
    return family;
}

static struct store_text text_of(const char *text)
{
    return (struct store_text){text, strlen(text)};
}

/* Dates make two families, and who releases one wants no more of the other. */
static uint64_t sibling_of(const struct traps *traps, enum trap_kind kind, const char *pattern)
{
    if (kind != TRAP_FAR_DATES && kind != TRAP_CALENDAR)
        return 0;
    enum trap_kind other = kind == TRAP_CALENDAR ? TRAP_FAR_DATES : TRAP_CALENDAR;
    return trap_family_of(other, pattern, traps->seed);
}

static void suspend(struct traps *traps, struct family *family, const char *url, size_t bytes,
                    int64_t now_ms)
{
    char pattern[TRAP_PATTERN_BYTES], detail[320];
    char *examples = family_examples(family);
    family->trap_id = ++traps->last_id;
    traps->trap_count++;
    trap_pattern_of(url, bytes, family->kind, pattern);
    family_explain(family, detail, sizeof detail);
    family->sibling = sibling_of(traps, family->kind, pattern);
    struct store_trap trap = {.id = family->trap_id,
                              .kind = trap_kind_name(family->kind),
                              .host = host_of(url, bytes),
                              .pattern = text_of(pattern),
                              .detail = text_of(detail),
                              .examples = text_of(examples),
                              .found_ms = now_ms};
    if (traps->on_found)
        traps->on_found(&trap, traps->arg);
    free(examples);
    trap_table_settle(&traps->families, family, FAMILY_SUSPENDED);
}

/* New URLs */

static bool has_members(enum trap_kind kind)
{
    return kind == TRAP_SESSION_ID || kind == TRAP_PARAMETER_ORDER;
}

static bool add_to(struct seen *set, uint64_t member)
{
    char text[sizeof member];
    memcpy(text, &member, sizeof text);
    if (seen_count(set) >= MAX_MEMBERS)
        return !seen_has(set, text, sizeof text);
    return seen_add(set, text, sizeof text);
}

static bool is_in(const struct seen *set, uint64_t member)
{
    char text[sizeof member];
    memcpy(text, &member, sizeof text);
    return seen_has(set, text, sizeof text);
}

/* One kind of a new URL; the trap's id where it is held back. */
static int64_t judge_kind(struct traps *traps, enum trap_kind kind, const struct trap_mark *mark,
                          const struct trap_mark *from, const char *url, size_t bytes,
                          int64_t now_ms)
{
    struct family *family = family_for(traps, kind, mark->family, url, bytes);
    if (family->state == FAMILY_RELEASED)
        return 0;
    bool known = has_members(kind) && !add_to(traps->members, mark->member);
    family_count_url(family, mark, from, known);
    family_keep_example(family, url, bytes);
    if (family->state == FAMILY_WATCHED && kind > TRAP_ENDLESS_NUMBERS &&
        family_is_trap(family, mark->is_sure))
        suspend(traps, family, url, bytes, now_ms);
    bool held = family->state == FAMILY_SUSPENDED && (!has_members(kind) || known);
    return held ? family->trap_id : 0;
}

void traps_marks(const struct traps *traps, const char *url, size_t bytes, int64_t now_ms,
                 struct trap_marks *ret_marks)
{
    trap_marks_of(url, bytes, traps->seed, now_ms, ret_marks);
}

int64_t traps_judge_new(struct traps *traps, const char *url, size_t bytes,
                        const struct trap_marks *from, int64_t now_ms)
{
    struct trap_marks marks;
    int64_t held = 0;
    traps_marks(traps, url, bytes, now_ms, &marks);
    for (int kind = 0; kind < TRAP_KIND_COUNT; kind++) {
        if (!marks.of[kind].applies)
            continue;
        int64_t id = judge_kind(traps, (enum trap_kind)kind, &marks.of[kind],
                                from ? &from->of[kind] : NULL, url, bytes, now_ms);
        held = held ? held : id;
    }
    return held;
}

int64_t traps_judge_queued(const struct traps *traps, const char *url, size_t bytes, int64_t now_ms)
{
    struct trap_marks marks;
    if (traps->trap_count == 0)
        return 0;
    traps_marks(traps, url, bytes, now_ms, &marks);
    for (int kind = 0; kind < TRAP_KIND_COUNT; kind++) {
        const struct trap_mark *mark = &marks.of[kind];
        const struct family *family = mark->applies ? find_family(traps, mark->family) : NULL;
        if (!family || family->state != FAMILY_SUSPENDED)
            continue;
        if (!has_members((enum trap_kind)kind) || is_in(traps->visited, mark->member))
            return family->trap_id;
    }
    return 0;
}

bool traps_wants_twins(const struct traps *traps, const struct trap_marks *marks)
{
    for (int kind = 0; kind < TRAP_KIND_COUNT; kind++) {
        const struct trap_mark *mark = &marks->of[kind];
        const struct family *family = mark->applies && has_members((enum trap_kind)kind)
                                          ? find_family(traps, mark->family)
                                          : NULL;
        if (family && family->state == FAMILY_SUSPENDED)
            return true;
    }
    return false;
}

/* Pages */

bool traps_wants_yield(const struct traps *traps, const struct trap_marks *marks)
{
    static const enum trap_kind kinds[] = {TRAP_FAR_DATES, TRAP_CALENDAR, TRAP_SESSION_ID,
                                           TRAP_ENDLESS_NUMBERS};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct trap_mark *mark = &marks->of[kinds[i]];
        const struct family *family = mark->applies ? find_family(traps, mark->family) : NULL;
        if (family && family->state == FAMILY_WATCHED && family->known > 2)
            return true;
    }
    return false;
}

static bool is_own(const struct trap_mark *mark, uint64_t family)
{
    return mark->applies && mark->family == family;
}

uint64_t traps_plain_link(const struct traps *traps, const struct trap_marks *from, const char *url,
                          size_t bytes)
{
    struct trap_link link = trap_link_of(url, bytes, traps->seed);
    const struct family *family = link.family ? find_family(traps, link.family) : NULL;
    if (family && family->chained * 2 >= family->known)
        return link.without_dates;
    if (is_own(&from->of[TRAP_SESSION_ID], link.count_family))
        return link.without_counts;
    return is_own(&from->of[TRAP_ENDLESS_NUMBERS], link.number_family) ? link.number_family
                                                                       : link.without_ids;
}

void traps_note_page(struct traps *traps, const struct trap_marks *marks, const char *url,
                     size_t bytes, const struct trap_yield *yield, int64_t now_ms)
{
    for (int kind = 0; kind < TRAP_KIND_COUNT; kind++) {
        const struct trap_mark *mark = &marks->of[kind];
        struct family *family = mark->applies ? find_family(traps, mark->family) : NULL;
        if (!family)
            continue;
        if (has_members(family->kind))
            add_to(traps->visited, mark->member);
        if (family->state != FAMILY_WATCHED || kind > TRAP_ENDLESS_NUMBERS || !yield)
            continue;
        family_note_yield(family, mark, yield);
        if (family_is_trap(family, mark->is_sure))
            suspend(traps, family, url, bytes, now_ms);
    }
}

/* Release and resume */

/* Of a row of the file, or of who was released with another: it needs no share of a host. */
static struct family *settled_family(struct traps *traps, enum trap_kind kind, uint64_t key,
                                     enum family_state state)
{
    struct family *family = trap_table_get(&traps->families, kind, key, 0);
    trap_table_settle(&traps->families, family, state);
    return family;
}

static void release_family(struct traps *traps, struct family *family)
{
    enum trap_kind other = family->kind == TRAP_CALENDAR ? TRAP_FAR_DATES : TRAP_CALENDAR;
    struct family *sibling = family->sibling ? find_family(traps, family->sibling) : NULL;
    family->state = FAMILY_RELEASED;
    if (family->sibling && (!sibling || sibling->state == FAMILY_WATCHED))
        settled_family(traps, other, family->sibling, FAMILY_RELEASED);
}

int traps_release(struct traps *traps, int64_t id)
{
    struct family *family = trap_table_find_trap(&traps->families, id);
    if (!family)
        return -ENOENT;
    if (family->state == FAMILY_RELEASED)
        return -EALREADY;
    release_family(traps, family);
    return 0;
}

void traps_restore(struct traps *traps, const struct store_trap *trap)
{
    char pattern[TRAP_PATTERN_BYTES];
    enum trap_kind kind = trap_kind_parse(trap->kind);
    traps->last_id = trap->id > traps->last_id ? trap->id : traps->last_id;
    if (kind == TRAP_KIND_COUNT)
        return;
    snprintf(pattern, sizeof pattern, "%.*s", (int)trap->pattern.bytes, trap->pattern.data);
    uint64_t key = trap_family_of(kind, pattern, traps->seed);
    struct family *family = settled_family(traps, kind, key, FAMILY_SUSPENDED);
    family->trap_id = trap->id;
    family->sibling = sibling_of(traps, kind, pattern);
    traps->trap_count++;
    if (trap->released_ms)
        release_family(traps, family);
}

void traps_restore_url(struct traps *traps, const char *url, size_t bytes, int64_t now_ms)
{
    struct trap_marks marks;
    traps_marks(traps, url, bytes, now_ms, &marks);
    for (int kind = 0; kind < TRAP_KIND_COUNT; kind++) {
        const struct trap_mark *mark = &marks.of[kind];
        struct family *family =
            mark->applies ? family_for(traps, (enum trap_kind)kind, mark->family, url, bytes)
                          : NULL;
        if (!family || family->state == FAMILY_RELEASED)
            continue;
        bool known = has_members((enum trap_kind)kind) && !add_to(traps->members, mark->member);
        family_count_url(family, mark, NULL, known);
        family->restored++;
        family_keep_example(family, url, bytes);
    }
}
