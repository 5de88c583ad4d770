/* Finding a page's encoding: byte order mark, Content-Type, what the page says, a guess. Pure
 * functions on bytes; run in parse processes. */
#include "crawler/extract/charset.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "crawler/extract/charset_labels.h"
#include "crawler/extract/charset_prescan.h"
#include "crawler/extract/utf8.h"

enum { GUESS_BYTES = 4096 };

static const char *const source_names[] = {
    [CHARSET_BOM] = "bom",         [CHARSET_TRANSPORT] = "transport", [CHARSET_META] = "meta",
    [CHARSET_SETTING] = "setting", [CHARSET_DEFAULT] = "default",
};
static_assert(sizeof source_names / sizeof source_names[0] == CHARSET_SOURCE_COUNT,
              "one name each");

const char *charset_source_name(enum charset_source source)
{
    return source_names[source];
}

const char *charset_for_label(const char *label, size_t bytes)
{
    enum charset charset = charset_find(label, bytes);
    return charset == CHARSET_COUNT ? NULL : charset_infos[charset].name;
}

static enum charset from_bom(const char *data, size_t bytes)
{
    if (bytes >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
        return CHARSET_UTF_8;
    if (bytes >= 2 && memcmp(data, "\xfe\xff", 2) == 0)
        return CHARSET_UTF_16BE;
    if (bytes >= 2 && memcmp(data, "\xff\xfe", 2) == 0)
        return CHARSET_UTF_16LE;
    return CHARSET_COUNT;
}

/* --- Content-Type --- */

struct parameter {
    const char *name;
    size_t name_bytes;
    const char *value;
    size_t value_bytes;
};

/* Reads the parameter after a semicolon; returns where the next one is searched. Several header
 * fields arrive joined by commas, so a comma ends a value like a semicolon does. */
static const char *read_parameter(const char *at, struct parameter *ret_parameter)
{
    at += strspn(at, " \t\r\n");
    *ret_parameter = (struct parameter){.name = at, .name_bytes = strcspn(at, ";=,")};
    at += ret_parameter->name_bytes;
    if (*at != '=')
        return at;
    at++;
    if (*at == '"') {
        ret_parameter->value = ++at;
        ret_parameter->value_bytes = strcspn(at, "\"");
        at += ret_parameter->value_bytes;
        return at + (*at == '"');
    }
    ret_parameter->value = at;
    ret_parameter->value_bytes = strcspn(at, ";,");
    return at + ret_parameter->value_bytes;
}

static enum charset from_content_type(const char *content_type)
{
    for (const char *at = strchr(content_type, ';'); at; at = strchr(at, ';')) {
        struct parameter parameter;
        at = read_parameter(at + 1, &parameter);
        bool is_charset = parameter.name_bytes == strlen("charset") &&
                          strncasecmp(parameter.name, "charset", parameter.name_bytes) == 0;
        if (is_charset && parameter.value)
            return charset_find(parameter.value, parameter.value_bytes);
    }
    return CHARSET_COUNT;
}

/* --- the guess --- */

/* Looks at some bytes from the first that is not ASCII; a sequence that is cut there does not
 * count. */
static bool is_utf8(const char *data, size_t bytes)
{
    size_t start = utf8_ascii_prefix(data, bytes);
    size_t window = bytes - start < GUESS_BYTES ? bytes - start : GUESS_BYTES;
    size_t valid = utf8_valid_prefix(data + start, window);
    bool cut = window == GUESS_BYTES && window - valid < 4;
    return valid && (valid == window || cut);
}

/* Nobody told: UTF-8 gives itself away, everything else is as the setting says. */
static enum charset guess(const char *data, size_t bytes, const char *fallback,
                          enum charset_source *ret_source)
{
    *ret_source = CHARSET_DEFAULT;
    if (is_utf8(data, bytes))
        return CHARSET_UTF_8;
    enum charset charset = fallback ? charset_find(fallback, strlen(fallback)) : CHARSET_COUNT;
    if (charset == CHARSET_COUNT)
        return CHARSET_WINDOWS_1252;
    *ret_source = CHARSET_SETTING;
    return charset;
}

/* CHARSET_COUNT where neither mark nor header nor page tells. */
static enum charset declared(const char *data, size_t bytes, const char *content_type,
                             enum charset_source *ret_source)
{
    enum charset charset = from_bom(data, bytes);
    *ret_source = CHARSET_BOM;
    if (charset == CHARSET_COUNT && content_type) {
        charset = from_content_type(content_type);
        *ret_source = CHARSET_TRANSPORT;
    }
    if (charset == CHARSET_COUNT) {
        charset = charset_prescan(data, bytes);
        *ret_source = CHARSET_META;
    }
    return charset;
}

const char *charset_sniff(const unsigned char *data, size_t bytes, const char *content_type,
                          const char *fallback, enum charset_source *ret_source)
{
    const char *text = bytes ? (const char *)data : "";
    enum charset charset = declared(text, bytes, content_type, ret_source);
    if (charset == CHARSET_COUNT)
        charset = guess(text, bytes, fallback, ret_source);
    return charset_infos[charset].name;
}
