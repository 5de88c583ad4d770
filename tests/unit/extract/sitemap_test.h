/* A sitemap read in a test: from bytes to the opened record. */
#ifndef IMGCRAWL_TESTS_SITEMAP_TEST_H
#define IMGCRAWL_TESTS_SITEMAP_TEST_H

#include <stdlib.h>
#include <string.h>

#include "crawler/extract/sitemap.h"
#include "crawler/extract/sitemap_record.h"
#include "tests/unit/extract/extracted.h"

enum { SITEMAP_TEST_CAPACITY = 32 << 20 };

struct sitemap {
    struct sitemap_record record;
    void *out;
    int64_t bytes;
};

static inline struct sitemap sitemap_of(const struct sitemap_input *input, size_t capacity)
{
    struct sitemap sitemap = {.out = malloc(capacity)};
    struct sitemap_reader *reader = sitemap_reader_new();
    sitemap.bytes = sitemap_read(reader, input, sitemap.out, capacity);
    sitemap_reader_free(reader);
    if (sitemap.bytes >= 0)
        assert_int_equal(sitemap_record_open(sitemap.out, (size_t)sitemap.bytes, &sitemap.record),
                         0);
    return sitemap;
}

/* The sitemap is http://site.test/dir/sitemap. */
static inline struct sitemap sitemap_of_bytes(const void *data, size_t bytes)
{
    const struct sitemap_input input = {
        .data = data, .bytes = bytes, .url = "http://site.test/dir/sitemap"};
    return sitemap_of(&input, SITEMAP_TEST_CAPACITY);
}

static inline struct sitemap sitemap_of_text(const char *text)
{
    return sitemap_of_bytes(text, strlen(text));
}

static inline void sitemap_done(struct sitemap *sitemap)
{
    if (sitemap->bytes >= 0)
        sitemap_record_close(&sitemap->record);
    free(sitemap->out);
}

#endif
