/* See job_settings.h. One table of members drives reading, defaults, writing and the refusal of
 * members that do not exist. */
#include "crawler/job_settings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/extract/url.h"
#include "crawler/memory.h"

enum {
    MAX_SEEDS = 100000,
    MAX_PATTERNS = 1000,
    MAX_PATTERN_BYTES = 2048,
    MAX_NAME_BYTES = 200,
};

static const char *const scope_names[SCOPE_KIND_COUNT] = {
    [SCOPE_HOST] = "host",
    [SCOPE_DOMAIN] = "domain",
    [SCOPE_PREFIX] = "prefix",
    [SCOPE_HOSTS] = "hosts",
};

/* Reads one member's value; -EINVAL with *error filled. */
struct member;
typedef int (*member_read_fn)(const struct member *member, const json_t *value,
                              struct job_settings *settings, struct settings_error *error);
typedef json_t *(*member_write_fn)(const struct member *member,
                                   const struct job_settings *settings);

struct member {
    const char *name;
    size_t offset; /* in struct job_settings */
    member_read_fn read;
    member_write_fn write;
    int64_t min, max; /* of an integer; of a list: how many, how long each */
    int64_t fallback;
};

static int refuse(struct settings_error *error, const char *member, int index, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));

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

static int refuse(struct settings_error *error, const char *member, int index, const char *format,
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
    return -EINVAL;
}

static const char *type_name(const json_t *value)
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

static void *at(struct job_settings *settings, size_t offset)
{
    return (char *)settings + offset;
}

static const void *at_const(const struct job_settings *settings, size_t offset)
{
    return (const char *)settings + offset;
}

/* Integers */

static int read_integer(const struct member *member, const json_t *value,
                        struct job_settings *settings, struct settings_error *error)
{
    if (!json_is_integer(value))
        return refuse(error, member->name, -1, "must be an integer, but it is %s",
                      type_name(value));
    int64_t number = json_integer_value(value);
    if (number < member->min || number > member->max)
        return refuse(error, member->name, -1, "must be from %lld to %lld, but it is %lld",
                      (long long)member->min, (long long)member->max, (long long)number);
    *(int64_t *)at(settings, member->offset) = number;
    return 0;
}

static json_t *write_integer(const struct member *member, const struct job_settings *settings)
{
    return json_integer(*(const int64_t *)at_const(settings, member->offset));
}

/* Lists of strings */

static void text_list_done(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
}

static void text_list_add(struct text_list *list, const char *text, size_t bytes)
{
    list->items = memory_resize(list->items, (list->count + 1) * sizeof *list->items);
    list->items[list->count++] = memory_strndup(text, bytes);
}

/* Checks one string of a list and adds it, perhaps in another form. */
typedef int (*item_read_fn)(const char *text, size_t bytes, int index, const struct member *member,
                            struct text_list *list, struct settings_error *error);

static int read_list(const struct member *member, const json_t *value, item_read_fn read_item,
                     struct job_settings *settings, struct settings_error *error)
{
    if (!json_is_array(value))
        return refuse(error, member->name, -1, "must be an array of strings, but it is %s",
                      type_name(value));
    size_t count = json_array_size(value);
    if (count < (size_t)member->min || count > (size_t)member->max)
        return refuse(error, member->name, -1, "must have from %lld to %lld items, but it has %zu",
                      (long long)member->min, (long long)member->max, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_string(item))
            return refuse(error, member->name, (int)i, "must be a string, but it is %s",
                          type_name(item));
        int rc = read_item(json_string_value(item), json_string_length(item), (int)i, member,
                           at(settings, member->offset), error);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static json_t *write_list(const struct member *member, const struct job_settings *settings)
{
    const struct text_list *list = at_const(settings, member->offset);
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
        return refuse(error, member->name, index,
                      "must begin with http:// or https://; other schemes are not crawled");
    case URL_TOO_LONG:
        return refuse(error, member->name, index, "must be at most %d bytes long", URL_MAX_BYTES);
    default:
        return refuse(error, member->name, index,
                      "is no absolute URL; give it as in \"https://www.example.com/\"");
    }
    if (url.has_credentials)
        return refuse(error, member->name, index,
                      "must not hold a user name or password; leave out what stands before the @");
    url_canonicalise(&url);
    text_list_add(list, url.href, url.length);
    return 0;
}

static int read_seeds(const struct member *member, const json_t *value,
                      struct job_settings *settings, struct settings_error *error)
{
    return read_list(member, value, read_seed, settings, error);
}

static int read_pattern(const char *text, size_t bytes, int index, const struct member *member,
                        struct text_list *list, struct settings_error *error)
{
    if (bytes == 0 || bytes > MAX_PATTERN_BYTES)
        return refuse(error, member->name, index, "must be from 1 to %d bytes long",
                      MAX_PATTERN_BYTES);
    text_list_add(list, text, bytes);
    return 0;
}

static int read_patterns(const struct member *member, const json_t *value,
                         struct job_settings *settings, struct settings_error *error)
{
    return read_list(member, value, read_pattern, settings, error);
}

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
        return refuse(error, member->name, index,
                      "must be a host name as in \"www.example.com\", or \"*.example.com\"");
    struct url_slice host = url_host(&url);
    char pattern[512];
    int used =
        snprintf(pattern, sizeof pattern, "%s%.*s", below ? "*." : "", (int)host.bytes, host.data);
    text_list_add(list, pattern, (size_t)used);
    return 0;
}

static int read_hosts(const struct member *member, const json_t *value,
                      struct job_settings *settings, struct settings_error *error)
{
    return read_list(member, value, read_host, settings, error);
}

/* The two single strings */

static int read_name(const struct member *member, const json_t *value,
                     struct job_settings *settings, struct settings_error *error)
{
    if (!json_is_string(value) || json_string_length(value) > MAX_NAME_BYTES)
        return refuse(error, member->name, -1, "must be a string of at most %d bytes",
                      MAX_NAME_BYTES);
    free(settings->name);
    settings->name = memory_strndup(json_string_value(value), json_string_length(value));
    return 0;
}

static json_t *write_name(const struct member *member, const struct job_settings *settings)
{
    (void)member;
    return json_string(settings->name);
}

static int read_scope(const struct member *member, const json_t *value,
                      struct job_settings *settings, struct settings_error *error)
{
    for (int i = 0; i < SCOPE_KIND_COUNT && json_is_string(value); i++) {
        if (strcmp(json_string_value(value), scope_names[i]) == 0) {
            settings->scope = (enum scope_kind)i;
            return 0;
        }
    }
    return refuse(error, member->name, -1,
                  "must be one of \"host\", \"domain\", \"prefix\" and \"hosts\"");
}

static json_t *write_scope(const struct member *member, const struct job_settings *settings)
{
    (void)member;
    return json_string(scope_names[settings->scope]);
}

#define OFFSET(field) offsetof(struct job_settings, field)
static const struct member members[] = {
    {"name", OFFSET(name), read_name, write_name, 0, 0, 0},
    {"seeds", OFFSET(seeds), read_seeds, write_list, 1, MAX_SEEDS, 0},
    {"scope", OFFSET(scope), read_scope, write_scope, 0, 0, 0},
    {"hosts", OFFSET(hosts), read_hosts, write_list, 0, MAX_PATTERNS, 0},
    {"include", OFFSET(include), read_patterns, write_list, 0, MAX_PATTERNS, 0},
    {"exclude", OFFSET(exclude), read_patterns, write_list, 0, MAX_PATTERNS, 0},
    {"max_pages", OFFSET(max_pages), read_integer, write_integer, 1, 1000000000, 100000},
    {"max_urls", OFFSET(max_urls), read_integer, write_integer, 1, 1000000000, 10000000},
    {"max_depth", OFFSET(max_depth), read_integer, write_integer, 0, 100000, 100},
    {"max_seconds", OFFSET(max_seconds), read_integer, write_integer, 1, 31536000, 604800},
};
#undef OFFSET
enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

static const struct member *find_member(const char *name)
{
    for (int i = 0; i < MEMBER_COUNT; i++) {
        if (strcmp(members[i].name, name) == 0)
            return &members[i];
    }
    return NULL;
}

static struct job_settings *settings_new(void)
{
    struct job_settings *settings = memory_new(sizeof *settings);
    settings->name = memory_strndup("", 0);
    for (int i = 0; i < MEMBER_COUNT; i++) {
        if (members[i].read == read_integer)
            *(int64_t *)at(settings, members[i].offset) = members[i].fallback;
    }
    return settings;
}

struct job_settings *job_settings_free(struct job_settings *settings)
{
    if (!settings)
        return NULL;
    free(settings->name);
    text_list_done(&settings->seeds);
    text_list_done(&settings->hosts);
    text_list_done(&settings->include);
    text_list_done(&settings->exclude);
    free(settings);
    return NULL;
}

static int refuse_unknown(const char *name, struct settings_error *error)
{
    char known[160] = "";
    for (int i = 0; i < MEMBER_COUNT; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                 members[i].name);
    return refuse(error, name, -1, "is not a setting of a job; there are: %s", known);
}

static int read_members(const json_t *object, struct job_settings *settings,
                        struct settings_error *error)
{
    const char *name;
    json_t *value;
    /* jansson's iteration wants a mutable object, and only reads it. */
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct member *member = find_member(name);
        if (!member)
            return refuse_unknown(name, error);
        int rc = member->read(member, value, settings, error);
        if (rc < 0)
            return rc;
    }
    if (settings->seeds.count == 0)
        return refuse(error, "seeds", -1, "is missing: give at least one URL to start from");
    if (settings->hosts.count > 0 && settings->scope != SCOPE_HOSTS)
        return refuse(error, "hosts", -1, "counts only with \"scope\": \"hosts\"");
    return 0;
}

int job_settings_from_json(const json_t *object, struct job_settings **ret_settings,
                           struct settings_error *ret_error)
{
    if (!json_is_object(object)) {
        *ret_error = (struct settings_error){"", "must be a JSON object with at least \"seeds\""};
        return -EINVAL;
    }
    struct job_settings *settings = settings_new();
    int rc = read_members(object, settings, ret_error);
    if (rc < 0)
        job_settings_free(settings);
    else
        *ret_settings = settings;
    return rc;
}

json_t *job_settings_to_json(const struct job_settings *settings)
{
    json_t *object = json_object();
    for (int i = 0; i < MEMBER_COUNT; i++)
        json_object_set_new(object, members[i].name, members[i].write(&members[i], settings));
    return object;
}
