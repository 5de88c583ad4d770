/* Trap shapes: what a URL has in common with others of its host, by kinds of endlessness. Pure
 * functions over canonical URLs; any thread.
 *
 * Each kind that applies to a URL gives one mark: the family of URLs it would belong to, told by a
 * pattern for people, and the member, which is what stays of the URL once the part that varies
 * without end is taken out. "/s/9f3a…/cart?x=1" gives for sessions the family "/s/{session}/" and
 * the member "/s/{session}/cart?x=1".
 */
#ifndef IMGCRAWL_TRAP_SHAPE_H
#define IMGCRAWL_TRAP_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trap_kind {
    TRAP_FAR_DATES,       /* dates before 1970, or more than two years ahead */
    TRAP_CALENDAR,        /* dates whatever they are */
    TRAP_SESSION_ID,      /* one page under ever new session ids */
    TRAP_ENDLESS_NUMBERS, /* ?page=1, 2, 3 … without end, or ?offset=-5 */
    TRAP_PARAMETER_ORDER, /* one query in many orders */
    TRAP_FACETS,          /* every selection of many parameters */
    TRAP_REPEATING_PATH,  /* /a/b/a/b/a/b: a relative link that grows by itself */
    TRAP_KIND_COUNT
};
const char *trap_kind_name(enum trap_kind kind);
/* Of a name as the job's file has it; TRAP_KIND_COUNT: unknown. */
enum trap_kind trap_kind_parse(const char *name);

enum { TRAP_PATTERN_BYTES = 256, TRAP_MAX_URL_BYTES = 2048 };

/* Fingerprints, with the caller's seed. */
struct trap_mark {
    bool applies;
    uint64_t family; /* of kind and pattern */
    uint64_t member;
    uint64_t variant; /* session: the token; facets: the set of names; order: the order */
    unsigned size;    /* facets: parameters; repeating path: repetitions */
    bool is_sure;     /* session: by its name, not by its looks */
};

struct trap_marks {
    struct trap_mark of[TRAP_KIND_COUNT];
};

/* The marks of a canonical URL; none for one longer than TRAP_MAX_URL_BYTES. now_ms: epoch. */
void trap_marks_of(const char *url, size_t bytes, uint64_t seed, int64_t now_ms,
                   struct trap_marks *ret_marks);
/* How many bytes of a URL those share with it that are the same page under another session id, or
 * with the parameters in another order. */
size_t trap_twin_prefix(const char *url, size_t bytes);
/* A mark's family for people: "http://example.com/cal/{date}". The URL must have that mark. */
void trap_pattern_of(const char *url, size_t bytes, enum trap_kind kind,
                     char pattern[TRAP_PATTERN_BYTES]);
/* The fingerprint of a family by its pattern, as trap_marks_of() gives it. */
uint64_t trap_family_of(enum trap_kind kind, const char *pattern, uint64_t seed);

/* A link as one page of a trap has it and another: fingerprints of its text without session ids,
 * and without dates too, or without numbers of sessions; the families: of calendars, of such
 * sessions, of numbers, 0 where it has none. */
struct trap_link {
    uint64_t without_ids, without_dates, without_counts;
    uint64_t family, count_family, number_family;
};
struct trap_link trap_link_of(const char *url, size_t bytes, uint64_t seed);

#endif
