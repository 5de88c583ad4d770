/* What rules find in the markup beside the alt text, and what predicates share. See
 * audit_predicates.h. */
#include "crawler/audit/audit_predicates.h"

#include <string.h>
#include <strings.h>

enum {
    FOLD_POSITION = 20, /* images before it may be on the first screen, however large */
    ICON_PIXELS = 64,   /* one that is no larger hardly matters */
    PLACEHOLDER_BYTES = 256,
    MAX_DIMENSION = 1000000
};

/* --- kinds of references ------------------------------------------------------------------- */

bool audit_is_img(enum image_source source)
{
    return source == IMAGE_SOURCE_IMG || source == IMAGE_SOURCE_SRCSET ||
           source == IMAGE_SOURCE_LAZY_SRC || source == IMAGE_SOURCE_LAZY_SRCSET;
}

bool audit_has_alt(enum image_source source)
{
    return audit_is_img(source) || source == IMAGE_SOURCE_INPUT;
}

bool audit_is_loaded(enum image_source source)
{
    switch (source) {
    case IMAGE_SOURCE_IMAGE_SRC:
    case IMAGE_SOURCE_OG_IMAGE:
    case IMAGE_SOURCE_TWITTER_IMAGE:
    case IMAGE_SOURCE_JSON_LD:
    case IMAGE_SOURCE_LINK:
    case IMAGE_SOURCE_SITEMAP:
        return false;
    default:
        return true;
    }
}

/* --- texts --------------------------------------------------------------------------------- */

bool audit_equals(struct store_text text, const char *word)
{
    return text.data && text.bytes == strlen(word) && strncasecmp(text.data, word, text.bytes) == 0;
}

bool audit_starts_with(struct store_text text, const char *prefix)
{
    size_t bytes = strlen(prefix);
    return text.data && text.bytes >= bytes && strncasecmp(text.data, prefix, bytes) == 0;
}

int64_t audit_dimension(struct store_text value)
{
    const char *at = value.data, *end = at + value.bytes;
    int64_t pixels = 0;
    if (!value.data)
        return 0;
    while (at < end && strchr(" \t\n\f\r", *at))
        at++;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        pixels = pixels >= MAX_DIMENSION ? MAX_DIMENSION : pixels * 10 + (*at - '0');
    while (at < end && (*at == '.' || (*at >= '0' && *at <= '9')))
        at++;
    return at < end && *at == '%' ? 0 : pixels;
}

struct store_text audit_file_name(struct store_text url)
{
    if (!url.data || audit_starts_with(url, "data:"))
        return (struct store_text){0};
    size_t end = 0, begin;
    while (end < url.bytes && url.data[end] != '?' && url.data[end] != '#')
        end++;
    for (begin = end; begin > 0 && url.data[begin - 1] != '/';)
        begin--;
    return begin == end ? (struct store_text){0}
                        : (struct store_text){url.data + begin, end - begin};
}

struct store_text audit_extension(struct store_text file_name)
{
    for (size_t i = file_name.bytes; i > 0; i--) {
        if (file_name.data[i - 1] == '.')
            return (struct store_text){file_name.data + i, file_name.bytes - i};
    }
    return (struct store_text){0};
}

const char *audit_type_of_extension(struct store_text extension)
{
    static const char *const types[][2] = {
        {"jpg", "image/jpeg"},     {"jpeg", "image/jpeg"}, {"jpe", "image/jpeg"},
        {"jfif", "image/jpeg"},    {"png", "image/png"},   {"apng", "image/png"},
        {"gif", "image/gif"},      {"webp", "image/webp"}, {"avif", "image/avif"},
        {"heic", "image/heif"},    {"heif", "image/heif"}, {"svg", "image/svg+xml"},
        {"svgz", "image/svg+xml"}, {"bmp", "image/bmp"},   {"ico", "image/x-icon"},
        {"tif", "image/tiff"},     {"tiff", "image/tiff"}, {"jxl", "image/jxl"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (audit_equals(extension, types[i][0]))
            return types[i][1];
    }
    return NULL;
}

/* --- rules --------------------------------------------------------------------------------- */

bool audit_is_mixed_content(const struct audit_subject *subject)
{
    return subject->page_is_https && audit_is_loaded(subject->source) &&
           audit_starts_with(subject->image->url, "http://");
}

/* What is not shown as it stands: a copy in noscript, a placeholder that gives way. */
static bool is_shown_img(const struct audit_subject *subject)
{
    return subject->is_first && audit_is_img(subject->source) &&
           !(subject->image->flags & IMAGE_NOSCRIPT);
}

/* Without src the element takes no room, so nothing can jump yet. */
bool audit_is_dimensions_missing(const struct audit_subject *subject)
{
    const struct store_image *image = subject->image;
    return is_shown_img(subject) && image->url.data &&
           !(image->width.data && image->width.bytes > 0 && image->height.data &&
             image->height.bytes > 0);
}

static bool is_icon(const struct store_image *image)
{
    int64_t width = audit_dimension(image->width), height = audit_dimension(image->height);
    return width > 0 && height > 0 && width <= ICON_PIXELS && height <= ICON_PIXELS;
}

static bool is_far_down(const struct store_image *image)
{
    bool in_footer = image->landmark && strcmp(image->landmark, "footer") == 0;
    bool on_top = image->landmark &&
                  (strcmp(image->landmark, "header") == 0 || strcmp(image->landmark, "nav") == 0);
    return !on_top && image->position > FOLD_POSITION / (in_footer ? 4u : 1u);
}

/* Nothing is rendered, so only the order can tell; it speaks up late. */
bool audit_is_not_lazy(const struct audit_subject *subject)
{
    const struct store_image *image = subject->image;
    return is_shown_img(subject) && image->url.data && !audit_starts_with(image->url, "data:") &&
           !(image->flags & (IMAGE_LAZY | IMAGE_PLACEHOLDER)) &&
           !audit_equals(image->loading, "lazy") && !is_icon(image) && is_far_down(image);
}

static bool is_placeholder_name(struct store_text name)
{
    static const char *const stems[] = {"blank.",       "spacer.", "placeholder.", "1x1.",
                                        "transparent.", "lazy.",   "lazyload.",    "pixel."};
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        if (audit_starts_with(name, stems[i]))
            return true;
    }
    return false;
}

/* A spacer with alt="" is an old way to lay out a page, and no lost image. */
bool audit_is_placeholder_only(const struct audit_subject *subject)
{
    const struct store_image *image = subject->image;
    bool means_something = strcmp(image->alt_state, "text") == 0 || image->aria_label.bytes > 0;
    bool is_tiny = image->data_bytes > 0 && image->data_bytes <= PLACEHOLDER_BYTES;
    return subject->source == IMAGE_SOURCE_IMG && subject->is_alone && is_shown_img(subject) &&
           means_something && !is_icon(image) &&
           (is_tiny || is_placeholder_name(audit_file_name(image->url)));
}
