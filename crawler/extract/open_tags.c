/* The guard's stack of open elements. Plain data and functions; runs in a parse process. */
#include "crawler/extract/open_tags.h"

#include <string.h>

#include "crawler/extract/html_guard.h"

static const struct open_tag ground = {.space = SPACE_HTML};

void open_tags_init(struct open_tags *open)
{
    memset(open, 0, offsetof(struct open_tags, tags));
}

const struct open_tag *open_tags_top(const struct open_tags *open)
{
    return open->count ? &open->tags[open->count - 1] : &ground;
}

const struct open_tag *open_tags_current(const struct open_tags *open)
{
    for (size_t i = open->count; i--;)
        if (!open_tag_has(&open->tags[i], TAG_FORMATTING))
            return &open->tags[i];
    return &ground;
}

bool open_tags_formatting_is_full(const struct open_tags *open)
{
    return open->formatting >= HTML_MAX_FORMATTING;
}

/* The one place where the counters change; step: 1 for an entry that comes, -1 for one that goes.
 */
static void count(struct open_tags *open, const struct open_tag *tag, int step)
{
    open->by_hash[tag->name_hash % OPEN_TAGS_BUCKETS] += (uint16_t)step;
    open->by_id[tag->id] += (uint16_t)step;
    if (tag->is_blank)
        return;
    open->depth += (size_t)step;
    if (open_tag_has(tag, TAG_FORMATTING))
        open->formatting += (size_t)step;
    if (tag->space != SPACE_HTML)
        open->foreign += (size_t)step;
}

static void inherit(struct open_tag *blank, const struct open_tag *outer)
{
    blank->space = outer->space;
    blank->opens_html = outer->opens_html;
    blank->is_select = outer->is_select;
}

/* Links are never blanked, being what the page is read for; there is one open between two markers.
 */
static bool is_too_many(const struct open_tags *open, const struct open_tag *tag)
{
    if (tag->id == TAG_ID_A)
        return false;
    return open->count == OPEN_TAGS_MAX || open->depth >= HTML_MAX_DEPTH ||
           (open_tag_has(tag, TAG_FORMATTING) && open_tags_formatting_is_full(open)) ||
           (tag->space != SPACE_HTML && open->foreign >= HTML_MAX_FOREIGN);
}

bool open_tags_push(struct open_tags *open, struct open_tag tag)
{
    tag.is_blank = is_too_many(open, &tag);
    if (tag.is_blank)
        inherit(&tag, open_tags_top(open));
    if (open->count < OPEN_TAGS_MAX) {
        count(open, &tag, 1);
        open->tags[open->count++] = tag;
    }
    return !tag.is_blank;
}

void open_tags_close(struct open_tags *open, size_t index)
{
    bool survive = !open_tag_has(&open->tags[index], TAG_MARKER);
    size_t end = open->count;
    count(open, &open->tags[index], -1);
    open->count = index;
    for (size_t i = index + 1; i < end; i++) {
        struct open_tag tag = open->tags[i];
        survive = survive && !open_tag_has(&tag, TAG_MARKER);
        if (!survive || !open_tag_has(&tag, TAG_FORMATTING)) {
            count(open, &tag, -1);
            continue;
        }
        if (tag.is_blank)
            inherit(&tag, open_tags_top(open));
        open->tags[open->count++] = tag;
    }
}

void open_tags_remove(struct open_tags *open, size_t index)
{
    count(open, &open->tags[index], -1);
    open->count--;
    memmove(&open->tags[index], &open->tags[index + 1], (open->count - index) * sizeof *open->tags);
}

/* A barrier that was blanked is no barrier. */
static bool stops(const struct open_tag *tag, uint32_t barriers)
{
    return !tag->is_blank &&
           (open_tag_has(tag, barriers) || ((barriers & TAG_SCOPE) && tag->opens_html));
}

long open_tags_find_trait(const struct open_tags *open, uint32_t traits, uint32_t barriers)
{
    for (size_t i = open->count; i--;) {
        if (open_tag_has(&open->tags[i], traits))
            return (long)i;
        if (stops(&open->tags[i], barriers))
            break;
    }
    return NOT_OPEN;
}

long open_tags_find_id(const struct open_tags *open, enum html_tag_id id, uint32_t barriers)
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

long open_tags_find_name(const struct open_tags *open, uint64_t name_hash, uint32_t barriers)
{
    for (size_t i = search_start(open, name_hash); i--;) {
        if (open->tags[i].name_hash == name_hash)
            return (long)i;
        if (stops(&open->tags[i], barriers))
            break;
    }
    return NOT_OPEN;
}

long open_tags_find_foreign(const struct open_tags *open, uint64_t name_hash)
{
    for (size_t i = search_start(open, name_hash); i-- && open->tags[i].space != SPACE_HTML;)
        if (open->tags[i].name_hash == name_hash)
            return (long)i;
    return NOT_OPEN;
}

long open_tags_find_table(const struct open_tags *open)
{
    long table = open_tags_find_id(open, TAG_ID_TABLE, 0);
    long template = open_tags_find_id(open, TAG_ID_TEMPLATE, 0);
    return table > template ? table : template;
}
