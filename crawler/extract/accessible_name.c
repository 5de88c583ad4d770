/* See accessible_name.h. Runs in a parse process. */
#include "crawler/extract/accessible_name.h"

#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/element_marks.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_draft.h"
#include "crawler/extract/label_texts.h"
#include "crawler/extract/utf8.h"

/* One way to a name; those of each kind of image are asked in order. */
struct candidate {
    const char *text;
    enum name_source source;
};

/* White space at the ends does not count, and in between any is one space. */
static bool set_name(struct image_name *name, const char *text, enum name_source source,
                     struct arena *arena)
{
    if (!mark_is_written(text))
        return false;
    size_t capacity = utf8_cut(text, strlen(text), RECORD_TEXT_MAX_BYTES), bytes = 0;
    char *copy = arena_alloc(arena, capacity + 1);
    if (!copy)
        return false;
    html_append_collapsed(copy, &bytes, capacity, text);
    bytes = utf8_valid_prefix(copy, bytes);
    if (bytes && copy[bytes - 1] == ' ')
        bytes--;
    *name = (struct image_name){.text = copy, .bytes = bytes, .source = source};
    return true;
}

static bool name_by_labels(struct image_name *name, const char *ids,
                           const struct label_texts *labels, struct arena *arena)
{
    char text[RECORD_TEXT_MAX_BYTES + 1];
    if (!labels || !ids)
        return false;
    size_t bytes = label_texts_join(labels, ids, text, RECORD_TEXT_MAX_BYTES);
    text[bytes] = '\0';
    return set_name(name, text, NAME_ARIA_LABELLEDBY, arena);
}

static bool name_by_aria(struct image_name *name, const struct image_draft *draft,
                         const struct label_texts *labels, struct arena *arena)
{
    return name_by_labels(name, draft->texts.aria_labelledby, labels, arena) ||
           set_name(name, draft->texts.aria_label, NAME_ARIA_LABEL, arena);
}

static void name_by_first(struct image_name *name, const struct candidate *candidates, size_t count,
                          struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        if (set_name(name, candidates[i].text, candidates[i].source, arena))
            return;
}

/* What the element says in its own language. */
static void name_by_element(struct image_name *name, const struct image_draft *draft,
                            struct arena *arena)
{
    const struct image_texts *texts = &draft->texts;
    bool is_input = draft->kind == IMAGE_KIND_INPUT;
    if (draft->kind == IMAGE_KIND_SVG) {
        set_name(name, draft->svg_title, NAME_SVG_TITLE, arena);
        return;
    }
    bool has_alt = is_input || draft->kind == IMAGE_KIND_IMG;
    const struct candidate candidates[] = {
        {has_alt ? texts->alt : NULL, NAME_ALT},
        {texts->title, NAME_TITLE},
        {is_input ? texts->value : NULL, NAME_VALUE},
    };
    name_by_first(name, candidates, sizeof candidates / sizeof *candidates, arena);
}

static bool can_be_named(const struct image_draft *draft)
{
    switch (draft->kind) {
    case IMAGE_KIND_IMG:
    case IMAGE_KIND_INPUT:
    case IMAGE_KIND_SVG:
    case IMAGE_KIND_EMBEDDED:
        return true;
    case IMAGE_KIND_BOX: /* its name is its content's unless it says that it is an image */
        return role_is(draft->texts.role, "img") || role_is(draft->texts.role, "image");
    default:
        return false;
    }
}

/* ARIA 1.2, "presentational roles conflict resolution": a name by ARIA overrules the role. */
struct image_name accessible_name(const struct image_draft *draft, const struct label_texts *labels,
                                  struct arena *arena)
{
    struct image_name name = {0};
    if (!can_be_named(draft) || name_by_aria(&name, draft, labels, arena))
        return name;
    if (role_is_presentational(draft->texts.role)) {
        name.is_presentational = true;
        return name;
    }
    name_by_element(&name, draft, arena);
    const char *alt = draft->texts.alt;
    name.is_presentational = !name.text && draft->kind == IMAGE_KIND_IMG && alt && !*alt;
    return name;
}
