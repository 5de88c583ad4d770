/* Names that are answered with nobody asked: address literals, the names of this machine
 * (RFC 6761 §6.3) and those of the hosts file. Loop thread.
 *
 * The hosts file is read by us, once and again when it has changed, because c-ares reads the whole
 * of it for each name: with the long lists that some people keep there, every look-up would hold
 * the loop up.
 */
#ifndef IMGCRAWL_RESOLVER_LOCAL_H
#define IMGCRAWL_RESOLVER_LOCAL_H

#include <stdbool.h>

#include "crawler/fetch/resolver.h"

struct resolver_local;

/* A file that cannot be read is an empty one. */
struct resolver_local *resolver_local_new(const char *hosts_file);
struct resolver_local *resolver_local_free(struct resolver_local *local);
/* False: somebody else must be asked. The answer says by expires_ms how long it may be kept. */
bool resolver_local_find(struct resolver_local *local, const char *name, size_t bytes,
                         int64_t now_ms, struct resolved *ret_resolved);

#endif
