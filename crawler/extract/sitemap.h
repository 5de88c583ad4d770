/* Reading one sitemap or feed, whatever the caller: a parse process or `imgcrawl inspect sitemap`.
 */
#ifndef IMGCRAWL_EXTRACT_SITEMAP_H
#define IMGCRAWL_EXTRACT_SITEMAP_H

#include <stddef.h>
#include <stdint.h>

struct sitemap_reader;

/* The sitemap protocol's own limit; what lies behind it, unpacked, is not read. */
enum { SITEMAP_MAX_BYTES = 50 * 1024 * 1024 };

struct sitemap_input {
    const unsigned char *data;
    size_t bytes;
    const char *url;          /* the sitemap's own, absolute; NULL: relative ones are unusable */
    const char *content_type; /* header value or NULL; only its charset is asked for */
};

struct sitemap_reader *sitemap_reader_new(void);
struct sitemap_reader *sitemap_reader_free(struct sitemap_reader *reader);

/* Writes a sitemap record (sitemap_record.h) of at most capacity bytes to out (aligned to 8);
 * returns its bytes, or -ENOMEM, -EINVAL (url is no http or https URL), -E2BIG (not even an empty
 * record fits). */
int64_t sitemap_read(struct sitemap_reader *reader, const struct sitemap_input *input, void *out,
                     size_t capacity);

#endif
