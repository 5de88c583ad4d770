/* See address_host.h. Hosts are in the form of the URL parser: lower case, ASCII, addresses
 * canonical. Constant data, any thread.
 */
#include "crawler/fetch/address_host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* Names that stand for a special address wherever they resolve. A policy that allows one of their
 * addresses lets the name pass on to the resolver. */
static const struct {
    const char *name;
    bool names_below; /* "x.localhost" too */
    const char *addresses[2];
    const char *reason;
} known_names[] = {
    /* RFC 6761 §6.3 */
    {"localhost", true, {"127.0.0.1", "::1"}, "name of this machine (localhost)"},
    {"metadata.google.internal", false, {"169.254.169.254"}, "metadata of a cloud by its name"},
    {"metadata.goog", false, {"169.254.169.254"}, "metadata of a cloud by its name"},
    {"metadata.azure.internal", false, {"169.254.169.254"}, "metadata of a cloud by its name"},
    {"instance-data.ec2.internal", false, {"169.254.169.254"}, "metadata of a cloud by its name"},
};

/* False where it is no literal: the text is then a name. */
static bool address_from_literal(struct url_slice host, struct sockaddr_storage *ret_address)
{
    char text[INET6_ADDRSTRLEN];
    bool bracketed = host.bytes > 2 && host.data[0] == '[';
    size_t bytes = bracketed ? host.bytes - 2 : host.bytes;
    if (bytes >= sizeof text)
        return false;
    memcpy(text, host.data + (bracketed ? 1 : 0), bytes);
    text[bytes] = '\0';

    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        memcpy(ret_address, &in, sizeof in);
    else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
        memcpy(ret_address, &in6, sizeof in6);
    else
        return false;
    return true;
}

static struct address_verdict check_literal(const struct address_policy *policy,
                                            struct url_slice host)
{
    struct sockaddr_storage address;
    if (!address_from_literal(host, &address))
        return (struct address_verdict){false, "no address that can be read"};
    return address_check(policy, (const struct sockaddr *)&address);
}

/* "localhost." is the same name, said in full. */
static struct url_slice without_final_dot(struct url_slice host)
{
    if (host.bytes > 0 && host.data[host.bytes - 1] == '.')
        host.bytes--;
    return host;
}

static bool is_named(struct url_slice host, const char *name, bool names_below)
{
    size_t bytes = strlen(name);
    if (host.bytes < bytes || strncasecmp(host.data + host.bytes - bytes, name, bytes) != 0)
        return false;
    return host.bytes == bytes || (names_below && host.data[host.bytes - bytes - 1] == '.');
}

static bool allows_any(const struct address_policy *policy, const char *const addresses[2])
{
    for (int i = 0; i < 2 && addresses[i]; i++)
        if (check_literal(policy, (struct url_slice){addresses[i], strlen(addresses[i])}).allowed)
            return true;
    return false;
}

static struct address_verdict check_name(const struct address_policy *policy, struct url_slice host)
{
    host = without_final_dot(host);
    for (size_t i = 0; i < sizeof known_names / sizeof known_names[0]; i++)
        if (is_named(host, known_names[i].name, known_names[i].names_below) &&
            !allows_any(policy, known_names[i].addresses))
            return (struct address_verdict){false, known_names[i].reason};
    return (struct address_verdict){true, "judged when resolved"};
}

struct address_verdict address_check_host(const struct address_policy *policy,
                                          const struct url *url)
{
    if (url->host_is_ip)
        return check_literal(policy, url_host(url));
    return check_name(policy, url_host(url));
}
