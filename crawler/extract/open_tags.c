/* The guard's stack of open elements. Plain data and functions; runs in a parse process.
 *
 * The section numbers are those of the HTML standard. Where an element is closed while formatting
 * elements are open inside, these stay: the parser makes them anew in what follows (13.2.4.3),
 * unless a marker lies between.
 */
#include "crawler/extract/open_tags.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/html_guard.h"
#include "crawler/extract/html_scan.h"
#include "crawler/extract/html_tags.h"

enum { NOT_OPEN = -1 };

static const uint32_t table_parts = TAG_TABLE_GROUP | TAG_TABLE_ROW | TAG_TABLE_CELL;

void open_tags_init(struct open_tags *open)
{
    memset(open, 0, offsetof(struct open_tags, tags));
}

/* Where nothing is open, in the body. */
static const struct open_tag ground = {.space = SPACE_HTML};

static const struct open_tag *top(const struct open_tags *open)
{
    return open->count ? &open->tags[open->count - 1] : &ground;
}

static bool has(const struct open_tag *tag, uint32_t traits)
{
    return (tag->traits & traits) != 0;
}

bool open_tags_in_foreign(const struct open_tags *open)
{
    return top(open)->space != SPACE_HTML;
}

/* Whether a start tag is one of svg's or math's own here. */
static bool starts_foreign(const struct open_tags *open)
{
    return top(open)->space != SPACE_HTML && !top(open)->opens_html;
}

static uint16_t *bucket(struct open_tags *open, uint64_t name_hash)
{
    return &open->by_hash[name_hash % OPEN_TAGS_BUCKETS];
}

/* The one place where the counters change; step: 1 for an entry that comes, -1 for one that goes.
 */
static void count(struct open_tags *open, const struct open_tag *tag, int step)
{
    *bucket(open, tag->name_hash) += (uint16_t)step;
    open->by_id[tag->id] += (uint16_t)step;
    if (tag->is_blank)
        return;
    open->depth += (size_t)step;
    if (has(tag, TAG_FORMATTING))
        open->formatting += (size_t)step;
}

static void inherit(struct open_tag *blank, const struct open_tag *outer)
{
    blank->space = outer->space;
    blank->opens_html = outer->opens_html;
    blank->is_select = outer->is_select;
}

static enum open_tags_verdict push(struct open_tags *open, struct open_tag tag)
{
    bool is_formatting = has(&tag, TAG_FORMATTING);
    tag.is_blank = open->depth >= HTML_MAX_DEPTH ||
                   (is_formatting && open->formatting >= HTML_MAX_FORMATTING) ||
                   open->count == OPEN_TAGS_MAX;
    if (tag.is_blank)
        inherit(&tag, top(open));
    if (open->count < OPEN_TAGS_MAX) {
        count(open, &tag, 1);
        open->tags[open->count++] = tag;
    }
    return tag.is_blank ? TAG_BLANKED : TAG_KEPT;
}

/* Closes the element at index and all inside it; formatting elements inside survive up to a marker.
 */
static void close_from(struct open_tags *open, size_t index)
{
    bool survive = !has(&open->tags[index], TAG_MARKER);
    size_t end = open->count;
    count(open, &open->tags[index], -1);
    open->count = index;
    for (size_t i = index + 1; i < end; i++) {
        struct open_tag tag = open->tags[i];
        survive = survive && !has(&tag, TAG_MARKER);
        if (!survive || !has(&tag, TAG_FORMATTING) || tag.space != SPACE_HTML) {
            count(open, &tag, -1);
            continue;
        }
        if (tag.is_blank)
            inherit(&tag, top(open));
        open->tags[open->count++] = tag;
    }
}

static void remove_at(struct open_tags *open, size_t index)
{
    count(open, &open->tags[index], -1);
    open->count--;
    memmove(&open->tags[index], &open->tags[index + 1], (open->count - index) * sizeof *open->tags);
}

/* A barrier that was blanked is no barrier. */
static bool stops(const struct open_tag *tag, uint32_t barriers)
{
    return !tag->is_blank && (has(tag, barriers) || ((barriers & TAG_SCOPE) && tag->opens_html));
}

/* The innermost element that has a trait, no barrier being between. */
static long find_trait(const struct open_tags *open, uint32_t traits, uint32_t barriers)
{
    for (size_t i = open->count; i--;) {
        if (has(&open->tags[i], traits))
            return (long)i;
        if (stops(&open->tags[i], barriers))
            break;
    }
    return NOT_OPEN;
}

static long find_id(const struct open_tags *open, enum html_tag_id id, uint32_t barriers)
{
    for (size_t i = open->by_id[id] ? open->count : 0; i--;) {
        if (open->tags[i].id == id)
            return (long)i;
        if (stops(&open->tags[i], barriers))
            break;
    }
    return NOT_OPEN;
}

/* Where a search for that name begins: nowhere when it is not open at all. */
static size_t search_start(const struct open_tags *open, uint64_t name_hash)
{
    return open->by_hash[name_hash % OPEN_TAGS_BUCKETS] ? open->count : 0;
}

static long find_name(const struct open_tags *open, uint64_t name_hash, uint32_t barriers)
{
    for (size_t i = search_start(open, name_hash); i--;) {
        if (open->tags[i].name_hash == name_hash)
            return (long)i;
        if (stops(&open->tags[i], barriers))
            break;
    }
    return NOT_OPEN;
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

/* Tags of which it would take more than a look to tell what they begin: such a one is taken out.
 * A type written with character references; a glyph where other tags would be HTML. */
static bool is_ambiguous(const struct open_tags *open, const struct html_scan_tag *tag)
{
    size_t bytes;
    if (top(open)->space != SPACE_MATH)
        return false;
    if (tag->info->id == TAG_ID_MATH_GLYPH)
        return top(open)->opens_html;
    if (tag->info->id != TAG_ID_ANNOTATION_XML)
        return false;
    const char *encoding = html_scan_attribute(tag, "encoding", &bytes);
    return encoding && memchr(encoding, '&', bytes);
}

/* An element is of its parent's namespace, but svg inside annotation-xml is svg. */
static enum html_space inner_space(const struct open_tags *open, const struct html_scan_tag *tag)
{
    bool is_svg = tag->info->id == TAG_ID_SVG && top(open)->id == TAG_ID_ANNOTATION_XML;
    return is_svg ? SPACE_SVG : (enum html_space)top(open)->space;
}

/* 13.2.6.5: tags inside svg or math. A self-closing one is whole; some belong to HTML and end the
 * foreign content. Answers whether that was all. */
static bool start_in_foreign(struct open_tags *open, const struct html_scan_tag *tag,
                             enum open_tags_verdict *ret_verdict)
{
    if (breaks_out(tag)) {
        while (starts_foreign(open))
            close_from(open, open->count - 1);
        return false;
    }
    *ret_verdict = TAG_KEPT;
    if (tag->is_self_closing)
        return true;
    enum html_space space = inner_space(open, tag);
    *ret_verdict = push(open, (struct open_tag){.name_hash = tag->name_hash,
                                                .id = tag->info->id == TAG_ID_ANNOTATION_XML
                                                          ? TAG_ID_ANNOTATION_XML
                                                          : TAG_ID_NONE,
                                                .space = space,
                                                .opens_html = opens_html(tag, space)});
    return true;
}

static bool is_table_part(const struct html_tag_info *info)
{
    return (info->traits & table_parts) || info->id == TAG_ID_TABLE;
}

static void end_select(struct open_tags *open)
{
    long select = find_id(open, TAG_ID_SELECT, 0);
    if (select != NOT_OPEN)
        close_from(open, (size_t)select);
}

/* 13.2.6.4.16: what select lets in, and what ends it. Answers whether the tag is dealt with. */
static bool start_in_select(struct open_tags *open, const struct html_tag_info *info)
{
    if (info->id == TAG_ID_SELECT) {
        end_select(open);
        return true;
    }
    bool in_table = is_table_part(info) && find_id(open, TAG_ID_TABLE, 0) != NOT_OPEN;
    if ((info->traits & TAG_ENDS_SELECT) && (!is_table_part(info) || in_table)) {
        end_select(open);
        return false;
    }
    return info->id != TAG_ID_TEMPLATE && info->id != TAG_ID_SCRIPT;
}

/* Table scope: what belongs to the innermost table or template. */
static bool starts_table(const struct open_tag *tag)
{
    return tag->id == TAG_ID_TABLE || tag->id == TAG_ID_TEMPLATE;
}

static long innermost_table(const struct open_tags *open)
{
    for (size_t i = open->count; i--;)
        if (starts_table(&open->tags[i]))
            return (long)i;
    return NOT_OPEN;
}

/* What a table's part may stand in: a cell in a row, a row in a body. */
static bool may_hold(const struct open_tag *outer, const struct html_tag_info *part)
{
    if (has(outer, TAG_TABLE_ROW))
        return part->traits & TAG_TABLE_CELL;
    bool is_body = has(outer, TAG_TABLE_GROUP) && !has(outer, TAG_MARKER);
    return is_body && (part->traits & (TAG_TABLE_CELL | TAG_TABLE_ROW));
}

/* 13.2.6.4.9 and on: a part of a table closes what is open down to where it belongs. Answers
 * whether there is a table for it at all. */
static bool start_table_part(struct open_tags *open, const struct html_tag_info *part)
{
    long table = innermost_table(open);
    if (table == NOT_OPEN)
        return false;
    size_t keep = (size_t)table + 1;
    while (keep < open->count &&
           (has(&open->tags[keep], TAG_FORMATTING) || may_hold(&open->tags[keep], part)))
        keep++;
    if (keep < open->count)
        close_from(open, keep);
    return true;
}

/* A list's item ends the one before it: an li an li, a dd or dt either. */
static void end_item(struct open_tags *open, const struct html_tag_info *item)
{
    for (size_t i = open->count; i--;) {
        const struct open_tag *tag = &open->tags[i];
        if (tag->traits & item->traits & (TAG_LIST_ITEM | TAG_TERM_ITEM)) {
            close_from(open, i);
            return;
        }
        if (has(tag, TAG_SPECIAL) && !has(tag, TAG_PASSED) && !tag->is_blank)
            return;
    }
}

/* What the start tag ends before it opens something itself. */
static void end_implied(struct open_tags *open, const struct html_scan_tag *tag)
{
    uint32_t traits = tag->info->traits;
    if (traits & (TAG_LIST_ITEM | TAG_TERM_ITEM))
        end_item(open, tag->info);
    if (traits & TAG_CLOSES_P) {
        long p = find_id(open, TAG_ID_P, TAG_SCOPE | TAG_BUTTON);
        if (p != NOT_OPEN)
            close_from(open, (size_t)p);
    }
    const struct open_tag *current = top(open);
    bool ends_current =
        (traits & current->traits & TAG_HEADING) ||
        ((traits & TAG_OPTION) && open->count && current->name_hash == tag->name_hash);
    if (ends_current)
        close_from(open, open->count - 1);
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

static enum open_tags_verdict start_html(struct open_tags *open, const struct html_scan_tag *tag)
{
    const struct html_tag_info *info = tag->info;
    end_implied(open, tag);
    if (info->traits & TAG_RAW)
        return TAG_STARTS_RAW;
    if (info->id == TAG_ID_PLAINTEXT)
        return TAG_STARTS_PLAIN;
    if ((info->traits & table_parts) && !start_table_part(open, info))
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

enum open_tags_verdict open_tags_start(struct open_tags *open, const struct html_scan_tag *tag)
{
    enum open_tags_verdict verdict;
    if (is_ambiguous(open, tag))
        return TAG_BLANKED;
    if (starts_foreign(open) && start_in_foreign(open, tag, &verdict))
        return verdict;
    if (top(open)->is_select && start_in_select(open, tag->info))
        return TAG_KEPT;
    return start_html(open, tag);
}

/* 13.2.6.5, "any other end tag": looks through the foreign elements only. */
static long find_foreign(const struct open_tags *open, const struct html_scan_tag *tag)
{
    for (size_t i = search_start(open, tag->name_hash); i-- && open->tags[i].space;)
        if (open->tags[i].name_hash == tag->name_hash)
            return (long)i;
    return NOT_OPEN;
}

/* Within the innermost table or template, these included. */
static long find_in_table(const struct open_tags *open, const struct html_scan_tag *tag)
{
    for (size_t i = search_start(open, tag->name_hash); i--;) {
        if (open->tags[i].name_hash == tag->name_hash)
            return (long)i;
        if (starts_table(&open->tags[i]))
            break;
    }
    return NOT_OPEN;
}

/* Which open element the end tag ends: each kind of element has its own barriers. */
static long find_ended(const struct open_tags *open, const struct html_scan_tag *tag)
{
    uint32_t traits = tag->info->traits;
    if ((traits & TAG_RAW) || !is_counted(open, tag->info))
        return NOT_OPEN;
    if (tag->info->id == TAG_ID_TEMPLATE)
        return find_id(open, TAG_ID_TEMPLATE, 0);
    if (is_table_part(tag->info))
        return find_in_table(open, tag);
    if (traits & TAG_HEADING)
        return find_trait(open, TAG_HEADING, TAG_SCOPE);
    if (traits & (TAG_LIST_ITEM | TAG_TERM_ITEM))
        return find_name(open, tag->name_hash, TAG_SCOPE | TAG_LIST);
    if (tag->info->id == TAG_ID_P)
        return find_name(open, tag->name_hash, TAG_SCOPE | TAG_BUTTON);
    if (traits & (TAG_CLOSES_P | TAG_BUTTON | TAG_SCOPE | TAG_FORMATTING))
        return find_name(open, tag->name_hash, TAG_SCOPE);
    return find_name(open, tag->name_hash, TAG_SPECIAL | TAG_SCOPE);
}

/* 13.2.6.4.7, the adoption agency: blocks opened inside a formatting element outlive it. */
static bool holds_block(const struct open_tags *open, size_t index)
{
    for (size_t i = index + 1; i < open->count; i++)
        if (has(&open->tags[i], TAG_SPECIAL) && !open->tags[i].is_blank)
            return true;
    return false;
}

static enum open_tags_verdict end_at(struct open_tags *open, long index)
{
    if (index == NOT_OPEN)
        return TAG_KEPT;
    size_t at = (size_t)index;
    bool was_blank = open->tags[at].is_blank;
    if (has(&open->tags[at], TAG_FORMATTING) && holds_block(open, at))
        remove_at(open, at);
    else
        close_from(open, at);
    return was_blank ? TAG_BLANKED : TAG_KEPT;
}

/* Whether an end tag means anything inside select; one of a table's parts ends the select too. */
static bool passes_select(struct open_tags *open, const struct html_scan_tag *tag)
{
    if (tag->info->id == TAG_ID_SELECT || tag->info->id == TAG_ID_TEMPLATE)
        return true;
    if (!is_table_part(tag->info) || find_in_table(open, tag) == NOT_OPEN)
        return false;
    end_select(open);
    return true;
}

enum open_tags_verdict open_tags_end(struct open_tags *open, const struct html_scan_tag *tag)
{
    if (open_tags_in_foreign(open)) {
        long index = find_foreign(open, tag);
        if (index != NOT_OPEN)
            return end_at(open, index);
    }
    if (top(open)->is_select && !passes_select(open, tag))
        return TAG_KEPT;
    return end_at(open, find_ended(open, tag));
}
