/* Encodings: which one is chosen, and what conversion promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/charset.h"
#include "crawler/extract/charset_labels.h"

static void assert_sniffed(const char *page, const char *content_type, const char *name,
                           enum charset_source source)
{
    enum charset_source from;
    assert_string_equal(
        charset_sniff((const unsigned char *)page, strlen(page), content_type, NULL, &from), name);
    assert_string_equal(charset_source_name(from), charset_source_name(source));
}

static void charset_sources_rank_bom_transport_meta_guess(void **state)
{
    (void)state;
    const char *page = "\xef\xbb\xbf<meta charset=koi8-r>";
    assert_sniffed(page, "text/html; charset=big5", "UTF-8", CHARSET_BOM);
    assert_sniffed(page + 3, "text/html; charset=big5", "Big5", CHARSET_TRANSPORT);
    assert_sniffed(page + 3, "text/html; charset=nonsense", "KOI8-R", CHARSET_META);
    assert_sniffed(page + 3, NULL, "KOI8-R", CHARSET_META);
    assert_sniffed("plain", NULL, "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("gr\xc3\xbc\xc3\x9f", NULL, "UTF-8", CHARSET_DEFAULT);
    assert_sniffed("gr\xfc\xdf", NULL, "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("<?xml version='1.0' encoding='koi8-u'?><a>", NULL, "KOI8-U", CHARSET_META);
}

static void assert_fallback(const char *page, const char *fallback, const char *name,
                            enum charset_source source)
{
    enum charset_source from;
    assert_string_equal(
        charset_sniff((const unsigned char *)page, strlen(page), NULL, fallback, &from), name);
    assert_string_equal(charset_source_name(from), charset_source_name(source));
}

static void the_callers_default_counts_where_nothing_else_tells(void **state)
{
    (void)state;
    assert_fallback("\xc7\xd1", "euc-kr", "EUC-KR", CHARSET_SETTING);
    assert_fallback("plain", "iso-2022-jp", "ISO-2022-JP", CHARSET_SETTING);
    assert_fallback("gr\xc3\xbc\xc3\x9f", "koi8-r", "UTF-8", CHARSET_DEFAULT);
    assert_fallback("<meta charset=big5>\xa4", "koi8-r", "Big5", CHARSET_META);
    assert_fallback("\xfc", "nonsense", "windows-1252", CHARSET_DEFAULT);
    assert_fallback("\xfc", NULL, "windows-1252", CHARSET_DEFAULT);
}

static void charset_content_type_parameters_are_told_apart(void **state)
{
    (void)state;
    assert_sniffed("", "text/html;charset=\"UTF-8\"", "UTF-8", CHARSET_TRANSPORT);
    assert_sniffed("", "text/html; CharSet=utf-8 ; x=y", "UTF-8", CHARSET_TRANSPORT);
    assert_sniffed("", "text/html; a=\"; charset=gbk\"; charset=big5", "Big5", CHARSET_TRANSPORT);
    assert_sniffed("", "text/html;charset=utf-8, text/html", "UTF-8", CHARSET_TRANSPORT);
    assert_sniffed("", "text/html; xcharset=utf-8", "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("", "text/html; charset", "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("", "text/html; charset=\"", "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("", ";;;=", "windows-1252", CHARSET_DEFAULT);
}

static void charset_meta_is_read_like_a_browser_does(void **state)
{
    (void)state;
    assert_sniffed("<!-- <meta charset=gbk> --><meta charset=big5>", NULL, "Big5", CHARSET_META);
    assert_sniffed("<p title='<meta charset=gbk>'>", NULL, "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("<meta charset=utf-16>", NULL, "UTF-8", CHARSET_META);
    assert_sniffed("<meta charset=x-user-defined>", NULL, "windows-1252", CHARSET_META);
    assert_sniffed("<meta content='text/html;charset=gbk'>", NULL, "windows-1252", CHARSET_DEFAULT);
    assert_sniffed("<meta content='charset charset = gbk' http-equiv=Content-Type>", NULL, "GBK",
                   CHARSET_META);
    assert_sniffed("<meta charset=gbk", NULL, "windows-1252", CHARSET_DEFAULT);
}

static void charset_every_encoding_knows_its_own_name(void **state)
{
    (void)state;
    for (int charset = 0; charset < CHARSET_COUNT; charset++) {
        const char *name = charset_infos[charset].name;
        assert_int_equal(charset_find(name, strlen(name)), charset);
    }
    assert_string_equal(charset_for_label(" Latin1\n", 8), "windows-1252");
    assert_string_equal(charset_for_label("iso-2022-cn-ext", 15), "replacement");
    assert_string_equal(charset_for_label("unicodefffe", 11), "UTF-16BE");
    assert_null(charset_for_label("utf-7", 5));
    assert_null(charset_for_label("utf-8\0", 6));
    assert_null(charset_for_label("", 0));
}

static void assert_converts(const char *charset, const char *text, size_t bytes,
                            const char *expected)
{
    struct arena *arena = arena_new(1 << 20);
    size_t length;
    const char *utf8 = charset_to_utf8(arena, charset, (const unsigned char *)text, bytes, &length);
    assert_non_null(utf8);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(utf8, expected, length);
    arena_free(arena);
}

#define CONVERTS(charset, text, expected) assert_converts(charset, text, sizeof text - 1, expected)

static void charset_conversion_gives_utf8(void **state)
{
    (void)state;
    CONVERTS("windows-1252", "\x80 \x81 caf\xe9", "€ \xc2\x81 café");
    CONVERTS("windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2 \x98", "Привет \xc2\x98");
    CONVERTS("ISO-8859-8-I", "\xf9\xec\xe5\xed", "שלום");
    CONVERTS("Shift_JIS", "\x93\xfa\x96{ \\ ~ \x87\x40", "日本 \\ ~ ①");
    CONVERTS("EUC-JP", "\xc6\xfc\xcb\xdc", "日本");
    CONVERTS("ISO-2022-JP", "\x1b$BF|K\\\x1b(B", "日本");
    CONVERTS("EUC-KR", "\xc7\xd1\x81\x41", "한갂");
    CONVERTS("GBK", "\xd6\xd0\xa8\x44", "中―");
    CONVERTS("Big5", "\xa4\xa4", "中");
    CONVERTS("UTF-16LE", "\xff\xfeh\0i\0", "hi");
    CONVERTS("UTF-16BE", "\0h\xd8\x00\0i\0", "h\ufffdi\ufffd");
    CONVERTS("x-user-defined", "a\x80\xff", "a\uf780\uf7ff");
    CONVERTS("replacement", "anything", "\ufffd");
    CONVERTS("windows-1255", "\xe0\xc7", "\ufb2e");
}

static void charset_malformed_input_becomes_replacement_characters(void **state)
{
    (void)state;
    CONVERTS("UTF-8",
             "\xef\xbb\xbf"
             "WORD\xe3\xabWORD\xff\xc0\xaf\xed\xa0\x80",
             "WORD\ufffdWORD\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd");
    CONVERTS("EUC-KR", "a\xc7", "a\ufffd");
    CONVERTS("Shift_JIS", "\x93", "\ufffd");
    CONVERTS("Big5", "\x81<b>", "\ufffd<b>");
    CONVERTS("UTF-16LE", "h\0i", "h\ufffd");
}

static void charset_well_formed_text_is_not_copied(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    static const unsigned char utf8[] = "\xef\xbb\xbfgr\xc3\xbc\xc3\x9f dich";
    static const unsigned char ascii[] = "only ASCII";
    size_t bytes;
    assert_ptr_equal(charset_to_utf8(arena, "UTF-8", utf8, sizeof utf8 - 1, &bytes), utf8 + 3);
    assert_int_equal(bytes, sizeof utf8 - 1 - 3);
    assert_ptr_equal(charset_to_utf8(arena, "GBK", ascii, sizeof ascii - 1, &bytes), ascii);
    assert_string_equal(charset_to_utf8(arena, "UTF-8", NULL, 0, &bytes), "");
    assert_int_equal(arena_used(arena), 0);
    arena_free(arena);
}

static void charset_full_arena_is_told(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    unsigned char page[1024];
    memset(page, 0xe9, sizeof page);
    size_t bytes = 7;
    assert_null(charset_to_utf8(arena, "windows-1252", page, sizeof page, &bytes));
    assert_null(charset_to_utf8(arena, "UTF-8", page, sizeof page, &bytes));
    assert_int_equal(bytes, 7);
    arena_free(arena);
}

/* The first capacity that conversion tries is too small here, the second must do. */
static void charset_longest_growth_fits(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    unsigned char page[5000];
    memset(page, 0x80, sizeof page);
    size_t bytes;
    assert_non_null(charset_to_utf8(arena, "windows-1252", page, sizeof page, &bytes));
    assert_int_equal(bytes, 3 * sizeof page);
    arena_free(arena);
}

static int preload(void **state)
{
    (void)state;
    charset_preload();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charset_sources_rank_bom_transport_meta_guess),
        cmocka_unit_test(the_callers_default_counts_where_nothing_else_tells),
        cmocka_unit_test(charset_content_type_parameters_are_told_apart),
        cmocka_unit_test(charset_meta_is_read_like_a_browser_does),
        cmocka_unit_test(charset_every_encoding_knows_its_own_name),
        cmocka_unit_test(charset_conversion_gives_utf8),
        cmocka_unit_test(charset_malformed_input_becomes_replacement_characters),
        cmocka_unit_test(charset_well_formed_text_is_not_copied),
        cmocka_unit_test(charset_full_arena_is_told),
        cmocka_unit_test(charset_longest_growth_fits),
    };
    return cmocka_run_group_tests(tests, preload, NULL);
}
