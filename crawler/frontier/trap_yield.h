/* Trap yield: what a page gave, as far as it tells one page of a trap from another: its images, its
 * links without their dates and session ids, its title, its texts, its size. Plain data.
 */
#ifndef IMGCRAWL_TRAP_YIELD_H
#define IMGCRAWL_TRAP_YIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page_record;
struct trap_marks;
struct traps;

struct trap_yield {
    uint64_t content; /* images and links, each once, in any order */
    uint64_t title;
    uint64_t text; /* title, alts and words; 0: not known */
    uint64_t body_bytes;
};

/* marks: of the page. */
struct trap_yield trap_yield_of(const struct traps *traps, const struct trap_marks *marks,
                                const struct page_record *record, uint64_t body_bytes);
/* Within a twentieth of each other, or 64 bytes. */
bool trap_yield_same_size(uint64_t a_bytes, uint64_t b_bytes);

#endif
