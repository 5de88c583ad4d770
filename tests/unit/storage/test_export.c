/* Exports: exact text, whatever the size of the pieces; one snapshot in mid-crawl. */
#include "site.h"

#include <jansson.h>

#include "storage/export.h"

/* All of an export, read in pieces of so many bytes; to be freed. */
static char *read_all(enum export_format format, size_t piece)
{
    struct export *export = NULL;
    static char buffer[65536];
    char *text = NULL;
    size_t bytes = 0;
    ssize_t got;
    FILE *out = open_memstream(&text, &bytes);
    assert_int_equal(export_open(in_folder("1.sqlite"), format, &export), 0);
    while ((got = export_read(export, buffer, piece)) > 0)
        fwrite(buffer, 1, (size_t)got, out);
    assert_int_equal(got, 0);
    assert_int_equal(export_read(export, buffer, piece), 0); /* the end stays the end */
    assert_null(export_free(export));
    fclose(out);
    return text;
}

static void assert_export(enum export_format format, const char *expected)
{
    static const size_t pieces[] = {1, 7, 64, 65536};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
        char *text = read_all(format, pieces[i]);
        assert_string_equal(text, expected);
        free(text);
    }
}

/* A page with one image of this alt and title. */
static void append_image(struct job_store *store, const char *alt, const char *title)
{
    struct site_page site;
    site_batch(&site, 1);
    site.occurrences[0].alt = text_of(alt);
    site.occurrences[0].title = text_of(title);
    site.page.image_count = 1;
    assert_int_equal(job_store_begin(store), 0);
    assert_int_equal(job_store_append(store, &site.batch), 0);
    assert_int_equal(job_store_commit(store), 0);
}

static const char header[] =
    "page_url,url,source,position,alt,alt_state,title,width,height,loading,noindex,noimageindex,"
    "noai,noimageai,tdm_reserved,tdm_policy\r\n";

#define OPEN                                                                                       \
    "\"noindex\":false,\"noimageindex\":false,\"noai\":false,\"noimageai\":false,"                 \
    "\"tdm_reserved\":false,\"tdm_policy\":null"

static void csv_is_exact(void **state)
{
    (void)state;
    char expected[1024];
    job_store_free(open_site(in_folder("1.sqlite"), 1));
    snprintf(
        expected, sizeof(expected), "%s%s", header,
        "https://example.com/1,https://example.com/logo.png,img,0,The logo,text,,,,,0,0,0,0,0,\r\n"
        "https://example.com/1,https://img.example/1.jpg,img,1,,missing,"
        "\"a \"\"title\"\", quoted\",,,,0,0,0,0,0,\r\n"
        "https://example.com/1,,img,2,,empty,,,,,0,0,0,0,0,\r\n"
        "https://example.com/1,https://img.example/2x-1.jpg,srcset,3,  "
        ",whitespace,,,,,0,0,0,0,0,\r\n");
    assert_export(EXPORT_CSV, expected);
}

static void csv_quotes_line_breaks_and_keeps_formulas_as_they_are(void **state)
{
    (void)state;
    char expected[1024];
    struct job_store *store = open_site(in_folder("1.sqlite"), 0);
    append_image(store, "two\r\nlines", "=1+1");
    job_store_free(store);
    snprintf(expected, sizeof(expected), "%s%s", header,
             "https://example.com/1,https://example.com/logo.png,img,0,\"two\r\nlines\",text,"
             "=1+1,,,,0,0,0,0,0,\r\n");
    assert_export(EXPORT_CSV, expected);
}

static void jsonl_is_exact(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 1));
    assert_export(
        EXPORT_JSONL,
        "{\"page_url\":\"https://example.com/1\",\"url\":\"https://example.com/logo.png\","
        "\"source\":\"img\",\"position\":0,\"alt\":\"The logo\",\"alt_state\":\"text\","
        "\"title\":null,\"width\":null,\"height\":null,\"loading\":null," OPEN "}\n"
        "{\"page_url\":\"https://example.com/1\",\"url\":\"https://img.example/1.jpg\","
        "\"source\":\"img\",\"position\":1,\"alt\":null,\"alt_state\":\"missing\","
        "\"title\":\"a \\\"title\\\", "
        "quoted\",\"width\":null,\"height\":null,\"loading\":null," OPEN "}\n"
        "{\"page_url\":\"https://example.com/1\",\"url\":null,"
        "\"source\":\"img\",\"position\":2,\"alt\":\"\",\"alt_state\":\"empty\","
        "\"title\":null,\"width\":null,\"height\":null,\"loading\":null," OPEN "}\n"
        "{\"page_url\":\"https://example.com/1\",\"url\":\"https://img.example/2x-1.jpg\","
        "\"source\":\"srcset\",\"position\":3,\"alt\":\"  \",\"alt_state\":\"whitespace\","
        "\"title\":null,\"width\":null,\"height\":null,\"loading\":null," OPEN "}\n");
}

/* Every control character, quotes, a backslash, text beyond ASCII: another reader of JSON must give
 * it back as it was. */
static void jsonl_strings_survive_another_parser(void **state)
{
    (void)state;
    char alt[64], *text;
    size_t bytes = 0;
    for (int byte = 1; byte < 0x20; byte++)
        alt[bytes++] = (char)byte;
    snprintf(alt + bytes, sizeof(alt) - bytes, "\"\\/\x7f é 猫 😀 \xe2\x80\xa8");
    struct job_store *store = open_site(in_folder("1.sqlite"), 0);
    append_image(store, alt, "");
    job_store_free(store);
    text = read_all(EXPORT_JSONL, 5);
    json_t *row = json_loads(text, 0, NULL);
    assert_non_null(row);
    assert_string_equal(json_string_value(json_object_get(row, "alt")), alt);
    assert_string_equal(json_string_value(json_object_get(row, "title")), "");
    assert_true(json_is_null(json_object_get(row, "width")));
    json_decref(row);
    free(text);
}

static void row_longer_than_any_buffer_comes_whole(void **state)
{
    (void)state;
    size_t bytes = 300000;
    char *alt = malloc(bytes + 1);
    memset(alt, '\x01', bytes);
    alt[bytes] = '\0';
    struct job_store *store = open_site(in_folder("1.sqlite"), 0);
    append_image(store, alt, NULL);
    job_store_free(store);
    char *text = read_all(EXPORT_JSONL, 4096);
    assert_true(strlen(text) > 6 * bytes);
    json_t *row = json_loads(text, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(row, "alt")), alt);
    json_decref(row);
    free(text);
    free(alt);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        lines++;
    return lines;
}

static void empty_job_has_a_header_only(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 0));
    assert_export(EXPORT_CSV, header);
    assert_export(EXPORT_JSONL, "");
}

/* What is stored after the first read does not show, and storing is not hindered. */
static void export_holds_one_snapshot_while_the_crawl_goes_on(void **state)
{
    (void)state;
    char buffer[20000] = "";
    struct export *export = NULL;
    struct job_store *store = open_site(in_folder("1.sqlite"), 3);
    assert_int_equal(export_open(in_folder("1.sqlite"), EXPORT_JSONL, &export), 0);
    ssize_t first = export_read(export, buffer, 10);
    assert_int_equal(first, 10);
    assert_int_equal(append_site(store, 4, 20, 2), 0);
    ssize_t rest = export_read(export, buffer + first, sizeof(buffer) - 1 - (size_t)first);
    assert_true(rest > 0);
    buffer[first + rest] = '\0';
    assert_int_equal(count_lines(buffer), 3 * SITE_IMAGES);
    export_free(export);
    job_store_free(store);
}

static void names_and_formats_belong_together(void **state)
{
    (void)state;
    enum export_format format = EXPORT_CSV;
    assert_int_equal(export_format_parse("jsonl", &format), 0);
    assert_int_equal(format, EXPORT_JSONL);
    assert_int_equal(export_format_parse("csv", &format), 0);
    assert_int_equal(format, EXPORT_CSV);
    assert_int_equal(export_format_parse("xml", &format), -EINVAL);
    assert_string_equal(export_format_name(EXPORT_JSONL), "jsonl");
    assert_string_equal(export_format_content_type(EXPORT_CSV), "text/csv; charset=utf-8");
}

static void no_file_no_export(void **state)
{
    (void)state;
    struct export *export = NULL;
    assert_int_equal(export_open(in_folder("none.sqlite"), EXPORT_CSV, &export), -ENOENT);
    assert_null(export);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(csv_is_exact),
        in_a_folder(csv_quotes_line_breaks_and_keeps_formulas_as_they_are),
        in_a_folder(jsonl_is_exact),
        in_a_folder(jsonl_strings_survive_another_parser),
        in_a_folder(row_longer_than_any_buffer_comes_whole),
        in_a_folder(empty_job_has_a_header_only),
        in_a_folder(export_holds_one_snapshot_while_the_crawl_goes_on),
        cmocka_unit_test(names_and_formats_belong_together),
        in_a_folder(no_file_no_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
