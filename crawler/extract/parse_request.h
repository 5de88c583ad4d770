/* What the crawler asks of a parse process; stands beside its reader in parse_worker.c. */
#ifndef IMGCRAWL_EXTRACT_PARSE_REQUEST_H
#define IMGCRAWL_EXTRACT_PARSE_REQUEST_H

#include <stdint.h>

enum parse_kind {
    PARSE_HTML,        /* answered with a page record (record.h) */
    PARSE_ROBOTS,      /* answered with robots rules (robots_txt.h), NUL-ended */
    PARSE_SITEMAP,     /* answered with a sitemap record (sitemap_record.h) */
    PARSE_IMAGE,       /* answered with an image record (image_record.h) */
    PARSE_STYLE_SHEET, /* answered with a page record, flagged RECORD_STYLE_SHEET (record.h) */
    PARSE_KIND_COUNT
};

enum { PARSE_CONTENT_TYPE_MAX_BYTES = 256 };

enum parse_flags {
    PARSE_WHOLE_IMAGE = 1, /* the body is the whole file: its hashes are wanted too */
    PARSE_FLAGS_ALL = 1
};

struct parse_request {
    uint32_t kind;
    uint32_t base_bytes;  /* of the URL that follows this struct, without NUL: the page's own URL */
    uint64_t body_offset; /* in the shared body memory */
    uint64_t body_bytes;
    char content_type[PARSE_CONTENT_TYPE_MAX_BYTES]; /* header value, NUL-ended, "" where none */
    char default_charset[32]; /* for HTML and style sheets: a label, NUL-ended, "" where none */
    char agent[64];           /* for robots: our product token */
    uint32_t flags;           /* enum parse_flags */
    uint32_t reserved;        /* 0 */
};

#endif
