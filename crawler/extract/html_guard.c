/* Guard before the HTML reader. Runs in a parse process.
 *
 * What a tree builder does is linear for each open element, each attribute of a tag and each
 * unclosed formatting element; so these three are what a page can be made expensive with, and they
 * are capped. Containers past the cap lose their tags, which leaves their contents where browsers
 * put them too: in the deepest element allowed. Tags are overwritten with spaces, so that nothing
 * new can form from what stood before and behind.
 */
#include "crawler/extract/html_guard.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/html_scan.h"
#include "crawler/extract/html_tags.h"
#include "crawler/extract/open_tags.h"
#include "crawler/extract/record.h"
#include "crawler/extract/tree_rules.h"

struct guard {
    struct arena *arena;
    const char *html;
    size_t bytes;
    char *copy; /* made when the first tag has to be changed */
    uint32_t flags;
    unsigned root_attributes; /* of all html and body tags, which end up on two elements */
    struct html_scan scan;
    struct open_tags open;
};

static int blank(struct guard *guard, const char *start, const char *end, uint32_t flag)
{
    if (!guard->copy) {
        guard->copy = arena_alloc(guard->arena, guard->bytes);
        if (!guard->copy)
            return -ENOMEM;
        memcpy(guard->copy, guard->html, guard->bytes);
    }
    memset(guard->copy + (start - guard->html), ' ', (size_t)(end - start));
    guard->flags |= flag;
    return 0;
}

/* The tag's own attributes, or those of all the roots together, where they are too many. */
static int check_attributes(struct guard *guard, const struct html_scan_tag *tag)
{
    const char *close = tag->end - 1;
    if (tag->surplus)
        return blank(guard, tag->surplus, close, RECORD_ATTRIBUTES_CUT);
    if (!(tag->info->traits & TAG_ROOT) || tag->is_end)
        return 0;
    guard->root_attributes += tag->attribute_count;
    if (guard->root_attributes <= HTML_MAX_ATTRIBUTES)
        return 0;
    guard->root_attributes -= tag->attribute_count;
    return blank(guard, tag->start + 1 + strlen(tag->info->name), close, RECORD_ATTRIBUTES_CUT);
}

static int check_tag(struct guard *guard, const struct html_scan_tag *tag)
{
    enum tag_verdict verdict =
        tag->is_end ? tree_rules_end(&guard->open, tag) : tree_rules_start(&guard->open, tag);
    guard->scan.in_foreign = open_tags_top(&guard->open)->space != SPACE_HTML;
    if (verdict == TAG_BLANKED)
        return blank(guard, tag->start, tag->end, RECORD_DEPTH_FLATTENED);
    if (verdict == TAG_STARTS_RAW)
        html_scan_skip_raw(&guard->scan, tag);
    else if (verdict == TAG_STARTS_PLAIN)
        guard->scan.at = guard->scan.end;
    return check_attributes(guard, tag);
}

int html_guard(struct arena *arena, const char *html, size_t bytes, const char **ret_html,
               uint32_t *ret_flags)
{
    struct guard guard = {
        .arena = arena,
        .html = html,
        .bytes = bytes,
        .scan = {.at = html, .end = html + bytes, .max_attributes = HTML_MAX_ATTRIBUTES},
    };
    open_tags_init(&guard.open);
    struct html_scan_tag tag;
    while (html_scan_next(&guard.scan, &tag)) {
        int rc = check_tag(&guard, &tag);
        if (rc < 0)
            return rc;
    }
    *ret_html = guard.copy ? guard.copy : html;
    *ret_flags = guard.flags;
    return 0;
}
