/* Images in linked data: every shape in which sites write them, and what they are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/json_ld.h"

static void note(const char *url, size_t bytes, void *arg)
{
    char *told = arg;
    size_t at = strlen(told);
    assert_int_equal(strlen(url), bytes);
    snprintf(told + at, 1024 - at, "<%s>", url);
}

static void assert_images(const char *json, const char *expected)
{
    char told[1024] = "";
    struct arena *arena = arena_new(0);
    json_ld_images_each(arena, json, strlen(json), note, told);
    arena_free(arena);
    assert_string_equal(told, expected);
}

static void json_ld_strings_objects_and_arrays_are_told(void **state)
{
    (void)state;
    assert_images("{\"image\": \" a.jpg \"}", "<a.jpg>");
    assert_images("{\"image\": [\"a.jpg\", {\"url\": \"b.jpg\"}, [\"c.jpg\"], \"a.jpg\"]}",
                  "<a.jpg><b.jpg><c.jpg>");
    assert_images("{\"logo\": {\"@type\": \"ImageObject\", \"url\": \"u\", \"contentUrl\": \"c\"}}",
                  "<c>");
    assert_images("{\"thumbnailUrl\": \"t\", \"thumbnail\": {\"contentUrl\": [\"u\", \"v\"]}}",
                  "<t><u>");
    assert_images("{\"image\": {\"@list\": [{\"@value\": \"v\"}, {\"@id\": \"i.png\"}]}}",
                  "<v><i.png>");
    assert_images("{\"schema:image\": \"a\", \"https://schema.org/logo\": {\"@id\": \"b\"}}",
                  "<a><b>");
}

static void json_ld_images_are_found_anywhere(void **state)
{
    (void)state;
    assert_images("[{\"@graph\": [{\"review\": {\"author\": {\"image\": \"deep.jpg\"}}}]}]",
                  "<deep.jpg>");
    assert_images("{\"video\": {\"@type\": \"VideoObject\", \"contentUrl\": \"v.mp4\","
                  " \"thumbnailUrl\": [\"t.jpg\"]}}",
                  "<t.jpg>");
    assert_images(
        "{\"associatedMedia\": {\"@type\": [\"Thing\", \"ImageObject\"], \"url\": \"m.jpg\"}}",
        "<m.jpg>");
}

static void json_ld_references_lead_to_their_node(void **state)
{
    (void)state;
    assert_images(
        "{\"@graph\": [{\"@type\": \"WebPage\", \"@id\": \"https://e/\", \"url\": \"https://e/\","
        " \"primaryImageOfPage\": {\"@id\": \"https://e/#pic\"}},"
        " {\"@type\": \"ImageObject\", \"@id\": \"https://e/#pic\", \"url\": "
        "\"https://e/p.jpg\"}]}",
        "<https://e/p.jpg>");
    assert_images("{\"image\": {\"@id\": \"https://e/#nowhere\"}}", "");
    assert_images("{\"image\": {\"@id\": \"_:b0\"}}", "");
    assert_images("{\"@type\": \"ImageObject\", \"@id\": \"https://e/i.jpg\", \"name\": \"n\"}",
                  "<https://e/i.jpg>");
}

static void json_ld_wrappers_are_passed_over(void **state)
{
    (void)state;
    assert_images("\n<!--\n{\"image\":\"a\"}\n-->\n", "<a>");
    assert_images("//<![CDATA[\n{\"image\":\"a\"};\n//]]>", "<a>");
    assert_images("/*<![CDATA[*/[{\"image\":\"a\"}]/*]]>*/", "<a>");
    assert_images("\xef\xbb\xbf{\"image\":\"a\"}", "<a>");
}

static void json_ld_broken_text_gives_nothing(void **state)
{
    (void)state;
    assert_images("", "");
    assert_images("{\"image\": \"a\"", "");
    assert_images("{\"image\": \"a\"} trailing", "");
    assert_images("\"image\"", "");
    assert_images("{\"image\": \"\\ud800\"}", "");
    assert_images("{\"image\": 5, \"logo\": null, \"photo\": true, \"thumbnail\": \"\"}", "");
}

static void json_ld_last_of_two_members_counts(void **state)
{
    (void)state;
    assert_images("{\"image\": \"a\", \"image\": \"b\"}", "<b>");
}

static void json_ld_big_numbers_do_no_harm(void **state)
{
    (void)state;
    assert_images("{\"gtin\": 99999999999999999999999, \"image\": \"a\"}", "<a>");
}

/* Levels of arrays around one image. */
static char *nested(size_t levels)
{
    static const char inner[] = "{\"image\":\"a\"}";
    char *json = malloc(2 * levels + sizeof inner);
    memset(json, '[', levels);
    memcpy(json + levels, inner, sizeof inner - 1);
    memset(json + levels + sizeof inner - 1, ']', levels);
    json[2 * levels + sizeof inner - 1] = '\0';
    return json;
}

static void json_ld_depth_is_limited(void **state)
{
    (void)state;
    char *deep = nested(2000);
    assert_images(deep, "<a>");
    free(deep);
    deep = nested(200000);
    assert_images(deep, "");
    free(deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_ld_strings_objects_and_arrays_are_told),
        cmocka_unit_test(json_ld_images_are_found_anywhere),
        cmocka_unit_test(json_ld_references_lead_to_their_node),
        cmocka_unit_test(json_ld_wrappers_are_passed_over),
        cmocka_unit_test(json_ld_broken_text_gives_nothing),
        cmocka_unit_test(json_ld_last_of_two_members_counts),
        cmocka_unit_test(json_ld_big_numbers_do_no_harm),
        cmocka_unit_test(json_ld_depth_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
