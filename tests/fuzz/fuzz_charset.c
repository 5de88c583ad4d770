/* Fuzzing encodings: "CONTENT-TYPE\nPAGE". Whatever a page claims to be, it becomes well-formed
 * UTF-8. */
#include <stdint.h>
#include <string.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset.h"
#include "crawler/extract/utf8.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    char content_type[256] = "";
    const uint8_t *line_end = bytes ? memchr(data, '\n', bytes) : NULL;
    size_t header_bytes = line_end ? (size_t)(line_end - data) : 0;
    if (header_bytes < sizeof content_type)
        memcpy(content_type, data, header_bytes);
    const uint8_t *page = line_end ? line_end + 1 : data;
    size_t page_bytes = bytes - (size_t)(page - data);
    enum charset_source source;
    const char *charset = charset_sniff(page, page_bytes, content_type, NULL, &source);
    demand(charset_for_label(charset, strlen(charset)) != NULL);
    struct arena *arena = arena_new(0);
    size_t utf8_bytes;
    const char *utf8 = charset_to_utf8(arena, charset, page, page_bytes, &utf8_bytes);
    demand(utf8 && utf8_valid_prefix(utf8, utf8_bytes) == utf8_bytes);
    arena_free(arena);
    return 0;
}
