/* See sitemap_text.h. Lines end with LF, CR or both, which makes a blank line of CR LF. */
#include "crawler/extract/sitemap_text.h"

#include <stdbool.h>

#include "crawler/extract/html_text.h"
#include "crawler/extract/sitemap_writer.h"

static size_t line_bytes(const char *text, size_t bytes)
{
    size_t at = 0;
    while (at < bytes && text[at] != '\n' && text[at] != '\r')
        at++;
    return at;
}

/* False where the rest need not be read. */
static bool read_line(struct sitemap_writer *writer, const char *line, size_t bytes, bool *is_first)
{
    line = html_trim(line, bytes, &bytes);
    if (!bytes || *line == '#')
        return true;
    struct flat_sitemap_entry entry = {
        .loc = sitemap_writer_url(writer, NULL, line, bytes),
        .lastmod = record_text_absent,
        .changefreq = record_text_absent,
        .priority = record_text_absent,
    };
    if (*is_first && entry.loc.offset == FLAT_TEXT_ABSENT)
        return false;
    if (*is_first)
        sitemap_writer_kind(writer, SITEMAP_TEXT);
    *is_first = false;
    return sitemap_writer_entry(writer, &entry);
}

void sitemap_text_read(struct sitemap_writer *writer, const char *text, size_t bytes)
{
    bool is_first = true;
    while (bytes) {
        size_t line = line_bytes(text, bytes);
        if (!read_line(writer, text, line, &is_first))
            return;
        size_t step = line < bytes ? line + 1 : line;
        text += step;
        bytes -= step;
    }
}
