/* A page extracted in a test: from HTML to the opened record. */
#ifndef IMGCRAWL_TESTS_EXTRACTED_H
#define IMGCRAWL_TESTS_EXTRACTED_H

#include <stdlib.h>
#include <string.h>

#include "crawler/extract/extract.h"
#include "crawler/extract/record.h"

enum { EXTRACTED_CAPACITY = 16 << 20 };

struct extracted {
    struct page_record record;
    void *out;
    int64_t bytes;
};

static inline struct extracted extract_bytes(const char *html, size_t bytes, const char *base,
                                             size_t capacity)
{
    struct extracted page = {.out = malloc(capacity)};
    struct extractor *extractor = extractor_new();
    const struct extract_input input = {.html = (const unsigned char *)html,
                                        .bytes = bytes,
                                        .base = base,
                                        .content_type = "text/html; charset=utf-8"};
    page.bytes = extract_html(extractor, &input, page.out, capacity);
    extractor_free(extractor);
    if (page.bytes >= 0)
        assert_int_equal(record_open(page.out, (size_t)page.bytes, &page.record), 0);
    return page;
}

/* The page is http://site.test/dir/page. */
static inline struct extracted extract_page(const char *html)
{
    return extract_bytes(html, strlen(html), "http://site.test/dir/page", EXTRACTED_CAPACITY);
}

static inline void extracted_done(struct extracted *page)
{
    if (page->bytes >= 0)
        record_close(&page->record);
    free(page->out);
}

/* expected NULL: absent. */
#define assert_text(text, expected)                                                                \
    do {                                                                                           \
        struct record_text text_ = (text);                                                         \
        const char *expected_ = (expected);                                                        \
        if (!expected_)                                                                            \
            assert_null(text_.data);                                                               \
        else                                                                                       \
            assert_non_null(text_.data);                                                           \
        if (expected_) {                                                                           \
            assert_string_equal(text_.data, expected_);                                            \
            assert_int_equal(text_.bytes, strlen(expected_));                                      \
        }                                                                                          \
    } while (0)

/* A page that grows by repetition; malloced, NUL-ended. */
static inline char *repeated(const char *text, size_t times)
{
    size_t bytes = strlen(text);
    char *page = malloc(bytes * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(page + i * bytes, text, bytes);
    page[bytes * times] = '\0';
    return page;
}

#endif
