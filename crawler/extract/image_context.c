/* See image_context.h. Runs in a parse process, for each element and text of a page. */
#include "crawler/extract/image_context.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/element_marks.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/landmarks.h"
#include "crawler/extract/utf8.h"

enum { FIRST_FRAMES = 64 };

void image_context_begin(struct image_context *context, struct arena *arena, const char *html_end)
{
    context->arena = arena;
    context->html_end = html_end;
    context->frames = NULL;
    context->depth = context->capacity = 0;
    context->heading = context->before = NULL;
    context->heading_text.depth = context->caption_text.depth = 0;
    context->noscript = context->noscript_end = NULL;
}

struct image_frame *image_context_top(const struct image_context *context)
{
    return &context->frames[context->depth - 1];
}

struct image_surroundings image_context_around(const struct image_context *context)
{
    struct image_surroundings around = image_context_top(context)->around;
    around.heading = context->heading;
    return around;
}

/* --- texts --- */

static void gather_begin(struct text_gather *gather, size_t depth)
{
    gather->depth = depth;
    gather->bytes = 0;
}

static void gather_add(struct text_gather *gather, const char *text)
{
    if (gather->depth)
        html_append_collapsed(gather->text, &gather->bytes, RECORD_TEXT_MAX_BYTES, text);
}

/* The text in the arena, or NULL where there is none to see. */
static const char *gather_end(struct text_gather *gather, struct arena *arena)
{
    size_t bytes = gather->bytes;
    gather->depth = 0;
    while (bytes && gather->text[bytes - 1] == ' ')
        bytes--;
    bytes = utf8_valid_prefix(gather->text, bytes);
    return html_is_blank(gather->text, bytes) ? NULL : arena_strndup(arena, gather->text, bytes);
}

/* Words on both sides of it stay one word. */
static bool is_inline(const struct image_frame *frame)
{
    static const char *const names[] = {"a",    "abbr",   "b",   "bdi", "bdo", "cite", "code",
                                        "em",   "font",   "i",   "kbd", "q",   "s",    "small",
                                        "span", "strong", "sub", "sup", "u",   "var",  "wbr"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (frame->name_bytes == strlen(names[i]) &&
            !memcmp(frame->name, names[i], frame->name_bytes))
            return true;
    return false;
}

static void begin_heading(struct image_context *context)
{
    struct image_heading *heading = arena_alloc(context->arena, sizeof *heading);
    if (!heading)
        return;
    *heading = (struct image_heading){0};
    context->before = context->heading;
    context->heading = heading;
    gather_begin(&context->heading_text, context->depth);
}

/* A heading of nothing but an image leaves the word to the one before. */
static void end_heading(struct image_context *context)
{
    const char *text = gather_end(&context->heading_text, context->arena);
    if (!text && context->before)
        text = context->before->text.text;
    context->heading->text.text = text;
}

static void end_caption(struct image_context *context)
{
    const char *text = gather_end(&context->caption_text, context->arena);
    struct image_figure *figure = image_context_top(context)->around.figure;
    if (!figure->caption.text)
        figure->caption.text = text;
}

static bool is_heading(enum html_tag tag, const char *role)
{
    return (tag >= HTML_H1 && tag <= HTML_H6) || role_is(role, "heading");
}

static void begin_texts(struct image_context *context, const struct image_frame *frame,
                        const struct element_marks *marks)
{
    if (is_heading(frame->tag, marks->role) && !context->heading_text.depth)
        begin_heading(context);
    if (frame->tag == HTML_FIGCAPTION && frame->around.figure && !context->caption_text.depth)
        gather_begin(&context->caption_text, context->depth);
}

/* --- frames --- */

static bool is_unseen(enum html_tag tag)
{
    switch (tag) {
    case HTML_NOSCRIPT:
    case HTML_SCRIPT:
    case HTML_STYLE:
    case HTML_SVG_TITLE:
    case HTML_TITLE:
        return true;
    default:
        return false;
    }
}

static bool is_control(const struct html_element *element, const struct element_marks *marks)
{
    return (element->tag == HTML_A && html_attribute(element, "href")) ||
           element->tag == HTML_BUTTON || role_is(marks->role, "button");
}

static void set_control(struct image_context *context, struct image_frame *frame,
                        const struct html_element *element, const struct element_marks *marks)
{
    struct image_control *control;
    if (!is_control(element, marks) || !(control = arena_alloc(context->arena, sizeof *control)))
        return;
    const struct html_attribute *href =
        element->tag == HTML_A ? html_attribute(element, "href") : NULL;
    *control = (struct image_control){.is_named = mark_is_written(marks->aria_label) ||
                                                  mark_is_written(marks->aria_labelledby) ||
                                                  mark_is_written(marks->title)};
    frame->around.control = control;
    if (!href)
        return;
    control->href = href->value;
    control->href_bytes = href->bytes;
    frame->around.link = control;
}

static void set_figure(struct image_context *context, struct image_frame *frame)
{
    struct image_figure *figure = arena_alloc(context->arena, sizeof *figure);
    if (!figure)
        return;
    *figure = (struct image_figure){.parent = frame->around.figure};
    frame->around.figure = figure;
}

static void set_picture(struct image_context *context, struct image_frame *frame)
{
    frame->around.picture = arena_alloc(context->arena, sizeof *frame->around.picture);
    if (frame->around.picture)
        frame->around.picture->img = NULL;
}

/* An image in a noscript of the head ends both in the tree, while a browser that runs scripts sees
 * text until the end tag: then what stands before that in the page's text counts. */
static void find_noscript_end(struct image_context *context, const char *from)
{
    static const char end_tag[] = "</noscript";
    const char *at = from;
    while ((at = memchr(at, '<', (size_t)(context->html_end - at)))) {
        if ((size_t)(context->html_end - at) < sizeof end_tag - 1)
            break;
        if (!strncasecmp(at, end_tag, sizeof end_tag - 1)) {
            context->noscript = from;
            context->noscript_end = at;
            return;
        }
        at++;
    }
    context->noscript = context->noscript_end = context->html_end;
}

static bool is_in_noscript(struct image_context *context, const struct html_element *element)
{
    if (element->tag == HTML_NOSCRIPT) {
        if (!element->has_end_tag && element->source && !context->noscript)
            find_noscript_end(context, element->source);
        return true;
    }
    return context->noscript && element->source > context->noscript &&
           element->source < context->noscript_end;
}

static uint32_t count_child(struct image_frame *parent, const struct html_element *child)
{
    for (uint32_t i = 0; i < parent->kind_count; i++) {
        struct child_kind *kind = &parent->kinds[i];
        if (kind->name_bytes == child->name_bytes &&
            (kind->name == child->name || !memcmp(kind->name, child->name, child->name_bytes)))
            return ++kind->count;
    }
    if (parent->kind_count == FRAME_KINDS)
        return 0;
    parent->kinds[parent->kind_count++] =
        (struct child_kind){child->name, (uint32_t)child->name_bytes, 1};
    return 1;
}

/* Only what its frame needs is set: the table of kinds is large. */
static struct image_frame *push(struct image_context *context)
{
    if (context->depth == context->capacity) {
        size_t capacity = context->capacity ? 2 * context->capacity : FIRST_FRAMES;
        struct image_frame *frames = arena_alloc(context->arena, capacity * sizeof *frames);
        if (!frames)
            return NULL;
        if (context->depth)
            memcpy(frames, context->frames, context->depth * sizeof *frames);
        context->frames = frames;
        context->capacity = capacity;
    }
    return &context->frames[context->depth++];
}

static void inherit(struct image_frame *frame, struct image_frame *parent,
                    const struct html_element *element)
{
    frame->nth = parent ? count_child(parent, element) : 1;
    frame->around = parent ? parent->around : (struct image_surroundings){0};
    frame->is_unseen = parent && parent->is_unseen;
    frame->is_in_svg = parent && (parent->is_in_svg || parent->tag == HTML_SVG);
    frame->is_sectioned = parent && (parent->is_sectioned || landmark_is_section(parent->tag));
}

static void set_surroundings(struct image_context *context, struct image_frame *frame,
                             const struct html_element *element, const struct element_marks *marks)
{
    if (marks->is_aria_hidden)
        frame->around.flags |= IMAGE_ARIA_HIDDEN;
    if (is_in_noscript(context, element))
        frame->around.flags |= IMAGE_NOSCRIPT;
    frame->around.landmark =
        landmark_of(element->tag, marks->role, frame->is_sectioned, frame->around.landmark);
    set_control(context, frame, element, marks);
    if (element->tag == HTML_FIGURE)
        set_figure(context, frame);
    if (element->tag == HTML_PICTURE)
        set_picture(context, frame);
}

int image_context_enter(struct image_context *context, const struct html_element *element,
                        const struct element_marks *marks)
{
    struct image_frame *frame = push(context);
    if (!frame)
        return -ENOMEM;
    inherit(frame, context->depth > 1 ? frame - 1 : NULL, element);
    frame->draft = NULL;
    frame->name = element->name;
    frame->name_bytes = (uint32_t)element->name_bytes;
    frame->id = marks->id;
    frame->classes = marks->classes;
    frame->tag = element->tag;
    frame->kind_count = 0;
    frame->is_unseen |= marks->is_hidden || is_unseen(element->tag);
    set_surroundings(context, frame, element, marks);
    begin_texts(context, frame, marks);
    return 0;
}

void image_context_leave(struct image_context *context)
{
    const struct image_frame *frame = image_context_top(context);
    if (context->heading_text.depth == context->depth)
        end_heading(context);
    if (context->caption_text.depth == context->depth)
        end_caption(context);
    if ((context->heading_text.depth || context->caption_text.depth) && !is_inline(frame)) {
        gather_add(&context->heading_text, " ");
        gather_add(&context->caption_text, " ");
    }
    context->depth--;
}

static void name_controls(const struct image_surroundings *around)
{
    around->control->has_text = true;
    if (around->link)
        around->link->has_text = true;
}

void image_context_text(struct image_context *context, const char *text)
{
    const struct image_frame *frame = image_context_top(context);
    if (frame->is_unseen)
        return;
    gather_add(&context->heading_text, text);
    gather_add(&context->caption_text, text);
    const struct image_control *control = frame->around.control;
    if (control && !control->has_text && !html_is_blank(text, strlen(text)))
        name_controls(&frame->around);
}
