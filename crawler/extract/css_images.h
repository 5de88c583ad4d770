/* The images that CSS names: url(), src(), image() and image-set() in the declarations of a style
 * sheet, a declaration list or a style attribute (CSS Images Level 4, CSS Values Level 4 "url"). */
#ifndef IMGCRAWL_EXTRACT_CSS_IMAGES_H
#define IMGCRAWL_EXTRACT_CSS_IMAGES_H

#include <stddef.h>

struct arena;

/* url: what the reference means, escapes resolved, not yet an absolute URL; may be a data: URI. A
 * slice of the style sheet or in the arena. Not NUL-ended. */
typedef void (*css_image_fn)(const char *url, size_t bytes, void *arg);

/* css: UTF-8. Calls fn for each reference in order, as often as it stands there. Not images, and so
 * not told: what is said before the block of an @rule (@import, @namespace, @supports), fonts and
 * colour profiles, references within the document ("#id"), and properties that name an SVG element
 * or a script (filter, clip-path, behavior...). Whether a declaration is valid is not judged. Stops
 * where brackets are nested absurdly deep or the arena is full. Linear. */
void css_images_each(struct arena *arena, const char *css, size_t bytes, css_image_fn fn,
                     void *arg);

#endif
