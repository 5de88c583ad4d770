/* See job_settings_read.h: the values that say what is crawled. */
#include "crawler/job/job_settings_read.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/base/memory.h"
#include "crawler/extract/charset_labels.h"
#include "crawler/extract/url.h"
#include "crawler/job/pattern.h"

enum { MAX_PATTERN_BYTES = 2048, MAX_PARAMETER_BYTES = 256, MAX_NAME_BYTES = 200 };

/* Drops a character that a full buffer has cut in two: what is sent must be UTF-8. */
static void cut_at_character(char *text)
{
    size_t end = strlen(text), start = end;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || (unsigned char)text[start - 1] < 0xc0)
        return;
    unsigned char first = (unsigned char)text[start - 1];
    size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (end - (start - 1) < wanted)
        text[start - 1] = '\0';
}

int settings_refuse(struct settings_error *error, const char *member, int index, const char *format,
                    ...)
{
    if (index < 0)
        snprintf(error->pointer, sizeof error->pointer, "/%s", member);
    else
        snprintf(error->pointer, sizeof error->pointer, "/%s/%d", member, index);
    cut_at_character(error->pointer);
    va_list args;
    va_start(args, format);
    vsnprintf(error->detail, sizeof error->detail, format, args);
    va_end(args);
    cut_at_character(error->detail);
    return -EINVAL;
}

const char *settings_type_name(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a fraction";
    case JSON_NULL:
        return "null";
    default:
        return "a boolean";
    }
}

/* Integers and booleans */

static int read_integer(const struct member *member, const json_t *value, void *field,
                        struct settings_error *error)
{
    if (!json_is_integer(value))
        return settings_refuse(error, member->name, -1, "must be an integer, but it is %s",
                               settings_type_name(value));
    int64_t number = json_integer_value(value);
    if (number < member->min || number > member->max)
        return settings_refuse(error, member->name, -1, "must be from %lld to %lld, but it is %lld",
                               (long long)member->min, (long long)member->max, (long long)number);
    *(int64_t *)field = number;
    return 0;
}

static json_t *write_integer(const struct member *member, const void *field)
{
    (void)member;
    return json_integer(*(const int64_t *)field);
}

static void init_integer(const struct member *member, void *field)
{
    *(int64_t *)field = member->fallback;
}

const struct member_type member_integer = {read_integer, write_integer, init_integer, NULL};

static int read_boolean(const struct member *member, const json_t *value, void *field,
                        struct settings_error *error)
{
    if (!json_is_boolean(value))
        return settings_refuse(error, member->name, -1, "must be true or false, but it is %s",
                               settings_type_name(value));
    *(bool *)field = json_is_true(value);
    return 0;
}

static json_t *write_boolean(const struct member *member, const void *field)
{
    (void)member;
    return json_boolean(*(const bool *)field);
}

static void init_boolean(const struct member *member, void *field)
{
    *(bool *)field = member->fallback;
}

const struct member_type member_boolean = {read_boolean, write_boolean, init_boolean, NULL};

/* Choices: an enum whose values are the indexes of their names */

static int refuse_choice(const struct member *member, struct settings_error *error)
{
    char names[256] = "";
    for (int i = 0; member->choices[i]; i++) {
        const char *between = i == 0 ? "" : member->choices[i + 1] ? ", " : " and ";
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s\"%s\"", between, member->choices[i]);
    }
    return settings_refuse(error, member->name, -1, "must be one of %s", names);
}

static int read_choice(const struct member *member, const json_t *value, void *field,
                       struct settings_error *error)
{
    for (int i = 0; member->choices[i] && json_is_string(value); i++) {
        if (strcmp(json_string_value(value), member->choices[i]) == 0) {
            *(int *)field = i;
            return 0;
        }
    }
    return refuse_choice(member, error);
}

static json_t *write_choice(const struct member *member, const void *field)
{
    return json_string(member->choices[*(const int *)field]);
}

const struct member_type member_choice = {read_choice, write_choice, NULL, NULL};
static_assert(sizeof(enum scope_kind) == sizeof(int) && sizeof(enum sitemaps_use) == sizeof(int),
              "a choice is written as an int");

/* Single texts */

void settings_text_set(char **field, const char *text, size_t bytes)
{
    free(*field);
    *field = memory_strndup(text, bytes);
}

static void init_text(const struct member *member, void *field)
{
    (void)member;
    settings_text_set(field, "", 0);
}

static void done_text(void *field)
{
    free(*(char **)field);
}

static json_t *write_text(const struct member *member, const void *field)
{
    (void)member;
    return json_string(*(char *const *)field);
}

static int read_name(const struct member *member, const json_t *value, void *field,
                     struct settings_error *error)
{
    if (!json_is_string(value) || json_string_length(value) > MAX_NAME_BYTES)
        return settings_refuse(error, member->name, -1, "must be a string of at most %d bytes",
                               MAX_NAME_BYTES);
    settings_text_set(field, json_string_value(value), json_string_length(value));
    return 0;
}

const struct member_type member_name = {read_name, write_text, init_text, done_text};

static int read_charset(const struct member *member, const json_t *value, void *field,
                        struct settings_error *error)
{
    enum charset charset = CHARSET_COUNT;
    if (json_is_string(value))
        charset = charset_find(json_string_value(value), json_string_length(value));
    if (charset == CHARSET_COUNT || charset == CHARSET_REPLACEMENT)
        return settings_refuse(error, member->name, -1,
                               "must be the label of an encoding that browsers know, such as "
                               "\"windows-1252\", \"utf-8\" or \"shift_jis\"");
    settings_text_set(field, charset_infos[charset].name, strlen(charset_infos[charset].name));
    return 0;
}

static void init_charset(const struct member *member, void *field)
{
    (void)member;
    const char *name = charset_infos[CHARSET_WINDOWS_1252].name;
    settings_text_set(field, name, strlen(name));
}

const struct member_type member_charset = {read_charset, write_text, init_charset, done_text};

/* Lists of texts */

static void done_list(void *field)
{
    struct text_list *list = field;
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct text_list){0};
}

static void list_add(struct text_list *list, const char *text, size_t bytes)
{
    list->items = memory_resize(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = memory_strndup(text, bytes);
}

int settings_check_array(const struct member *member, const json_t *value,
                         struct settings_error *error)
{
    if (!json_is_array(value))
        return settings_refuse(error, member->name, -1, "must be an array, but it is %s",
                               settings_type_name(value));
    size_t count = json_array_size(value);
    if (count < (size_t)member->min || count > (size_t)member->max)
        return settings_refuse(error, member->name, -1,
                               "must have from %lld to %lld items, but it has %zu",
                               (long long)member->min, (long long)member->max, count);
    return 0;
}

/* Checks one text of a list and adds it, perhaps in another form. */
typedef int (*item_read_fn)(const char *text, size_t bytes, int index, const struct member *member,
                            struct text_list *list, struct settings_error *error);

static int read_list(const struct member *member, const json_t *value, item_read_fn read_item,
                     struct text_list *list, struct settings_error *error)
{
    int rc = settings_check_array(member, value, error);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            return settings_refuse(error, member->name, (int)i, "must be a string, but it is %s",
                                   settings_type_name(item));
        rc = read_item(json_string_value(item), json_string_length(item), (int)i, member, list,
                       error);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static json_t *write_list(const struct member *member, const void *field)
{
    (void)member;
    const struct text_list *list = field;
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_string(list->items[i]));
    return array;
}

static int read_seed(const char *text, size_t bytes, int index, const struct member *member,
                     struct text_list *list, struct settings_error *error)
{
    struct url url;
    switch (url_parse(text, bytes, NULL, &url)) {
    case URL_OK:
        break;
    case URL_OTHER_SCHEME:
        return settings_refuse(
            error, member->name, index,
            "must begin with http:// or https://; other schemes are not crawled");
    case URL_TOO_LONG:
        return settings_refuse(error, member->name, index, "must be at most %d bytes long",
                               URL_MAX_BYTES);
    default:
        return settings_refuse(error, member->name, index,
                               "is no absolute URL; give it as in \"https://www.example.com/\"");
    }
    if (url.has_credentials)
        return settings_refuse(error, member->name, index,
                               "must not hold a user name or password; leave out what stands "
                               "before the @ and give it in \"credentials\"");
    url_canonicalise(&url);
    list_add(list, url.href, url.length);
    return 0;
}

static int read_seeds(const struct member *member, const json_t *value, void *field,
                      struct settings_error *error)
{
    return read_list(member, value, read_seed, field, error);
}

const struct member_type member_seeds = {read_seeds, write_list, NULL, done_list};

static bool holds_most_regexes(const struct text_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += pattern_is_regex(list->items[i]);
    return count == PATTERN_REGEX_MOST;
}

static int read_pattern(const char *text, size_t bytes, int index, const struct member *member,
                        struct text_list *list, struct settings_error *error)
{
    char detail[256];
    if (bytes == 0 || bytes > MAX_PATTERN_BYTES || strlen(text) != bytes)
        return settings_refuse(error, member->name, index, "must be from 1 to %d bytes long",
                               MAX_PATTERN_BYTES);
    if (pattern_is_regex(text) && holds_most_regexes(list))
        return settings_refuse(error, member->name, index,
                               "is one regular expression too many: a list takes %d; combine "
                               "several into one with |, or use globs",
                               PATTERN_REGEX_MOST);
    const char *problem = pattern_problem(text, detail, sizeof detail);
    if (problem)
        return settings_refuse(error, member->name, index, "%s", problem);
    list_add(list, text, bytes);
    return 0;
}

static int read_patterns(const struct member *member, const json_t *value, void *field,
                         struct settings_error *error)
{
    return read_list(member, value, read_pattern, field, error);
}

const struct member_type member_patterns = {read_patterns, write_list, NULL, done_list};

static int read_parameter(const char *text, size_t bytes, int index, const struct member *member,
                          struct text_list *list, struct settings_error *error)
{
    if (bytes == 0 || bytes > MAX_PARAMETER_BYTES || strpbrk(text, "&=?#"))
        return settings_refuse(error, member->name, index,
                               "must be the name of a query parameter, such as \"ref\" or "
                               "\"utm_*\"");
    list_add(list, text, bytes);
    return 0;
}

static int read_parameters(const struct member *member, const json_t *value, void *field,
                           struct settings_error *error)
{
    return read_list(member, value, read_parameter, field, error);
}

const struct member_type member_parameters = {read_parameters, write_list, NULL, done_list};

/* A host is checked by the URL parser, so it ends up in the form that URLs have. */
static int read_host(const char *text, size_t bytes, int index, const struct member *member,
                     struct text_list *list, struct settings_error *error)
{
    bool below = bytes > 2 && memcmp(text, "*.", 2) == 0;
    const char *name = below ? text + 2 : text;
    char candidate[512];
    struct url url;
    snprintf(candidate, sizeof candidate, "http://%s/", name);
    if (strlen(name) > 253 || strpbrk(name, "/?#@\\:*") ||
        url_parse(candidate, strlen(candidate), NULL, &url) != URL_OK)
        return settings_refuse(error, member->name, index,
                               "must be a host name as in \"www.example.com\", or "
                               "\"*.example.com\"");
    struct url_slice host = url_host(&url);
    char pattern[512];
    int used =
        snprintf(pattern, sizeof pattern, "%s%.*s", below ? "*." : "", (int)host.bytes, host.data);
    list_add(list, pattern, (size_t)used);
    return 0;
}

static int read_hosts(const struct member *member, const json_t *value, void *field,
                      struct settings_error *error)
{
    return read_list(member, value, read_host, field, error);
}

const struct member_type member_hosts = {read_hosts, write_list, NULL, done_list};
