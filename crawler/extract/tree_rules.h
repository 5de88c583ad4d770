/* The guard's rules of tree construction (HTML 13.2.6): what a tag opens, and what it closes.
 *
 * They follow the standard closely enough that no page can grow a tree much deeper than the stack
 * of open tags is. Where they differ from it they err towards too deep: an element is held to be
 * open rather than closed.
 */
#ifndef IMGCRAWL_EXTRACT_TREE_RULES_H
#define IMGCRAWL_EXTRACT_TREE_RULES_H

struct html_scan_tag;
struct open_tags;

/* What becomes of a tag, and of what follows. */
enum tag_verdict {
    TAG_KEPT,
    TAG_BLANKED,     /* to be taken out of the page */
    TAG_STARTS_RAW,  /* kept; text up to its end tag */
    TAG_STARTS_PLAIN /* kept; text up to the end of the page */
};

enum tag_verdict tree_rules_start(struct open_tags *open, const struct html_scan_tag *tag);
enum tag_verdict tree_rules_end(struct open_tags *open, const struct html_scan_tag *tag);

#endif
