/* See request_guard.h. */
#include "server/request_guard.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "crawler/job/job_settings.h"

/* The host part of "host[:port]", without brackets and a final dot. */
struct host_name {
    char text[256];
    bool in_brackets;
};

static bool is_port(const char *text)
{
    return *text == '\0' || (*text == ':' && strspn(text + 1, "0123456789") == strlen(text + 1));
}

static bool host_name_read(const char *host, struct host_name *ret_name)
{
    const char *begin = host, *end;

    ret_name->in_brackets = *host == '[';
    if (ret_name->in_brackets) {
        begin = host + 1;
        end = strchr(begin, ']');
        if (!end || !is_port(end + 1))
            return false;
    } else {
        end = begin + strcspn(begin, ":");
        if (!is_port(end))
            return false;
        if (end > begin + 1 && end[-1] == '.')
            end--;
    }
    if (end == begin || (size_t)(end - begin) >= sizeof ret_name->text)
        return false;
    memcpy(ret_name->text, begin, (size_t)(end - begin));
    ret_name->text[end - begin] = '\0';
    return true;
}

/* A name that is an address cannot be rebound. */
static bool is_address(const struct host_name *name)
{
    struct in6_addr address;

    return inet_pton(name->in_brackets ? AF_INET6 : AF_INET, name->text, &address) == 1;
}

static bool is_localhost(const char *name)
{
    size_t bytes = strlen(name), suffix = strlen(".localhost");

    return strcasecmp(name, "localhost") == 0 ||
           (bytes > suffix && strcasecmp(name + bytes - suffix, ".localhost") == 0);
}

static bool is_allowed(const struct guard_names *names, const char *name)
{
    for (size_t i = 0; names->allowed && i < names->allowed->count; i++)
        if (strcasecmp(names->allowed->items[i], name) == 0)
            return true;
    return false;
}

bool guard_trusts_host(const struct guard_names *names, const char *host)
{
    struct host_name name;

    if (!host)
        return true;
    return host_name_read(host, &name) &&
           (is_address(&name) || is_localhost(name.text) ||
            strcasecmp(name.text, names->listen_host) == 0 || is_allowed(names, name.text));
}

/* "https://name:port" → "name:port"; NULL for "null" and anything else. */
static const char *host_of_origin(const char *origin)
{
    if (strncasecmp(origin, "http://", 7) == 0)
        return origin + 7;
    if (strncasecmp(origin, "https://", 8) == 0)
        return origin + 8;
    return NULL;
}

/* Behind a proxy Host may be ours and Origin the public name, which then has to be configured. */
static bool is_allowed_origin(const struct guard_names *names, const char *origin_host)
{
    struct host_name name;

    return host_name_read(origin_host, &name) && is_allowed(names, name.text);
}

bool guard_trusts_origin(const struct guard_names *names, const char *host, const char *origin,
                         const char *fetch_site)
{
    const char *origin_host;

    if (fetch_site && strcmp(fetch_site, "cross-site") == 0)
        return false;
    if (!origin)
        return true;
    origin_host = host_of_origin(origin);
    if (!origin_host)
        return false;
    return (host && strcasecmp(origin_host, host) == 0) || is_allowed_origin(names, origin_host);
}

bool guard_is_json(const char *content_type)
{
    size_t bytes = strlen("application/json");

    return content_type && strncasecmp(content_type, "application/json", bytes) == 0 &&
           (content_type[bytes] == '\0' || content_type[bytes] == ';' ||
            content_type[bytes] == ' ');
}
