/* Sniffing: images, archives and fonts are known for what they are; HTML is never taken for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/mime_sniff.h"
#include "tests/unit/extract/extracted.h"

struct body {
    const char *bytes;
    size_t count;
    const char *type;
};
#define BODY(literal, type)                                                                        \
    {                                                                                              \
        literal, sizeof(literal) - 1, type                                                         \
    }

static void assert_sniffed(const struct body *body, bool is_declared)
{
    enum mime_type type = mime_sniff((const unsigned char *)body->bytes, body->count, is_declared);
    if (strcmp(mime_type_name(type), body->type) != 0)
        fail_msg("%.20s is %s, not %s", body->bytes, body->type, mime_type_name(type));
}

static void what_is_no_html_is_known_whatever_was_declared(void **state)
{
    (void)state;
    static const struct body table[] = {
        BODY("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        BODY("\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        BODY("GIF89a\1\0\1\0", "image/gif"),
        BODY("GIF87a\1\0\1\0", "image/gif"),
        BODY("RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        BODY("\0\0\0\x1c"
             "ftypavif\0\0\0\0",
             "image/avif"),
        BODY("\0\0\0\x18"
             "ftypheic\0\0\0\0",
             "image/heif"),
        BODY("BM\x36\x10\0\0\0\0\0\0\x36\0", "image/bmp"),
        BODY("\0\0\1\0\1\0\x10\x10", "image/x-icon"),
        BODY("II*\0\x08\0\0\0", "image/tiff"),
        BODY("%PDF-1.7\n", "application/pdf"),
        BODY("%!PS-Adobe-3.0", "application/postscript"),
        BODY("PK\x03\x04\x14\0", "application/zip"),
        BODY("\x1f\x8b\x08\0\0", "application/gzip"),
        BODY("Rar!\x1a\x07\x01\0", "application/vnd.rar"),
        BODY("7z\xbc\xaf\x27\x1c\0\4", "application/x-7z-compressed"),
        BODY("\0\0\0\x18"
             "ftypmp42\0\0\0\0",
             "video/mp4"),
        BODY("\x1a\x45\xdf\xa3\x01", "video/webm"),
        BODY("RIFF\x24\0\0\0AVI LIST", "video/avi"),
        BODY("RIFF\x24\0\0\0WAVEfmt ", "audio/wave"),
        BODY("ID3\x04\0\0\0", "audio/mpeg"),
        BODY("OggS\0\2", "application/ogg"),
        BODY("fLaC\0\0\0\x22", "audio/flac"),
        BODY("wOFF\0\1\0\0", "font/woff"),
        BODY("wOF2OTTO", "font/woff2"),
        BODY("\0\1\0\0\0\x0f", "font/ttf"),
        BODY("OTTO\0\x0b", "font/otf"),
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_sniffed(&table[i], true);
        assert_sniffed(&table[i], false);
    }
}

/* Texts that begin like a signature, and HTML in every form. */
static void html_is_never_taken_for_something_else(void **state)
{
    (void)state;
    static const struct body table[] = {
        BODY("", "text/html"),
        BODY("<!DOCTYPE html><title>a</title>", "text/html"),
        BODY("  \n<html>", "text/html"),
        BODY("BMW sells cars <img src=a.png>", "text/html"),
        BODY("ID3 tags explained", "text/html"),
        BODY("RIFF is a format, like WAVE and AVI", "text/html"),
        BODY("OggS is how Ogg begins", "text/html"),
        BODY("wOFF begins a font", "text/html"),
        BODY("OTTO: my dog", "text/html"),
        BODY("PK <b>penalty</b>", "text/html"),
        BODY("GIF files are <b>images</b>", "text/html"),
        BODY("\xef\xbb\xbf<!doctype html>", "text/html"),
        BODY("\xff\xfe<\0h\0t\0m\0l\0>\0", "text/html"),
        BODY("\xfe\xff\0<\0h\0t\0m\0l\0>", "text/html"),
        BODY("<\0h\0t\0m\0l\0>\0", "text/html"),
        BODY("<svg xmlns='http://www.w3.org/2000/svg'/>", "text/html"),
        BODY("<?xml version='1.0'?>\n<!DOCTYPE html><HTML>", "text/html"),
        BODY("plain words", "text/html"), /* parsed as HTML it is as harmless as it is empty */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_sniffed(&table[i], true);
        assert_sniffed(&table[i], false);
    }
}

static void what_nobody_declared_must_be_text(void **state)
{
    (void)state;
    const struct body binary = BODY("\x01\x02\x03 some format", "application/octet-stream");
    const struct body xml = BODY("<?xml version='1.0'?><rss version='2.0'/>", "text/xml");
    assert_sniffed(&binary, false);
    assert_sniffed(&xml, false);
    const struct body declared_binary = BODY("\x01\x02\x03 some format", "text/html");
    const struct body declared_xml = BODY("<?xml version='1.0'?><rss/>", "text/html");
    assert_sniffed(&declared_binary, true);
    assert_sniffed(&declared_xml, true);
}

static void of_what_is_no_html_nothing_is_read(void **state)
{
    (void)state;
    static const char png[] = "\x89PNG\r\n\x1a\n<title>x</title><img src=a.png><a href=b>";
    struct extracted page =
        extract_bytes(png, sizeof png - 1, "http://site.test/", EXTRACTED_CAPACITY);
    assert_int_equal(page.record.sniffed_type, MIME_PNG);
    assert_text(page.record.title, NULL);
    assert_int_equal(page.record.image_count, 0);
    assert_int_equal(page.record.link_count, 0);
    extracted_done(&page);
}

static void utf_16_without_a_declared_charset_is_read(void **state)
{
    (void)state;
    static const char html[] = "\xff\xfe<\0i\0m\0g\0 \0s\0r\0c\0=\0a\0>\0";
    struct extracted page =
        extract_bytes(html, sizeof html - 1, "http://site.test/", EXTRACTED_CAPACITY);
    assert_int_equal(page.record.sniffed_type, MIME_HTML);
    assert_int_equal(page.record.image_count, 1);
    extracted_done(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_html_is_known_whatever_was_declared),
        cmocka_unit_test(html_is_never_taken_for_something_else),
        cmocka_unit_test(what_nobody_declared_must_be_text),
        cmocka_unit_test(of_what_is_no_html_nothing_is_read),
        cmocka_unit_test(utf_16_without_a_declared_charset_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
