/* `imgcrawl inspect html`; see inspect_html.h.
 *
 * A request becomes an extract_input, the record becomes the JSON answer, and what a person reads
 * is printed from that answer: one way for all.
 */
#include "server/inspect_html.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/extract.h"
#include "crawler/extract/record.h"
#include "server/base64.h"
#include "server/json_lines.h"
#include "server/options.h"

enum {
    RECORD_CAPACITY = 64 << 20,
    ALT_COLUMNS = 32,
    STATE_COLUMNS = 14,
    SOURCE_COLUMNS = 16,
    FIELD_COLUMNS = 12
};

static const char example[] = "{\"html\": \"<img src=a.png>\", \"base\": \"http://b/\"}";

/* --- request → input --- */

struct page_source {
    struct extract_input input;
    unsigned char *owned;
};

static json_t *error_answer(const char *text)
{
    return json_pack("{s:s}", "error", text);
}

/* Whether the member is a string, or is not there (then NULL). */
static bool get_string(const json_t *request, const char *key, const char **ret_text)
{
    const json_t *value = json_object_get(request, key);
    if (value && !json_is_null(value) && !json_is_string(value))
        return false;
    *ret_text = json_string_value(value);
    return true;
}

/* NULL, or what is wrong with the request. */
static const char *read_source(const json_t *request, struct page_source *ret_source)
{
    struct extract_input *input = &ret_source->input;
    const char *html, *encoded;
    if (!get_string(request, "html", &html) || !get_string(request, "html_b64", &encoded) ||
        !get_string(request, "base", &input->base) ||
        !get_string(request, "content_type", &input->content_type) ||
        !get_string(request, "default_charset", &input->default_charset))
        return "html, html_b64, base, content_type and default_charset are strings";
    if (!input->content_type)
        input->content_type = "text/html";
    if (!html == !encoded)
        return "give the page as \"html\" (text) or as \"html_b64\" (its bytes in base64)";
    if (html) {
        input->html = (const unsigned char *)html;
        input->bytes = json_string_length(json_object_get(request, "html"));
        input->content_type = "text/html; charset=utf-8";
        return NULL;
    }
    size_t encoded_bytes = json_string_length(json_object_get(request, "html_b64"));
    ret_source->owned = base64_decode(encoded, encoded_bytes, &input->bytes);
    input->html = ret_source->owned;
    return ret_source->owned ? NULL : "\"html_b64\" is not base64";
}

/* --- record → answer --- */

static json_t *text(struct record_text text)
{
    return text.data ? json_stringn(text.data, text.bytes) : json_null();
}

static json_t *image_flags_answer(uint32_t flags)
{
    json_t *answer = json_array();
    for (uint32_t flag = 1; flag <= IMAGE_FLAGS_ALL; flag <<= 1)
        if (flags & flag)
            json_array_append_new(answer, json_string(image_flag_name(flag)));
    return answer;
}

static json_t *name_or_null(const char *name)
{
    return name ? json_string(name) : json_null();
}

static json_t *image_answer(const struct record_image *image)
{
    json_t *answer = json_object();
#define X(field) json_object_set_new(answer, #field, text(image->field));
    RECORD_IMAGE_TEXTS(X)
#undef X
    json_object_set_new(answer, "source", json_string(image_source_name(image->source)));
    json_object_set_new(answer, "position", json_integer(image->position));
    json_object_set_new(answer, "alt_state", json_string(alt_state_name(image->alt_state)));
    json_object_set_new(answer, "name_source", name_or_null(name_source_name(image->name_source)));
    json_object_set_new(answer, "landmark", name_or_null(landmark_name(image->landmark)));
    json_object_set_new(answer, "flags", image_flags_answer(image->flags));
    json_object_set_new(answer, "data_bytes", json_integer((json_int_t)image->data_bytes));
    return answer;
}

static json_t *images_answer(const struct page_record *record)
{
    json_t *images = json_array();
    for (uint32_t i = 0; i < record->image_count; i++)
        json_array_append_new(images, image_answer(&record->images[i]));
    return images;
}

static json_t *links_answer(const struct page_record *record)
{
    json_t *links = json_array();
    for (uint32_t i = 0; i < record->link_count; i++) {
        const struct record_link *link = &record->links[i];
        json_array_append_new(
            links, json_pack("{s:o, s:o}", "url", text(link->url), "rel", text(link->rel)));
    }
    return links;
}

static json_t *flags_answer(uint32_t flags)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {{RECORD_TRUNCATED, "truncated"},
                 {RECORD_DEPTH_FLATTENED, "depth_flattened"},
                 {RECORD_ATTRIBUTES_CUT, "attributes_cut"},
                 {RECORD_META_NOFOLLOW, "meta_nofollow"}};
    json_t *answer = json_array();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (flags & names[i].flag)
            json_array_append_new(answer, json_string(names[i].name));
    return answer;
}

static json_t *directives_answer(uint32_t directives)
{
    json_t *answer = json_array();
    for (uint32_t flag = 1; flag <= DIRECTIVES_ALL; flag <<= 1)
        if (directives & flag)
            json_array_append_new(answer, json_string(robots_directive_name(flag)));
    return answer;
}

static json_t *record_answer(const struct page_record *record)
{
    json_t *answer = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o}", "title", text(record->title),
        "base", text(record->base), "canonical", text(record->canonical), "meta_robots",
        text(record->meta_robots), "meta_refresh", text(record->meta_refresh), "charset",
        text(record->charset), "images", images_answer(record), "links", links_answer(record),
        "image_elements", (json_int_t)record->image_elements, "link_elements",
        (json_int_t)record->link_elements, "flags", flags_answer(record->flags));
    json_object_set_new(answer, "sniffed_type",
                        record->sniffed_type == MIME_HTML
                            ? json_null()
                            : json_string(mime_type_name(record->sniffed_type)));
    json_object_set_new(answer, "verdict", json_string(page_verdict_name(record->verdict)));
    json_object_set_new(answer, "evidence", text(record->evidence));
    json_object_set_new(answer, "directives", directives_answer(record->directives));
    json_object_set_new(answer, "tdm_policy", text(record->tdm_policy));
    json_object_set_new(answer, "image_places", json_integer(record->image_places));
    return answer;
}

static json_t *extraction_error(int64_t error)
{
    if (error == -EINVAL)
        return error_answer("the base is no absolute http or https URL");
    return error_answer("the page needs more memory than a page may have");
}

/* Large only where it is written to. */
static json_t *extract_answer(const struct extract_input *input)
{
    struct extractor *extractor = extractor_new();
    void *out = malloc(RECORD_CAPACITY);
    int64_t bytes = out ? extract_html(extractor, input, out, RECORD_CAPACITY) : -ENOMEM;
    struct page_record record;
    json_t *answer;
    if (bytes < 0) {
        answer = extraction_error(bytes);
    } else if (record_open(out, (size_t)bytes, &record) < 0) {
        answer = error_answer("the extraction contradicts itself: please report this page");
    } else {
        answer = record_answer(&record);
        record_close(&record);
    }
    free(out);
    extractor_free(extractor);
    return answer;
}

json_t *inspect_html(const json_t *request)
{
    struct page_source source = {0};
    const char *problem = read_source(request, &source);
    json_t *answer;
    if (problem)
        answer = json_pack("{s:o}", "error", json_sprintf("%s, like %s", problem, example));
    else
        answer = extract_answer(&source.input);
    free(source.owned);
    return answer;
}

/* --- answer → paper --- */

/* Bytes of the character at text, which is valid UTF-8. */
static size_t character_bytes(const char *text)
{
    size_t bytes = 1;
    while (((unsigned char)text[bytes] & 0xc0) == 0x80)
        bytes++;
    return bytes;
}

/* What a page says must not steer the terminal: control characters, C1's included, become spaces.
 */
static bool is_control(const char *text, size_t bytes)
{
    unsigned char first = (unsigned char)text[0];
    return bytes == 1 ? first < ' ' || first == 0x7f
                      : first == 0xc2 && (unsigned char)text[1] < 0xa0;
}

/* Cuts after so many characters (0: never) and pads to as many. */
static void print_cell(const char *text, size_t columns)
{
    size_t count = 0;
    while (text && *text && (!columns || count < columns)) {
        size_t bytes = character_bytes(text);
        if (is_control(text, bytes))
            putchar(' ');
        else
            fwrite(text, 1, bytes, stdout);
        text += bytes;
        count++;
    }
    for (; count < columns; count++)
        putchar(' ');
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void print_field(const json_t *answer, const char *key, const char *label)
{
    const char *value = member(answer, key);
    print_cell(label, FIELD_COLUMNS);
    print_cell(value ? value : "-", 0);
    putchar('\n');
}

/* Under its row: what there is to say, a line each. */
static void print_detail(const char *label, const char *value)
{
    if (!value || !*value)
        return;
    fputs("         ", stdout);
    print_cell(label, FIELD_COLUMNS);
    print_cell(value, 0);
    putchar('\n');
}

static void print_flags_of_image(const json_t *image)
{
    const json_t *flags = json_object_get(image, "flags");
    size_t i;
    json_t *flag;
    if (!json_array_size(flags))
        return;
    fputs("         ", stdout);
    print_cell("flags", FIELD_COLUMNS);
    json_array_foreach(flags, i, flag)
    {
        printf("%s%s", i ? ", " : "", json_string_value(flag));
    }
    putchar('\n');
}

static void print_details(const json_t *image)
{
    static const char *const keys[] = {"title",   "width",   "height",   "loading", "sizes",
                                       "media",   "type",    "role",     "name",    "link",
                                       "caption", "heading", "landmark", "dom_path"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        print_detail(keys[i], member(image, keys[i]));
    if (member(image, "place") && strcmp(member(image, "place"), member(image, "dom_path")) != 0)
        print_detail("place", member(image, "place"));
    print_flags_of_image(image);
}

/* A name that the alt gave stands there already. */
static const char *spoken(const json_t *image)
{
    const char *alt = member(image, "alt");
    return alt ? alt : member(image, "name");
}

static void print_image(const json_t *image)
{
    const char *url = member(image, "url");
    const char *raw = member(image, "raw");
    const char *descriptor = member(image, "descriptor");
    printf("%5lld  ", (long long)json_integer_value(json_object_get(image, "position")));
    print_cell(member(image, "source"), SOURCE_COLUMNS);
    fputs("  ", stdout);
    print_cell(member(image, "alt_state"), STATE_COLUMNS);
    fputs("  ", stdout);
    print_cell(spoken(image), ALT_COLUMNS);
    fputs("  ", stdout);
    print_cell(url ? url : raw ? "(no usable URL) " : "(no URL)", 0);
    print_cell(url ? "" : raw, 0);
    if (descriptor)
        putchar(' ');
    print_cell(descriptor, 0);
    putchar('\n');
    print_details(image);
}

static void print_images(const json_t *answer)
{
    const json_t *images = json_object_get(answer, "images");
    size_t i;
    json_t *image;
    printf("\n%lld images, %zu references\n",
           (long long)json_integer_value(json_object_get(answer, "image_places")),
           json_array_size(images));
    if (json_array_size(images))
        printf("    #  %-*s  %-*s  %-*s  URL\n", SOURCE_COLUMNS, "source", STATE_COLUMNS,
               "alt state", ALT_COLUMNS, "alt");
    json_array_foreach(images, i, image)
    {
        print_image(image);
    }
}

static void print_links(const json_t *answer)
{
    const json_t *links = json_object_get(answer, "links");
    size_t i;
    json_t *link;
    printf("\n%lld links, %zu different URLs\n",
           (long long)json_integer_value(json_object_get(answer, "link_elements")),
           json_array_size(links));
    json_array_foreach(links, i, link)
    {
        const char *rel = member(link, "rel");
        fputs("  ", stdout);
        print_cell(member(link, "url"), 0);
        fputs(rel ? "  rel=" : "", stdout);
        print_cell(rel, 0);
        putchar('\n');
    }
}

static void print_flags(const json_t *answer)
{
    size_t i;
    json_t *flag;
    json_array_foreach(json_object_get(answer, "flags"), i, flag)
    {
        printf("%s%s", i ? ", " : "note:       ", json_string_value(flag));
    }
    if (json_array_size(json_object_get(answer, "flags")))
        putchar('\n');
}

static void print_page(const json_t *answer)
{
    print_field(answer, "title", "title:");
    print_field(answer, "base", "base:");
    print_field(answer, "canonical", "canonical:");
    print_field(answer, "meta_robots", "robots:");
    print_field(answer, "meta_refresh", "refresh:");
    print_field(answer, "charset", "charset:");
    if (member(answer, "sniffed_type"))
        print_field(answer, "sniffed_type", "is really:");
    if (member(answer, "evidence")) {
        print_field(answer, "verdict", "verdict:");
        print_field(answer, "evidence", "because:");
    }
    print_flags(answer);
    print_images(answer);
    print_links(answer);
}

/* --- command --- */

struct arguments {
    const char *file;
    const char *base;
};

static const struct command_option options[] = {
    {.id = 1, .name = "base", .value = "URL", .help = "the page's own URL"}, {0}};

static int take_argument(int id, const char *value, void *arg)
{
    struct arguments *arguments = arg;
    if (id == 1)
        arguments->base = value;
    else if (arguments->file)
        return usage_error("inspect", "one operand too many: %s", value);
    else
        arguments->file = value;
    return 0;
}

/* The file's bytes, malloced; NULL with errno. */
static unsigned char *read_file(const char *path, size_t *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *data = NULL;
    FILE *memory = open_memstream(&data, ret_bytes);
    char chunk[16 * 1024];
    size_t bytes;
    while (memory && (bytes = fread(chunk, 1, sizeof chunk, file)) > 0)
        fwrite(chunk, 1, bytes, memory);
    int error = !memory ? ENOMEM : ferror(file) ? errno : 0; /* EISDIR shows only here */
    if (memory && fclose(memory) == EOF)
        error = ENOMEM;
    fclose(file);
    if (error) {
        free(data);
        errno = error;
        return NULL;
    }
    return (unsigned char *)data;
}

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "imgcrawl inspect html: %s: %s\n", what, why);
    return EXIT_FAILURE;
}

static int inspect_file(const struct arguments *arguments)
{
    struct extract_input input = {.base = arguments->base, .content_type = "text/html"};
    unsigned char *html = read_file(arguments->file, &input.bytes);
    if (!html)
        return fail(arguments->file, strerror(errno));
    input.html = html;
    json_t *answer = extract_answer(&input);
    const char *error = member(answer, "error");
    int status = error ? fail(arguments->file, error) : EXIT_SUCCESS;
    if (!error)
        print_page(answer);
    json_decref(answer);
    free(html);
    return status;
}

int inspect_html_main(int argc, char **argv)
{
    struct arguments arguments = {0};
    if (options_parse(options, argc, argv, take_argument, &arguments) < 0)
        return EXIT_USAGE;
    if (arguments.file)
        return inspect_file(&arguments);
    if (arguments.base) {
        usage_error("inspect", "--base needs a FILE; in JSON lines each has its own \"base\"");
        return EXIT_USAGE;
    }
    int rc = json_lines_serve(stdin, stdout, inspect_html, example);
    return rc < 0 ? fail("standard input", strerror(-rc)) : EXIT_SUCCESS;
}
