/* Sitemaps: bytes → unpacked (sitemap_gzip) → UTF-8 (charset) → by the first character XML
 * (sitemap_mend, sitemap_xml) or text (sitemap_text) → record (sitemap_writer).
 *
 * What a file is, its bytes say; its name and content type are not asked. Runs in a parse process,
 * or in the command line for `inspect`. All that is made for a sitemap is in the reader's arena,
 * forgotten when the next one begins; what it read goes to the crawl's discovery.
 */
#include "crawler/extract/sitemap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/sitemap_gzip.h"
#include "crawler/extract/sitemap_mend.h"
#include "crawler/extract/sitemap_text.h"
#include "crawler/extract/sitemap_writer.h"
#include "crawler/extract/sitemap_xml.h"
#include "crawler/extract/url.h"

/* Twice what unpacking gives, twice, and three bytes of UTF-8 for each of it, and a half. */
static const size_t arena_limit_bytes = (size_t)512 << 20;
static const size_t arena_keep_bytes = (size_t)1 << 20;

/* A packed file that the server, too, has packed. */
enum { GZIP_LAYERS_MAX = 2 };

struct sitemap_reader {
    struct arena *arena;
    struct sitemap_writer *writer;
    struct url url;
    unsigned long salt;
};

/* Without randomness expat makes its own. */
struct sitemap_reader *sitemap_reader_new(void)
{
    struct sitemap_reader *reader = malloc(sizeof *reader);
    if (!reader)
        abort();
    reader->arena = arena_new(arena_limit_bytes);
    reader->writer = sitemap_writer_new();
    if (getrandom(&reader->salt, sizeof reader->salt, 0) != sizeof reader->salt)
        reader->salt = 0;
    return reader;
}

struct sitemap_reader *sitemap_reader_free(struct sitemap_reader *reader)
{
    if (!reader)
        return NULL;
    sitemap_writer_free(reader->writer);
    arena_free(reader->arena);
    free(reader);
    return NULL;
}

struct bytes {
    const unsigned char *data;
    size_t count;
};

/* No more than a sitemap may have, and unpacked. */
static int unpack(struct sitemap_reader *reader, struct bytes *bytes)
{
    uint32_t flags = 0;
    for (int layer = 0; layer < GZIP_LAYERS_MAX; layer++) {
        if (!sitemap_is_gzip(bytes->data, bytes->count))
            break;
        int rc = sitemap_gunzip(reader->arena, bytes->data, bytes->count, SITEMAP_MAX_BYTES, &flags,
                                &bytes->data, &bytes->count);
        if (rc < 0)
            return rc;
    }
    if (bytes->count > SITEMAP_MAX_BYTES) {
        bytes->count = SITEMAP_MAX_BYTES;
        flags |= SITEMAP_TRUNCATED;
    }
    sitemap_writer_flag(reader->writer, flags);
    return 0;
}

static uint32_t count_lines(const char *text, const char *end)
{
    uint32_t count = 0;
    for (; text < end; text++)
        count += *text == '\n';
    return count;
}

static int read_text(struct sitemap_reader *reader, const char *text, size_t bytes,
                     const struct url *base)
{
    const char *file = text;
    text = html_trim(text, bytes, &bytes); /* white space before it breaks an XML declaration */
    if (!bytes || *text != '<') {
        sitemap_text_read(reader->writer, text, bytes);
        return 0;
    }
    uint32_t lines_before = count_lines(file, text);
    text = sitemap_mend(reader->arena, text, bytes, &bytes);
    const struct sitemap_xml_input input = {
        .text = text,
        .bytes = bytes,
        .lines_before = lines_before,
        .base = base,
        .salt = reader->salt,
    };
    return sitemap_xml_read(reader->writer, &input);
}

static int read_bytes(struct sitemap_reader *reader, const struct sitemap_input *input,
                      const struct url *base)
{
    struct bytes bytes = {input->data, input->bytes};
    int rc = unpack(reader, &bytes);
    if (rc < 0)
        return rc;
    enum charset_source source;
    const char *charset =
        charset_sniff(bytes.data, bytes.count, input->content_type, NULL, &source);
    size_t text_bytes;
    const char *text =
        charset_to_utf8(reader->arena, charset, bytes.data, bytes.count, &text_bytes);
    return text ? read_text(reader, text, text_bytes, base) : -ENOMEM;
}

int64_t sitemap_read(struct sitemap_reader *reader, const struct sitemap_input *input, void *out,
                     size_t capacity)
{
    if (input->url && url_parse(input->url, strlen(input->url), NULL, &reader->url) != URL_OK)
        return -EINVAL;
    int rc = sitemap_writer_begin(reader->writer, out, capacity);
    if (rc == 0)
        rc = read_bytes(reader, input, input->url ? &reader->url : NULL);
    arena_reset(reader->arena, arena_keep_bytes);
    return rc < 0 ? rc : sitemap_writer_finish(reader->writer);
}
