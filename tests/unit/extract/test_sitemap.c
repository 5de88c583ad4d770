/* Sitemaps and feeds: what is read from each form, and what no file can make the reader do. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <zlib.h>

#include "tests/unit/extract/sitemap_test.h"

#define XMLNS "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""

static void assert_locs(const struct sitemap *sitemap, const char *const *locs)
{
    uint32_t count = 0;
    for (; locs[count]; count++) {
        assert_true(count < sitemap->record.entry_count);
        assert_text(sitemap->record.entries[count].loc, locs[count]);
    }
    assert_int_equal(sitemap->record.entry_count, count);
}

/* Reads text and expects its kind, its flags, and its URLs. */
static void check(const char *text, enum sitemap_kind kind, uint32_t flags, const char *const *locs)
{
    struct sitemap sitemap = sitemap_of_text(text);
    assert_int_equal(sitemap.record.kind, kind);
    assert_int_equal(sitemap.record.flags, flags);
    assert_locs(&sitemap, locs);
    sitemap_done(&sitemap);
}

#define LOCS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_LOCS   ((const char *const[]){NULL})

static void urlset_gives_urls_as_written(void **state)
{
    (void)state;
    struct sitemap sitemap =
        sitemap_of_text("<?xml version=\"1.0\"?><urlset " XMLNS ">"
                        "<url><loc>\n http://a.test/1?a=1&amp;b=2 \n</loc>"
                        "<lastmod> 2020-1-1 or so </lastmod><changefreq>daily</changefreq>"
                        "<priority>0.5</priority></url>"
                        "<url><loc><![CDATA[/x?a&b#c]]></loc><lastmod></lastmod></url></urlset>");
    assert_int_equal(sitemap.record.kind, SITEMAP_URLSET);
    assert_int_equal(sitemap.record.flags, 0);
    assert_locs(&sitemap, LOCS("http://a.test/1?a=1&b=2", "http://site.test/x?a&b"));
    assert_text(sitemap.record.entries[0].lastmod, "2020-1-1 or so");
    assert_text(sitemap.record.entries[0].changefreq, "daily");
    assert_text(sitemap.record.entries[0].priority, "0.5");
    assert_text(sitemap.record.entries[1].lastmod, NULL);
    assert_text(sitemap.record.entries[1].changefreq, NULL);
    assert_int_equal(sitemap.record.entries[0].flags, 0);
    sitemap_done(&sitemap);
}

static void index_leads_to_sitemaps(void **state)
{
    (void)state;
    struct sitemap sitemap = sitemap_of_text(
        "<sitemapindex " XMLNS "><sitemap><loc>a.xml.gz</loc><lastmod>2020</lastmod></sitemap>"
        "<sitemap><loc>https://other.test/b</loc></sitemap></sitemapindex>");
    assert_int_equal(sitemap.record.kind, SITEMAP_INDEX);
    assert_locs(&sitemap, LOCS("http://site.test/dir/a.xml.gz", "https://other.test/b"));
    assert_int_equal(sitemap.record.entries[0].flags, SITEMAP_ENTRY_NESTED);
    assert_text(sitemap.record.entries[0].lastmod, "2020");
    sitemap_done(&sitemap);
}

static void namespaces_and_case_do_not_matter(void **state)
{
    (void)state;
    check("<urlset xmlns='http://wrong/'><url><loc>http://a/</loc></url></urlset>", SITEMAP_URLSET,
          0, LOCS("http://a/"));
    check("<x:urlset><x:url><x:loc>http://a/</x:loc></x:url></x:urlset>", SITEMAP_URLSET, 0,
          LOCS("http://a/"));
    check("<URLSET><Url><LOC>http://a/</LOC></Url></URLSET>", SITEMAP_URLSET, 0, LOCS("http://a/"));
}

static void images_belong_to_their_page(void **state)
{
    (void)state;
    struct sitemap sitemap = sitemap_of_text(
        "<urlset><url><image:image><image:loc>/1.png</image:loc><image:title>T</image:title>"
        "<image:caption> C &amp; D </image:caption></image:image><loc>/a</loc></url>"
        "<url><loc>mailto:x</loc><image:image><image:loc>/lost.png</image:loc></image:image></url>"
        "<url><loc>/b</loc><image:image><image:loc>/2.png</image:loc></image:image>"
        "<image:image><image:title>no loc</image:title></image:image>"
        "<image:image><image:loc>/3.png</image:loc></image:image>"
        "<video:video><video:loc>/v</video:loc><video:title>V</video:title></video:video></url>"
        "</urlset>");
    const struct sitemap_record *record = &sitemap.record;
    assert_locs(&sitemap, LOCS("http://site.test/a", "http://site.test/b"));
    assert_int_equal(record->image_count, 3);
    assert_int_equal(record->unusable, 2);
    assert_text(record->images[0].loc, "http://site.test/1.png");
    assert_text(record->images[0].title, "T");
    assert_text(record->images[0].caption, "C & D");
    assert_int_equal(record->images[0].entry, 0);
    assert_text(record->images[1].loc, "http://site.test/2.png");
    assert_text(record->images[1].title, NULL);
    assert_text(record->images[2].loc, "http://site.test/3.png");
    assert_int_equal(record->images[2].entry, 1);
    sitemap_done(&sitemap);
}

static void feeds_give_their_items(void **state)
{
    (void)state;
    struct sitemap rss = sitemap_of_text(
        "\n<rss><channel><link>http://home/</link><item><link>http://a/1</link><guid>x</guid>"
        "<pubDate>Sun, 06 Sep 2009</pubDate></item><item><guid isPermaLink='false'>http://a/2"
        "</guid></item><item><guid>7bd2</guid></item>"
        "<item><atom:link href='http://a/no'/><link>3</link></item></channel></rss>");
    assert_int_equal(rss.record.kind, SITEMAP_RSS);
    assert_locs(&rss, LOCS("http://a/1", "http://a/2", "http://site.test/dir/3"));
    assert_text(rss.record.entries[0].lastmod, "Sun, 06 Sep 2009");
    assert_int_equal(rss.record.unusable, 1);
    sitemap_done(&rss);
    check("<rdf:RDF><channel/><item><link>http://a/1</link></item></rdf:RDF>", SITEMAP_RSS, 0,
          LOCS("http://a/1"));
    check("<feed><link href='http://home/'/><entry><link rel='alternate' href='/alternate'/>"
          "<link rel='edit' href='/edit'/><link href='/plain'/><link href='/second'/></entry>"
          "<entry><link rel='alternate' href='/only'/></entry></feed>",
          SITEMAP_ATOM, 0, LOCS("http://site.test/plain", "http://site.test/only"));
}

static void text_is_one_url_a_line(void **state)
{
    (void)state;
    check("\xef\xbb\xbf# a list\r\nhttp://a/1\r\n\r\n  https://b/2  \rhttp://c/3", SITEMAP_TEXT, 0,
          LOCS("http://a/1", "https://b/2", "http://c/3"));
    check("User-agent: *\nhttp://a/", SITEMAP_UNKNOWN, 0, NO_LOCS);
    check("", SITEMAP_UNKNOWN, 0, NO_LOCS);
    struct sitemap sitemap = sitemap_of_text("http://a/\nnonsense\nhttp://b/\n");
    assert_locs(&sitemap, LOCS("http://a/", "http://b/"));
    assert_int_equal(sitemap.record.unusable, 1);
    sitemap_done(&sitemap);
}

static void other_documents_are_unknown(void **state)
{
    (void)state;
    check("<!DOCTYPE html><html><body><url><loc>http://a/</loc></url><br>", SITEMAP_UNKNOWN, 0,
          NO_LOCS);
    check("<html><url><loc>http://a/</loc></url></html>", SITEMAP_UNKNOWN, 0, NO_LOCS);
}

static void encodings_are_believed_in_the_order_of_trust(void **state)
{
    (void)state;
    static const char utf16[] = "\xff\xfeh\0t\0t\0p\0:\0/\0/\0a\0/\0";
    struct sitemap sitemap = sitemap_of_bytes(utf16, sizeof utf16 - 1);
    assert_locs(&sitemap, LOCS("http://a/"));
    sitemap_done(&sitemap);
    check("<?xml version='1.0' encoding='iso-8859-1'?><urlset><url><loc>http://a/\xe4</loc></url>"
          "</urlset>",
          SITEMAP_URLSET, 0, LOCS("http://a/%C3%A4"));
    check("<?xml version='1.0' encoding='utf-16'?><urlset><url><loc>http://a/\xc3\xa4</loc></url>"
          "</urlset>",
          SITEMAP_URLSET, 0, LOCS("http://a/%C3%A4"));
}

static void broken_xml_is_kept_up_to_the_fault(void **state)
{
    (void)state;
    struct sitemap sitemap =
        sitemap_of_text("\n<urlset><url><loc>http://a/1</loc></url>\n"
                        "<url><loc>http://a/2</loc><image:image><image:loc>/i</image:loc>"
                        "<image:title>x < y</image:title></image:image></url></urlset>");
    assert_int_equal(sitemap.record.flags, SITEMAP_BROKEN);
    assert_int_equal(sitemap.record.fault_line, 3);
    assert_locs(&sitemap, LOCS("http://a/1", "http://a/2"));
    assert_int_equal(sitemap.record.image_count, 1);
    sitemap_done(&sitemap);
    check("<urlset><url><loc>http://a/1</loc></url><url><loc>http://a/cut-in-the-mid",
          SITEMAP_URLSET, SITEMAP_BROKEN, LOCS("http://a/1"));
    check("<urlset><url><loc>http://a/1</loc></url></urlset>junk", SITEMAP_URLSET, SITEMAP_BROKEN,
          LOCS("http://a/1"));
}

static void stray_ampersands_and_controls_are_mended(void **state)
{
    (void)state;
    check("<urlset><url><loc>http://a/?a=1&b=2</loc></url>"
          "<url><loc>http://a/?a&amp;b&#38;c&#x26;d&;e&copy;&</loc></url>"
          "<url><loc>http://a/?&#;&#x;&#0;</loc></url>"
          "<!-- & --><url><loc><![CDATA[http://a/?c&d&amp;e]]></loc></url>"
          "<url><loc>http://a/\x01\x0bz</loc></url></urlset>",
          SITEMAP_URLSET, 0,
          LOCS("http://a/?a=1&b=2", "http://a/?a&b&c&d&;e&copy;&", "http://a/?&",
               "http://a/?c&d&amp;e", "http://a/%20%20z"));
    check("<!DOCTYPE urlset [<!ENTITY h 'http://a/'>]>"
          "<urlset><url><loc>&h;?a&b=1;</loc></url></urlset>",
          SITEMAP_URLSET, 0, LOCS("http://a/?a&b=1;"));
}

static void entities_of_entities_are_refused(void **state)
{
    (void)state;
    check("<!DOCTYPE urlset [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>"
          "<urlset><url><loc>http://a/&b;</loc></url></urlset>",
          SITEMAP_UNKNOWN, SITEMAP_REFUSED, NO_LOCS);
    check("<!DOCTYPE urlset [<!ATTLIST url x CDATA 'y'>]>"
          "<urlset><url><loc>http://a/</loc></url></urlset>",
          SITEMAP_UNKNOWN, SITEMAP_REFUSED, NO_LOCS);
    check("<!DOCTYPE urlset [<!ENTITY h 'http://a/'>]>"
          "<urlset><url><loc>&h;1</loc></url></urlset>",
          SITEMAP_URLSET, 0, LOCS("http://a/1"));
}

static void one_big_entity_used_often_meets_the_limit(void **state)
{
    (void)state;
    char *value = repeated("x", 100000);
    char *uses = repeated("&a;", 1000);
    char *text = NULL;
    assert_true(asprintf(&text,
                         "<!DOCTYPE urlset [<!ENTITY a '%s'>]><urlset><url><loc>http://a/</loc>"
                         "<lastmod>%s</lastmod></url></urlset>",
                         value, uses) > 0);
    check(text, SITEMAP_URLSET, SITEMAP_REFUSED, LOCS("http://a/"));
    free(text);
    free(uses);
    free(value);
}

static void external_entities_are_not_read(void **state)
{
    (void)state;
    struct sitemap sitemap = sitemap_of_text(
        "<!DOCTYPE urlset SYSTEM 'file:///etc/hostname' [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        "<urlset><url><loc>http://a/</loc><lastmod>&x;</lastmod></url></urlset>");
    assert_locs(&sitemap, LOCS("http://a/"));
    assert_text(sitemap.record.entries[0].lastmod, NULL);
    sitemap_done(&sitemap);
}

static void absurd_nesting_is_refused(void **state)
{
    (void)state;
    char *nested = repeated("<urlset>", 100000);
    check(nested, SITEMAP_URLSET, SITEMAP_REFUSED, NO_LOCS);
    free(nested);
}

static void long_text_is_cut_and_a_long_url_is_unusable(void **state)
{
    (void)state;
    char *text = NULL;
    char *x = repeated("x", 40000);
    assert_true(asprintf(&text,
                         "<urlset><url><loc>http://a/%s</loc></url><url><loc>/b</loc>"
                         "<lastmod>%s</lastmod></url></urlset>",
                         x, x) > 0);
    struct sitemap sitemap = sitemap_of_text(text);
    assert_locs(&sitemap, LOCS("http://site.test/b"));
    assert_int_equal(sitemap.record.unusable, 1);
    assert_int_equal(sitemap.record.entries[0].lastmod.bytes, 8192);
    sitemap_done(&sitemap);
    free(text);
    free(x);
}

/* --- gzip --- */

struct packed {
    unsigned char *data;
    size_t bytes;
};

static struct packed pack(const void *data, size_t bytes)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 1, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    struct packed packed = {.bytes = deflateBound(&stream, bytes)};
    packed.data = malloc(packed.bytes);
    union {
        const void *borrowed;
        unsigned char *for_zlib; /* which does not write there */
    } input = {.borrowed = data};
    stream.next_in = input.for_zlib;
    stream.avail_in = (unsigned)bytes;
    stream.next_out = packed.data;
    stream.avail_out = (unsigned)packed.bytes;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.bytes = stream.total_out;
    deflateEnd(&stream);
    return packed;
}

static const char list[] = "http://a/1\nhttp://a/2\n";

static void gzip_is_known_by_its_bytes(void **state)
{
    (void)state;
    struct packed once = pack(list, sizeof list - 1);
    struct packed twice = pack(once.data, once.bytes);
    const struct sitemap_input input = {
        .data = once.data, .bytes = once.bytes, .content_type = "text/html; charset=utf-8"};
    struct sitemap sitemap = sitemap_of(&input, SITEMAP_TEST_CAPACITY);
    assert_locs(&sitemap, LOCS("http://a/1", "http://a/2"));
    assert_int_equal(sitemap.record.flags, 0);
    sitemap_done(&sitemap);
    sitemap = sitemap_of_bytes(twice.data, twice.bytes);
    assert_locs(&sitemap, LOCS("http://a/1", "http://a/2"));
    sitemap_done(&sitemap);
    free(once.data);
    free(twice.data);
}

static void gzip_members_follow_each_other(void **state)
{
    (void)state;
    struct packed packed = pack(list, sizeof list - 1);
    unsigned char *both = malloc(2 * packed.bytes + 4);
    memcpy(both, packed.data, packed.bytes);
    memcpy(both + packed.bytes, packed.data, packed.bytes);
    memset(both + 2 * packed.bytes, 0, 4);
    struct sitemap sitemap = sitemap_of_bytes(both, 2 * packed.bytes + 4);
    assert_int_equal(sitemap.record.entry_count, 4);
    assert_int_equal(sitemap.record.flags, 0);
    sitemap_done(&sitemap);
    free(both);
    free(packed.data);
}

/* Cut anywhere: never more than was there, and told as broken. */
static void gzip_cut_short_is_kept_so_far(void **state)
{
    (void)state;
    struct packed packed = pack(list, sizeof list - 1);
    for (size_t bytes = 3; bytes < packed.bytes; bytes++) {
        struct sitemap sitemap = sitemap_of_bytes(packed.data, bytes);
        assert_int_equal(sitemap.record.flags, SITEMAP_BROKEN);
        assert_true(sitemap.record.entry_count <= 2);
        sitemap_done(&sitemap);
    }
    struct sitemap sitemap = sitemap_of_bytes(packed.data, packed.bytes - 1);
    assert_locs(&sitemap, LOCS("http://a/1", "http://a/2"));
    sitemap_done(&sitemap);
    free(packed.data);
}

static void gzip_bomb_is_unpacked_to_the_limit(void **state)
{
    (void)state;
    size_t bytes = (size_t)SITEMAP_MAX_BYTES + (4 << 20);
    char *text = malloc(bytes);
    memset(text, '\n', bytes);
    memcpy(text, list, sizeof list - 1);
    memcpy(text + bytes - 10, "http://b/\n", 10);
    struct packed packed = pack(text, bytes);
    struct sitemap sitemap = sitemap_of_bytes(packed.data, packed.bytes);
    assert_int_equal(sitemap.record.flags, SITEMAP_TRUNCATED);
    assert_locs(&sitemap, LOCS("http://a/1", "http://a/2"));
    sitemap_done(&sitemap);
    sitemap = sitemap_of_bytes(text, bytes);
    assert_int_equal(sitemap.record.flags, SITEMAP_TRUNCATED);
    assert_int_equal(sitemap.record.entry_count, 2);
    sitemap_done(&sitemap);
    free(packed.data);
    free(text);
}

/* --- limits --- */

static void urls_past_the_maximum_are_cut_off(void **state)
{
    (void)state;
    char *lines = repeated("http://a/\n", 50000);
    struct sitemap sitemap = sitemap_of_text(lines);
    assert_int_equal(sitemap.record.entry_count, 50000);
    assert_int_equal(sitemap.record.flags, 0);
    sitemap_done(&sitemap);
    free(lines);
    char *urls = repeated("<url><loc>/a</loc></url>", 50001);
    char *text = NULL;
    assert_true(asprintf(&text, "<urlset>%s</urlset>", urls) > 0);
    sitemap = sitemap_of_text(text);
    assert_int_equal(sitemap.record.entry_count, 50000);
    assert_int_equal(sitemap.record.flags, SITEMAP_TRUNCATED);
    sitemap_done(&sitemap);
    free(text);
    free(urls);
}

/* Whatever the room, the record is whole and a beginning of the list. */
static void small_room_gives_a_beginning(void **state)
{
    (void)state;
    static const char text[] =
        "<urlset><url><loc>/1</loc><image><loc>/i</loc><title>t</title></image></url>"
        "<url><loc>/2</loc><image><loc>/j</loc></image></url></urlset>";
    const struct sitemap_input input = {
        .data = (const unsigned char *)text, .bytes = sizeof text - 1, .url = "http://s/"};
    struct sitemap all = sitemap_of(&input, SITEMAP_TEST_CAPACITY);
    for (size_t capacity = 0; capacity < (size_t)all.bytes; capacity++) {
        struct sitemap sitemap = sitemap_of(&input, capacity);
        if (capacity < 40)
            assert_int_equal(sitemap.bytes, -E2BIG);
        else
            assert_int_equal(sitemap.record.flags, SITEMAP_TRUNCATED);
        assert_true(sitemap.record.entry_count <= 2);
        sitemap_done(&sitemap);
    }
    assert_int_equal(all.record.image_count, 2);
    sitemap_done(&all);
}

static void url_of_the_sitemap_must_be_one(void **state)
{
    (void)state;
    struct sitemap_input input = {.data = (const unsigned char *)"", .url = "ftp://a/"};
    struct sitemap sitemap = sitemap_of(&input, 1024);
    assert_int_equal(sitemap.bytes, -EINVAL);
    sitemap_done(&sitemap);
    static const char text[] = "<urlset><url><loc>/1</loc></url></urlset>";
    input = (struct sitemap_input){.data = (const unsigned char *)text, .bytes = sizeof text - 1};
    sitemap = sitemap_of(&input, 1024);
    assert_int_equal(sitemap.record.unusable, 1);
    assert_int_equal(sitemap.record.entry_count, 0);
    sitemap_done(&sitemap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urlset_gives_urls_as_written),
        cmocka_unit_test(index_leads_to_sitemaps),
        cmocka_unit_test(namespaces_and_case_do_not_matter),
        cmocka_unit_test(images_belong_to_their_page),
        cmocka_unit_test(feeds_give_their_items),
        cmocka_unit_test(text_is_one_url_a_line),
        cmocka_unit_test(other_documents_are_unknown),
        cmocka_unit_test(encodings_are_believed_in_the_order_of_trust),
        cmocka_unit_test(broken_xml_is_kept_up_to_the_fault),
        cmocka_unit_test(stray_ampersands_and_controls_are_mended),
        cmocka_unit_test(entities_of_entities_are_refused),
        cmocka_unit_test(one_big_entity_used_often_meets_the_limit),
        cmocka_unit_test(external_entities_are_not_read),
        cmocka_unit_test(absurd_nesting_is_refused),
        cmocka_unit_test(long_text_is_cut_and_a_long_url_is_unusable),
        cmocka_unit_test(gzip_is_known_by_its_bytes),
        cmocka_unit_test(gzip_members_follow_each_other),
        cmocka_unit_test(gzip_cut_short_is_kept_so_far),
        cmocka_unit_test(gzip_bomb_is_unpacked_to_the_limit),
        cmocka_unit_test(urls_past_the_maximum_are_cut_off),
        cmocka_unit_test(small_room_gives_a_beginning),
        cmocka_unit_test(url_of_the_sitemap_must_be_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
