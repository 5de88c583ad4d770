/* See image_sources.h. Runs in a parse process, for each element of a page. */
#include "crawler/extract/image_sources.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/dom_path.h"
#include "crawler/extract/element_marks.h"
#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_file_name.h"
#include "crawler/extract/image_lazy.h"
#include "crawler/extract/image_sources_head.h"

void image_sources_begin(struct image_sources *sources, struct arena *arena, const char *html_end)
{
    sources->drafts = (struct image_drafts){.arena = arena};
    sources->og = NULL;
    sources->og_alt = sources->twitter_alt = NULL;
    image_context_begin(&sources->context, arena, html_end);
}

struct image_draft *image_sources_draft(struct image_sources *sources, enum image_kind kind,
                                        const struct html_element *element)
{
    struct image_frame *frame = image_context_top(&sources->context);
    if (frame->draft)
        return frame->draft;
    struct image_surroundings around = image_context_around(&sources->context);
    if (kind == IMAGE_KIND_SOCIAL || kind == IMAGE_KIND_METADATA)
        around = (struct image_surroundings){.flags = around.flags};
    struct image_draft *draft = image_draft_new(&sources->drafts, kind, element, &around);
    if (!draft)
        return NULL;
    draft->dom_path = dom_path(&sources->context, sources->drafts.arena);
    draft->place = dom_place(&sources->context, sources->drafts.arena);
    frame->draft = draft;
    return draft;
}

static void refer(struct image_sources *sources, enum image_kind kind,
                  const struct html_element *element, const char *name, enum image_source source,
                  enum image_ref_kind ref_kind)
{
    const struct html_attribute *attribute = html_attribute(element, name);
    struct image_draft *draft;
    if (attribute && (draft = image_sources_draft(sources, kind, element)))
        image_draft_refer(&sources->drafts, draft, source, ref_kind, attribute->value,
                          attribute->bytes);
}

/* --- elements --- */

static void see_img(struct image_sources *sources, const struct html_element *element)
{
    struct image_draft *draft = image_sources_draft(sources, IMAGE_KIND_IMG, element);
    if (!draft)
        return;
    if (draft->around.picture && !draft->around.picture->img)
        draft->around.picture->img = draft;
    refer(sources, draft->kind, element, "src", IMAGE_SOURCE_IMG, IMAGE_REF_URL);
    refer(sources, draft->kind, element, "srcset", IMAGE_SOURCE_SRCSET, IMAGE_REF_SRCSET);
}

static bool has_value(const struct html_element *element, const char *name, const char *value)
{
    const struct html_attribute *attribute = html_attribute(element, name);
    return attribute && !strcasecmp(attribute->value, value);
}

static void see_input(struct image_sources *sources, const struct html_element *element)
{
    if (!has_value(element, "type", "image"))
        return;
    struct image_draft *draft = image_sources_draft(sources, IMAGE_KIND_INPUT, element);
    if (draft)
        draft->texts.type = NULL; /* of the control, not of an image */
    refer(sources, IMAGE_KIND_INPUT, element, "src", IMAGE_SOURCE_INPUT, IMAGE_REF_URL);
}

/* An icon within a drawing is a part of it. */
static void see_svg(struct image_sources *sources, const struct html_element *element)
{
    if (!image_context_top(&sources->context)->is_in_svg)
        image_sources_draft(sources, IMAGE_KIND_SVG, element);
}

/* SVG 2: href before xlink:href. One that begins with # is a part of this page. */
static void see_svg_image(struct image_sources *sources, const struct html_element *element)
{
    const char *name = html_attribute(element, "href") ? "href" : "xlink:href";
    const struct html_attribute *href = html_attribute(element, name);
    if (href && *href->value != '#')
        refer(sources, IMAGE_KIND_SVG, element, name, IMAGE_SOURCE_SVG_IMAGE, IMAGE_REF_URL);
}

/* The type decides; where none is written, the name does. */
static void see_embedded(struct image_sources *sources, const struct html_element *element,
                         const char *name, enum image_source source)
{
    const struct html_attribute *url = html_attribute(element, name);
    const struct html_attribute *type = html_attribute(element, "type");
    if (!url)
        return;
    bool is_image = type && type->bytes ? !strncasecmp(type->value, "image/", 6)
                                        : !strncasecmp(url->value, "data:image/", 11) ||
                                              image_file_name(url->value, url->bytes);
    if (is_image)
        refer(sources, IMAGE_KIND_EMBEDDED, element, name, source, IMAGE_REF_URL);
}

static void see_video(struct image_sources *sources, const struct html_element *element)
{
    refer(sources, IMAGE_KIND_EMBEDDED, element, "poster", IMAGE_SOURCE_POSTER, IMAGE_REF_URL);
    const struct html_attribute *later = html_attribute(element, "data-poster");
    if (!later)
        return;
    refer(sources, IMAGE_KIND_EMBEDDED, element, "data-poster", IMAGE_SOURCE_POSTER, IMAGE_REF_URL);
    struct image_draft *draft = image_context_top(&sources->context)->draft;
    if (draft)
        draft->has_lazy = true;
}

/* A draft for a text that may follow. */
static void see_text_element(struct image_sources *sources, const struct html_element *element)
{
    struct image_draft *draft = image_sources_draft(sources, IMAGE_KIND_METADATA, element);
    if (draft)
        draft->texts.type = NULL;
}

static void see_script(struct image_sources *sources, const struct html_element *element)
{
    const struct html_attribute *type = html_attribute(element, "type");
    if (type && !strncasecmp(type->value, "application/ld+json", 19))
        see_text_element(sources, element);
}

/* Of another type than CSS it is for scripts (HTML 4.2.6). */
static void see_style(struct image_sources *sources, const struct html_element *element)
{
    const struct html_attribute *type = html_attribute(element, "type");
    if (!type || !*type->value || strcasecmp(type->value, "text/css") == 0)
        see_text_element(sources, element);
}

static void see_link_to_image(struct image_sources *sources, const struct html_element *element)
{
    const struct html_attribute *href = html_attribute(element, "href");
    size_t bytes;
    const char *trimmed = href ? html_trim(href->value, href->bytes, &bytes) : NULL;
    if (trimmed && strncasecmp(trimmed, "data:", 5) != 0 && image_file_name(trimmed, bytes))
        refer(sources, IMAGE_KIND_LINK, element, "href", IMAGE_SOURCE_LINK, IMAGE_REF_URL);
}

static void see_element(struct image_sources *sources, const struct html_element *element)
{
    switch (element->tag) {
    case HTML_IMG:
        see_img(sources, element);
        break;
    case HTML_SOURCE:
        refer(sources, IMAGE_KIND_SOURCE, element, "srcset", IMAGE_SOURCE_PICTURE,
              IMAGE_REF_SRCSET);
        break;
    case HTML_INPUT:
        see_input(sources, element);
        break;
    case HTML_VIDEO:
        see_video(sources, element);
        break;
    case HTML_SVG:
        see_svg(sources, element);
        break;
    case HTML_SVG_IMAGE:
        see_svg_image(sources, element);
        break;
    case HTML_OBJECT:
        see_embedded(sources, element, "data", IMAGE_SOURCE_OBJECT);
        break;
    case HTML_EMBED:
        see_embedded(sources, element, "src", IMAGE_SOURCE_EMBED);
        break;
    case HTML_A:
    case HTML_AREA:
        see_link_to_image(sources, element);
        break;
    case HTML_LINK:
        image_sources_of_link(sources, element);
        break;
    case HTML_META:
        image_sources_of_meta(sources, element);
        break;
    case HTML_SCRIPT:
        see_script(sources, element);
        break;
    case HTML_STYLE:
        see_style(sources, element);
        break;
    default:
        break;
    }
}

/* --- attributes of any element --- */

static enum image_kind kind_of(const struct html_element *element)
{
    switch (element->tag) {
    case HTML_IMG:
        return IMAGE_KIND_IMG;
    case HTML_SOURCE:
        return IMAGE_KIND_SOURCE;
    case HTML_INPUT:
        return has_value(element, "type", "image") ? IMAGE_KIND_INPUT : IMAGE_KIND_BOX;
    default:
        return IMAGE_KIND_BOX;
    }
}

static void refer_css(struct image_sources *sources, struct image_draft *draft,
                      enum image_source source, const char *value)
{
    static const char property[] = "background-image:";
    size_t bytes = strlen(value);
    char *css = arena_alloc(sources->drafts.arena, sizeof property + bytes);
    if (!css)
        return;
    memcpy(css, property, sizeof property - 1);
    memcpy(css + sizeof property - 1, value, bytes + 1);
    image_draft_refer(&sources->drafts, draft, source, IMAGE_REF_CSS, css,
                      sizeof property - 1 + bytes);
}

static void see_lazy(struct image_sources *sources, const struct html_element *element,
                     const struct html_attribute *attribute)
{
    enum image_kind kind = kind_of(element);
    struct lazy_attribute lazy;
    struct image_draft *draft;
    if (!lazy_attribute(attribute, kind != IMAGE_KIND_BOX, &lazy) ||
        !(draft = image_sources_draft(sources, kind, element)))
        return;
    draft->has_lazy = true;
    if (lazy.kind == IMAGE_REF_CSS)
        refer_css(sources, draft, lazy.source, attribute->value);
    else
        image_draft_refer(&sources->drafts, draft, lazy.source, lazy.kind, attribute->value,
                          attribute->bytes);
}

static bool names_images(const char *style)
{
    return strchr(style, '(') &&
           (strcasestr(style, "url") || strcasestr(style, "image") || strcasestr(style, "src"));
}

void image_sources_of_element(struct image_sources *sources, const struct html_element *element,
                              const struct element_marks *marks)
{
    see_element(sources, element);
    for (size_t i = 0; marks->has_data && i < element->attribute_count; i++)
        see_lazy(sources, element, &element->attributes[i]);
    if (marks->style && names_images(marks->style))
        refer(sources, kind_of(element), element, "style", IMAGE_SOURCE_STYLE_ATTRIBUTE,
              IMAGE_REF_CSS);
}

/* --- texts --- */

static void see_title_of_svg(struct image_sources *sources, const char *text)
{
    const struct image_context *context = &sources->context;
    if (context->depth < 2)
        return;
    struct image_draft *draft = context->frames[context->depth - 2].draft;
    if (draft && draft->kind == IMAGE_KIND_SVG && !draft->svg_title)
        draft->svg_title = text;
}

void image_sources_of_text(struct image_sources *sources, const char *text)
{
    const struct image_frame *frame = image_context_top(&sources->context);
    if (frame->tag == HTML_SVG_TITLE)
        see_title_of_svg(sources, text);
    if (!frame->draft)
        return;
    if (frame->tag == HTML_STYLE)
        image_draft_refer(&sources->drafts, frame->draft, IMAGE_SOURCE_STYLE_ELEMENT, IMAGE_REF_CSS,
                          text, strlen(text));
    else if (frame->tag == HTML_SCRIPT)
        image_draft_refer(&sources->drafts, frame->draft, IMAGE_SOURCE_JSON_LD, IMAGE_REF_JSON_LD,
                          text, strlen(text));
}
