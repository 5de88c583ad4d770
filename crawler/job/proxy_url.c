/* See proxy_url.h. The host is read by the parser of all URLs, so "0x7f.1" is no way around the
 * guard. */
#include "crawler/job/proxy_url.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "crawler/base/memory.h"
#include "crawler/extract/url.h"
#include "crawler/job/job_settings.h"

static const struct {
    const char *prefix;
    enum proxy_kind kind;
} schemes[] = {
    {"http://", PROXY_HTTP},
    {"https://", PROXY_HTTPS},
    {"socks5://", PROXY_SOCKS5},
    {"socks5h://", PROXY_SOCKS5},
};

/* What follows the scheme; NULL for one that is not known. */
static const char *after_scheme(const char *text, enum proxy_kind *ret_kind)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t bytes = strlen(schemes[i].prefix);
        if (strncasecmp(text, schemes[i].prefix, bytes) == 0) {
            *ret_kind = schemes[i].kind;
            return text + bytes;
        }
    }
    return NULL;
}

static int hex_digit(char c)
{
    const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Percent-decodes; false where it does not fit or holds what no line may. */
static bool decode(const char *text, size_t bytes, char ret_text[PROXY_SECRET_BYTES])
{
    size_t used = 0;
    for (size_t i = 0; i < bytes; i++) {
        int c = (unsigned char)text[i];
        if (c == '%' && i + 2 < bytes && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            c = hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]);
            i += 2;
        }
        if (c < 0x20 || used + 1 >= PROXY_SECRET_BYTES)
            return false;
        ret_text[used++] = (char)c;
    }
    ret_text[used] = '\0';
    return true;
}

static bool read_secrets(const char *text, size_t bytes, struct proxy_url *proxy)
{
    const char *colon = memchr(text, ':', bytes);
    size_t user_bytes = colon ? (size_t)(colon - text) : bytes;
    return decode(text, user_bytes, proxy->user) &&
           (!colon || decode(colon + 1, bytes - user_bytes - 1, proxy->password));
}

/* "host:port" and perhaps a final slash. The port must be written: each kind of program has its own
 * idea of a default. */
static bool read_authority(const char *text, struct proxy_url *proxy)
{
    char candidate[PROXY_HOST_BYTES + 32];
    struct url url;
    size_t bytes = strcspn(text, "/");
    const char *colon = memrchr(text, ':', bytes);
    if (strcmp(text + bytes, "/") != 0 && text[bytes] != '\0')
        return false;
    if (bytes == 0 || !colon || colon + 1 == text + bytes || strpbrk(text, "?#\\@ \t\r\n"))
        return false;
    int length = snprintf(candidate, sizeof candidate, "http://%.*s/", (int)bytes, text);
    if (length >= (int)sizeof candidate ||
        url_parse(candidate, (size_t)length, NULL, &url) != URL_OK || url.port == 0)
        return false;
    struct url_slice host = url_host(&url);
    if (host.bytes >= PROXY_HOST_BYTES)
        return false;
    snprintf(proxy->host, sizeof proxy->host, "%.*s", (int)host.bytes, host.data);
    proxy->port = url.port;
    return true;
}

const char *proxy_url_parse(const char *text, struct proxy_url *ret_proxy)
{
    struct proxy_url proxy = {0};
    const char *rest = after_scheme(text, &proxy.kind);
    if (!rest)
        return "must begin with http://, https://, socks5:// or socks5h://";
    const char *at = strrchr(rest, '@');
    if (at && !read_secrets(rest, (size_t)(at - rest), &proxy))
        return "has a user or password that is too long or not one line";
    if (strcmp(proxy.password, SETTINGS_REDACTED) == 0)
        return "has \"" SETTINGS_REDACTED "\", which stands for a password that is not shown; give "
               "the real one";
    if (!read_authority(at ? at + 1 : rest, &proxy))
        return "must name a host and a port and nothing after them, as in "
               "\"http://proxy.example.com:3128\"";
    *ret_proxy = proxy;
    return NULL;
}

const char *proxy_problem(const char *url)
{
    struct proxy_url proxy;
    return proxy_url_parse(url, &proxy);
}

char *proxy_url_redacted(const char *url)
{
    const char *slashes = strstr(url, "://");
    const char *rest = slashes ? slashes + 3 : url;
    const char *at = strrchr(rest, '@');
    const char *colon = at ? memchr(rest, ':', (size_t)(at - rest)) : NULL;
    if (!colon)
        return memory_strndup(url, strlen(url));
    char *text = NULL;
    if (asprintf(&text, "%.*s:" SETTINGS_REDACTED "%s", (int)(colon - url), url, at) < 0)
        abort();
    return text;
}
