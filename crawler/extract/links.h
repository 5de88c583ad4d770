/* Links: where a page leads, each URL once. Rows go to the record writer. */
#ifndef IMGCRAWL_EXTRACT_LINKS_H
#define IMGCRAWL_EXTRACT_LINKS_H

#include <stddef.h>
#include <stdint.h>

struct html_element;
struct page_context;

/* The set of a page's link URLs; lives in the page's arena. */
struct link_set {
    uint32_t *slots; /* row + 1, or 0; a power of two of them */
    size_t slot_count, used;
};

/* The element's link, if it has one to http or https: an <a href> or <area href>, or the src of a
 * <frame> or <iframe>. A URL met again without nofollow loses its nofollow. */
void links_collect(struct page_context *page, struct link_set *set,
                   const struct html_element *element);

/* One more target that is no element's link: where a meta refresh leads. */
void links_add(struct page_context *page, struct link_set *set, const char *target, size_t bytes,
               const char *rel);

#endif
