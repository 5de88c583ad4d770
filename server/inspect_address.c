/* See inspect_address.h. The order is a crawl's: the URL is parsed, its host is judged, then the
 * address that the name resolved to. */
#include "server/inspect_address.h"

#include <netdb.h>
#include <string.h>

#include "crawler/extract/url.h"
#include "crawler/fetch/address_guard.h"
#include "crawler/fetch/address_host.h"

/* Of a service with no network allowed. */
static const struct address_policy policy = {NULL, 0};

static const char *const refusals[URL_ERROR_COUNT] = {
    [URL_INVALID] = "not a URL",
    [URL_OTHER_SCHEME] = "neither http nor https",
    [URL_TOO_LONG] = "too long a URL",
};

static struct address_verdict check_url(const json_t *text)
{
    struct url url;
    enum url_error error = url_parse(json_string_value(text), json_string_length(text), NULL, &url);
    if (error != URL_OK)
        return (struct address_verdict){false, refusals[error]};
    url_canonicalise(&url);
    return address_check_host(&policy, &url);
}

/* What the resolver makes of a numeric address, so also one with a zone: "fe80::1%eth0". */
static struct address_verdict check_address(const char *text)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses;
    if (getaddrinfo(text, NULL, &hints, &addresses) != 0)
        return (struct address_verdict){false, "not an address"};
    struct address_verdict verdict = address_check(&policy, addresses->ai_addr);
    freeaddrinfo(addresses);
    return verdict;
}

json_t *inspect_address(const json_t *request)
{
    const json_t *url = json_object_get(request, "url");
    const char *address = json_string_value(json_object_get(request, "resolves_to"));
    struct address_verdict verdict = {true, NULL};
    if (!json_is_string(url) && !address)
        return json_pack("{s:s}", "error",
                         "no \"url\" or \"resolves_to\" in the request; give one as a string");
    if (json_is_string(url))
        verdict = check_url(url);
    if (verdict.allowed && address)
        verdict = check_address(address);
    return json_pack("{s:s, s:s}", "verdict", verdict.allowed ? "allow" : "block", "reason",
                     verdict.reason);
}
