/* Request guard: what keeps other web sites in a person's browser away from a service that listens
 * on loopback and asks for no password. Checks on header values; plain functions, any thread.
 *
 * DNS rebinding: a page of evil.example whose name suddenly resolves to 127.0.0.1 reads everything
 * as its own origin; but its requests say "Host: evil.example". Cross-site requests: a form or a
 * script of another site can send a POST here; but its Origin is not ours, and a form cannot say
 * that its body is JSON.
 */
#ifndef IMGCRAWL_SERVER_REQUEST_GUARD_H
#define IMGCRAWL_SERVER_REQUEST_GUARD_H

#include <stdbool.h>

struct text_list;

/* The names by which this service may be called, besides IP addresses and localhost. */
struct guard_names {
    const char *listen_host;
    const struct text_list *allowed; /* of the configuration; NULL: none */
};

/* host: of a Host header, "name", "name:port", "[::1]:8080"; NULL: none was sent, which only
 * programs do (HTTP/1.0), and is trusted. */
bool guard_trusts_host(const struct guard_names *names, const char *host);
/* Whether a request that changes something comes from our own pages or from no page at all.
 * origin, fetch_site: headers Origin and Sec-Fetch-Site, NULL where not sent. */
bool guard_trusts_origin(const struct guard_names *names, const char *host, const char *origin,
                         const char *fetch_site);
/* "application/json", with or without parameters. */
bool guard_is_json(const char *content_type);

#endif
