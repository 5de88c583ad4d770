/* See trap_family.h. */
#include "crawler/frontier/trap_family.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "crawler/base/memory.h"

enum {
    EXAMPLE_BYTES = 500,
    EXAMPLES_FROM = 4, /* URLs of a family before it keeps any */
    YIELDS = 16,
    SAME_WORTH = 4,
    MAX_KEY_SETS = 32,
};

/* The evidence that makes a trap; see traps.h for what it means. */
enum {
    FAR_URLS = 12,
    FAR_CHAINED = 8,
    FAR_SAME = 10,
    CALENDAR_SAME = 60,
    CALENDAR_CHAINED = 40,
    SESSION_SAME = 5,
    SESSION_SAME_BY_LOOKS = 9,
    SESSION_STEMS_BY_LOOKS = 3,
    SESSION_SAME_OF_FEW = 30,
    NUMBERS_SAME = 48,
    NUMBERS_CHAINED = 40,
    ORDER_KNOWN = 20,
    FACET_URLS = 256,
    PATH_URLS = 10,
    PATH_CHAINED = 5,
    PATH_TIMES = 4,
};

/* What one page gave; for sessions, one for each member. */
struct noted_yield {
    struct trap_yield yield;
    uint64_t member, variant;
    bool repeated; /* sessions: it came again under another id */
};

struct family *family_free(struct family *family)
{
    family_forget_evidence(family);
    free(family);
    return NULL;
}

void family_forget_evidence(struct family *family)
{
    for (int i = 0; i < FAMILY_EXAMPLES; i++) {
        free(family->examples[i]);
        family->examples[i] = NULL;
    }
    free(family->key_sets);
    free(family->yields);
    family->key_sets = NULL;
    family->yields = NULL;
    family->key_set_count = family->yield_count = 0;
}

uint64_t family_worth(const struct family *family)
{
    return (uint64_t)family->known + family->chained + family->duplicates +
           SAME_WORTH * (uint64_t)family->same;
}

/* Most were found on one another: of what lists lead to, that is a part. */
static bool is_chain(const struct family *f)
{
    return f->chained >= NUMBERS_CHAINED &&
           (uint64_t)f->chained * 5 >= (uint64_t)(f->known - f->restored) * 4;
}

/* Most that could be compared must be the same: numbers of things look like those of sessions. */
static bool is_session_by_looks(const struct family *f)
{
    bool is_enough = f->same >= SESSION_SAME_OF_FEW ||
                     (f->same >= SESSION_SAME_BY_LOOKS && f->stems >= SESSION_STEMS_BY_LOOKS);
    return is_enough && f->same * 5 >= f->compared * 4;
}

bool family_is_trap(const struct family *family, bool is_sure)
{
    const struct family *f = family;
    switch (f->kind) {
    case TRAP_FAR_DATES:
        return f->known >= FAR_URLS && f->chained >= FAR_CHAINED && f->same >= FAR_SAME &&
               f->same * 10 >= f->read * 7;
    case TRAP_CALENDAR:
        return f->same >= CALENDAR_SAME && f->chained >= CALENDAR_CHAINED &&
               f->same * 10 >= f->read * 9;
    case TRAP_SESSION_ID:
        return is_sure ? f->same >= SESSION_SAME : is_session_by_looks(f);
    case TRAP_ENDLESS_NUMBERS:
        return f->same >= NUMBERS_SAME && is_chain(f) && f->same * 10 >= f->read * 9;
    case TRAP_PARAMETER_ORDER:
        return f->duplicates >= ORDER_KNOWN;
    case TRAP_FACETS:
        return f->known >= FACET_URLS && f->key_set_count >= MAX_KEY_SETS;
    default:
        return f->known >= PATH_URLS && f->chained >= PATH_CHAINED && f->most >= PATH_TIMES;
    }
}

void family_keep_example(struct family *family, const char *url, size_t bytes)
{
    if (family->state != FAMILY_WATCHED || family->known < EXAMPLES_FROM ||
        family->known >= EXAMPLES_FROM + FAMILY_EXAMPLES)
        return;
    char **example = &family->examples[family->known - EXAMPLES_FROM];
    *example = memory_strndup(url, bytes < EXAMPLE_BYTES ? bytes : EXAMPLE_BYTES);
}

static void add_key_set(struct family *family, uint64_t key_set)
{
    if (!family->key_sets)
        family->key_sets = memory_new(MAX_KEY_SETS * sizeof *family->key_sets);
    for (uint32_t i = 0; i < family->key_set_count; i++)
        if (family->key_sets[i] == key_set)
            return;
    if (family->key_set_count < MAX_KEY_SETS)
        family->key_sets[family->key_set_count++] = key_set;
}

void family_count_url(struct family *family, const struct trap_mark *mark,
                      const struct trap_mark *from, bool is_duplicate)
{
    family->known++;
    family->chained += from && from->applies && from->family == mark->family;
    family->duplicates += is_duplicate;
    family->most = mark->size > family->most ? mark->size : family->most;
    if (family->kind == TRAP_FACETS && family->state == FAMILY_WATCHED)
        add_key_set(family, mark->variant);
}

static bool same_yield(const struct family *family, const struct noted_yield *noted,
                       const struct trap_mark *mark, const struct trap_yield *yield)
{
    if (noted->yield.content != yield->content ||
        !trap_yield_same_size(noted->yield.body_bytes, yield->body_bytes))
        return false;
    if (family->kind == TRAP_ENDLESS_NUMBERS)
        return yield->text && noted->yield.text == yield->text;
    return family->kind != TRAP_SESSION_ID ||
           (noted->member == mark->member && noted->yield.title == yield->title &&
            noted->variant != mark->variant);
}

static bool has_member(const struct family *family, const struct trap_mark *mark, uint32_t kept)
{
    for (uint32_t i = 0; i < kept; i++)
        if (family->yields[i].member == mark->member && family->yields[i].variant != mark->variant)
            return true;
    return false;
}

/* The page's yield beside those of others of its family. */
void family_note_yield(struct family *family, const struct trap_mark *mark,
                       const struct trap_yield *yield)
{
    if (!family->yields)
        family->yields = memory_new(YIELDS * sizeof *family->yields);
    family->read++;
    uint32_t kept = family->yield_count < YIELDS ? family->yield_count : YIELDS;
    family->compared += has_member(family, mark, kept);
    for (uint32_t i = 0; i < kept; i++) {
        struct noted_yield *noted = &family->yields[i];
        if (!same_yield(family, noted, mark, yield))
            continue;
        family->same++;
        family->stems += !noted->repeated;
        noted->repeated = true;
        return;
    }
    family->yields[family->yield_count++ % YIELDS] =
        (struct noted_yield){.yield = *yield, .member = mark->member, .variant = mark->variant};
}

char *family_examples(const struct family *family)
{
    json_t *array = json_array();
    for (int i = 0; i < FAMILY_EXAMPLES && family->examples[i]; i++)
        json_array_append_new(array, json_string(family->examples[i]));
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    return text;
}

void family_explain(const struct family *family, char *detail, size_t bytes)
{
    static const char same[] = "of them show the same images and links as others";
    switch (family->kind) {
    case TRAP_FAR_DATES:
        snprintf(detail, bytes,
                 "%u URLs with dates before 1970 or more than two years ahead, %u of them found "
                 "on one another; %u such pages were read, %u %s",
                 family->known, family->chained, family->read, family->same, same);
        break;
    case TRAP_CALENDAR:
        snprintf(detail, bytes,
                 "%u URLs that differ in their date, %u of them found on one another; %u such "
                 "pages were read, %u %s",
                 family->known, family->chained, family->read, family->same, same);
        break;
    case TRAP_SESSION_ID:
        snprintf(detail, bytes,
                 "%u URLs with ever new ids; %u pages were read again under another id and had "
                 "the same title, images and links; pages not known yet are still fetched",
                 family->known, family->same);
        break;
    case TRAP_ENDLESS_NUMBERS:
        snprintf(detail, bytes,
                 "%u URLs that differ in the numbers of their query, %u of them found on one "
                 "another; %u such pages were read, %u of them show the same images, links and "
                 "texts as others",
                 family->known, family->chained, family->read, family->same);
        break;
    case TRAP_PARAMETER_ORDER:
        snprintf(detail, bytes,
                 "%u of %u URLs are a known one with its parameters in another order",
                 family->duplicates, family->known);
        break;
    case TRAP_FACETS:
        snprintf(detail, bytes,
                 "%u URLs with three or more parameters, in %u different selections of them",
                 family->known, family->key_set_count);
        break;
    default:
        snprintf(detail, bytes,
                 "%u URLs whose path repeats itself, up to %u times, %u of them found on one "
                 "another",
                 family->known, family->most, family->chained);
    }
}
