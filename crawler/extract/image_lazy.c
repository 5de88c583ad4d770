/* See image_lazy.h. Runs in a parse process. */
#include "crawler/extract/image_lazy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_file_name.h"

/* By name. */
static const struct lazy_name {
    const char *name;
    enum image_source source;
} lazy_names[] = {
    {"data-background", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-background-image", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-background-src", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bg", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bg-image", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bg-img", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bg-src", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bg-url", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bgimage", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-bgset", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-breeze", IMAGE_SOURCE_LAZY_SRC},
    {"data-cfsrc", IMAGE_SOURCE_LAZY_SRC},
    {"data-defer-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-delayed-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-echo", IMAGE_SOURCE_LAZY_SRC},
    {"data-ezsrc", IMAGE_SOURCE_LAZY_SRC},
    {"data-ezsrcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-flickity-lazyload", IMAGE_SOURCE_LAZY_SRC},
    {"data-flickity-lazyload-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-flickity-lazyload-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-full-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-hi-res-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-high-res-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-hires", IMAGE_SOURCE_LAZY_SRC},
    {"data-image", IMAGE_SOURCE_LAZY_SRC},
    {"data-img", IMAGE_SOURCE_LAZY_SRC},
    {"data-img-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-lazy", IMAGE_SOURCE_LAZY_SRC},
    {"data-lazy-background", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-lazy-bg", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-lazy-original", IMAGE_SOURCE_LAZY_SRC},
    {"data-lazy-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-lazy-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-lazyload", IMAGE_SOURCE_LAZY_SRC},
    {"data-litespeed-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-litespeed-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-nitro-lazy-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-nitro-lazy-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-opt-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-opt-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-orig-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-orig-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-original", IMAGE_SOURCE_LAZY_SRC},
    {"data-original-set", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-original-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-original-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-pagespeed-lazy-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-pagespeed-lazy-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-retina", IMAGE_SOURCE_LAZY_SRC},
    {"data-setbg", IMAGE_SOURCE_LAZY_BACKGROUND},
    {"data-sf-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-sf-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-splide-lazy", IMAGE_SOURCE_LAZY_SRC},
    {"data-splide-lazy-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-src-set", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-srcset", IMAGE_SOURCE_LAZY_SRCSET},
    {"data-url", IMAGE_SOURCE_LAZY_SRC},
    {"data-wpfc-original-src", IMAGE_SOURCE_LAZY_SRC},
    {"data-wpfc-original-srcset", IMAGE_SOURCE_LAZY_SRCSET},
};

static int compare_names(const void *key, const void *member)
{
    return strcmp(key, ((const struct lazy_name *)member)->name);
}

/* IMAGE_SOURCE_COUNT where the name is none of them. "data-src-small" and the like come in any
 * number. */
static enum image_source source_of_name(const char *name)
{
    const struct lazy_name *known =
        bsearch(name, lazy_names, sizeof lazy_names / sizeof *lazy_names, sizeof *lazy_names,
                compare_names);
    if (known)
        return known->source;
    return strncmp(name, "data-src-", 9) ? IMAGE_SOURCE_COUNT : IMAGE_SOURCE_LAZY_SRC;
}

/* No switch like "true", no colour, no JSON, no template's gap. */
static bool is_reference(const char *text, size_t bytes)
{
    if (!bytes || strchr("{[#", *text) || !strncasecmp(text, "rgb", 3) ||
        !strncasecmp(text, "hsl", 3))
        return false;
    return memchr(text, '/', bytes) || memchr(text, '.', bytes);
}

/* In "a.jpg, /b.jpg" are two images, in "a, b.jpg" is one. */
static bool is_list(const char *text)
{
    for (const char *comma = text; (comma = strchr(comma, ',')); comma++)
        if (html_is_space(comma[1]) &&
            (!strncmp(comma + 2, "http", 4) || !strncmp(comma + 2, "/", 1)))
            return true;
    return false;
}

static enum image_ref_kind kind_of(const struct html_attribute *attribute, enum image_source source,
                                   const char *text)
{
    if (source == IMAGE_SOURCE_LAZY_SRCSET || !strcmp(attribute->name, "data-bgset"))
        return IMAGE_REF_SRCSET;
    if (source == IMAGE_SOURCE_LAZY_BACKGROUND && strchr(text, '('))
        return IMAGE_REF_CSS;
    return is_list(text) ? IMAGE_REF_SRCSET : IMAGE_REF_URL;
}

bool lazy_attribute(const struct html_attribute *attribute, bool shows_image,
                    struct lazy_attribute *ret_lazy)
{
    if (strncmp(attribute->name, "data-", 5))
        return false;
    enum image_source source = source_of_name(attribute->name);
    size_t bytes;
    const char *text = html_trim(attribute->value, attribute->bytes, &bytes);
    if (source == IMAGE_SOURCE_COUNT || !is_reference(text, bytes))
        return false;
    bool is_known = strncmp(attribute->name, "data-src-", 9) != 0;
    enum image_ref_kind kind = kind_of(attribute, source, text);
    if (source != IMAGE_SOURCE_LAZY_BACKGROUND && !(shows_image && is_known) &&
        kind != IMAGE_REF_SRCSET && !image_file_name(text, bytes))
        return false;
    *ret_lazy = (struct lazy_attribute){.source = source, .kind = kind};
    return true;
}
