/* Page records: what is written is read back, and nothing else is ever opened. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawler/extract/record_format.h"
#include "crawler/extract/record_writer.h"
#include "tests/unit/extract/extracted.h"

/* A record with one of everything, and the means to spoil it. */
struct sample {
    unsigned char *data;
    size_t bytes;
};

static struct flat_text put(struct record_writer *writer, const char *text)
{
    return record_writer_text(writer, text, strlen(text));
}

static void write_image(struct record_writer *writer)
{
    struct flat_image image = record_writer_no_image();
    image.raw = put(writer, "a");
    image.url = put(writer, "http://a/a");
    image.alt = put(writer, "alt");
    image.descriptor = put(writer, "2x");
    image.link = put(writer, "https://d/");
    image.name = put(writer, "alt");
    image.name_source = NAME_ALT;
    image.landmark = LANDMARK_FOOTER;
    image.flags = IMAGE_LINK_ONLY | IMAGE_LAZY;
    image.position = 2;
    image.alt_state = ALT_TEXT;
    image.source = IMAGE_SOURCE_SRCSET;
    record_writer_image(writer, &image);
}

static struct sample sample_new(void)
{
    struct sample sample = {.data = malloc(4096)};
    struct record_writer *writer = record_writer_new();
    assert_int_equal(record_writer_begin(writer, sample.data, 4096), 0);
    record_writer_fact(writer, RECORD_TITLE, "title", 5);
    record_writer_fact(writer, RECORD_CANONICAL, "http://a/", 9);
    record_writer_elements(writer, 3, 2, 2);
    write_image(writer);
    struct flat_link link = {
        .url = put(writer, "https://b/"), .rel = put(writer, ""), .flags = LINK_NOFOLLOW};
    assert_int_equal(record_writer_link(writer, &link), 0);
    record_writer_flag(writer, RECORD_META_NOFOLLOW);
    record_writer_directives(writer, DIRECTIVE_NOFOLLOW | DIRECTIVE_TDM_RESERVED);
    record_writer_fact(writer, RECORD_TDM_POLICY, "https://c/", 10);
    record_writer_verdict(writer, VERDICT_SOFT_404, "because");
    record_writer_sniffed_type(writer, MIME_EOT);
    sample.bytes = (size_t)record_writer_finish(writer);
    sample.data = realloc(sample.data, sample.bytes); /* so that reading past it is seen */
    record_writer_free(writer);
    return sample;
}

static struct flat_header *header_of(const struct sample *sample)
{
    return (void *)sample->data;
}

static struct flat_link *link_of(const struct sample *sample)
{
    return (void *)(sample->data + sample->bytes - sizeof(struct flat_link));
}

static struct flat_image *image_of(const struct sample *sample)
{
    return (void *)(sample->data + sample->bytes - sizeof(struct flat_link) -
                    sizeof(struct flat_image));
}

static void record_gives_back_what_was_written(void **state)
{
    (void)state;
    struct sample sample = sample_new();
    struct page_record record;
    assert_int_equal(record_open(sample.data, sample.bytes, &record), 0);
    assert_text(record.title, "title");
    assert_text(record.canonical, "http://a/");
    assert_text(record.base, NULL);
    assert_int_equal(record.flags, RECORD_META_NOFOLLOW);
    assert_int_equal(record.directives, DIRECTIVE_NOFOLLOW | DIRECTIVE_TDM_RESERVED);
    assert_text(record.tdm_policy, "https://c/");
    assert_int_equal(record.verdict, VERDICT_SOFT_404);
    assert_text(record.evidence, "because");
    assert_int_equal(record.sniffed_type, MIME_EOT);
    assert_int_equal(record.link_elements, 3);
    assert_int_equal(record.image_elements, 2);
    assert_int_equal(record.link_count, 1);
    assert_int_equal(record.image_count, 1);
    assert_text(record.images[0].url, "http://a/a");
    assert_text(record.images[0].descriptor, "2x");
    assert_text(record.images[0].title, NULL);
    assert_int_equal(record.images[0].position, 2);
    assert_text(record.images[0].link, "https://d/");
    assert_text(record.images[0].name, "alt");
    assert_int_equal(record.images[0].name_source, NAME_ALT);
    assert_int_equal(record.images[0].landmark, LANDMARK_FOOTER);
    assert_int_equal(record.images[0].flags, IMAGE_LINK_ONLY | IMAGE_LAZY);
    assert_int_equal(record.image_places, 2);
    assert_text(record.links[0].url, "https://b/");
    assert_text(record.links[0].rel, "");
    assert_int_equal(record.links[0].flags, LINK_NOFOLLOW);
    record_close(&record);
    free(sample.data);
}

static void record_of_any_other_length_is_refused(void **state)
{
    (void)state;
    struct sample sample = sample_new();
    struct page_record record;
    for (size_t bytes = 0; bytes < sample.bytes; bytes++) {
        unsigned char *cut = malloc(bytes ? bytes : 1);
        memcpy(cut, sample.data, bytes);
        assert_int_equal(record_open(cut, bytes, &record), -EBADMSG);
        free(cut);
    }
    free(sample.data);
}

/* Each spoils one thing that must hold. */
static void spoil_magic(struct sample *s)
{
    header_of(s)->magic++;
}
static void spoil_flags(struct sample *s)
{
    header_of(s)->flags = 1u << 31;
}
static void spoil_heap_bytes(struct sample *s)
{
    header_of(s)->heap_bytes = UINT64_MAX;
}
static void spoil_image_count(struct sample *s)
{
    header_of(s)->image_count = UINT32_MAX;
}
static void spoil_link_count(struct sample *s)
{
    header_of(s)->link_count = 0;
}
static void spoil_heap_end(struct sample *s)
{
    s->data[sizeof(struct flat_header) + header_of(s)->heap_bytes - 1] = 'x';
}
static void spoil_utf8(struct sample *s)
{
    s->data[sizeof(struct flat_header)] = 0xff;
}
static void spoil_title_inside(struct sample *s)
{
    s->data[sizeof(struct flat_header) + 1] = 0;
}
static void spoil_title_start(struct sample *s)
{
    header_of(s)->facts[RECORD_TITLE].offset++;
    header_of(s)->facts[RECORD_TITLE].bytes--;
}
static void spoil_title_bytes(struct sample *s)
{
    header_of(s)->facts[RECORD_TITLE].bytes = UINT32_MAX;
}
static void spoil_title_offset(struct sample *s)
{
    header_of(s)->facts[RECORD_TITLE].offset = UINT32_MAX - 1;
}
static void spoil_absent_bytes(struct sample *s)
{
    header_of(s)->facts[RECORD_BASE].bytes = 1;
}
static void spoil_canonical_scheme(struct sample *s)
{
    header_of(s)->facts[RECORD_CANONICAL] = header_of(s)->facts[RECORD_TITLE];
}
static void spoil_alt_state_range(struct sample *s)
{
    image_of(s)->alt_state = ALT_STATE_COUNT;
}
static void spoil_alt_state_meaning(struct sample *s)
{
    image_of(s)->alt_state = ALT_EMPTY;
}
static void spoil_alt_missing(struct sample *s)
{
    image_of(s)->alt_state = ALT_MISSING;
}
static void spoil_source(struct sample *s)
{
    image_of(s)->source = IMAGE_SOURCE_COUNT;
}
static void spoil_source_of_sitemaps(struct sample *s)
{
    image_of(s)->source = IMAGE_SOURCE_SITEMAP;
}
static void spoil_source_of_style_sheets(struct sample *s)
{
    image_of(s)->source = IMAGE_SOURCE_STYLE_SHEET;
}
static void spoil_landmark(struct sample *s)
{
    image_of(s)->landmark = LANDMARK_COUNT;
}
static void spoil_name_source_range(struct sample *s)
{
    image_of(s)->name_source = NAME_SOURCE_COUNT;
}
static void spoil_name_source_meaning(struct sample *s)
{
    image_of(s)->name_source = NAME_NONE;
}
static void spoil_name(struct sample *s)
{
    image_of(s)->name = record_text_absent;
}
static void spoil_image_flags(struct sample *s)
{
    image_of(s)->flags = IMAGE_FLAGS_ALL + 1;
}
static void spoil_image_reserved(struct sample *s)
{
    image_of(s)->reserved[4] = 1;
}
static void spoil_image_link(struct sample *s)
{
    image_of(s)->link = image_of(s)->alt;
}
static void spoil_image_places(struct sample *s)
{
    header_of(s)->image_places = 1;
}
static void spoil_alt_not_applicable(struct sample *s)
{
    image_of(s)->alt_state = ALT_NOT_APPLICABLE;
}
static void spoil_directives(struct sample *s)
{
    header_of(s)->directives = DIRECTIVES_ALL + 1;
}
static void spoil_sniffed_type(struct sample *s)
{
    header_of(s)->sniffed_type = MIME_TYPE_COUNT;
}
static void spoil_verdict(struct sample *s)
{
    header_of(s)->verdict = VERDICT_COUNT;
}
static void spoil_policy_scheme(struct sample *s)
{
    header_of(s)->facts[RECORD_TDM_POLICY] = header_of(s)->facts[RECORD_TITLE];
}
static void spoil_position_zero(struct sample *s)
{
    image_of(s)->position = 0;
}
static void spoil_position_past(struct sample *s)
{
    image_of(s)->position = 3;
}
static void spoil_image_url(struct sample *s)
{
    image_of(s)->url = image_of(s)->alt;
}
static void spoil_data_bytes(struct sample *s)
{
    image_of(s)->data_bytes = 1;
}
static void spoil_link_flags(struct sample *s)
{
    link_of(s)->flags = 2;
}
static void spoil_link_url(struct sample *s)
{
    link_of(s)->url = record_text_absent;
}
static void spoil_link_reserved(struct sample *s)
{
    link_of(s)->reserved = 1;
}

static void record_in_which_one_thing_is_wrong_is_refused(void **state)
{
    (void)state;
    static void (*const spoils[])(struct sample *) = {spoil_magic,
                                                      spoil_flags,
                                                      spoil_heap_bytes,
                                                      spoil_image_count,
                                                      spoil_link_count,
                                                      spoil_heap_end,
                                                      spoil_utf8,
                                                      spoil_title_inside,
                                                      spoil_title_start,
                                                      spoil_title_bytes,
                                                      spoil_title_offset,
                                                      spoil_absent_bytes,
                                                      spoil_canonical_scheme,
                                                      spoil_alt_state_range,
                                                      spoil_alt_state_meaning,
                                                      spoil_alt_missing,
                                                      spoil_source,
                                                      spoil_source_of_sitemaps,
                                                      spoil_source_of_style_sheets,
                                                      spoil_landmark,
                                                      spoil_name_source_range,
                                                      spoil_name_source_meaning,
                                                      spoil_name,
                                                      spoil_image_flags,
                                                      spoil_image_reserved,
                                                      spoil_image_link,
                                                      spoil_image_places,
                                                      spoil_alt_not_applicable,
                                                      spoil_directives,
                                                      spoil_sniffed_type,
                                                      spoil_verdict,
                                                      spoil_policy_scheme,
                                                      spoil_position_zero,
                                                      spoil_position_past,
                                                      spoil_image_url,
                                                      spoil_data_bytes,
                                                      spoil_link_flags,
                                                      spoil_link_url,
                                                      spoil_link_reserved};
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        struct sample sample = sample_new();
        struct page_record record;
        spoils[i](&sample);
        if (record_open(sample.data, sample.bytes, &record) != -EBADMSG)
            fail_msg("spoiled record %zu was opened", i);
        free(sample.data);
    }
}

/* Every single byte changed in every way: refused, or a view in which all can be read. */
static void record_with_any_byte_changed_is_safe(void **state)
{
    (void)state;
    struct sample sample = sample_new();
    for (size_t i = 0; i < sample.bytes; i++) {
        unsigned char before = sample.data[i];
        for (unsigned value = 0; value < 256; value += 5) {
            struct page_record record;
            sample.data[i] = (unsigned char)value;
            if (record_open(sample.data, sample.bytes, &record) < 0)
                continue;
            for (uint32_t k = 0; k < record.image_count; k++)
                assert_int_equal(strlen(record.images[k].url.data), record.images[k].url.bytes);
            record_close(&record);
        }
        sample.data[i] = before;
    }
    free(sample.data);
}

static void names_are_those_of_the_api(void **state)
{
    (void)state;
    assert_string_equal(alt_state_name(ALT_MISSING), "missing");
    assert_string_equal(alt_state_name(ALT_EMPTY), "empty");
    assert_string_equal(alt_state_name(ALT_WHITESPACE), "whitespace");
    assert_string_equal(alt_state_name(ALT_TEXT), "text");
    assert_string_equal(alt_state_name(ALT_NOT_APPLICABLE), "not_applicable");
    assert_string_equal(image_source_name(IMAGE_SOURCE_IMG), "img");
    assert_string_equal(image_source_name(IMAGE_SOURCE_SRCSET), "srcset");
    assert_string_equal(image_source_name(IMAGE_SOURCE_SITEMAP), "sitemap");
    assert_string_equal(landmark_name(LANDMARK_ASIDE), "aside");
    assert_null(landmark_name(LANDMARK_NONE));
    assert_string_equal(name_source_name(NAME_SVG_TITLE), "svg_title");
    assert_null(name_source_name(NAME_NONE));
    assert_string_equal(image_flag_name(IMAGE_LINK_ONLY), "link_only");
    assert_string_equal(page_verdict_name(VERDICT_PAGE), "page");
    assert_string_equal(page_verdict_name(VERDICT_SOFT_404), "soft_404");
    assert_string_equal(page_verdict_name(VERDICT_CHALLENGE), "challenge");
    assert_string_equal(mime_type_name(MIME_EOT), "application/vnd.ms-fontobject");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_gives_back_what_was_written),
        cmocka_unit_test(record_of_any_other_length_is_refused),
        cmocka_unit_test(record_in_which_one_thing_is_wrong_is_refused),
        cmocka_unit_test(record_with_any_byte_changed_is_safe),
        cmocka_unit_test(names_are_those_of_the_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
