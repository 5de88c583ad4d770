/* Path rules: what the shape of one URL's path says without anything else known. Pure functions. */
#ifndef IMGCRAWL_PATH_RULES_H
#define IMGCRAWL_PATH_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/extract/url.h"

/* "/a/b" and "/a/b/" have two segments. */
size_t path_segments(struct url_slice path);
/* How often the commonest segment comes again: 0 where all differ. *ret_segment (may be NULL): it.
 */
size_t path_repeats(struct url_slice path, struct url_slice *ret_segment);
/* The next segment of a path, from *at on; false at its end. Begin with *at 0. */
bool path_next_segment(struct url_slice path, size_t *at, struct url_slice *ret_segment);

#endif
