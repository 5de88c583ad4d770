/* HTML reader over gumbo: a whole parse tree in the arena, then walks over it.
 *
 * gumbo never looks whether its allocator answered NULL, so the allocator of a full arena leaves
 * the parser by longjmp; nothing is lost by that, since all that the parser holds is in the arena.
 * For the same reason trees are never freed piece by piece (and gumbo frees by recursion).
 *
 * Much of what gumbo asks for are short-lived strings and vectors that grow: freed blocks go to
 * lists by size, from which the next request of that size is served. A word before each block tells
 * its size.
 *
 * gumbo's depth has no limit of its own; html_guard comes before it. The walk keeps its own stack.
 */
#include "crawler/extract/html_reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <gumbo.h>

#include "crawler/extract/arena.h"

enum {
    STEP_BYTES = 16,   /* whole blocks are rounded up to this, up to SMALL_BYTES … */
    SMALL_BYTES = 512, /* … and beyond it to a power of two */
    SMALL_CLASSES = SMALL_BYTES / STEP_BYTES,
    CLASS_COUNT = SMALL_CLASSES + 32,
    MAX_ATTRIBUTES = 256, /* of one element that a walk shows */
    FIRST_WALK_DEPTH = 128
};

/* What gumbo holds is `data`; while a block is free, the link is there. */
struct block {
    size_t class;
    union {
        struct block *next_free;
        unsigned char data[1];
    };
};
_Static_assert(sizeof(struct block) == STEP_BYTES, "the smallest block is one step");

struct gumbo_memory {
    struct arena *arena;
    struct block *free[CLASS_COUNT];
    jmp_buf full;
};

struct html_document {
    struct arena *arena;
    const GumboNode *root;
};

/* Of a whole block. */
static size_t size_class(size_t bytes)
{
    if (bytes <= SMALL_BYTES)
        return (bytes - 1) / STEP_BYTES;
    size_t log2 = 64 - (size_t)__builtin_clzll(bytes - 1); /* 10 and up */
    return SMALL_CLASSES + log2 - 10;
}

static size_t class_bytes(size_t class)
{
    if (class < SMALL_CLASSES)
        return (class + 1) * STEP_BYTES;
    return (size_t)1 << (class - SMALL_CLASSES + 10);
}

static void *allocate(void *userdata, size_t bytes)
{
    struct gumbo_memory *memory = userdata;
    if (bytes > UINT32_MAX)
        longjmp(memory->full, 1);
    size_t class = size_class(offsetof(struct block, data) + (bytes ? bytes : 1));
    struct block *block = memory->free[class];
    if (block) {
        memory->free[class] = block->next_free;
        return block->data;
    }
    block = arena_alloc(memory->arena, class_bytes(class));
    if (!block)
        longjmp(memory->full, 1);
    block->class = class;
    return block->data;
}

static void release(void *userdata, void *data)
{
    if (!data)
        return;
    struct gumbo_memory *memory = userdata;
    struct block *block = (void *)((unsigned char *)data - offsetof(struct block, data));
    block->next_free = memory->free[block->class];
    memory->free[block->class] = block;
}

/* A function of its own, so that no local lives across the longjmp. */
static const GumboOutput *parse(struct gumbo_memory *memory, const char *html, size_t bytes)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = allocate;
    options.deallocator = release;
    options.userdata = memory;
    options.max_errors = 0;
    if (setjmp(memory->full))
        return NULL;
    return gumbo_parse_with_options(&options, html, bytes);
}

int html_document_read(struct arena *arena, const char *html, size_t bytes,
                       struct html_document **ret_document)
{
    struct gumbo_memory memory = {.arena = arena};
    struct html_document *document = arena_alloc(arena, sizeof *document);
    if (!document || bytes > UINT32_MAX)
        return -ENOMEM;
    const GumboOutput *output = parse(&memory, html, bytes);
    if (!output)
        return -ENOMEM;
    *document = (struct html_document){.arena = arena, .root = output->document};
    *ret_document = document;
    return 0;
}

static enum html_tag html_tag_of(GumboTag tag)
{
    static const uint8_t tags[GUMBO_TAG_LAST + 1] = {
        [GUMBO_TAG_A] = HTML_A,
        [GUMBO_TAG_AREA] = HTML_AREA,
        [GUMBO_TAG_ARTICLE] = HTML_ARTICLE,
        [GUMBO_TAG_ASIDE] = HTML_ASIDE,
        [GUMBO_TAG_BASE] = HTML_BASE,
        [GUMBO_TAG_BODY] = HTML_BODY,
        [GUMBO_TAG_BUTTON] = HTML_BUTTON,
        [GUMBO_TAG_EMBED] = HTML_EMBED,
        [GUMBO_TAG_FIGCAPTION] = HTML_FIGCAPTION,
        [GUMBO_TAG_FIGURE] = HTML_FIGURE,
        [GUMBO_TAG_FOOTER] = HTML_FOOTER,
        [GUMBO_TAG_FRAME] = HTML_FRAME,
        [GUMBO_TAG_H1] = HTML_H1,
        [GUMBO_TAG_H2] = HTML_H2,
        [GUMBO_TAG_H3] = HTML_H3,
        [GUMBO_TAG_H4] = HTML_H4,
        [GUMBO_TAG_H5] = HTML_H5,
        [GUMBO_TAG_H6] = HTML_H6,
        [GUMBO_TAG_HEADER] = HTML_HEADER,
        [GUMBO_TAG_HTML] = HTML_HTML,
        [GUMBO_TAG_IFRAME] = HTML_IFRAME,
        [GUMBO_TAG_IMG] = HTML_IMG,
        [GUMBO_TAG_INPUT] = HTML_INPUT,
        [GUMBO_TAG_LINK] = HTML_LINK,
        [GUMBO_TAG_MAIN] = HTML_MAIN,
        [GUMBO_TAG_META] = HTML_META,
        [GUMBO_TAG_NAV] = HTML_NAV,
        [GUMBO_TAG_NOSCRIPT] = HTML_NOSCRIPT,
        [GUMBO_TAG_OBJECT] = HTML_OBJECT,
        [GUMBO_TAG_SCRIPT] = HTML_SCRIPT,
        [GUMBO_TAG_SECTION] = HTML_SECTION,
        [GUMBO_TAG_SOURCE] = HTML_SOURCE,
        [GUMBO_TAG_STYLE] = HTML_STYLE,
        [GUMBO_TAG_TITLE] = HTML_TITLE,
        [GUMBO_TAG_VIDEO] = HTML_VIDEO,
    };
    return tags[tag];
}

static enum html_tag svg_tag_of(GumboTag tag)
{
    switch (tag) {
    case GUMBO_TAG_SVG:
        return HTML_SVG;
    case GUMBO_TAG_IMAGE:
        return HTML_SVG_IMAGE;
    case GUMBO_TAG_TITLE:
        return HTML_SVG_TITLE;
    case GUMBO_TAG_SCRIPT: /* what these two hold is no text of the page either */
        return HTML_SCRIPT;
    case GUMBO_TAG_STYLE:
        return HTML_STYLE;
    default:
        return HTML_OTHER;
    }
}

/* Of the names that gumbo does not know. */
static enum html_tag html_tag_as_written(GumboStringPiece tag)
{
    static const char picture[] = "picture";
    gumbo_tag_from_original_text(&tag);
    return tag.length == sizeof picture - 1 && !strncasecmp(tag.data, picture, tag.length)
               ? HTML_PICTURE
               : HTML_OTHER;
}

static enum html_tag known_tag(const GumboElement *element)
{
    switch (element->tag_namespace) {
    case GUMBO_NAMESPACE_HTML:
        return element->tag == GUMBO_TAG_UNKNOWN ? html_tag_as_written(element->original_tag)
                                                 : html_tag_of(element->tag);
    case GUMBO_NAMESPACE_SVG:
        return svg_tag_of(element->tag);
    default:
        return HTML_OTHER;
    }
}

/* Of the XLink attributes one refers to images. */
static const char *attribute_name(const GumboAttribute *attribute)
{
    switch (attribute->attr_namespace) {
    case GUMBO_ATTR_NAMESPACE_NONE:
        return attribute->name;
    case GUMBO_ATTR_NAMESPACE_XLINK:
        return strcmp(attribute->name, "href") ? NULL : "xlink:href";
    default:
        return NULL;
    }
}

static size_t collect_attributes(const GumboVector *from, struct html_attribute *ret_attributes)
{
    size_t count = 0;
    for (unsigned i = 0; i < from->length && count < MAX_ATTRIBUTES; i++) {
        const GumboAttribute *attribute = from->data[i];
        const char *name = attribute_name(attribute);
        if (name)
            ret_attributes[count++] = (struct html_attribute){
                .name = name, .value = attribute->value, .bytes = strlen(attribute->value)};
    }
    return count;
}

static void tell_name(const GumboElement *element, struct html_element *told)
{
    GumboStringPiece written = element->original_tag;
    if (element->tag == GUMBO_TAG_UNKNOWN) {
        gumbo_tag_from_original_text(&written);
        told->name = written.data;
        told->name_bytes = written.length;
    } else {
        told->name = gumbo_normalized_tagname(element->tag);
        told->name_bytes = strlen(told->name);
    }
}

static bool tell_start(const GumboElement *element, const struct html_events *events)
{
    struct html_attribute attributes[MAX_ATTRIBUTES];
    struct html_element told = {
        .tag = known_tag(element),
        .source = element->original_tag.length ? element->original_tag.data : NULL,
        .has_end_tag = element->original_end_tag.length > 0,
        .attribute_count = collect_attributes(&element->attributes, attributes),
        .attributes = attributes,
    };
    tell_name(element, &told);
    return events->start(&told, events->arg);
}

/* The way from the root to where the walk is: each element with its next child to visit. */
struct walk {
    struct arena *arena;
    struct step {
        const GumboNode *node;
        unsigned next_child;
    } * steps;
    size_t depth, capacity;
};

static int walk_into(struct walk *walk, const GumboNode *node)
{
    if (walk->depth == walk->capacity) {
        size_t capacity = walk->capacity ? 2 * walk->capacity : FIRST_WALK_DEPTH;
        struct step *steps = arena_alloc(walk->arena, capacity * sizeof *steps);
        if (!steps)
            return -ENOMEM;
        if (walk->depth)
            memcpy(steps, walk->steps, walk->depth * sizeof *steps);
        walk->steps = steps;
        walk->capacity = capacity;
    }
    walk->steps[walk->depth++] = (struct step){.node = node};
    return 0;
}

static const GumboVector *children_of(const GumboNode *node)
{
    switch (node->type) {
    case GUMBO_NODE_DOCUMENT:
        return &node->v.document.children;
    case GUMBO_NODE_ELEMENT:
        return &node->v.element.children;
    default: /* of a template, none that count */
        return &kGumboEmptyVector;
    }
}

static void leave(struct walk *walk, const struct html_events *events)
{
    const GumboNode *node = walk->steps[--walk->depth].node;
    if (node->type != GUMBO_NODE_DOCUMENT && events->end)
        events->end(known_tag(&node->v.element), events->arg);
}

/* 1 to go on, 0 when the events have seen enough, or -errno. */
static int visit(struct walk *walk, const GumboNode *node, const struct html_events *events)
{
    switch (node->type) {
    case GUMBO_NODE_ELEMENT:
    case GUMBO_NODE_TEMPLATE:
        if (!tell_start(&node->v.element, events))
            return 0;
        return walk_into(walk, node) ? -ENOMEM : 1;
    case GUMBO_NODE_TEXT:
    case GUMBO_NODE_CDATA:
    case GUMBO_NODE_WHITESPACE:
        if (events->text)
            events->text(node->v.text.text, events->arg);
        return 1;
    default:
        return 1;
    }
}

int html_document_walk(const struct html_document *document, const struct html_events *events)
{
    struct walk walk = {.arena = document->arena};
    int rc = walk_into(&walk, document->root) ? -ENOMEM : 1;
    while (rc == 1 && walk.depth) {
        struct step *step = &walk.steps[walk.depth - 1];
        const GumboVector *children = children_of(step->node);
        if (step->next_child < children->length)
            rc = visit(&walk, children->data[step->next_child++], events);
        else
            leave(&walk, events);
    }
    return rc < 0 ? rc : 0;
}

const struct html_attribute *html_attribute(const struct html_element *element, const char *name)
{
    for (size_t i = 0; i < element->attribute_count; i++)
        if (!strcmp(element->attributes[i].name, name))
            return &element->attributes[i];
    return NULL;
}
