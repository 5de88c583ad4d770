/* See label_texts.h. Runs in a parse process.
 *
 * First the ids that any list names go into a table. Then one walk writes the text of the wanted
 * elements into one buffer, each text once: a label within a label is a part of the other's.
 */
#include "crawler/extract/label_texts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <xxhash.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/element_marks.h"
#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_draft.h"
#include "crawler/extract/utf8.h"

enum {
    MAX_LABELS = 1 << 15, /* of a page; further ids name nothing */
    FIRST_SLOTS = 64,
    MAX_IDS = 64, /* of one list */
    MAX_TEXT_BYTES = 1 << 20,
    FIRST_TEXT_BYTES = 4096
};

struct label {
    const char *id;
    size_t id_bytes;
    const char *aria_label; /* says all, where there is one */
    size_t start, end;      /* in the text */
    size_t depth;           /* of the open element; 0: not met */
    struct label *around;   /* while it is open */
};

struct label_texts {
    struct arena *arena;
    struct label *slots;
    size_t slot_count, used;
    char *text;
    size_t text_bytes, text_capacity;
    struct label *open;
    size_t depth, unseen_depth;
};

/* --- ids --- */

struct id_list {
    const char *rest;
    const char *id;
    size_t bytes;
    unsigned count;
};

static bool next_id(struct id_list *list)
{
    while (html_is_space(*list->rest))
        list->rest++;
    list->id = list->rest;
    while (*list->rest && !html_is_space(*list->rest))
        list->rest++;
    list->bytes = (size_t)(list->rest - list->id);
    return list->bytes && list->count++ < MAX_IDS;
}

static struct label *find(const struct label_texts *labels, const char *id, size_t bytes)
{
    size_t mask = labels->slot_count - 1;
    for (size_t i = XXH3_64bits(id, bytes) & mask;; i = (i + 1) & mask) {
        struct label *label = &labels->slots[i];
        if (!label->id || (label->id_bytes == bytes && !memcmp(label->id, id, bytes)))
            return label;
    }
}

static int make_slots(struct label_texts *labels, size_t count)
{
    struct label_texts old = *labels;
    labels->slots = arena_alloc(labels->arena, count * sizeof *labels->slots);
    if (!labels->slots)
        return -ENOMEM;
    memset(labels->slots, 0, count * sizeof *labels->slots);
    labels->slot_count = count;
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].id)
            *find(labels, old.slots[i].id, old.slots[i].id_bytes) = old.slots[i];
    return 0;
}

static int want(struct label_texts *labels, const char *id, size_t bytes)
{
    struct label *label = find(labels, id, bytes);
    if (label->id || labels->used == MAX_LABELS)
        return 0;
    *label = (struct label){.id = id, .id_bytes = bytes};
    return ++labels->used < labels->slot_count / 2 ? 0 : make_slots(labels, 2 * labels->slot_count);
}

static int want_all(struct label_texts *labels, const struct image_drafts *drafts)
{
    for (const struct image_draft *draft = drafts->first; draft; draft = draft->next) {
        if (!draft->texts.aria_labelledby)
            continue;
        struct id_list list = {.rest = draft->texts.aria_labelledby};
        while (next_id(&list))
            if (want(labels, list.id, list.bytes) < 0)
                return -ENOMEM;
    }
    return 0;
}

/* --- the walk --- */

static void make_room(struct label_texts *labels, size_t bytes)
{
    size_t capacity = labels->text_capacity ? labels->text_capacity : FIRST_TEXT_BYTES;
    while (capacity < labels->text_bytes + bytes && capacity < MAX_TEXT_BYTES)
        capacity *= 2;
    if (capacity == labels->text_capacity)
        return;
    char *text = arena_alloc(labels->arena, capacity);
    if (!text)
        return;
    if (labels->text_bytes)
        memcpy(text, labels->text, labels->text_bytes);
    labels->text = text;
    labels->text_capacity = capacity;
}

static void add_text(struct label_texts *labels, const char *text)
{
    if (!labels->open || labels->unseen_depth)
        return;
    make_room(labels, strlen(text));
    html_append_collapsed(labels->text, &labels->text_bytes, labels->text_capacity, text);
}

static void open_label(struct label_texts *labels, const struct html_attribute *id,
                       const struct element_marks *marks)
{
    struct label *label = find(labels, id->value, id->bytes);
    if (!label->id || label->depth)
        return;
    label->depth = labels->depth;
    label->start = label->end = labels->text_bytes;
    label->aria_label = mark_is_written(marks->aria_label) ? marks->aria_label : NULL;
    label->around = labels->open;
    labels->open = label;
}

static bool is_script(enum html_tag tag)
{
    return tag == HTML_SCRIPT || tag == HTML_STYLE;
}

static bool see_start(const struct html_element *element, void *arg)
{
    struct label_texts *labels = arg;
    struct element_marks marks;
    labels->depth++;
    element_marks_read(element, &marks);
    const struct html_attribute *id = marks.id ? html_attribute(element, "id") : NULL;
    const struct html_attribute *alt =
        element->tag == HTML_IMG ? html_attribute(element, "alt") : NULL;
    if (id)
        open_label(labels, id, &marks);
    bool is_label = labels->open && labels->open->depth == labels->depth; /* hidden ones count */
    if ((is_script(element->tag) || (marks.is_hidden && !is_label)) && !labels->unseen_depth)
        labels->unseen_depth = labels->depth;
    if (alt)
        add_text(labels, alt->value);
    return true;
}

static void see_end(enum html_tag tag, void *arg)
{
    struct label_texts *labels = arg;
    if (labels->open && labels->open->depth == labels->depth) {
        labels->open->end = labels->text_bytes;
        labels->open = labels->open->around;
    }
    if (tag == HTML_OTHER)
        add_text(labels, " ");
    if (labels->unseen_depth == labels->depth)
        labels->unseen_depth = 0;
    labels->depth--;
}

static void see_text(const char *text, void *arg)
{
    add_text(arg, text);
}

int label_texts_read(const struct image_drafts *drafts, const struct html_document *document,
                     struct label_texts **ret_labels)
{
    struct label_texts *labels = arena_alloc(drafts->arena, sizeof *labels);
    if (!labels)
        return -ENOMEM;
    *labels = (struct label_texts){.arena = drafts->arena};
    if (make_slots(labels, FIRST_SLOTS) < 0 || want_all(labels, drafts) < 0)
        return -ENOMEM;
    const struct html_events events = {
        .start = see_start, .end = see_end, .text = see_text, .arg = labels};
    int rc = html_document_walk(document, &events);
    if (rc == 0)
        *ret_labels = labels;
    return rc;
}

/* --- answers --- */

static void append(char *text, size_t *bytes, size_t capacity, const char *more, size_t more_bytes)
{
    size_t room = capacity - *bytes;
    more_bytes = utf8_cut(more, more_bytes, room);
    memcpy(text + *bytes, more, more_bytes);
    *bytes += more_bytes;
}

static void append_label(const struct label_texts *labels, const struct label *label, char *text,
                         size_t *bytes, size_t capacity)
{
    const char *own = label->aria_label;
    size_t own_bytes = own ? strlen(own) : label->end - label->start;
    if (!own && own_bytes)
        own = labels->text + label->start;
    if (!own_bytes)
        return;
    if (*bytes)
        append(text, bytes, capacity, " ", 1);
    append(text, bytes, capacity, own, own_bytes);
}

size_t label_texts_join(const struct label_texts *labels, const char *ids, char *ret_text,
                        size_t capacity)
{
    struct id_list list = {.rest = ids};
    size_t bytes = 0;
    while (bytes < capacity && next_id(&list)) {
        const struct label *label = find(labels, list.id, list.bytes);
        if (label->id)
            append_label(labels, label, ret_text, &bytes, capacity);
    }
    bytes = utf8_valid_prefix(ret_text, bytes);
    return html_is_blank(ret_text, bytes) ? 0 : bytes;
}
