/* See trap_yield.h. A set is told by a bitmap: each of its members sets one of 4,096 bits. That two
 * sets of some hundred members give the same by chance does not happen. */
#include "crawler/frontier/trap_yield.h"

#include <xxhash.h>

#include "crawler/extract/record.h"
#include "crawler/frontier/traps.h"

enum { BITS = 4096 };

struct trap_yield trap_yield_of(const struct traps *traps, const struct trap_marks *marks,
                                const struct page_record *record, uint64_t body_bytes)
{
    uint64_t seed = traps_seed(traps);
    uint64_t set[BITS / 64] = {0};
    for (uint32_t i = 0; i < record->link_count; i++) {
        struct record_text url = record->links[i].url;
        uint64_t bit = traps_plain_link(traps, marks, url.data, url.bytes);
        set[bit / 64 % (BITS / 64)] |= UINT64_C(1) << (bit % 64);
    }
    for (uint32_t i = 0; i < record->image_count; i++) {
        struct record_text url = record->images[i].url;
        uint64_t bit = url.data ? XXH3_64bits_withSeed(url.data, url.bytes, seed + 1) : 0;
        set[bit / 64 % (BITS / 64)] |= UINT64_C(1) << (bit % 64);
    }
    return (struct trap_yield){
        .content = XXH3_64bits_withSeed(set, sizeof set, seed),
        .title = record->title.data
                     ? XXH3_64bits_withSeed(record->title.data, record->title.bytes, seed)
                     : 0,
        .text = record->text_print,
        .body_bytes = body_bytes};
}

bool trap_yield_same_size(uint64_t a_bytes, uint64_t b_bytes)
{
    uint64_t more = a_bytes > b_bytes ? a_bytes : b_bytes;
    uint64_t less = a_bytes > b_bytes ? b_bytes : a_bytes;
    return more - less <= more / 20 + 64;
}
