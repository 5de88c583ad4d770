/* Sitemap records: what is written is read back, and nothing else is ever opened. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawler/extract/sitemap_format.h"
#include "crawler/extract/sitemap_writer.h"
#include "tests/unit/extract/sitemap_test.h"

/* A record with one of everything, and the means to spoil it. */
struct sample {
    unsigned char *data;
    size_t bytes;
};

static struct flat_text put(struct sitemap_writer *writer, const char *text)
{
    return sitemap_writer_text(writer, text, strlen(text));
}

static struct sample sample_new(void)
{
    struct sample sample = {.data = malloc(4096)};
    struct sitemap_writer *writer = sitemap_writer_new();
    assert_int_equal(sitemap_writer_begin(writer, sample.data, 4096), 0);
    sitemap_writer_kind(writer, SITEMAP_RSS);
    sitemap_writer_flag(writer, SITEMAP_BROKEN);
    sitemap_writer_fault(writer, 7);
    const struct flat_sitemap_image image = {.loc = sitemap_writer_url(writer, NULL, "http://i", 8),
                                             .title = put(writer, " title "),
                                             .caption = record_text_absent};
    sitemap_writer_image(writer, &image);
    const struct flat_sitemap_entry entry = {.loc = sitemap_writer_url(writer, NULL, "http://a", 8),
                                             .lastmod = put(writer, "2020"),
                                             .changefreq = put(writer, "daily"),
                                             .priority = record_text_absent,
                                             .flags = SITEMAP_ENTRY_NESTED};
    assert_true(sitemap_writer_entry(writer, &entry));
    sample.bytes = (size_t)sitemap_writer_finish(writer);
    sample.data = realloc(sample.data, sample.bytes); /* so that reading past it is seen */
    sitemap_writer_free(writer);
    return sample;
}

static struct flat_sitemap_header *header_of(const struct sample *sample)
{
    return (void *)sample->data;
}

static struct flat_sitemap_image *image_of(const struct sample *sample)
{
    return (void *)(sample->data + sample->bytes - sizeof(struct flat_sitemap_image));
}

static struct flat_sitemap_entry *entry_of(const struct sample *sample)
{
    return (void *)(sample->data + sample->bytes - sizeof(struct flat_sitemap_image) -
                    sizeof(struct flat_sitemap_entry));
}

static void record_gives_back_what_was_written(void **state)
{
    (void)state;
    struct sample sample = sample_new();
    struct sitemap_record record;
    assert_int_equal(sitemap_record_open(sample.data, sample.bytes, &record), 0);
    assert_int_equal(record.kind, SITEMAP_RSS);
    assert_int_equal(record.flags, SITEMAP_BROKEN);
    assert_int_equal(record.fault_line, 7);
    assert_int_equal(record.entry_count, 1);
    assert_int_equal(record.image_count, 1);
    assert_text(record.entries[0].loc, "http://a/");
    assert_text(record.entries[0].lastmod, "2020");
    assert_text(record.entries[0].changefreq, "daily");
    assert_text(record.entries[0].priority, NULL);
    assert_int_equal(record.entries[0].flags, SITEMAP_ENTRY_NESTED);
    assert_text(record.images[0].loc, "http://i/");
    assert_text(record.images[0].title, "title");
    assert_text(record.images[0].caption, NULL);
    sitemap_record_close(&record);
    free(sample.data);
}

static void record_of_any_other_length_is_refused(void **state)
{
    (void)state;
    struct sample sample = sample_new();
    struct sitemap_record record;
    for (size_t bytes = 0; bytes < sample.bytes; bytes++) {
        unsigned char *cut = malloc(bytes ? bytes : 1);
        memcpy(cut, sample.data, bytes);
        assert_int_equal(sitemap_record_open(cut, bytes, &record), -EBADMSG);
        free(cut);
    }
    free(sample.data);
}

/* Each spoils one thing that must hold. */
static void spoil_magic(struct sample *s)
{
    header_of(s)->magic++;
}
static void spoil_kind(struct sample *s)
{
    header_of(s)->kind = SITEMAP_KIND_COUNT;
}
static void spoil_flags(struct sample *s)
{
    header_of(s)->flags = 1u << 31;
}
static void spoil_reserved(struct sample *s)
{
    header_of(s)->reserved = 1;
}
static void spoil_heap_bytes(struct sample *s)
{
    header_of(s)->heap_bytes = UINT64_MAX;
}
static void spoil_entry_count(struct sample *s)
{
    header_of(s)->entry_count = UINT32_MAX;
}
static void spoil_image_count(struct sample *s)
{
    header_of(s)->image_count = 0;
}
static void spoil_heap_end(struct sample *s)
{
    s->data[sizeof(struct flat_sitemap_header) + header_of(s)->heap_bytes - 1] = 'x';
}
static void spoil_utf8(struct sample *s)
{
    s->data[sizeof(struct flat_sitemap_header)] = 0xff;
}
static void spoil_scheme(struct sample *s)
{
    s->data[sizeof(struct flat_sitemap_header)] = 'x';
}
static void spoil_entry_flags(struct sample *s)
{
    entry_of(s)->flags = 2;
}
static void spoil_entry_loc(struct sample *s)
{
    entry_of(s)->loc = record_text_absent;
}
static void spoil_entry_lastmod(struct sample *s)
{
    entry_of(s)->lastmod.offset++;
}
static void spoil_entry_reserved(struct sample *s)
{
    entry_of(s)->reserved = 1;
}
static void spoil_image_entry(struct sample *s)
{
    image_of(s)->entry = 1;
}
static void spoil_image_title(struct sample *s)
{
    image_of(s)->title.bytes = UINT32_MAX;
}
static void spoil_image_loc(struct sample *s)
{
    image_of(s)->loc = entry_of(s)->changefreq;
}
static void spoil_image_reserved(struct sample *s)
{
    image_of(s)->reserved = 1;
}

static void record_in_which_one_thing_is_wrong_is_refused(void **state)
{
    (void)state;
    static void (*const spoils[])(struct sample *) = {
        spoil_magic,       spoil_kind,          spoil_flags,          spoil_reserved,
        spoil_heap_bytes,  spoil_entry_count,   spoil_image_count,    spoil_heap_end,
        spoil_utf8,        spoil_scheme,        spoil_entry_flags,    spoil_entry_loc,
        spoil_image_entry, spoil_entry_lastmod, spoil_entry_reserved, spoil_image_title,
        spoil_image_loc,   spoil_image_reserved};
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        struct sample sample = sample_new();
        struct sitemap_record record;
        spoils[i](&sample);
        if (sitemap_record_open(sample.data, sample.bytes, &record) != -EBADMSG)
            fail_msg("spoiled record %zu was opened", i);
        free(sample.data);
    }
}

/* Every single byte changed in many ways: refused, or a view in which all can be read. */
static void record_with_any_byte_changed_is_safe(void **state)
{
    (void)state;
    struct sample sample = sample_new();
    for (size_t i = 0; i < sample.bytes; i++) {
        unsigned char before = sample.data[i];
        for (unsigned value = 0; value < 256; value += 5) {
            struct sitemap_record record;
            sample.data[i] = (unsigned char)value;
            if (sitemap_record_open(sample.data, sample.bytes, &record) < 0)
                continue;
            assert_int_equal(strlen(record.entries[0].loc.data), record.entries[0].loc.bytes);
            assert_int_equal(strlen(record.images[0].loc.data), record.images[0].loc.bytes);
            sitemap_record_close(&record);
        }
        sample.data[i] = before;
    }
    free(sample.data);
}

static void images_of_a_refused_entry_are_taken_back(void **state)
{
    (void)state;
    unsigned char out[1024];
    struct sitemap_writer *writer = sitemap_writer_new();
    assert_int_equal(sitemap_writer_begin(writer, out, sizeof out), 0);
    const struct flat_sitemap_image image = {.loc = sitemap_writer_url(writer, NULL, "http://i", 8),
                                             .title = record_text_absent,
                                             .caption = record_text_absent};
    const struct flat_sitemap_entry none = {.loc = record_text_absent,
                                            .lastmod = record_text_absent,
                                            .changefreq = record_text_absent,
                                            .priority = record_text_absent};
    for (int i = 0; i < 1000; i++) { /* more than would fit, were they kept */
        sitemap_writer_image(writer, &image);
        assert_true(sitemap_writer_entry(writer, &none));
    }
    sitemap_writer_image(writer, &image); /* of no entry at all */
    struct sitemap_record record;
    int64_t bytes = sitemap_writer_finish(writer);
    assert_int_equal(sitemap_record_open(out, (size_t)bytes, &record), 0);
    assert_int_equal(record.image_count, 0);
    assert_int_equal(record.unusable, 1000);
    assert_int_equal(record.flags, 0);
    sitemap_record_close(&record);
    sitemap_writer_free(writer);
}

static void names_are_those_of_the_api(void **state)
{
    (void)state;
    static const char *const names[] = {"unknown", "urlset", "index", "text", "rss", "atom"};
    for (int kind = 0; kind < SITEMAP_KIND_COUNT; kind++)
        assert_string_equal(sitemap_kind_name((enum sitemap_kind)kind), names[kind]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_gives_back_what_was_written),
        cmocka_unit_test(record_of_any_other_length_is_refused),
        cmocka_unit_test(record_in_which_one_thing_is_wrong_is_refused),
        cmocka_unit_test(record_with_any_byte_changed_is_safe),
        cmocka_unit_test(images_of_a_refused_entry_are_taken_back),
        cmocka_unit_test(names_are_those_of_the_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
