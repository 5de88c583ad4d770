/* Style sheets: bytes → text (charset) → references (css_images) → record (record_writer). */
#include "crawler/extract/style_sheet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset.h"
#include "crawler/extract/css_images.h"
#include "crawler/extract/image_url.h"
#include "crawler/extract/page_context.h"
#include "crawler/extract/record_writer.h"

enum { CHARSET_RULE_MAX_BYTES = 1024 };

static const size_t arena_limit_bytes = (size_t)256 << 20;
static const size_t arena_keep_bytes = (size_t)1 << 20;

struct style_sheet_reader {
    struct arena *arena;
    struct record_writer *writer;
    struct page_context page;
    struct url base;
    uint32_t image_count;
};

struct style_sheet_reader *style_sheet_reader_new(void)
{
    struct style_sheet_reader *reader = malloc(sizeof *reader);
    if (!reader)
        abort();
    reader->arena = arena_new(arena_limit_bytes);
    reader->writer = record_writer_new();
    return reader;
}

struct style_sheet_reader *style_sheet_reader_free(struct style_sheet_reader *reader)
{
    if (!reader)
        return NULL;
    record_writer_free(reader->writer);
    arena_free(reader->arena);
    free(reader);
    return NULL;
}

/* @charset "label"; as the very first bytes, written exactly so. NULL where it is not there. */
static const char *charset_rule(const struct style_sheet_input *input)
{
    static const char start[] = "@charset \"";
    const char *css = (const char *)input->css;
    size_t bytes = input->bytes < CHARSET_RULE_MAX_BYTES ? input->bytes : CHARSET_RULE_MAX_BYTES;
    if (bytes < sizeof start - 1 || memcmp(css, start, sizeof start - 1) != 0)
        return NULL;
    const char *label = css + sizeof start - 1;
    const char *end = memmem(label, bytes - (sizeof start - 1), "\";", 2);
    const char *charset = end ? charset_for_label(label, (size_t)(end - label)) : NULL;
    /* It could be read, so it is no UTF-16. */
    return charset && strncasecmp(charset, "utf-16", 6) == 0 ? "UTF-8" : charset;
}

static const char *charset_of(const struct style_sheet_input *input)
{
    enum charset_source source;
    const char *charset =
        charset_sniff(input->css, input->bytes, input->content_type, NULL, &source);
    if (source == CHARSET_BOM || source == CHARSET_TRANSPORT)
        return charset;
    charset = charset_rule(input);
    if (charset)
        return charset;
    return input->default_charset ? input->default_charset : "UTF-8";
}

static void add_image(const char *url, size_t bytes, void *arg)
{
    struct style_sheet_reader *reader = arg;
    if (!record_writer_takes_images(reader->writer))
        return;
    struct flat_image image = record_writer_no_image();
    image.source = IMAGE_SOURCE_STYLE_SHEET;
    image.alt_state = ALT_NOT_APPLICABLE;
    image.position = ++reader->image_count;
    image_url_set(&reader->page, &image, url, bytes);
    record_writer_image(reader->writer, &image);
}

static int read_images(struct style_sheet_reader *reader, const struct style_sheet_input *input)
{
    size_t bytes;
    const char *charset = charset_of(input);
    const char *css = charset_to_utf8(reader->arena, charset, input->css, input->bytes, &bytes);
    if (!css)
        return -ENOMEM;
    reader->page = (struct page_context){.arena = reader->arena, .writer = reader->writer};
    reader->page.base = &reader->base;
    reader->image_count = 0;
    record_writer_flag(reader->writer, RECORD_STYLE_SHEET);
    record_writer_fact(reader->writer, RECORD_CHARSET, charset, strlen(charset));
    css_images_each(reader->arena, css, bytes, add_image, reader);
    record_writer_elements(reader->writer, 0, 0, reader->image_count);
    return 0;
}

int64_t style_sheet_read(struct style_sheet_reader *reader, const struct style_sheet_input *input,
                         void *out, size_t capacity)
{
    if (url_parse(input->base, strlen(input->base), NULL, &reader->base) != URL_OK)
        return -EINVAL;
    int rc = record_writer_begin(reader->writer, out, capacity);
    if (rc == 0)
        rc = read_images(reader, input);
    arena_reset(reader->arena, arena_keep_bytes);
    return rc < 0 ? rc : record_writer_finish(reader->writer);
}
