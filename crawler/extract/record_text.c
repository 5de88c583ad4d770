/* Reading the strings of a flat record; see record_text.h. Runs in the parent, on bytes that a
 * parse process wrote. Matched by record_block.c. */
#include "crawler/extract/record_text.h"

#include <string.h>

#include "crawler/extract/utf8.h"

const struct flat_text record_text_absent = {FLAT_TEXT_ABSENT, 0};

/* Checked once as a whole, so that strings need no more than their ends checked. */
bool record_heap_holds(const struct record_heap *heap)
{
    return !heap->bytes || (heap->data[heap->bytes - 1] == '\0' &&
                            utf8_valid_prefix(heap->data, heap->bytes) == heap->bytes);
}

/* A string begins the heap or follows a NUL, ends with one, and holds none: so it is valid UTF-8
 * because the heap is. */
bool record_heap_text(const struct record_heap *heap, struct flat_text flat,
                      struct record_text *ret_text)
{
    if (flat.offset == FLAT_TEXT_ABSENT) {
        *ret_text = (struct record_text){NULL, 0};
        return flat.bytes == 0;
    }
    if (flat.bytes > RECORD_TEXT_MAX_BYTES || (uint64_t)flat.offset + flat.bytes >= heap->bytes)
        return false;
    const char *data = heap->data + flat.offset;
    if ((flat.offset && data[-1]) || data[flat.bytes] || memchr(data, '\0', flat.bytes))
        return false;
    *ret_text = (struct record_text){data, flat.bytes};
    return true;
}

bool record_text_starts_with(const struct record_text *text, const char *prefix)
{
    size_t bytes = strlen(prefix);
    return text->bytes >= bytes && !memcmp(text->data, prefix, bytes);
}

bool record_text_is_web_url(const struct record_text *text)
{
    return text->data &&
           (record_text_starts_with(text, "http://") || record_text_starts_with(text, "https://"));
}
