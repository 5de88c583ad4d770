/* Trap family: URLs of one host and pattern, with the evidence for and against its being endless.
 * What the numbers mean is told in traps.h, which holds the families. Loop thread.
 */
#ifndef IMGCRAWL_TRAP_FAMILY_H
#define IMGCRAWL_TRAP_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/frontier/trap_shape.h"
#include "crawler/frontier/trap_yield.h"

enum { FAMILY_EXAMPLES = 5 };

struct noted_yield;

enum family_state { FAMILY_WATCHED, FAMILY_SUSPENDED, FAMILY_RELEASED };

struct family {
    struct family *next; /* in its bucket */
    uint64_t key, host;
    uint64_t used_at; /* a count of uses */
    enum trap_kind kind;
    enum family_state state;
    int64_t trap_id;
    uint64_t sibling;    /* the other family of the same dates; 0: none */
    uint32_t known;      /* URLs */
    uint32_t restored;   /* of them, from before a restart: nothing tells where they were found */
    uint32_t chained;    /* of them, first found on a page of the family */
    uint32_t duplicates; /* of them, that are another one but for order */
    uint32_t read, same; /* pages; those that gave what one before gave */
    uint32_t compared;   /* session: pages of which one under another id was at hand */
    uint32_t stems;      /* session: different pages among these */
    uint32_t most;       /* repetitions */
    uint32_t key_set_count;
    uint64_t *key_sets;         /* facets */
    struct noted_yield *yields; /* a ring */
    uint32_t yield_count;
    char *examples[FAMILY_EXAMPLES];
};

struct family *family_free(struct family *family);
/* Evidence in figures; what is worth least is dropped first. */
uint64_t family_worth(const struct family *family);
/* Its pages and examples: nothing more is asked of it. */
void family_forget_evidence(struct family *family);
/* A new URL of the family; from: the mark of the page that leads to it, may be NULL. */
void family_count_url(struct family *family, const struct trap_mark *mark,
                      const struct trap_mark *from, bool is_duplicate);
void family_keep_example(struct family *family, const char *url, size_t bytes);
/* A page of the family: beside what others gave. */
void family_note_yield(struct family *family, const struct trap_mark *mark,
                       const struct trap_yield *yield);
/* Whether there is evidence enough. is_sure: of the mark that was noted last. */
bool family_is_trap(const struct family *family, bool is_sure);
/* The evidence as a sentence; some URLs as a JSON array, to be freed. */
void family_explain(const struct family *family, char *detail, size_t bytes);
char *family_examples(const struct family *family);

#endif
