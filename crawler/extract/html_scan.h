/* HTML tag scanner: the tags of a document one after the other, without a tree.
 *
 * Follows the standard's tokeniser (section 13.2.5) in all that decides where a tag begins and
 * ends: comments, doctypes, quoted values, CDATA in foreign content, raw text. Borrows the text.
 */
#ifndef IMGCRAWL_EXTRACT_HTML_SCAN_H
#define IMGCRAWL_EXTRACT_HTML_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct html_tag_info;

struct html_scan {
    const char *at, *end;
    bool in_foreign;         /* set by the caller: CDATA sections count */
    unsigned max_attributes; /* see html_scan_tag.surplus */
};

struct html_scan_tag {
    const char *start, *end; /* from '<' to past '>' */
    const struct html_tag_info *info;
    uint64_t name_hash;     /* tells unknown tags apart */
    const char *attributes; /* after the name */
    bool is_end;
    bool is_self_closing;
    unsigned attribute_count;
    const char *surplus; /* where the first attribute past the scan's maximum begins, or NULL */
};

/* The value as written, without quotes, of the first attribute of that name; NULL: none. */
const char *html_scan_attribute(const struct html_scan_tag *tag, const char *name,
                                size_t *ret_bytes);

/* The next whole tag; false at the end. */
bool html_scan_next(struct html_scan *scan, struct html_scan_tag *ret_tag);

/* After a start tag of raw text: goes to its end tag, or to the end. */
void html_scan_skip_raw(struct html_scan *scan, const struct html_scan_tag *tag);

#endif
