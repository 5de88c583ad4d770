/* `imgcrawl inspect`: a table of kinds, each a function from a JSON request to a JSON answer.
 *
 * Without arguments a kind answers JSON lines from standard input, for programs; with arguments
 * these are made into one such request, and the answer is printed for a person. Everything runs in
 * this process, in the main thread, on what the user gave.
 */
#include "server/cli_inspect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/inspect_address.h"
#include "server/inspect_html.h"
#include "server/inspect_image.h"
#include "server/inspect_parts.h"
#include "server/json_lines.h"
#include "server/options.h"

enum { OPERANDS_MAX = 2 };

struct kind {
    const char *name;
    const char *usage;   /* what follows the name */
    const char *example; /* a request */
    json_answer_fn answer;
    void (*print)(const json_t *answer);
    const struct command_option *options; /* named as the request's members, '-' for '_' */
    const char *operands[OPERANDS_MAX];   /* the members that operands become */
    bool first_is_file;                   /* the first operand names a file that holds the member */
    int (*main)(int argc, char **argv);   /* reads its arguments itself instead */
};

/* --- answers for a person --- */

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void print_url(const json_t *answer)
{
    puts(member(answer, "href"));
}

static void print_charset(const json_t *answer)
{
    printf("%s (%s)\n", member(answer, "encoding"), member(answer, "source"));
}

static void print_srcset(const json_t *answer)
{
    size_t i;
    json_t *candidate;
    json_array_foreach(json_object_get(answer, "candidates"), i, candidate)
    {
        const char *descriptor = member(candidate, "descriptor");
        printf("%s%s%s\n", member(candidate, "url"), *descriptor ? " " : "", descriptor);
    }
}

static void print_address(const json_t *answer)
{
    printf("%s: %s\n", member(answer, "verdict"), member(answer, "reason"));
}

static void print_robots(const json_t *answer)
{
    bool allowed = json_is_true(json_object_get(answer, "allowed"));
    long line = (long)json_integer_value(json_object_get(answer, "line"));
    if (line)
        printf("%s by line %ld, %s\n", allowed ? "allowed" : "disallowed", line,
               member(answer, "rule"));
    else
        puts("allowed, no rule speaks of it");
}

/* The list of one kind: what it is, then the URLs one a line. */
static void print_sitemap(const json_t *answer)
{
    size_t i;
    json_t *item;
    const json_t *urls = json_object_get(answer, "urls");
    const json_t *images = json_object_get(answer, "images");
    printf("%s, %zu URLs, %zu images", member(answer, "kind"), json_array_size(urls),
           json_array_size(images));
    json_array_foreach(json_object_get(answer, "flags"), i, item)
    {
        printf(", %s", json_string_value(item));
    }
    putchar('\n');
    json_array_foreach(urls, i, item)
    {
        puts(member(item, "loc"));
    }
    json_array_foreach(images, i, item)
    {
        printf("%s on %s\n", member(item, "loc"), member(item, "page"));
    }
}

/* --- the kinds --- */

static const struct command_option url_options[] = {
    {.id = 1, .name = "base", .value = "URL", .help = "what a relative URL is resolved against"},
    {0}};
static const struct command_option robots_options[] = {
    {.id = 1, .name = "agent", .value = "NAME", .help = "the crawler that asks"}, {0}};
static const struct command_option charset_options[] = {
    {.id = 1,
     .name = "content-type",
     .value = "VALUE",
     .help = "the header field that came with it"},
    {0}};
static const struct command_option address_options[] = {
    {.id = 1, .name = "resolves-to", .value = "ADDRESS", .help = "what its name was resolved to"},
    {0}};
static const struct command_option sitemap_options[] = {
    {.id = 1, .name = "url", .value = "URL", .help = "the sitemap's own URL"},
    {.id = 2,
     .name = "content-type",
     .value = "VALUE",
     .help = "the header field that came with it"},
    {0}};
static const struct command_option image_options[] = {
    {.id = 1, .name = "whole", .help = "adds its SHA-256 and its perceptual hash"}, {0}};
static const struct command_option no_options[] = {{0}};

static const struct kind kinds[] = {
    {.name = "html",
     .usage = "[FILE] [--base URL]",
     .example = "{\"html\": \"<img src=a.png>\", \"base\": \"http://b/\"}",
     .answer = inspect_html,
     .main = inspect_html_main},
    {.name = "url",
     .usage = "URL [--base URL]",
     .example = "{\"input\": \"/a\", \"base\": \"http://b/\"}",
     .answer = inspect_url,
     .print = print_url,
     .options = url_options,
     .operands = {"input"}},
    {.name = "robots",
     .usage = "FILE URL --agent NAME",
     .example = "{\"robots\": \"User-agent: *\\nDisallow: /a\", \"agent\": \"imgcrawl\", "
                "\"url\": \"http://b/a\"}",
     .answer = inspect_robots,
     .print = print_robots,
     .options = robots_options,
     .operands = {"robots", "url"},
     .first_is_file = true},
    {.name = "charset",
     .usage = "FILE [--content-type VALUE]",
     .example = "{\"data_b64\": \"PGh0bWw+\", \"content_type\": \"text/html; charset=utf-8\"}",
     .answer = inspect_charset,
     .print = print_charset,
     .options = charset_options,
     .operands = {"data"},
     .first_is_file = true},
    {.name = "srcset",
     .usage = "VALUE",
     .example = "{\"srcset\": \"a.png 1x, b.png 2x\"}",
     .answer = inspect_srcset,
     .print = print_srcset,
     .options = no_options,
     .operands = {"srcset"}},
    {.name = "sitemap",
     .usage = "FILE [--url URL] [--content-type VALUE]",
     .example = "{\"data_b64\": \"aHR0cDovL2IvYQo=\", \"url\": \"http://b/sitemap.txt\"}",
     .answer = inspect_sitemap,
     .print = print_sitemap,
     .options = sitemap_options,
     .operands = {"data"},
     .first_is_file = true},
    {.name = "image",
     .usage = "FILE [--whole]",
     .example = "{\"data_b64\": \"R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==\", "
                "\"whole\": true}",
     .answer = inspect_image,
     .print = inspect_image_print,
     .options = image_options,
     .operands = {"data"},
     .first_is_file = true},
    {.name = "address",
     .usage = "URL [--resolves-to ADDRESS]",
     .example = "{\"url\": \"http://b/\", \"resolves_to\": \"10.0.0.1\"}",
     .answer = inspect_address,
     .print = print_address,
     .options = address_options,
     .operands = {"url"}},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static void print_usage(FILE *out)
{
    fputs("usage:\n", out);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        fprintf(out, "  imgcrawl inspect %s %s\n", kinds[i].name, kinds[i].usage);
    fputs("\nWithout anything after the kind, JSON lines are read and each is answered with one:\n",
          out);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        fprintf(out, "  %-8s %s\n", kinds[i].name, kinds[i].example);
}

/* --- arguments as a request --- */

struct arguments {
    const struct kind *kind;
    json_t *request;
    size_t operand_count;
};

/* The file's bytes as a JSON string, valid UTF-8 or not: it is never printed. NULL with errno. */
static json_t *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *data = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&data, &bytes);
    char chunk[16 * 1024];
    size_t count;
    while (memory && (count = fread(chunk, 1, sizeof chunk, file)) > 0)
        fwrite(chunk, 1, count, memory);
    bool failed = !memory || ferror(file);
    fclose(file);
    if (memory)
        fclose(memory);
    json_t *text = failed ? NULL : json_stringn_nocheck(data, bytes);
    free(data);
    return text;
}

static int take_operand(struct arguments *arguments, const char *value)
{
    const struct kind *kind = arguments->kind;
    size_t index = arguments->operand_count++;
    if (index >= OPERANDS_MAX || !kind->operands[index])
        return usage_error("inspect", "one operand too many: %s", value);
    bool is_file = index == 0 && kind->first_is_file;
    json_t *text = is_file ? read_file(value) : json_string(value);
    if (!text)
        return usage_error("inspect", "%s: %s", value, is_file ? strerror(errno) : "not UTF-8");
    json_object_set_new(arguments->request, kind->operands[index], text);
    return 0;
}

static int take_argument(int id, const char *value, void *arg)
{
    struct arguments *arguments = arg;
    if (id == 0)
        return take_operand(arguments, value);
    char key[32];
    snprintf(key, sizeof key, "%s", arguments->kind->options[id - 1].name);
    for (char *dash = strchr(key, '-'); dash; dash = strchr(dash, '-'))
        *dash = '_';
    json_object_set_new(arguments->request, key, value ? json_string(value) : json_true());
    return 0;
}

static int print_answer(const struct kind *kind, const json_t *answer)
{
    const char *error = member(answer, "error");
    if (error) {
        fprintf(stderr, "imgcrawl inspect %s: %s\n", kind->name, error);
        return EXIT_FAILURE;
    }
    kind->print(answer);
    return EXIT_SUCCESS;
}

static int answer_arguments(const struct kind *kind, int argc, char **argv)
{
    struct arguments arguments = {.kind = kind, .request = json_object()};
    int status = EXIT_USAGE;
    if (options_parse(kind->options, argc, argv, take_argument, &arguments) == 0) {
        json_t *answer = kind->answer(arguments.request);
        status = print_answer(kind, answer);
        json_decref(answer);
    }
    json_decref(arguments.request);
    return status;
}

static int answer_lines(const struct kind *kind)
{
    int error = json_lines_serve(stdin, stdout, kind->answer, kind->example);
    if (error < 0) {
        fprintf(stderr, "imgcrawl inspect %s: %s\n", kind->name, strerror(-error));
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int cli_inspect(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return EXIT_SUCCESS;
    }
    const struct kind *kind = find_kind(argv[1]);
    if (!kind) {
        usage_error("inspect", "there is no kind '%s'", argv[1]);
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (argc == 2)
        return answer_lines(kind);
    return kind->main ? kind->main(argc - 1, argv + 1) : answer_arguments(kind, argc - 1, argv + 1);
}
