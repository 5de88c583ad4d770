/* Fuzzing extraction: whatever the page, its record opens, and what its images say holds together.
 * The first byte chooses the content type. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "crawler/extract/extract.h"
#include "crawler/extract/record.h"

enum { CAPACITY = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *const content_types[] = {
    "text/html; charset=utf-8", NULL, "text/html; charset=iso-8859-1",
    "text/html; charset=shift_jis", "text/html; charset=utf-16le"};

/* What no page can bring about. */
static bool is_absurd(const struct page_record *record, const struct record_image *image)
{
    bool in_control = (image->flags & (IMAGE_LINK_ONLY | IMAGE_IN_BUTTON)) != 0;
    bool has_url = image->raw.data && image->url.data;
    return (image->source == IMAGE_SOURCE_SVG && has_url) ||
           (image->source == IMAGE_SOURCE_LINK && (in_control || image->link.data)) ||
           ((image->flags & IMAGE_PRESENTATIONAL) && image->name.data) ||
           ((image->flags & IMAGE_PLACEHOLDER) && !(image->flags & IMAGE_LAZY)) ||
           (image->url.data && !image->raw.data && !(record->flags & RECORD_TRUNCATED));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct extractor *extractor;
    static void *out;
    if (!bytes)
        return 0;
    if (!extractor) {
        extractor = extractor_new();
        out = malloc(CAPACITY);
    }
    const struct extract_input input = {
        .html = data + 1,
        .bytes = bytes - 1,
        .base = data[0] & 0x80 ? NULL : "http://host.test/path/page?query",
        .content_type = content_types[data[0] % (sizeof content_types / sizeof *content_types)],
    };
    int64_t written = extract_html(extractor, &input, out, data[0] & 0x40 ? 512 : CAPACITY);
    struct page_record record;
    if (written < 0 || record_open(out, (size_t)written, &record) < 0)
        abort();
    for (uint32_t i = 0; i < record.image_count; i++)
        if (is_absurd(&record, &record.images[i]))
            abort();
    record_close(&record);
    return 0;
}
