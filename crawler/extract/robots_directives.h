/* Robots directives: what a page's meta robots and X-Robots-Tag ask of those who read it. Pure
 * functions, any thread.
 *
 * Names are compared in any ASCII case. What limits a reader in another way (unavailable_after,
 * max-snippet, noarchive …) does not concern us and is passed over.
 */
#ifndef IMGCRAWL_EXTRACT_ROBOTS_DIRECTIVES_H
#define IMGCRAWL_EXTRACT_ROBOTS_DIRECTIVES_H

#include <stddef.h>
#include <stdint.h>

/* The numbers are those of pages.directives. */
enum robots_directive {
    DIRECTIVE_NOINDEX = 1,
    DIRECTIVE_NOFOLLOW = 2,
    DIRECTIVE_NOIMAGEINDEX = 4,
    DIRECTIVE_NOAI = 8,
    DIRECTIVE_NOIMAGEAI = 16,
    DIRECTIVE_TDM_RESERVED = 32, /* text and data mining is reserved (TDMRep) */
    DIRECTIVES_ALL = 63
};

/* "noindex" … "tdm_reserved", of one directive. */
const char *robots_directive_name(uint32_t directive);

/* The content of a meta robots: directives between commas or white space. */
uint32_t robots_directives_of_meta(const char *content, size_t bytes);

/* X-Robots-Tag, one field after another, each on a line of its own: directives between commas.
 * "name:" before a directive means that it and those after it on the line are for that agent only;
 * agent is our product token, "*" and "robots" mean everyone. */
uint32_t robots_directives_of_header(const char *lines, size_t bytes, const char *agent);

/* The value of tdm-reservation: DIRECTIVE_TDM_RESERVED for "1", else 0. */
uint32_t robots_directives_of_tdm(const char *value, size_t bytes);

#endif
