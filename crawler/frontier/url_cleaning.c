/* See url_cleaning.h. */
#include "crawler/frontier/url_cleaning.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "crawler/extract/wildcard.h"

enum { MIN_SESSION_VALUE = 8, MIN_HEX = 16, MIN_MIXED = 20, MIN_SURE_NUMBER = 3, MIN_NUMBER = 6 };

/* Names, in small letters; a '*' at the end stands for any rest. */
static const char *const tracking[] = {
    "utm_*",     "gclid",     "gclsrc",   "dclid",         "gbraid",    "wbraid",      "fbclid",
    "msclkid",   "yclid",     "ysclid",   "twclid",        "ttclid",    "li_fat_id",   "igshid",
    "igsh",      "mc_cid",    "mc_eid",   "_ga",           "_gl",       "_hsenc",      "_hsmi",
    "__hssc",    "__hstc",    "__hsfp",   "hsctatracking", "mkt_tok",   "oly_anon_id", "oly_enc_id",
    "vero_id",   "vero_conv", "wickedid", "s_cid",         "_openstat", "pk_campaign", "pk_kwd",
    "pk_source", "pk_medium", "mtm_*",    "piwik_*",       "matomo_*",  "ref_src",     "ref_url",
    "cmpid",     "epik",      "srsltid",  "rb_clickid",    "irclickid", "icid",
};

/* Names that mean a session wherever they stand. */
static const char *const sessions[] = {
    "jsessionid", "phpsessid",    "aspsessionid*", "asp.net_sessionid",
    "cfid",       "cftoken",      "sessionid",     "session_id",
    "sessid",     "session-id",   "phpsession",    "osesessionid",
    "zenid",      "oscsid",       "xtcsid",        "modsid",
    "_sid",       "bv_sessionid", "cfsession",     "viewstate_session",
};

/* Names that often mean something else: "sid" may be a section. */
static const char *const maybe_sessions[] = {"sid", "session", "s", "sess", "token"};

/* Names of the time of a visit, or of a number made up to get past caches. */
static const char *const clocks[] = {"t",  "ts",      "time",       "timestamp", "_",
                                     "_t", "rnd",     "rand",       "random",    "nonce",
                                     "cb", "nocache", "cachebuster"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static bool is_listed(const char *const *names, size_t count, struct url_slice name)
{
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(names[i]);
        bool open = names[i][bytes - 1] == '*';
        bytes -= open;
        if ((open ? name.bytes >= bytes : name.bytes == bytes) &&
            strncasecmp(names[i], name.data, bytes) == 0)
            return true;
    }
    return false;
}

static bool is_uuid(struct url_slice text)
{
    if (text.bytes != 36)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.data[i] != '-' : !isxdigit((unsigned char)text.data[i]))
            return false;
    }
    return true;
}

bool url_text_is_token(struct url_slice text)
{
    size_t digits = 0, letters = 0;
    bool hex = true;
    if (text.bytes < MIN_HEX)
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (!isalnum(c))
            return is_uuid(text);
        hex = hex && isxdigit(c);
        digits += isdigit(c) != 0;
        letters += isalpha(c) != 0;
    }
    return digits >= 3 && letters >= 3 && (hex || text.bytes >= MIN_MIXED);
}

/* A session's number is long, and no word. */
static bool is_session_value(struct url_slice value)
{
    size_t digits = 0;
    for (size_t i = 0; i < value.bytes; i++)
        digits += isdigit((unsigned char)value.data[i]) != 0;
    return value.bytes >= MIN_SESSION_VALUE && digits >= 2;
}

bool url_parameter_is_session(struct url_slice name, struct url_slice value)
{
    if (is_listed(sessions, COUNT(sessions), name))
        return true;
    return is_session_value(value) && url_text_is_token(value) &&
           is_listed(maybe_sessions, COUNT(maybe_sessions), name);
}

bool url_parameter_may_count(struct url_slice name, struct url_slice value)
{
    for (size_t i = 0; i < value.bytes; i++)
        if (!isdigit((unsigned char)value.data[i]))
            return false;
    if (is_listed(sessions, COUNT(sessions), name))
        return value.bytes >= MIN_SURE_NUMBER;
    return value.bytes >= MIN_NUMBER && (is_listed(maybe_sessions, COUNT(maybe_sessions), name) ||
                                         is_listed(clocks, COUNT(clocks), name));
}

bool url_cleaning_is_on(const struct job_settings *settings)
{
    return settings->remove_tracking || settings->remove_session_ids ||
           settings->remove_parameters.count > 0;
}

static struct url_slice up_to(const char *start, size_t bytes, char end)
{
    const char *found = memchr(start, end, bytes);
    return (struct url_slice){start, found ? (size_t)(found - start) : bytes};
}

static bool is_unwanted(const struct job_settings *settings, struct url_slice parameter)
{
    struct url_slice name = up_to(parameter.data, parameter.bytes, '='), value = {"", 0};
    if (name.bytes < parameter.bytes)
        value = (struct url_slice){name.data + name.bytes + 1, parameter.bytes - name.bytes - 1};
    if (settings->remove_tracking && is_listed(tracking, COUNT(tracking), name))
        return true;
    if (settings->remove_session_ids && url_parameter_is_session(name, value))
        return true;
    for (size_t i = 0; i < settings->remove_parameters.count; i++) {
        const char *glob = settings->remove_parameters.items[i];
        if (wildcard_match(glob, strlen(glob), name.data, name.bytes))
            return true;
    }
    return false;
}

/* The query without what is unwanted, written to where it stands. Returns its new end. */
static size_t clean_query(const struct job_settings *settings, struct url *url)
{
    size_t out = url->query_start, at = out + 1, end = url->length;
    while (at <= end) { /* the last one may be empty */
        struct url_slice parameter = up_to(url->href + at, end - at, '&');
        size_t next = at + parameter.bytes + 1;
        if (!is_unwanted(settings, parameter)) {
            url->href[out] = out == url->query_start ? '?' : '&';
            memmove(url->href + out + 1, parameter.data, parameter.bytes);
            out += 1 + parameter.bytes;
        }
        at = next;
    }
    return out == url->query_start + 1u && end > out ? url->query_start : out;
}

/* Takes [from, from + bytes) out of the path. */
static void cut_path(struct url *url, size_t from, size_t bytes)
{
    memmove(url->href + from, url->href + from + bytes, url->length - from - bytes + 1);
    url->length = (uint16_t)(url->length - bytes);
    url->query_start = (uint16_t)(url->query_start - bytes);
    url->fragment_start = (uint16_t)(url->fragment_start - bytes);
}

/* ";jsessionid=…" and its like, at the end of any segment. */
static void clean_path_parameters(struct url *url)
{
    size_t at = url->path_start;
    while (at < url->query_start) {
        struct url_slice before = up_to(url->href + at, url->query_start - at, ';');
        at += before.bytes;
        if (at >= url->query_start)
            return;
        struct url_slice segment = up_to(url->href + at, url->query_start - at, '/');
        struct url_slice parameter = up_to(segment.data + 1, segment.bytes - 1, ';');
        struct url_slice name = up_to(parameter.data, parameter.bytes, '=');
        struct url_slice value = {name.data + name.bytes + 1, 0};
        if (name.bytes < parameter.bytes)
            value.bytes = parameter.bytes - name.bytes - 1;
        if (name.bytes < parameter.bytes && url_parameter_is_session(name, value))
            cut_path(url, at, 1 + parameter.bytes);
        else
            at += 1 + parameter.bytes;
    }
}

/* "/(S(…))/": ASP.NET's sessions without cookies, also with A and F parts. */
static void clean_path_session(struct url *url)
{
    struct url_slice path = url_path(url);
    const char *start = memmem(path.data, path.bytes, "/(", 2);
    while (start) {
        size_t left = path.bytes - (size_t)(start - path.data);
        struct url_slice segment = up_to(start + 1, left - 1, '/');
        if (segment.bytes > 6 && strchr("SAF", segment.data[1]) && segment.data[2] == '(' &&
            memcmp(segment.data + segment.bytes - 2, "))", 2) == 0 && segment.bytes + 1 < left) {
            cut_path(url, (size_t)(start - url->href), segment.bytes + 1);
            return;
        }
        start = memmem(start + 1, left - 1, "/(", 2);
    }
}

bool url_clean(const struct job_settings *settings, struct url *url)
{
    size_t length_before = url->length;
    if (settings->remove_session_ids) {
        clean_path_parameters(url);
        clean_path_session(url);
    }
    if (url->query_start < url->length) {
        url->length = (uint16_t)clean_query(settings, url);
        url->fragment_start = url->length;
        url->href[url->length] = '\0';
    }
    return url->length != length_before;
}
