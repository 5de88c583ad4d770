/* See dom_path.h. Runs in a parse process, for each element that refers to images. */
#include "crawler/extract/dom_path.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_context.h"

enum { MAX_STEPS = 8, WORD_MAX_BYTES = 48, PATH_CAPACITY = MAX_STEPS * 160 };

struct path {
    size_t bytes;
    char text[PATH_CAPACITY];
};

struct word {
    const char *text;
    size_t bytes;
};

/* --- words --- */

/* The word of the list from text on; bytes 0 at its end. */
static struct word next_word(const char *text)
{
    while (html_is_space(*text))
        text++;
    struct word word = {.text = text};
    while (text[word.bytes] && !html_is_space(text[word.bytes]))
        word.bytes++;
    return word;
}

static bool word_is(const char *word, size_t bytes, const char *name)
{
    return bytes == strlen(name) && !memcmp(word, name, bytes);
}

static bool word_begins(const char *word, size_t bytes, const char *prefix)
{
    return bytes > strlen(prefix) && !memcmp(word, prefix, strlen(prefix));
}

static bool tells_state(const char *word, size_t bytes)
{
    static const char *const states[] = {"active",
                                         "current",
                                         "selected",
                                         "open",
                                         "opened",
                                         "closed",
                                         "collapsed",
                                         "first",
                                         "last",
                                         "odd",
                                         "even",
                                         "hover",
                                         "focus",
                                         "visited",
                                         "show",
                                         "shown",
                                         "hide",
                                         "hidden",
                                         "visible",
                                         "invisible",
                                         "loaded",
                                         "loading",
                                         "lazyloaded",
                                         "lazyloading",
                                         "disabled",
                                         "enabled",
                                         "expanded",
                                         "sticky",
                                         "visually-hidden",
                                         "last-child",
                                         "first-child"};
    static const char *const prefixes[] = {"is-", "has-", "current-", "active-"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (word_is(word, bytes, states[i]))
            return true;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (word_begins(word, bytes, prefixes[i]))
            return true;
    return false;
}

/* A part of a name in which capitals come as they like, like "bdVaJa" in "sc-bdVaJa". */
static bool part_is_made(const char *part, size_t bytes)
{
    unsigned turns = 0;
    for (size_t i = 1; i < bytes; i++)
        turns += islower((unsigned char)part[i - 1]) && isupper((unsigned char)part[i]);
    return bytes >= 5 && bytes <= 8 && turns >= 2;
}

static bool is_made_by_program(const char *word, size_t bytes)
{
    size_t start = 0;
    for (size_t i = 0; i <= bytes; i++) {
        if (i < bytes && word[i] != '-' && word[i] != '_')
            continue;
        if (part_is_made(word + start, i - start))
            return true;
        start = i + 1;
    }
    return word_begins(word, bytes, "css-") || word_begins(word, bytes, "jsx-") ||
           word_begins(word, bytes, "sc-") || word_begins(word, bytes, "svelte-");
}

bool dom_word_is_stable(const char *word, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (isdigit((unsigned char)word[i]))
            return false;
    return bytes && bytes <= WORD_MAX_BYTES && !tells_state(word, bytes) &&
           !is_made_by_program(word, bytes);
}

/* Elements whose ids are mostly parts of the layout. Those of sections, headings and words are
 * anchors into one page's text. */
static bool has_layout_id(const struct image_frame *frame)
{
    static const char *const names[] = {"div",   "header", "footer", "nav",   "main",
                                        "aside", "form",   "ul",     "ol",    "table",
                                        "img",   "svg",    "input",  "button"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (word_is(frame->name, frame->name_bytes, names[i]))
            return true;
    return false;
}

static struct word id_of(const struct image_frame *frame, bool is_place)
{
    struct word id = frame->id ? next_word(frame->id) : (struct word){0};
    if (is_place && id.bytes && !(has_layout_id(frame) && dom_word_is_stable(id.text, id.bytes)))
        id.bytes = 0;
    return id;
}

static struct word class_of(const struct image_frame *frame, bool is_place)
{
    if (!frame->classes)
        return (struct word){0};
    struct word word = next_word(frame->classes);
    for (unsigned i = 0; is_place && word.bytes && i < MAX_STEPS; i++) {
        if (dom_word_is_stable(word.text, word.bytes))
            return word;
        word = next_word(word.text + word.bytes);
    }
    return is_place ? (struct word){0} : word;
}

/* --- path --- */

static void append(struct path *path, const char *text, size_t bytes)
{
    bytes = utf8_cut(text, bytes, WORD_MAX_BYTES);
    for (size_t i = 0; i < bytes; i++)
        path->text[path->bytes++] = (unsigned char)text[i] < ' ' ? '_' : text[i];
}

static void append_name(struct path *path, const struct image_frame *frame)
{
    size_t start = path->bytes;
    append(path, frame->name, frame->name_bytes);
    for (size_t i = start; i < path->bytes; i++)
        path->text[i] = (char)tolower((unsigned char)path->text[i]);
}

static void append_step(struct path *path, const struct image_frame *frame, bool is_place)
{
    struct word id = id_of(frame, is_place);
    struct word class = class_of(frame, is_place);
    char nth[32];
    append_name(path, frame);
    if (id.bytes) {
        append(path, "#", 1);
        append(path, id.text, id.bytes);
        return;
    }
    if (class.bytes) {
        append(path, ".", 1);
        append(path, class.text, class.bytes);
    }
    if (!is_place && frame->nth > 1)
        append(path, nth, (size_t)snprintf(nth, sizeof nth, ":nth-of-type(%u)", frame->nth));
}

static bool is_start(const struct image_frame *frame, bool is_place)
{
    return frame->tag == HTML_MAIN || id_of(frame, is_place).bytes;
}

/* The frame with which the path begins. */
static size_t first_step(const struct image_context *context, bool is_place)
{
    size_t at = context->depth - 1;
    for (unsigned steps = 1; at && steps < MAX_STEPS; steps++) {
        enum html_tag around = context->frames[at - 1].tag;
        if (is_start(&context->frames[at], is_place) || around == HTML_BODY || around == HTML_HTML)
            break;
        at--;
    }
    return at;
}

static const char *make_path(const struct image_context *context, struct arena *arena,
                             bool is_place)
{
    struct path path = {.bytes = 0};
    for (size_t i = first_step(context, is_place); i < context->depth; i++) {
        if (path.bytes)
            append(&path, " > ", 3);
        append_step(&path, &context->frames[i], is_place);
    }
    return arena_strndup(arena, path.text, path.bytes);
}

const char *dom_path(const struct image_context *context, struct arena *arena)
{
    return make_path(context, arena, false);
}

const char *dom_place(const struct image_context *context, struct arena *arena)
{
    return make_path(context, arena, true);
}
