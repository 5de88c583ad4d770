/* See image_sources_head.h. Runs in a parse process, for each <link> and <meta> of a page. */
#include "crawler/extract/image_sources_head.h"

#include <stddef.h>
#include <strings.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_sources.h"

/* --- link --- */

static void refer(struct image_sources *sources, const struct html_element *element,
                  const char *name, enum image_source source, enum image_ref_kind kind)
{
    const struct html_attribute *attribute = html_attribute(element, name);
    struct image_draft *draft;
    if (!attribute || !attribute->bytes ||
        !(draft = image_sources_draft(sources, IMAGE_KIND_METADATA, element)))
        return;
    image_draft_refer(&sources->drafts, draft, source, kind, attribute->value, attribute->bytes);
}

static void see_preload(struct image_sources *sources, const struct html_element *element)
{
    const struct html_attribute *as = html_attribute(element, "as");
    const struct html_attribute *sizes = html_attribute(element, "imagesizes");
    if (!as || strcasecmp(as->value, "image") != 0)
        return;
    refer(sources, element, "href", IMAGE_SOURCE_PRELOAD, IMAGE_REF_URL);
    refer(sources, element, "imagesrcset", IMAGE_SOURCE_PRELOAD, IMAGE_REF_SRCSET);
    struct image_draft *draft = image_context_top(&sources->context)->draft;
    if (draft && sizes)
        draft->texts.sizes = sizes->value;
}

void image_sources_of_link(struct image_sources *sources, const struct html_element *element)
{
    static const struct {
        const char *rel;
        enum image_source source;
    } rels[] = {{"apple-touch-icon", IMAGE_SOURCE_APPLE_TOUCH_ICON},
                {"apple-touch-icon-precomposed", IMAGE_SOURCE_APPLE_TOUCH_ICON},
                {"icon", IMAGE_SOURCE_ICON},
                {"mask-icon", IMAGE_SOURCE_ICON},
                {"image_src", IMAGE_SOURCE_IMAGE_SRC}};
    const struct html_attribute *rel = html_attribute(element, "rel");
    if (!rel)
        return;
    if (html_has_token(rel->value, "preload"))
        see_preload(sources, element);
    for (size_t i = 0; i < sizeof rels / sizeof *rels; i++)
        if (html_has_token(rel->value, rels[i].rel)) {
            refer(sources, element, "href", rels[i].source, IMAGE_REF_URL);
            return;
        }
}

/* --- meta --- */

enum social_name {
    SOCIAL_OTHER,
    SOCIAL_OG_IMAGE,
    SOCIAL_OG_URL, /* the same image once more */
    SOCIAL_OG_ALT,
    SOCIAL_OG_WIDTH,
    SOCIAL_OG_HEIGHT,
    SOCIAL_OG_TYPE,
    SOCIAL_TWITTER_IMAGE,
    SOCIAL_TWITTER_ALT
};

static enum social_name social_name(const char *name)
{
    static const struct {
        const char *name;
        enum social_name social;
    } names[] = {{"og:image", SOCIAL_OG_IMAGE},
                 {"og:image:url", SOCIAL_OG_URL},
                 {"og:image:secure_url", SOCIAL_OG_URL},
                 {"og:image:alt", SOCIAL_OG_ALT},
                 {"og:image:width", SOCIAL_OG_WIDTH},
                 {"og:image:height", SOCIAL_OG_HEIGHT},
                 {"og:image:type", SOCIAL_OG_TYPE},
                 {"twitter:image", SOCIAL_TWITTER_IMAGE},
                 {"twitter:image:src", SOCIAL_TWITTER_IMAGE},
                 {"twitter:image:alt", SOCIAL_TWITTER_ALT}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcasecmp(name, names[i].name))
            return names[i].social;
    return SOCIAL_OTHER;
}

static struct image_draft *refer_social(struct image_sources *sources,
                                        const struct html_element *element,
                                        const struct html_attribute *content,
                                        enum image_source source)
{
    if (!content->bytes)
        return NULL;
    struct image_draft *draft = image_sources_draft(sources, IMAGE_KIND_SOCIAL, element);
    if (draft)
        image_draft_refer(&sources->drafts, draft, source, IMAGE_REF_URL, content->value,
                          content->bytes);
    return draft;
}

/* A URL beside og:image is a row of its own that shares what is said of the image. */
static void see_og_image(struct image_sources *sources, const struct html_element *element,
                         const struct html_attribute *content, bool is_again)
{
    struct image_draft *before = sources->og;
    struct image_draft *draft = refer_social(sources, element, content, IMAGE_SOURCE_OG_IMAGE);
    if (!draft)
        return;
    draft->texts.alt = sources->og_alt;
    sources->og_alt = NULL;
    if (is_again && before) {
        draft->same_image = before;
        return;
    }
    sources->og = draft;
}

static void see_og_text(struct image_sources *sources, enum social_name name, const char *value)
{
    struct image_texts *texts = sources->og ? &sources->og->texts : NULL;
    if (!texts) {
        if (name == SOCIAL_OG_ALT)
            sources->og_alt = value;
    } else if (name == SOCIAL_OG_ALT) {
        texts->alt = value;
    } else if (name == SOCIAL_OG_WIDTH) {
        texts->width = value;
    } else if (name == SOCIAL_OG_HEIGHT) {
        texts->height = value;
    } else {
        texts->type = value;
    }
}

void image_sources_of_meta(struct image_sources *sources, const struct html_element *element)
{
    const struct html_attribute *content = html_attribute(element, "content");
    const struct html_attribute *name = html_attribute(element, "property");
    if (!name)
        name = html_attribute(element, "name");
    enum social_name social = name && content ? social_name(name->value) : SOCIAL_OTHER;
    switch (social) {
    case SOCIAL_OTHER:
        break;
    case SOCIAL_OG_IMAGE:
    case SOCIAL_OG_URL:
        see_og_image(sources, element, content, social == SOCIAL_OG_URL);
        break;
    case SOCIAL_TWITTER_IMAGE:
        refer_social(sources, element, content, IMAGE_SOURCE_TWITTER_IMAGE);
        break;
    case SOCIAL_TWITTER_ALT:
        sources->twitter_alt = content->value;
        break;
    default:
        see_og_text(sources, social, content->value);
        break;
    }
}

void image_sources_end_head(struct image_sources *sources)
{
    for (struct image_draft *draft = sources->drafts.first; draft; draft = draft->next) {
        if (draft->kind != IMAGE_KIND_SOCIAL)
            continue;
        if (draft->same_image)
            draft->texts = draft->same_image->texts;
        else if (draft->refs && draft->refs->source == IMAGE_SOURCE_TWITTER_IMAGE)
            draft->texts.alt = sources->twitter_alt;
    }
}
