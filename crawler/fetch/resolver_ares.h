/* The name servers, asked through c-ares: one channel, its sockets and its timeouts on the loop.
 * Loop thread. Keeps nothing but the questions under way; who asks twice is answered twice.
 */
#ifndef IMGCRAWL_RESOLVER_ARES_H
#define IMGCRAWL_RESOLVER_ARES_H

#include "crawler/fetch/resolver.h"

struct resolver_ares;

/* `resolved` is borrowed for the call; its error is -ECANCELED when resolver_ares_free() has ended
 * the question. ttl_ms is what the records say (the shortest of them), or 0 with an error. */
typedef void (*resolver_ares_fn)(const struct resolved *resolved, int64_t ttl_ms, void *arg);

/* 0, -EINVAL: the servers cannot be read, or -errno. */
int resolver_ares_new(struct loop *loop, const struct resolver_config *config, resolver_ares_fn fn,
                      struct resolver_ares **ret_ares);
struct resolver_ares *resolver_ares_free(struct resolver_ares *ares);
/* fn is called once with arg, maybe before this returns. */
void resolver_ares_ask(struct resolver_ares *ares, const char *name, void *arg);

#endif
