/* Images in JSON-LD. Not an expansion by its contexts, which would have to be fetched: terms are
 * taken for schema.org's, also where written as schema:image or with the whole URL. Runs in a parse
 * process. jansson stops at 2,048 levels, so that the walks here may recurse. */
#include "crawler/extract/json_ld.h"

#include <stdbool.h>
#include <string.h>

#include <jansson.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/html_text.h"

struct json_ld_reader {
    struct arena *arena;
    json_ld_image_fn fn;
    void *arg;
    json_t *nodes; /* by @id, those that say more than it */
    json_t *told;  /* URLs, each once */
};

void json_ld_preload(void)
{
    json_object_seed(0);
}

/* --- the text --- */

static const char *const openings[] = {"\xef\xbb\xbf", "<!--", "<![CDATA[", "//", "/*", "*/"};
static const char *const closings[] = {"-->", "]]>", "//", "/*", "*/", ";"};

static bool drop_opening(const char **text, size_t *bytes)
{
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        size_t mark = strlen(openings[i]);
        if (*bytes >= mark && memcmp(*text, openings[i], mark) == 0) {
            *text += mark;
            *bytes -= mark;
            return true;
        }
    }
    return false;
}

static bool drop_closing(const char *text, size_t *bytes)
{
    for (size_t i = 0; i < sizeof closings / sizeof *closings; i++) {
        size_t mark = strlen(closings[i]);
        if (*bytes >= mark && memcmp(text + *bytes - mark, closings[i], mark) == 0) {
            *bytes -= mark;
            return true;
        }
    }
    return false;
}

/* Marks that once hid scripts from browsers and XML parsers. */
static const char *unwrap(const char *text, size_t *bytes)
{
    do {
        text = html_trim(text, *bytes, bytes);
    } while (drop_opening(&text, bytes) || drop_closing(text, bytes));
    return text;
}

/* --- names --- */

/* Without schema.org's prefix. */
static const char *term(const char *name)
{
    static const char *const prefixes[] = {"schema:", "http://schema.org/", "https://schema.org/"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return name + strlen(prefixes[i]);
    return name;
}

static bool is_image_property(const char *name)
{
    static const char *const names[] = {"image",  "thumbnail", "thumbnailUrl",
                                        "logo",   "photo",     "primaryImageOfPage",
                                        "photos", "images",    "screenshot"};
    name = term(name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_image_type(json_t *type)
{
    return json_is_string(type) && strcmp(term(json_string_value(type)), "ImageObject") == 0;
}

static bool is_image_object(json_t *object)
{
    json_t *type = json_object_get(object, "@type");
    bool is_image = is_image_type(type);
    for (size_t i = 0; i < json_array_size(type) && !is_image; i++)
        is_image = is_image_type(json_array_get(type, i));
    return is_image;
}

static json_t *get_term(json_t *object, const char *name)
{
    const char *key;
    json_t *value = json_object_get(object, name);
    if (value)
        return value;
    json_object_foreach(object, key, value)
    {
        if (strcmp(term(key), name) == 0)
            return value;
    }
    return NULL;
}

/* --- values --- */

/* A string, however JSON-LD wraps it, the first of several; NULL where it is none. */
static const char *plain_text(json_t *value)
{
    while (json_is_array(value))
        value = json_array_get(value, 0);
    if (!json_is_object(value))
        return json_string_value(value);
    const char *text = json_string_value(json_object_get(value, "@value"));
    return text ? text : json_string_value(json_object_get(value, "@id"));
}

static const char *object_url(json_t *object)
{
    const char *url = plain_text(get_term(object, "contentUrl"));
    return url ? url : plain_text(get_term(object, "url"));
}

static void tell(struct json_ld_reader *reader, const char *text)
{
    size_t bytes;
    text = html_trim(text, strlen(text), &bytes);
    const char *url = bytes ? arena_strndup(reader->arena, text, bytes) : NULL;
    if (!url || json_object_get(reader->told, url))
        return;
    json_object_set_new(reader->told, url, json_true());
    reader->fn(url, bytes, reader->arg);
}

/* A fragment or a blank node is the name of a node of this graph, of no file. */
static bool names_a_file(const char *id)
{
    return !strchr(id, '#') && strncmp(id, "_:", 2) != 0;
}

static void take_object(struct json_ld_reader *reader, json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "@id"));
    const char *url = object_url(object);
    json_t *node = id ? json_object_get(reader->nodes, id) : NULL;
    if (!url && node)
        url = object_url(node);
    if (!url && id && names_a_file(id) && (!node || is_image_object(node)))
        url = id;
    if (url)
        tell(reader, url);
}

/* The value of a property that names images. */
static void take(struct json_ld_reader *reader, json_t *value)
{
    size_t i;
    json_t *item;
    if (json_is_string(value)) {
        tell(reader, json_string_value(value));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, item) take(reader, item);
    } else if (json_object_get(value, "@value")) {
        take(reader, json_object_get(value, "@value"));
    } else if (json_object_get(value, "@list")) {
        take(reader, json_object_get(value, "@list"));
    } else if (json_object_get(value, "@set")) {
        take(reader, json_object_get(value, "@set"));
    } else if (json_is_object(value)) {
        take_object(reader, value);
    }
}

/* --- the graph --- */

/* The first node of a name that knows its URL stands for it. */
static void note_node(struct json_ld_reader *reader, json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "@id"));
    if (!id || json_object_size(object) < 2)
        return;
    json_t *known = json_object_get(reader->nodes, id);
    if (!known || !object_url(known))
        json_object_set(reader->nodes, id, object);
}

static void take_images_of(struct json_ld_reader *reader, json_t *object)
{
    const char *key;
    json_t *value;
    if (is_image_object(object))
        take_object(reader, object);
    json_object_foreach(object, key, value)
    {
        if (is_image_property(key))
            take(reader, value);
    }
}

static void each_object(struct json_ld_reader *reader, json_t *value,
                        void (*visit)(struct json_ld_reader *reader, json_t *object))
{
    size_t i;
    const char *key;
    json_t *item;
    if (json_is_object(value))
        visit(reader, value);
    json_object_foreach(value, key, item) each_object(reader, item, visit);
    json_array_foreach(value, i, item) each_object(reader, item, visit);
}

void json_ld_images_each(struct arena *arena, const char *json, size_t bytes, json_ld_image_fn fn,
                         void *arg)
{
    json = unwrap(json, &bytes);
    if (bytes > JSON_LD_MAX_BYTES)
        return;
    json_t *graph = json_loadb(json, bytes, JSON_DECODE_INT_AS_REAL, NULL);
    if (!graph)
        return;
    struct json_ld_reader reader = {
        .arena = arena, .fn = fn, .arg = arg, .nodes = json_object(), .told = json_object()};
    each_object(&reader, graph, note_node);
    each_object(&reader, graph, take_images_of);
    json_decref(reader.nodes);
    json_decref(reader.told);
    json_decref(graph);
}
