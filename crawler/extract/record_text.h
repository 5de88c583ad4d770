/* Strings in flat records: how they lie there, and reading them without trusting the writer.
 *
 * A record is a header, a heap of NUL-ended UTF-8 strings, padding to 8, then rows that name their
 * strings by offset. Page records (record.h) and sitemap records (sitemap_record.h) are such
 * records; both are written through record_block.h. Pure functions.
 */
#ifndef IMGCRAWL_EXTRACT_RECORD_TEXT_H
#define IMGCRAWL_EXTRACT_RECORD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORD_TEXT_MAX_BYTES = 8192, RECORD_ALIGN = 8 };

/* A string of an opened record; data == NULL where what was read has no such thing (absent differs
 * from ""). */
struct record_text {
    const char *data; /* NUL-ended */
    size_t bytes;
};

/* A string as rows and headers name it: offset into the heap, bytes without the NUL. */
struct flat_text {
    uint32_t offset;
    uint32_t bytes;
};

/* The offset of a string that is absent. */
#define FLAT_TEXT_ABSENT UINT32_MAX
extern const struct flat_text record_text_absent;

/* The heap of a record under examination. */
struct record_heap {
    const char *data;
    size_t bytes;
};

/* Whether the heap ends with a NUL and is UTF-8; asked once, before any string is read. */
bool record_heap_holds(const struct record_heap *heap);
/* False where the string does not lie in the heap as one whole string. */
bool record_heap_text(const struct record_heap *heap, struct flat_text flat,
                      struct record_text *ret_text);

bool record_text_starts_with(const struct record_text *text, const char *prefix);
/* Present, and begins with http:// or https://. */
bool record_text_is_web_url(const struct record_text *text);

/* Where the rows begin behind so many bytes of header and heap. */
static inline size_t record_align(size_t bytes)
{
    return (bytes + RECORD_ALIGN - 1) & ~(size_t)(RECORD_ALIGN - 1);
}

#endif
