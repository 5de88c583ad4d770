/* See unfollowed.h. */
#include "crawler/frontier/unfollowed.h"

#include <stdlib.h>

#include "crawler/base/memory.h"
#include "crawler/extract/record.h"
#include "crawler/frontier/discovery.h"
#include "crawler/frontier/seen.h"

void unfollowed_done(struct unfollowed *unfollowed)
{
    free(unfollowed->links);
    *unfollowed = (struct unfollowed){0};
}

const char *unfollowed_rule(const struct record_link *link, uint32_t by_page, uint32_t by_header)
{
    if (link->flags & LINK_NOFOLLOW)
        return "rel_nofollow";
    if (by_page & DIRECTIVE_NOFOLLOW)
        return "meta_nofollow";
    return by_header & DIRECTIVE_NOFOLLOW ? "robots_tag_nofollow" : NULL;
}

void unfollowed_add(struct unfollowed *unfollowed, struct discovery *discovery,
                    const struct record_link *link, const char *rule)
{
    if (seen_count(discovery->unfollowed) >= (size_t)discovery->max_urls ||
        !seen_add(discovery->unfollowed, link->url.data, link->url.bytes))
        return;
    if (unfollowed->count == unfollowed->capacity) {
        unfollowed->capacity = unfollowed->capacity ? 2 * unfollowed->capacity : 8;
        unfollowed->links =
            memory_resize(unfollowed->links, unfollowed->capacity * sizeof *unfollowed->links);
    }
    unfollowed->links[unfollowed->count++] =
        (struct store_unfollowed){.url = {link->url.data, link->url.bytes}, .rule = rule};
}
