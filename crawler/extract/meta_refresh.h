/* The target of <meta http-equiv=refresh>, by HTML's "shared declarative refresh steps". */
#ifndef IMGCRAWL_EXTRACT_META_REFRESH_H
#define IMGCRAWL_EXTRACT_META_REFRESH_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the content names a target; a slice of it. A refresh of the page itself has none. */
bool meta_refresh_target(const char *content, const char **ret_target, size_t *ret_bytes);

#endif
