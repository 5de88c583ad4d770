/* Heads of image files, built byte by byte: what is told, what more is asked for, and that no
 * length in a file leads out of it. Files of real encoders are read in e2e/test_inspect_image.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_head.h"

/* In memory of its own length, so that the sanitizer sees what reads too far. */
static struct image_head read_bytes(const char *data, size_t bytes, bool is_whole)
{
    unsigned char *exact = malloc(bytes ? bytes : 1);
    memcpy(exact, data, bytes);
    const struct image_bytes file = {.data = exact, .bytes = bytes, .is_whole = is_whole};
    struct image_head head;
    image_head_read(&file, &head);
    free(exact);
    return head;
}

#define READ(literal)      read_bytes(literal, sizeof(literal) - 1, true)
#define READ_HEAD(literal) read_bytes(literal, sizeof(literal) - 1, false)

static void assert_head(struct image_head head, enum image_type type, uint32_t width,
                        uint32_t height)
{
    assert_string_equal(image_type_name(head.type), image_type_name(type));
    assert_int_equal(head.width, width);
    assert_int_equal(head.height, height);
}

#define PNG_START  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0CRC."
#define GIF_START  "GIF89a\x0a\0\x14\0\x80\0\0\0\0\0\xff\xff\xff"
#define GIF_LOOP   "!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
#define GIF_FRAME  ",\0\0\0\0\x0a\0\x14\0\0\x02\x02L\x01\0"
#define JPEG_FRAME "\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03\x01\x22\0\x02\x11\1\x03\x11\1"
#define EXIF(endian, entry)                                                                        \
    "\xff\xe1\0\x22"                                                                               \
    "Exif\0\0" endian entry "\0\0\0\0"
#define SIDEWAYS_BE EXIF("MM\0*\0\0\0\x08", "\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0")
#define SIDEWAYS_LE EXIF("II*\0\x08\0\0\0", "\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0")

static void png_tells_size_and_animation(void **state)
{
    (void)state;
    assert_head(READ_HEAD(PNG_START), IMAGE_PNG, 640, 480);
    assert_false(READ(PNG_START "\0\0\0\0IDATCRC.").is_animated);
    assert_true(READ(PNG_START "\0\0\0\x01gAMAxCRC.\0\0\0\x08"
                               "acTL\0\0\0\x02\0\0\0\0")
                    .is_animated);
    assert_false(READ(PNG_START "\0\0\0\x08"
                                "acTL\0\0\0\x01\0\0\0\0")
                     .is_animated);
    assert_false(READ(PNG_START "\xff\xff\xff\xff"
                                "acTL")
                     .is_animated);
}

static void jpeg_size_is_as_displayed(void **state)
{
    (void)state;
    assert_head(READ("\xff\xd8" JPEG_FRAME), IMAGE_JPEG, 640, 480);
    assert_head(READ("\xff\xd8\xff\xff\xff\xfe\0\x04hi" JPEG_FRAME), IMAGE_JPEG, 640, 480);
    struct image_head head = READ("\xff\xd8" SIDEWAYS_BE JPEG_FRAME);
    assert_head(head, IMAGE_JPEG, 480, 640);
    assert_int_equal(head.orientation, 6);
    assert_head(READ("\xff\xd8" SIDEWAYS_LE JPEG_FRAME), IMAGE_JPEG, 480, 640);
}

static void jpeg_asks_for_as_much_as_its_segments_need(void **state)
{
    (void)state;
    struct image_head head = READ_HEAD("\xff\xd8\xff\xe2\xff\xf0"
                                       "an ICC profile of 64 KiB");
    assert_head(head, IMAGE_JPEG, 0, 0);
    assert_in_range(head.needed_bytes, 4 + 0xfff0, 4 + 0xfff0 + 100);
    assert_int_equal(READ("\xff\xd8\xff\xe2\xff\xf0"
                          "cut")
                         .needed_bytes,
                     0);
    head = READ_HEAD("\xff\xd8\xff\xda\0\x08"
                     "a scan without a frame");
    assert_head(head, IMAGE_JPEG, 0, 0);
    assert_int_equal(head.needed_bytes, 0);
}

static void gif_is_animated_by_its_second_frame(void **state)
{
    (void)state;
    assert_head(READ_HEAD(GIF_START), IMAGE_GIF, 10, 20);
    assert_true(READ_HEAD(GIF_START GIF_FRAME GIF_FRAME).is_animated);
    assert_false(READ_HEAD(GIF_START GIF_FRAME ";").is_animated);
    assert_true(READ_HEAD(GIF_START GIF_LOOP GIF_FRAME).is_animated);
    assert_false(READ_HEAD(GIF_START GIF_LOOP GIF_FRAME ";").is_animated);
    assert_false(READ(GIF_START GIF_LOOP GIF_FRAME).is_animated);
}

static void webp_has_three_kinds(void **state)
{
    (void)state;
    assert_head(READ("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x30\x01\0\x9d\x01\x2a\x80\x02\xe0\x01"),
                IMAGE_WEBP, 640, 480);
    assert_head(READ("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0\0\0\0\0\0"), IMAGE_WEBP, 640,
                480);
    struct image_head head = READ("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x7f\x02\0\xdf\x01\0");
    assert_head(head, IMAGE_WEBP, 640, 480);
    assert_true(head.is_animated);
    assert_int_equal(READ_HEAD("RIFF\0\0\0\0WEBPVP8 ").needed_bytes, 30);
}

#define FTYP(brand)                                                                                \
    "\0\0\0\x10"                                                                                   \
    "ftyp" brand "\0\0\0\0"
/* meta(pitm 1, iprp(ipco(ispe 640 480, irot 1), ipma(1: 1, 2))) */
#define META                                                                                       \
    "\0\0\0\x6bmeta\0\0\0\0"                                                                       \
    "\0\0\0\x0epitm\0\0\0\0\0\x01"                                                                 \
    "\0\0\0\x42iprp"                                                                               \
    "\0\0\0\x25ipco\0\0\0\x14ispe\0\0\0\0\0\0\x02\x80\0\0\x01\xe0\0\0\0\x09irot\x01"               \
    "\0\0\0\x15ipma\0\0\0\0\0\0\0\x01\0\x01\x02\x01\x02"                                           \
    "\0\0\0\x0f"                                                                                   \
    "free1234567"

static void avif_and_heif_tell_the_primary_item(void **state)
{
    (void)state;
    struct image_head head = READ(FTYP("avif") META);
    assert_head(head, IMAGE_AVIF, 480, 640);
    assert_int_equal(head.orientation, 8);
    assert_false(head.is_animated);
    assert_true(READ(FTYP("avis") META).is_animated);
    assert_string_equal(READ(FTYP("heic") META).mime_type, "image/heic");
    assert_string_equal(READ(FTYP("mif1") META).mime_type, "image/heif");
    head = READ_HEAD(FTYP("avif") "\0\0\x10\0meta\0\0\0\0");
    assert_head(head, IMAGE_AVIF, 0, 0);
    assert_int_equal(head.needed_bytes, 16 + 0x1000);
    assert_int_equal(READ(FTYP("mp42")).type, IMAGE_NONE);
}

static void bmp_and_icons_are_read(void **state)
{
    (void)state;
    static const char bmp[] =
        "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x80\x02\0\0\x20\xfe\xff\xff\x01\0\x18\0";
    assert_head(read_bytes(bmp, sizeof bmp - 1, true), IMAGE_BMP, 640, 480);
    static const char ico[] = "\0\0\x01\0\x02\0"
                              "\x10\x10\0\0\x01\0\x20\0\x01\0\0\0\x26\0\0\0"
                              "\0\0\0\0\x01\0\x20\0\x01\0\0\0\x27\0\0\0";
    assert_head(read_bytes(ico, sizeof ico - 1, true), IMAGE_ICO, 256, 256);
    assert_int_equal(READ("BM is how this text begins, no more").type, IMAGE_NONE);
}

static void svg_size_is_in_css_pixels(void **state)
{
    (void)state;
    assert_head(READ("<svg width='640' height=\"480px\">"), IMAGE_SVG, 640, 480);
    assert_head(READ("<?xml version='1.0'?><!-- <svg> --><!DOCTYPE svg [<!ENTITY a '>]'>]>\n"
                     "<s:svg xmlns:s='http://www.w3.org/2000/svg' width='1in' height=' 25.4mm '/>"),
                IMAGE_SVG, 96, 96);
    assert_head(READ("<svg viewBox='0 0 30,20'/>"), IMAGE_SVG, 30, 20);
    assert_head(READ("<svg viewBox='0 0 30 20' width='60'/>"), IMAGE_SVG, 60, 40);
    assert_head(READ("<svg viewBox='0 0 30 20' width='100%' height='100%'/>"), IMAGE_SVG, 30, 20);
    assert_head(READ("<svg width='-5' height='inf'/>"), IMAGE_SVG, 0, 0);
    assert_head(READ("\xef\xbb\xbf <svg/>"), IMAGE_SVG, 0, 0);
    assert_true(READ_HEAD("<!-- a long licence").needed_bytes > 19);
    assert_true(READ_HEAD("<svg xmlns='http").needed_bytes > 16);
    assert_int_equal(READ("<svgx width='1' height='1'>").type, IMAGE_NONE);
}

static void svg_in_gzip_is_svg(void **state)
{
    (void)state;
    /* printf '<svg width="7" height="9"/>' | gzip -9n */
    static const char svgz[] =
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x29\x2e\x4b\x57\x28\xcf\x4c\x29\xc9"
        "\xb0\x55\x32\x57\x52\xc8\x48\xcd\x4c\xcf\x28\xb1\x55\xb2\x54\xd2\xb7\x03\x00\x8d"
        "\xef\x4a\xd8\x1b\x00\x00\x00";
    assert_head(read_bytes(svgz, sizeof svgz - 1, true), IMAGE_SVG, 7, 9);
    assert_int_equal(READ("\x1f\x8b\x08 no gzip at all, whatever").type, IMAGE_NONE);
}

static void what_is_no_image_is_named(void **state)
{
    (void)state;
    assert_string_equal(READ("<!doctype html><title>Not found</title>").mime_type, "text/html");
    assert_string_equal(READ("just text").mime_type, "text/plain");
    assert_string_equal(READ("%PDF-1.7 and what follows").mime_type, "application/pdf");
    assert_int_equal(READ("").type, IMAGE_NONE);
    assert_true(READ_HEAD("\x89PNG").needed_bytes > 4);
}

/* Every prefix of every sample, and each of its bytes changed. */
static void damaged_heads_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t bytes;
    } samples[] = {
#define SAMPLE(literal) {literal, sizeof(literal) - 1}
        SAMPLE(PNG_START "\0\0\0\x01gAMAxCRC.\0\0\0\x08"
                         "acTL\0\0\0\x02\0\0\0\0"),
        SAMPLE("\xff\xd8" SIDEWAYS_BE JPEG_FRAME),
        SAMPLE("\xff\xd8" SIDEWAYS_LE JPEG_FRAME),
        SAMPLE(GIF_START GIF_LOOP GIF_FRAME GIF_FRAME),
        SAMPLE(FTYP("avif") META),
        SAMPLE("<?xml?><!DOCTYPE a ['<']><svg width='1e9cm' height='2' viewBox='1 2 3 4'>"),
    };
    static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
    char copy[256];
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        for (size_t bytes = 0; bytes <= samples[i].bytes; bytes++) {
            struct image_head head = read_bytes(samples[i].data, bytes, false);
            assert_true(!head.needed_bytes || head.needed_bytes > bytes);
        }
        for (size_t at = 0; at < samples[i].bytes; at++) {
            memcpy(copy, samples[i].data, samples[i].bytes);
            for (size_t v = 0; v < sizeof values; v++) {
                copy[at] = (char)values[v];
                struct image_head head = read_bytes(copy, samples[i].bytes, v & 1);
                assert_int_equal(!head.width, !head.height);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_tells_size_and_animation),
        cmocka_unit_test(jpeg_size_is_as_displayed),
        cmocka_unit_test(jpeg_asks_for_as_much_as_its_segments_need),
        cmocka_unit_test(gif_is_animated_by_its_second_frame),
        cmocka_unit_test(webp_has_three_kinds),
        cmocka_unit_test(avif_and_heif_tell_the_primary_item),
        cmocka_unit_test(bmp_and_icons_are_read),
        cmocka_unit_test(svg_size_is_in_css_pixels),
        cmocka_unit_test(svg_in_gzip_is_svg),
        cmocka_unit_test(what_is_no_image_is_named),
        cmocka_unit_test(damaged_heads_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
