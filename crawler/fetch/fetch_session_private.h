/* The inside of a fetch session, for fetch_session.c and fetch_cookies.c, fetch_proxy.c. curl's
 * handles are void here, as in fetch_exchange.h. Loop thread. */
#ifndef IMGCRAWL_FETCH_SESSION_PRIVATE_H
#define IMGCRAWL_FETCH_SESSION_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crawler/fetch/fetch_session.h"
#include "crawler/job/proxy_url.h"

/* Credentials with their host taken apart. */
struct fetch_login {
    char *host;
    uint16_t port; /* 0: the scheme's own */
    char *user, *password;
    char *token;
};

struct fetch_session {
    unsigned references;
    void *jar;              /* curl's share handle; NULL: no cookies */
    unsigned cookies_taken; /* Set-Cookie lines since the jar was last measured */
    void *headers;          /* struct curl_slist; NULL: none */
    struct fetch_login *logins;
    size_t login_count;
    bool has_proxy;
    struct proxy_url proxy;
};

/* fetch_cookies.c */
void *cookie_jar_new(void);
void cookie_jar_free(void *jar);
/* Called after each answer, with the count of its Set-Cookie lines: keeps the jar in its bounds. */
void cookie_jar_taken(struct fetch_session *session, unsigned lines);

#endif
