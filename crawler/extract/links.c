/* Links. Runs in a parse process, for each element in tree order.
 *
 * The set is a table of open addressing over the writer's rows, keyed by the hash of the URL. A
 * page whose arena is full loses the deduplication of further links, never the links.
 */
#include "crawler/extract/links.h"

#include <stdbool.h>
#include <string.h>

#include <xxhash.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record.h"
#include "crawler/extract/record_writer.h"

enum { FIRST_SLOTS = 256 };

static uint64_t hash(const char *url, size_t bytes)
{
    return XXH3_64bits(url, bytes);
}

/* The slot of the row with this URL, or the free one where it belongs; NULL without a table. */
static uint32_t *find_slot(struct link_set *set, struct record_writer *writer, const char *url,
                           size_t bytes)
{
    if (!set->slots)
        return NULL;
    size_t mask = set->slot_count - 1;
    for (size_t i = hash(url, bytes) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &set->slots[i];
        if (!*slot)
            return slot;
        struct flat_text known = record_writer_link_at(writer, *slot - 1)->url;
        if (known.bytes == bytes && !memcmp(record_writer_string(writer, known), url, bytes))
            return slot;
    }
}

static void rehash(struct link_set *set, struct record_writer *writer, const struct link_set *old)
{
    for (size_t i = 0; i < old->slot_count; i++) {
        if (!old->slots[i])
            continue;
        struct flat_text url = record_writer_link_at(writer, old->slots[i] - 1)->url;
        *find_slot(set, writer, record_writer_string(writer, url), url.bytes) = old->slots[i];
    }
}

/* Keeps at least half of the slots free. */
static bool make_room(struct page_context *page, struct link_set *set)
{
    if (set->used < set->slot_count / 2)
        return true;
    struct link_set bigger = {.slot_count = set->slot_count ? 2 * set->slot_count : FIRST_SLOTS,
                              .used = set->used};
    bigger.slots = arena_alloc(page->arena, bigger.slot_count * sizeof *bigger.slots);
    if (!bigger.slots)
        return false;
    memset(bigger.slots, 0, bigger.slot_count * sizeof *bigger.slots);
    rehash(&bigger, page->writer, set);
    *set = bigger;
    return true;
}

static struct flat_text rel_text(struct page_context *page, const char *rel)
{
    return record_writer_text(page->writer, rel, rel ? strlen(rel) : 0);
}

/* The URL may be followed as soon as one of its links says nothing against it. */
static void met_again(struct page_context *page, struct flat_link *link, const char *rel,
                      uint32_t flags)
{
    if (!(link->flags & LINK_NOFOLLOW) || (flags & LINK_NOFOLLOW))
        return;
    link->flags = flags;
    link->rel = rel_text(page, rel);
}

static void add_row(struct page_context *page, struct link_set *set, uint32_t *slot,
                    const char *rel, uint32_t flags)
{
    if (!record_writer_takes_links(page->writer))
        return;
    struct flat_link link = {
        .url = record_writer_text(page->writer, page->scratch.href, page->scratch.length),
        .rel = rel_text(page, rel),
        .flags = flags,
    };
    int64_t row = record_writer_link(page->writer, &link);
    if (row < 0 || !slot)
        return;
    *slot = (uint32_t)row + 1;
    set->used++;
}

void links_add(struct page_context *page, struct link_set *set, const char *target, size_t bytes,
               const char *rel)
{
    if (page_resolve(page, target, bytes, &page->scratch) != URL_OK)
        return;
    url_canonicalise(&page->scratch);
    uint32_t flags = rel && html_has_token(rel, "nofollow") ? LINK_NOFOLLOW : 0;
    bool has_room = make_room(page, set);
    uint32_t *slot = find_slot(set, page->writer, page->scratch.href, page->scratch.length);
    if (slot && *slot)
        met_again(page, record_writer_link_at(page->writer, *slot - 1), rel, flags);
    else
        add_row(page, set, has_room ? slot : NULL, rel, flags);
}

void links_collect(struct page_context *page, struct link_set *set,
                   const struct html_element *element)
{
    bool is_frame = element->tag == HTML_FRAME || element->tag == HTML_IFRAME;
    const struct html_attribute *target = html_attribute(element, is_frame ? "src" : "href");
    const struct html_attribute *rel = is_frame ? NULL : html_attribute(element, "rel");
    if (target && (target->bytes || !is_frame))
        links_add(page, set, target->value, target->bytes, rel ? rel->value : NULL);
}
