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

static enum html_tag known_tag(const GumboElement *element)
{
    if (element->tag_namespace != GUMBO_NAMESPACE_HTML)
        return HTML_OTHER;
    switch (element->tag) {
    case GUMBO_TAG_A:
        return HTML_A;
    case GUMBO_TAG_AREA:
        return HTML_AREA;
    case GUMBO_TAG_ASIDE:
        return HTML_ASIDE;
    case GUMBO_TAG_BASE:
        return HTML_BASE;
    case GUMBO_TAG_FOOTER:
        return HTML_FOOTER;
    case GUMBO_TAG_FRAME:
        return HTML_FRAME;
    case GUMBO_TAG_H1:
        return HTML_H1;
    case GUMBO_TAG_HEADER:
        return HTML_HEADER;
    case GUMBO_TAG_IFRAME:
        return HTML_IFRAME;
    case GUMBO_TAG_IMG:
        return HTML_IMG;
    case GUMBO_TAG_LINK:
        return HTML_LINK;
    case GUMBO_TAG_META:
        return HTML_META;
    case GUMBO_TAG_NAV:
        return HTML_NAV;
    case GUMBO_TAG_SCRIPT:
        return HTML_SCRIPT;
    case GUMBO_TAG_STYLE:
        return HTML_STYLE;
    case GUMBO_TAG_TITLE:
        return HTML_TITLE;
    default:
        return HTML_OTHER;
    }
}

static size_t collect_attributes(const GumboVector *from, struct html_attribute *ret_attributes)
{
    size_t count = 0;
    for (unsigned i = 0; i < from->length && count < MAX_ATTRIBUTES; i++) {
        const GumboAttribute *attribute = from->data[i];
        if (attribute->attr_namespace != GUMBO_ATTR_NAMESPACE_NONE)
            continue;
        ret_attributes[count++] = (struct html_attribute){
            .name = attribute->name, .value = attribute->value, .bytes = strlen(attribute->value)};
    }
    return count;
}

static bool tell_start(const GumboElement *element, const struct html_events *events)
{
    struct html_attribute attributes[MAX_ATTRIBUTES];
    struct html_element told = {.tag = known_tag(element), .attributes = attributes};
    if (told.tag != HTML_OTHER)
        told.attribute_count = collect_attributes(&element->attributes, attributes);
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
