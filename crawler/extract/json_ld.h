/* The images that a page's linked data (JSON-LD, schema.org) names: image, thumbnail, thumbnailUrl,
 * logo, photo, primaryImageOfPage... and every ImageObject, wherever in the graph. */
#ifndef IMGCRAWL_EXTRACT_JSON_LD_H
#define IMGCRAWL_EXTRACT_JSON_LD_H

#include <stddef.h>

struct arena;

/* As JSON takes about 70 times its size in memory at worst; a longer text gives nothing. */
enum { JSON_LD_MAX_BYTES = 1024 * 1024 };

/* Seeds the hash tables of jansson, which else reads a random device at first use: to be called
 * before the sandbox. */
void json_ld_preload(void);

/* url: as written, white space around it removed; in the arena, NUL-ended. */
typedef void (*json_ld_image_fn)(const char *url, size_t bytes, void *arg);

/* json: the text of one script element, UTF-8. Calls fn for each image, in the order of the text,
 * once however often it is named. The value of a property may be a string, an object (contentUrl,
 * else url, else the node that its @id refers to, else the @id itself), or an array of these. HTML
 * comments and CDATA marks around the text are passed over; broken JSON gives nothing, and of a
 * member given twice the last counts. */
void json_ld_images_each(struct arena *arena, const char *json, size_t bytes, json_ld_image_fn fn,
                         void *arg);

#endif
