/* See image_rows.h. Runs in a parse process, at the end of a page. */
#include "crawler/extract/image_rows.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/accessible_name.h"
#include "crawler/extract/css_images.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_lazy.h"
#include "crawler/extract/image_url.h"
#include "crawler/extract/json_ld.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record_writer.h"
#include "crawler/extract/srcset.h"

struct image_rows {
    struct page_context *page;
    struct lazy_stand_ins *stand_ins;
    struct shared_text place; /* of the row before: mostly that of the next */
    uint32_t places;          /* elements with rows so far */
};

/* One reference's rows in the making. */
struct reference {
    struct image_rows *rows;
    struct image_draft *draft;
    const struct image_ref *ref;
    uint32_t count; /* rows of the draft so far */
};

enum alt_state image_alt_state(const char *alt, size_t bytes)
{
    if (!alt)
        return ALT_MISSING;
    if (!bytes)
        return ALT_EMPTY;
    return html_is_blank(alt, bytes) ? ALT_WHITESPACE : ALT_TEXT;
}

/* --- what the rows of an element have in common --- */

static struct flat_text write_text(struct page_context *page, const char *text)
{
    return record_writer_text(page->writer, text, text ? strlen(text) : 0);
}

static struct flat_text write_shared(struct page_context *page, struct shared_text *shared)
{
    if (!shared->is_written)
        shared->flat = write_text(page, shared->text);
    shared->is_written = true;
    return shared->flat;
}

static struct flat_text write_link(struct page_context *page, struct image_control *link)
{
    if (!link->is_resolved) {
        link->url = record_text_absent;
        if (page_resolve(page, link->href, link->href_bytes, &page->scratch) == URL_OK)
            link->url = record_writer_text(page->writer, page->scratch.href, page->scratch.length);
    }
    link->is_resolved = true;
    return link->url;
}

/* Of its own figure, or of the one around that. */
static struct flat_text write_caption(struct page_context *page, struct image_figure *figure)
{
    while (figure && !figure->caption.text)
        figure = figure->parent;
    return figure ? write_shared(page, &figure->caption) : record_text_absent;
}

static struct flat_text write_place(struct image_rows *rows, const char *place)
{
    if (!place || !rows->place.text || strcmp(place, rows->place.text) != 0)
        rows->place = (struct shared_text){.text = place};
    return write_shared(rows->page, &rows->place);
}

static void set_alt(struct page_context *page, struct flat_image *row,
                    const struct image_draft *draft)
{
    const char *alt = draft->texts.alt;
    bool must_have_one = draft->kind == IMAGE_KIND_IMG || draft->kind == IMAGE_KIND_INPUT;
    bool may_have_one = draft->kind == IMAGE_KIND_SOCIAL && alt;
    row->alt_state = ALT_NOT_APPLICABLE;
    if (!must_have_one && !may_have_one)
        return;
    row->alt = write_text(page, alt);
    row->alt_state =
        (uint8_t)(row->alt.offset == FLAT_TEXT_ABSENT ? ALT_MISSING
                                                      : image_alt_state(alt, row->alt.bytes));
}

static void set_texts(struct page_context *page, struct flat_image *row,
                      const struct image_draft *draft)
{
    const struct image_texts *texts = &draft->texts;
    set_alt(page, row, draft);
    row->title = write_text(page, texts->title);
    row->width = write_text(page, texts->width);
    row->height = write_text(page, texts->height);
    row->loading = write_text(page, texts->loading);
    row->sizes = write_text(page, texts->sizes);
    row->media = write_text(page, texts->media);
    row->type = write_text(page, texts->type);
    row->aria_label = write_text(page, texts->aria_label);
    row->role = write_text(page, texts->role);
    row->name = record_writer_text(page->writer, draft->name.text, draft->name.bytes);
    row->name_source =
        (uint8_t)(row->name.offset == FLAT_TEXT_ABSENT ? NAME_NONE : draft->name.source);
}

static void set_surroundings(struct image_rows *rows, struct flat_image *row,
                             const struct image_draft *draft)
{
    const struct image_surroundings *around = &draft->around;
    if (around->link)
        row->link = write_link(rows->page, around->link);
    row->caption = write_caption(rows->page, around->figure);
    if (around->heading)
        row->heading = write_shared(rows->page, &around->heading->text);
    row->landmark = (uint8_t)around->landmark;
    row->dom_path = write_text(rows->page, draft->dom_path);
    row->place = write_place(rows, draft->place);
}

/* --- flags --- */

static bool names_its_control(const struct image_draft *draft)
{
    return draft->name.text && !(draft->around.flags & IMAGE_ARIA_HIDDEN);
}

static unsigned side_of(const struct image_draft *draft)
{
    return (draft->around.flags & IMAGE_NOSCRIPT) != 0;
}

/* draft: the image that would name the control. */
static bool is_all_there_is(const struct image_draft *draft)
{
    const struct image_control *control = draft->around.control;
    if (!control || control->is_named || control->has_text)
        return false;
    return control->named_images[side_of(draft)] == (names_its_control(draft) ? 1 : 0);
}

static uint32_t flags_of(const struct image_draft *draft)
{
    uint32_t flags = draft->around.flags;
    if (draft->around.control && !draft->around.control->href)
        flags |= IMAGE_IN_BUTTON;
    if (is_all_there_is(draft))
        flags |= IMAGE_LINK_ONLY;
    if (draft->name.is_presentational)
        flags |= IMAGE_PRESENTATIONAL;
    if (draft->has_lazy || (draft->texts.loading && !strcasecmp(draft->texts.loading, "lazy")))
        flags |= IMAGE_LAZY;
    return flags;
}

/* --- the row that is common to an element's references --- */

static const struct flat_image *shared_row(struct image_rows *rows, struct image_draft *draft)
{
    if (draft->has_shared_row)
        return &draft->shared_row;
    struct flat_image row = record_writer_no_image();
    set_texts(rows->page, &row, draft);
    set_surroundings(rows, &row, draft);
    row.flags = (uint16_t)flags_of(draft);
    draft->shared_row = row;
    draft->has_shared_row = true;
    return &draft->shared_row;
}

/* A picture's source shows its picture's img: of its own it has what chooses it. */
static struct flat_image source_row(struct image_rows *rows, struct image_draft *draft)
{
    struct image_draft *img = draft->around.picture ? draft->around.picture->img : NULL;
    if (!img)
        return *shared_row(rows, draft);
    struct page_context *page = rows->page;
    struct flat_image row = *shared_row(rows, img);
    row.sizes = write_text(page, draft->texts.sizes);
    row.media = write_text(page, draft->texts.media);
    row.type = write_text(page, draft->texts.type);
    if (draft->texts.width)
        row.width = write_text(page, draft->texts.width);
    if (draft->texts.height)
        row.height = write_text(page, draft->texts.height);
    row.dom_path = write_text(page, draft->dom_path);
    row.place = write_place(rows, draft->place);
    if (draft->has_lazy)
        row.flags |= IMAGE_LAZY;
    return row;
}

static struct flat_image element_row(struct image_rows *rows, struct image_draft *draft)
{
    if (draft->kind != IMAGE_KIND_SOURCE)
        return *shared_row(rows, draft);
    if (!draft->has_shared_row)
        draft->shared_row = source_row(rows, draft);
    draft->has_shared_row = true;
    return draft->shared_row;
}

/* What an element shows behind its contents is none of what its alt or its name tells. */
static void make_background(struct flat_image *row, const struct image_draft *draft)
{
    row->alt = record_text_absent;
    row->alt_state = ALT_NOT_APPLICABLE;
    if (draft->kind == IMAGE_KIND_BOX)
        return;
    row->name = record_text_absent;
    row->name_source = NAME_NONE;
    row->flags &= (uint16_t) ~(IMAGE_PRESENTATIONAL | IMAGE_LINK_ONLY);
}

/* A link is in no link. */
static void make_link(struct flat_image *row)
{
    row->link = record_text_absent;
    row->flags &= (uint16_t) ~(IMAGE_LINK_ONLY | IMAGE_IN_BUTTON);
}

/* --- rows --- */

static bool can_be_stand_in(enum image_source source)
{
    return source == IMAGE_SOURCE_IMG || source == IMAGE_SOURCE_SRCSET ||
           source == IMAGE_SOURCE_PICTURE || source == IMAGE_SOURCE_INPUT;
}

static struct flat_image begin_row(struct reference *reference, enum image_source source)
{
    struct image_rows *rows = reference->rows;
    struct flat_image row = element_row(rows, reference->draft);
    if (!reference->count++)
        rows->places++;
    row.position = rows->places;
    row.source = (uint16_t)source;
    if (source == IMAGE_SOURCE_STYLE_ATTRIBUTE || source == IMAGE_SOURCE_LAZY_BACKGROUND)
        make_background(&row, reference->draft);
    if (source == IMAGE_SOURCE_LINK)
        make_link(&row);
    return row;
}

static void add_reference(struct reference *reference, const char *url, size_t bytes,
                          const struct srcset_candidate *candidate)
{
    struct image_rows *rows = reference->rows;
    enum image_source source = reference->ref->source;
    if (!record_writer_takes_images(rows->page->writer))
        return;
    struct flat_image row = begin_row(reference, source);
    image_url_set(rows->page, &row, url, bytes);
    if (candidate && candidate->descriptor_bytes)
        row.descriptor = record_writer_text(rows->page->writer, candidate->descriptor,
                                            candidate->descriptor_bytes);
    if (can_be_stand_in(source) && lazy_is_stand_in(rows->stand_ins, reference->draft, url, bytes))
        row.flags |= IMAGE_PLACEHOLDER;
    record_writer_image(rows->page->writer, &row);
}

static void add_candidate(const struct srcset_candidate *candidate, void *arg)
{
    add_reference(arg, candidate->url, candidate->url_bytes, candidate);
}

static void add_url(const char *url, size_t bytes, void *arg)
{
    add_reference(arg, url, bytes, NULL);
}

static void add_rows_of(struct reference *reference)
{
    const struct image_ref *ref = reference->ref;
    struct arena *arena = reference->rows->page->arena;
    switch (ref->kind) {
    case IMAGE_REF_URL:
        add_reference(reference, ref->text, ref->bytes, NULL);
        break;
    case IMAGE_REF_SRCSET:
        srcset_parse(ref->text, ref->bytes, add_candidate, reference);
        break;
    case IMAGE_REF_CSS:
        css_images_each(arena, ref->text, ref->bytes, add_url, reference);
        break;
    case IMAGE_REF_JSON_LD:
        json_ld_images_each(arena, ref->text, ref->bytes, add_url, reference);
        break;
    }
}

/* An element that is an image has a row even where it refers to none. */
static bool source_without_url(const struct image_draft *draft, enum image_source *ret_source)
{
    switch (draft->kind) {
    case IMAGE_KIND_IMG:
        *ret_source = IMAGE_SOURCE_IMG;
        return true;
    case IMAGE_KIND_INPUT:
        *ret_source = IMAGE_SOURCE_INPUT;
        return true;
    case IMAGE_KIND_SVG:
        *ret_source = IMAGE_SOURCE_SVG;
        return true;
    default:
        return false;
    }
}

/* Where a background is all that an element has, it is still without an image of its own. */
static bool has_own_reference(const struct image_draft *draft)
{
    for (const struct image_ref *ref = draft->refs; ref; ref = ref->next)
        if (ref->source != IMAGE_SOURCE_STYLE_ATTRIBUTE &&
            ref->source != IMAGE_SOURCE_LAZY_BACKGROUND)
            return true;
    return false;
}

static void write_draft(struct image_rows *rows, struct image_draft *draft)
{
    struct record_writer *writer = rows->page->writer;
    struct reference reference = {.rows = rows, .draft = draft};
    enum image_source source;
    if (!record_writer_takes_images(writer)) {
        rows->places++;
        return;
    }
    for (reference.ref = draft->refs; reference.ref; reference.ref = reference.ref->next)
        add_rows_of(&reference);
    if ((!reference.count || !has_own_reference(draft)) && source_without_url(draft, &source)) {
        struct flat_image row = begin_row(&reference, source);
        record_writer_image(writer, &row);
    }
}

/* --- names --- */

static void name_drafts(struct image_drafts *drafts, const struct label_texts *labels)
{
    for (struct image_draft *draft = drafts->first; draft; draft = draft->next) {
        draft->name = accessible_name(draft, labels, drafts->arena);
        struct image_surroundings *around = &draft->around;
        if (!names_its_control(draft) || !around->control)
            continue;
        around->control->named_images[side_of(draft)]++;
        if (around->link && around->link != around->control)
            around->link->named_images[side_of(draft)]++;
    }
}

uint32_t image_rows_write(struct page_context *page, struct image_drafts *drafts,
                          const struct label_texts *labels)
{
    struct image_rows rows = {.page = page};
    rows.stand_ins = lazy_stand_ins_of(drafts);
    name_drafts(drafts, labels);
    for (struct image_draft *draft = drafts->first; draft; draft = draft->next)
        write_draft(&rows, draft);
    if (drafts->left_out)
        record_writer_flag(page->writer, RECORD_TRUNCATED);
    return rows.places + drafts->left_out;
}
