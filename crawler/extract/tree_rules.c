/* The guard's rules of tree construction. Plain functions; runs in a parse process.
 *
 * The section numbers are those of the HTML standard. The danger in every rule is to hold open what
 * the parser has closed, or the other way round, and then to close with it what is really open.
 */
#include "crawler/extract/tree_rules.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/html_scan.h"
#include "crawler/extract/html_tags.h"
#include "crawler/extract/open_tags.h"

static const uint32_t table_parts = TAG_TABLE_GROUP | TAG_TABLE_ROW | TAG_TABLE_CELL;

static void close_found(struct open_tags *open, long index)
{
    if (index != NOT_OPEN)
        open_tags_close(open, (size_t)index);
}

static enum tag_verdict push(struct open_tags *open, struct open_tag tag)
{
    return open_tags_push(open, tag) ? TAG_KEPT : TAG_BLANKED;
}

/* --- svg and math, 13.2.6.5 --- */

/* Whether a start tag is one of svg's or math's own here. */
static bool in_foreign(const struct open_tags *open)
{
    const struct open_tag *top = open_tags_top(open);
    return top->space != SPACE_HTML && !top->opens_html;
}

/* Of the tags that end foreign content, font does so only with an attribute that HTML gives it. */
static bool breaks_out(const struct html_scan_tag *tag)
{
    static const char *const font_attributes[] = {"color", "face", "size"};
    size_t bytes;
    if (tag->info->id != TAG_ID_FONT)
        return tag->info->traits & TAG_BREAKS_OUT;
    for (size_t i = 0; i < sizeof font_attributes / sizeof *font_attributes; i++)
        if (html_scan_attribute(tag, font_attributes[i], &bytes))
            return true;
    return false;
}

static bool is_html_type(const char *type, size_t bytes)
{
    static const char html[] = "text/html", xhtml[] = "application/xhtml+xml";
    return (bytes == sizeof html - 1 && !strncasecmp(type, html, bytes)) ||
           (bytes == sizeof xhtml - 1 && !strncasecmp(type, xhtml, bytes));
}

/* 13.2.6, the integration points. */
static bool opens_html(const struct html_scan_tag *tag, enum html_space space)
{
    size_t bytes;
    if (space == SPACE_SVG)
        return tag->info->traits & TAG_SVG_HTML;
    if (tag->info->id != TAG_ID_ANNOTATION_XML)
        return tag->info->traits & TAG_MATH_HTML;
    const char *encoding = html_scan_attribute(tag, "encoding", &bytes);
    return encoding && is_html_type(encoding, bytes);
}

/* Tags of which it would take more than a look to tell what they begin are taken out: a type that
 * is written with character references; a glyph where other tags would be HTML. */
static bool is_ambiguous(const struct open_tags *open, const struct html_scan_tag *tag)
{
    const struct open_tag *top = open_tags_top(open);
    size_t bytes;
    if (top->space != SPACE_MATH)
        return false;
    if (tag->info->id == TAG_ID_MATH_GLYPH)
        return top->opens_html;
    if (tag->info->id != TAG_ID_ANNOTATION_XML)
        return false;
    const char *encoding = html_scan_attribute(tag, "encoding", &bytes);
    return encoding && memchr(encoding, '&', bytes);
}

/* An element is of its parent's namespace, but svg inside annotation-xml is svg. */
static enum html_space inner_space(const struct open_tags *open, const struct html_scan_tag *tag)
{
    const struct open_tag *top = open_tags_top(open);
    bool is_svg = tag->info->id == TAG_ID_SVG && top->id == TAG_ID_ANNOTATION_XML;
    return is_svg ? SPACE_SVG : (enum html_space)top->space;
}

static enum tag_verdict start_foreign(struct open_tags *open, const struct html_scan_tag *tag)
{
    if (tag->is_self_closing)
        return TAG_KEPT;
    enum html_space space = inner_space(open, tag);
    bool is_annotation = tag->info->id == TAG_ID_ANNOTATION_XML;
    return push(open, (struct open_tag){.name_hash = tag->name_hash,
                                        .id = is_annotation ? TAG_ID_ANNOTATION_XML : TAG_ID_NONE,
                                        .space = space,
                                        .opens_html = opens_html(tag, space)});
}

static void leave_foreign(struct open_tags *open)
{
    while (in_foreign(open))
        open_tags_close(open, open->count - 1);
}

/* --- tables, 13.2.6.4.9 and on --- */

static bool is_table_part(const struct html_tag_info *info)
{
    return (info->traits & table_parts) || info->id == TAG_ID_TABLE;
}

/* What a table's part may stand in: a cell in a row, a row in a body. */
static bool may_hold(const struct open_tag *outer, const struct html_tag_info *part)
{
    if (open_tag_has(outer, TAG_FORMATTING))
        return true;
    if (open_tag_has(outer, TAG_TABLE_ROW))
        return part->traits & TAG_TABLE_CELL;
    bool is_body = open_tag_has(outer, TAG_TABLE_GROUP) && !open_tag_has(outer, TAG_MARKER);
    return is_body && (part->traits & (TAG_TABLE_CELL | TAG_TABLE_ROW));
}

/* A part of a table closes what is open down to where it belongs; a template's may be ignored by
 * the parser, and so closes nothing. Answers whether there is anything for it to be part of. */
static bool end_for_table_part(struct open_tags *open, const struct html_tag_info *part)
{
    long table = open_tags_find_table(open);
    if (table == NOT_OPEN)
        return false;
    if (open->tags[table].id == TAG_ID_TEMPLATE)
        return true;
    size_t keep = (size_t)table + 1;
    while (keep < open->count && may_hold(&open->tags[keep], part))
        keep++;
    if (keep < open->count)
        open_tags_close(open, keep);
    return true;
}

/* Where there is no table, the name may be that of an element of svg, which is none of its parts.
 */
static long find_table_part(const struct open_tags *open, const struct html_scan_tag *tag)
{
    long table = open_tags_find_table(open);
    long part = open_tags_find_name(open, tag->name_hash, 0);
    if (table == NOT_OPEN || part < table)
        return NOT_OPEN;
    bool in_template = part > table && open->tags[table].id == TAG_ID_TEMPLATE;
    return in_template && (size_t)part != open->count - 1 ? NOT_OPEN : part;
}

/* --- select, 13.2.6.4.16 --- */

static void end_select(struct open_tags *open)
{
    close_found(open, open_tags_find_id(open, TAG_ID_SELECT, 0));
}

/* What select lets in, and what ends it. Answers whether the tag is dealt with. */
static bool start_in_select(struct open_tags *open, const struct html_tag_info *info)
{
    if (info->id == TAG_ID_SELECT) {
        end_select(open);
        return true;
    }
    bool in_table = is_table_part(info) && open->by_id[TAG_ID_TABLE];
    if ((info->traits & TAG_ENDS_SELECT) && (!is_table_part(info) || in_table)) {
        end_select(open);
        return false;
    }
    return info->id != TAG_ID_TEMPLATE && info->id != TAG_ID_SCRIPT;
}

/* Whether an end tag means anything inside select; one of a table's parts ends the select too. */
static bool passes_select(struct open_tags *open, const struct html_scan_tag *tag)
{
    if (tag->info->id == TAG_ID_SELECT || tag->info->id == TAG_ID_TEMPLATE)
        return true;
    if (!is_table_part(tag->info) || find_table_part(open, tag) == NOT_OPEN)
        return false;
    end_select(open);
    return true;
}

/* --- formatting, 13.2.6.4.7: the adoption agency --- */

static bool holds_block(const struct open_tags *open, size_t index)
{
    for (size_t i = index + 1; i < open->count; i++)
        if (open_tag_has(&open->tags[i], TAG_SPECIAL) && !open->tags[i].is_blank)
            return true;
    return false;
}

/* Blocks opened inside a formatting element outlive it. */
static void end_formatting(struct open_tags *open, size_t index)
{
    if (holds_block(open, index))
        open_tags_remove(open, index);
    else
        open_tags_close(open, index);
}

/* --- start tags, 13.2.6.4.7 --- */

/* A list's item ends the one before it: an li an li, a dd or dt either. */
static void end_item(struct open_tags *open, uint32_t traits)
{
    for (size_t i = open->count; i--;) {
        const struct open_tag *tag = &open->tags[i];
        if (tag->traits & traits & (TAG_LIST_ITEM | TAG_TERM_ITEM)) {
            open_tags_close(open, i);
            return;
        }
        if (open_tag_has(tag, TAG_SPECIAL) && !open_tag_has(tag, TAG_PASSED) && !tag->is_blank)
            return;
    }
}

/* Closes the innermost element, formatting elements aside, as long as it is such a one. */
static void end_current(struct open_tags *open, uint32_t traits)
{
    while (open_tag_has(open_tags_current(open), traits))
        open_tags_close(open, (size_t)open_tags_find_trait(open, traits, 0));
}

/* What the start tag ends before it opens something itself. */
static void end_implied(struct open_tags *open, const struct html_scan_tag *tag)
{
    uint32_t traits = tag->info->traits;
    if (traits & (TAG_LIST_ITEM | TAG_TERM_ITEM))
        end_item(open, traits);
    if (traits & TAG_CLOSES_P)
        close_found(open, open_tags_find_id(open, TAG_ID_P, TAG_SCOPE | TAG_BUTTON));
    if (traits & TAG_BUTTON)
        close_found(open, open_tags_find_trait(open, TAG_BUTTON, TAG_SCOPE));
    if (traits & TAG_HEADING & open_tags_top(open)->traits)
        open_tags_close(open, open->count - 1);
    if (traits & TAG_ENDS_OPTION)
        end_current(open, TAG_OPTION);
    if (traits & TAG_RUBY_TEXT && open_tags_find_id(open, TAG_ID_RUBY, TAG_SCOPE) != NOT_OPEN)
        end_current(open, TAG_IMPLIED_END);
    if (traits & TAG_REPLACES) {
        long index = open_tags_find_name(open, tag->name_hash, TAG_MARKER);
        if (index != NOT_OPEN)
            end_formatting(open, (size_t)index);
    }
}

/* Of forms there is one at a time, but any number inside a template. */
static bool is_counted(const struct open_tags *open, const struct html_tag_info *info)
{
    if (info->id == TAG_ID_FORM)
        return open->by_id[TAG_ID_TEMPLATE];
    return !(info->traits & (TAG_VOID | TAG_TRANSPARENT));
}

static enum html_space root_space(const struct html_tag_info *info)
{
    return info->id == TAG_ID_SVG ? SPACE_SVG : info->id == TAG_ID_MATH ? SPACE_MATH : SPACE_HTML;
}

static enum tag_verdict start_html(struct open_tags *open, const struct html_scan_tag *tag)
{
    const struct html_tag_info *info = tag->info;
    end_implied(open, tag);
    if (info->traits & TAG_RAW)
        return TAG_STARTS_RAW;
    if (info->id == TAG_ID_PLAINTEXT)
        return TAG_STARTS_PLAIN;
    if ((info->traits & table_parts) && !end_for_table_part(open, info))
        return TAG_KEPT;
    enum html_space space = root_space(info);
    if (!is_counted(open, info) || (space != SPACE_HTML && tag->is_self_closing))
        return TAG_KEPT;
    return push(open, (struct open_tag){.name_hash = tag->name_hash,
                                        .traits = info->traits,
                                        .id = info->id,
                                        .space = space,
                                        .is_select = info->id == TAG_ID_SELECT});
}

/* A formatting element past the limit is taken out, and so must have no effect here either. */
static bool is_surplus_formatting(const struct open_tags *open, const struct html_tag_info *info)
{
    return (info->traits & TAG_FORMATTING) && info->id != TAG_ID_A &&
           open_tags_formatting_is_full(open) && !open_tags_top(open)->is_select;
}

enum tag_verdict tree_rules_start(struct open_tags *open, const struct html_scan_tag *tag)
{
    const struct html_tag_info *info = tag->info;
    if (is_ambiguous(open, tag))
        return TAG_BLANKED;
    if (in_foreign(open) && !breaks_out(tag))
        return start_foreign(open, tag);
    if (is_surplus_formatting(open, info))
        return push(open, (struct open_tag){.name_hash = tag->name_hash, .traits = info->traits});
    leave_foreign(open);
    if (open_tags_top(open)->is_select && start_in_select(open, info))
        return TAG_KEPT;
    return start_html(open, tag);
}

/* --- end tags --- */

/* Which open element the end tag ends: each kind of element has its own barriers. */
static long find_ended(const struct open_tags *open, const struct html_scan_tag *tag)
{
    uint32_t traits = tag->info->traits;
    if ((traits & TAG_RAW) || !is_counted(open, tag->info))
        return NOT_OPEN;
    if (tag->info->id == TAG_ID_TEMPLATE)
        return open_tags_find_id(open, TAG_ID_TEMPLATE, 0);
    if (is_table_part(tag->info))
        return find_table_part(open, tag);
    if (traits & TAG_HEADING)
        return open_tags_find_trait(open, TAG_HEADING, TAG_SCOPE);
    if (traits & (TAG_LIST_ITEM | TAG_TERM_ITEM))
        return open_tags_find_name(open, tag->name_hash, TAG_SCOPE | TAG_LIST);
    if (tag->info->id == TAG_ID_P)
        return open_tags_find_name(open, tag->name_hash, TAG_SCOPE | TAG_BUTTON);
    if (traits & (TAG_CLOSES_P | TAG_BUTTON | TAG_SCOPE | TAG_FORMATTING))
        return open_tags_find_name(open, tag->name_hash, TAG_SCOPE);
    return open_tags_find_name(open, tag->name_hash, TAG_SPECIAL | TAG_SCOPE);
}

static enum tag_verdict end_at(struct open_tags *open, long index)
{
    if (index == NOT_OPEN)
        return TAG_KEPT;
    size_t at = (size_t)index;
    bool was_blank = open->tags[at].is_blank;
    if (open_tag_has(&open->tags[at], TAG_FORMATTING))
        end_formatting(open, at);
    else
        open_tags_close(open, at);
    return was_blank ? TAG_BLANKED : TAG_KEPT;
}

enum tag_verdict tree_rules_end(struct open_tags *open, const struct html_scan_tag *tag)
{
    long foreign = open_tags_find_foreign(open, tag->name_hash);
    if (foreign != NOT_OPEN)
        return end_at(open, foreign);
    if (open_tags_top(open)->is_select && !passes_select(open, tag))
        return TAG_KEPT;
    /* A form is closed alone, but not without what its end implies. */
    if (tag->info->id == TAG_ID_FORM)
        end_current(open, TAG_IMPLIED_END);
    return end_at(open, find_ended(open, tag));
}
