/* Fuzzing extraction: whatever the page, its record opens. The first byte chooses the content type.
 */
#include <stdint.h>
#include <stdlib.h>

#include "crawler/extract/extract.h"
#include "crawler/extract/record.h"

enum { CAPACITY = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *const content_types[] = {
    "text/html; charset=utf-8", NULL, "text/html; charset=iso-8859-1",
    "text/html; charset=shift_jis", "text/html; charset=utf-16le"};

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
    record_close(&record);
    return 0;
}
