/* The names of what a page record says by number, for answers, files and people. */
#include <stddef.h>

#include "crawler/extract/record.h"

const char *alt_state_name(enum alt_state state)
{
    static const char *const names[] = {
        [ALT_MISSING] = "missing",
        [ALT_EMPTY] = "empty",
        [ALT_WHITESPACE] = "whitespace",
        [ALT_TEXT] = "text",
        [ALT_NOT_APPLICABLE] = "not_applicable",
    };
    _Static_assert(sizeof names / sizeof *names == ALT_STATE_COUNT, "each state has its name");
    return names[state];
}

const char *image_source_name(enum image_source source)
{
    static const char *const names[] = {
        [IMAGE_SOURCE_IMG] = "img",
        [IMAGE_SOURCE_SRCSET] = "srcset",
        [IMAGE_SOURCE_PICTURE] = "picture",
        [IMAGE_SOURCE_LAZY_SRC] = "lazy_src",
        [IMAGE_SOURCE_LAZY_SRCSET] = "lazy_srcset",
        [IMAGE_SOURCE_LAZY_BACKGROUND] = "lazy_background",
        [IMAGE_SOURCE_INPUT] = "input",
        [IMAGE_SOURCE_POSTER] = "poster",
        [IMAGE_SOURCE_SVG_IMAGE] = "svg_image",
        [IMAGE_SOURCE_SVG] = "svg",
        [IMAGE_SOURCE_OBJECT] = "object",
        [IMAGE_SOURCE_EMBED] = "embed",
        [IMAGE_SOURCE_STYLE_ATTRIBUTE] = "style_attribute",
        [IMAGE_SOURCE_STYLE_ELEMENT] = "style_element",
        [IMAGE_SOURCE_STYLE_SHEET] = "style_sheet",
        [IMAGE_SOURCE_ICON] = "icon",
        [IMAGE_SOURCE_APPLE_TOUCH_ICON] = "apple_touch_icon",
        [IMAGE_SOURCE_PRELOAD] = "preload",
        [IMAGE_SOURCE_IMAGE_SRC] = "image_src",
        [IMAGE_SOURCE_OG_IMAGE] = "og_image",
        [IMAGE_SOURCE_TWITTER_IMAGE] = "twitter_image",
        [IMAGE_SOURCE_JSON_LD] = "json_ld",
        [IMAGE_SOURCE_LINK] = "link",
        [IMAGE_SOURCE_SITEMAP] = "sitemap",
    };
    _Static_assert(sizeof names / sizeof *names == IMAGE_SOURCE_COUNT, "each source has its name");
    return names[source];
}

const char *landmark_name(enum landmark landmark)
{
    static const char *const names[] = {
        [LANDMARK_NONE] = NULL,   [LANDMARK_HEADER] = "header", [LANDMARK_NAV] = "nav",
        [LANDMARK_MAIN] = "main", [LANDMARK_ASIDE] = "aside",   [LANDMARK_FOOTER] = "footer",
    };
    _Static_assert(sizeof names / sizeof *names == LANDMARK_COUNT, "each landmark has its name");
    return names[landmark];
}

const char *name_source_name(enum name_source source)
{
    static const char *const names[] = {
        [NAME_NONE] = NULL,
        [NAME_ARIA_LABELLEDBY] = "aria-labelledby",
        [NAME_ARIA_LABEL] = "aria-label",
        [NAME_ALT] = "alt",
        [NAME_TITLE] = "title",
        [NAME_SVG_TITLE] = "svg_title",
        [NAME_VALUE] = "value",
    };
    _Static_assert(sizeof names / sizeof *names == NAME_SOURCE_COUNT, "each source has its name");
    return names[source];
}

const char *image_flag_name(uint32_t flag)
{
    switch ((enum image_flags)flag) {
    case IMAGE_LINK_ONLY:
        return "link_only";
    case IMAGE_IN_BUTTON:
        return "in_button";
    case IMAGE_ARIA_HIDDEN:
        return "aria_hidden";
    case IMAGE_PRESENTATIONAL:
        return "presentational";
    case IMAGE_NOSCRIPT:
        return "noscript";
    case IMAGE_PLACEHOLDER:
        return "placeholder";
    case IMAGE_LAZY:
        return "lazy";
    default:
        return NULL;
    }
}
