/* Exports: exact text, whatever the size of the pieces; one snapshot in mid-crawl. */
#include "site.h"

#include <jansson.h>

#include "storage/export.h"
#include "storage/job_query.h"

/* All of an export, read in pieces of so many bytes; to be freed. */
static char *read_request(const struct export_request *request, size_t piece)
{
    struct export *export = NULL;
    static char buffer[65536];
    char *text = NULL;
    size_t bytes = 0;
    ssize_t got;
    FILE *out = open_memstream(&text, &bytes);
    assert_int_equal(export_open(in_folder("1.sqlite"), request, &export), 0);
    while ((got = export_read(export, buffer, piece)) > 0)
        fwrite(buffer, 1, (size_t)got, out);
    assert_int_equal(got, 0);
    assert_int_equal(export_read(export, buffer, piece), 0); /* the end stays the end */
    assert_null(export_free(export));
    fclose(out);
    return text;
}

static char *read_all(enum export_format format, size_t piece)
{
    return read_request(&(struct export_request){.format = format}, piece);
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
    "noai,noimageai,tdm_reserved,tdm_policy,raw,descriptor,sizes,media,type,aria_label,role,name,"
    "name_source,link,link_only,in_button,aria_hidden,presentational,noscript,placeholder,lazy,"
    "caption,heading,landmark,dom_path,template,verdicts,data_bytes,probe,image_status,final_url,"
    "image_type,image_bytes,image_width,image_height\r\n";

/* What follows the loading of an image of site.h: consent, then all that came later. */
#define REST(descriptor)                                                                           \
    ",0,0,0,0,0,,raw," descriptor ",,,,,,,,,0,0,0,0,0,0,0" FOURTEEN_ABSENT "\r\n"
#define FOURTEEN_ABSENT ",,,,,,,,,,,,,,"

static void csv_is_exact(void **state)
{
    (void)state;
    char expected[2048];
    job_store_free(open_site(in_folder("1.sqlite"), 1));
    snprintf(expected, sizeof(expected), "%s%s", header,
             "https://example.com/1,https://example.com/logo.png,img,0,The logo,text,,,," REST(
                 "") "https://example.com/1,https://img.example/1.jpg,img,1,,missing,"
                     "\"a \"\"title\"\", quoted\",,," REST(
                         "") "https://example.com/"
                             "1,,img,2,,empty,,,," REST("") "https://example.com/1,https://"
                                                            "img.example/2x-1.jpg,srcset,3,  "
                                                            ",whitespace,,,," REST("2x"));
    assert_export(EXPORT_CSV, expected);
}

static void csv_quotes_line_breaks_and_keeps_formulas_as_they_are(void **state)
{
    (void)state;
    char expected[2048];
    struct job_store *store = open_site(in_folder("1.sqlite"), 0);
    append_image(store, "two\r\nlines", "=1+1");
    job_store_free(store);
    snprintf(expected, sizeof(expected), "%s%s", header,
             "https://example.com/1,https://example.com/logo.png,img,0,\"two\r\nlines\",text,"
             "=1+1,,," REST(""));
    assert_export(EXPORT_CSV, expected);
}

/* The columns of the CSV in their order, with the type of each. */
static void assert_is_row(const json_t *row)
{
    char names[sizeof(header)] = "";
    const char *name;
    json_t *value;
    size_t used = 0;
    json_object_foreach((json_t *)(uintptr_t)row, name, value) used +=
        (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? "," : "", name);
    assert_memory_equal(names, header, used);
    assert_int_equal(used, sizeof(header) - 3);
    assert_true(json_is_false(json_object_get(row, "noai")));
    assert_true(json_is_integer(json_object_get(row, "position")));
    assert_true(json_is_null(json_object_get(row, "image_width")));
}

static void jsonl_has_the_same_columns_and_null_where_csv_has_nothing(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 1));
    char *text = read_all(EXPORT_JSONL, 10), *line = text;
    static const char start[] =
        "{\"page_url\":\"https://example.com/1\",\"url\":\"https://img.example/1.jpg\","
        "\"source\":\"img\",\"position\":1,\"alt\":null,\"alt_state\":\"missing\","
        "\"title\":\"a \\\"title\\\", quoted\",\"width\":null,\"height\":null,\"loading\":null,"
        "\"noindex\":false,";
    for (int i = 0; i < SITE_IMAGES; i++) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        json_t *row = json_loadb(line, (size_t)(end - line), 0, NULL);
        assert_is_row(row);
        json_decref(row);
        if (i == 1)
            assert_memory_equal(line, start, sizeof(start) - 1);
        line = end + 1;
    }
    assert_string_equal(line, "");
    free(text);
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
    assert_int_equal(export_open(in_folder("1.sqlite"),
                                 &(struct export_request){.format = EXPORT_JSONL}, &export),
                     0);
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

static void no_file_no_export(void **state)
{
    (void)state;
    struct export *export = NULL;
    assert_int_equal(export_open(in_folder("none.sqlite"), &(struct export_request){0}, &export),
                     -ENOENT);
    assert_null(export);
}

/* --- filters, verdicts, the data set ------------------------------------------------------- */

static size_t count_filtered(const struct query_filter *filter, size_t piece)
{
    char *text =
        read_request(&(struct export_request){.format = EXPORT_JSONL, .filter = filter}, piece);
    size_t lines = count_lines(text);
    free(text);
    return lines;
}

static void filter_leaves_what_the_query_finds(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 700));
    assert_int_equal(count_filtered(&(struct query_filter){.alt_state = "missing"}, 65536), 700);
    assert_int_equal(count_filtered(&(struct query_filter){.page_id = 5}, 7), SITE_IMAGES);
    assert_int_equal(count_filtered(&(struct query_filter){.text = "nowhere"}, 64), 0);
    assert_int_equal(
        count_filtered(&(struct query_filter){.source = "srcset", .text = "2x-69"}, 64),
        11); /* 69, 690 … 699 */
}

static void change(const char *sql)
{
    sqlite3 *db = look_into(in_folder("1.sqlite"));
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void verdicts_have_the_names_of_their_rules(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 1));
    change("DELETE FROM rules; INSERT INTO rules VALUES"
           " (0, 'alt_missing', 'error', '', '', ''), (5, 'not_lazy', 'notice', '', '', '');"
           "UPDATE occurrences SET verdicts = 33 + (1 << 40) WHERE id = 2");
    char *text = read_all(EXPORT_JSONL, 1000);
    assert_non_null(strstr(text, "\"verdicts\":\"alt_missing not_lazy\","));
    assert_int_equal(count_lines(text), SITE_IMAGES);
    free(text);
}

static char *read_data_set(const struct query_filter *filter)
{
    return read_request(
        &(struct export_request){.format = EXPORT_CSV, .profile = EXPORT_DATASET, .filter = filter},
        512);
}

/* Ten pages show the logo; the second and all later mentions add nothing. */
static void data_set_has_each_image_with_text_once(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 10));
    char *text = read_data_set(NULL);
    static const char start[] =
        "url,alt,page_url,uid,width,height,title,caption,license,noindex,noimageindex,noai,"
        "noimageai,tdm_reserved,tdm_policy\r\n"
        "https://example.com/logo.png,The logo,https://example.com/1,";
    assert_memory_equal(text, start, sizeof(start) - 1);
    assert_int_equal(strspn(text + sizeof(start) - 1, "0123456789abcdef"), 32);
    assert_int_equal(count_lines(text), 2);
    free(text);
}

static void data_set_takes_pixels_of_the_file_or_else_of_the_page(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 1));
    change("UPDATE occurrences SET width = '20%', height = '480'");
    char *text = read_data_set(NULL);
    assert_non_null(strstr(text, ",,480,,,,0,0,0,0,0,\r\n"));
    free(text);
    change("INSERT INTO probes(image_id, state, width, height) VALUES (1, 'done', 64, 32)");
    text = read_data_set(NULL);
    assert_non_null(strstr(text, ",64,32,,,,0,0,0,0,0,\r\n"));
    free(text);
}

static size_t data_set_rows(const struct query_filter *filter)
{
    char *text = read_data_set(filter);
    size_t lines = count_lines(text);
    free(text);
    return lines - 1;
}

static void data_set_respects_what_pages_and_images_reserve(void **state)
{
    (void)state;
    job_store_free(open_site(in_folder("1.sqlite"), 2));
    change("UPDATE pages SET directives = 8 WHERE id = 1");
    char *text = read_data_set(NULL); /* the logo is also on a page that reserves nothing */
    assert_non_null(strstr(text, "logo.png,The logo,https://example.com/2,"));
    free(text);
    change("UPDATE pages SET directives = 2");
    assert_int_equal(data_set_rows(NULL), 1); /* nofollow is about links */
    change("UPDATE pages SET directives = 32");
    assert_int_equal(data_set_rows(NULL), 0);
    assert_int_equal(data_set_rows(&(struct query_filter){.consent = "reserved"}), 1);
    change("UPDATE pages SET directives = 0;"
           "INSERT INTO probes(image_id, state, robots_tag) VALUES (1, 'done', 'noai')");
    assert_int_equal(data_set_rows(NULL), 0);
    change("UPDATE probes SET robots_tag = NULL, state = 'failed'");
    assert_int_equal(data_set_rows(NULL), 0);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(csv_is_exact),
        in_a_folder(csv_quotes_line_breaks_and_keeps_formulas_as_they_are),
        in_a_folder(jsonl_has_the_same_columns_and_null_where_csv_has_nothing),
        in_a_folder(jsonl_strings_survive_another_parser),
        in_a_folder(row_longer_than_any_buffer_comes_whole),
        in_a_folder(empty_job_has_a_header_only),
        in_a_folder(export_holds_one_snapshot_while_the_crawl_goes_on),
        in_a_folder(filter_leaves_what_the_query_finds),
        in_a_folder(verdicts_have_the_names_of_their_rules),
        in_a_folder(data_set_has_each_image_with_text_once),
        in_a_folder(data_set_takes_pixels_of_the_file_or_else_of_the_page),
        in_a_folder(data_set_respects_what_pages_and_images_reserve),
        in_a_folder(no_file_no_export),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
