/* Proxy URL: where requests go instead of to their hosts: "http://proxy.example.com:3128",
 * "https://…", "socks5://user:password@10.0.0.1:1080", "socks5h://…". Plain data, any thread.
 *
 * Names are resolved and judged here, and the proxy is given the address, with socks5h as with
 * socks5: a proxy that looked names up by itself could be led past the address guard.
 */
#ifndef IMGCRAWL_PROXY_URL_H
#define IMGCRAWL_PROXY_URL_H

#include <stdint.h>

enum proxy_kind { PROXY_HTTP, PROXY_HTTPS, PROXY_SOCKS5, PROXY_KIND_COUNT };

enum { PROXY_HOST_BYTES = 256, PROXY_SECRET_BYTES = 256 };

struct proxy_url {
    enum proxy_kind kind;
    uint16_t port;
    char host[PROXY_HOST_BYTES];       /* as in a canonical URL: lower case, IPv6 in brackets */
    char user[PROXY_SECRET_BYTES];     /* decoded; "": none */
    char password[PROXY_SECRET_BYTES]; /* decoded */
};

/* NULL and *ret_proxy, or a sentence for people, static; *ret_proxy is then untouched. */
const char *proxy_url_parse(const char *text, struct proxy_url *ret_proxy);
/* NULL: it can be used. Else what is wrong, as above. */
const char *proxy_problem(const char *url);
/* The same URL with SETTINGS_REDACTED for its password, if it has one; to be freed. */
char *proxy_url_redacted(const char *url);

#endif
