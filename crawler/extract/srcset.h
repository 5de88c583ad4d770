/* The srcset attribute, by the HTML standard's "parse a srcset attribute" (section 4.8.4.3.10).
 * Not split at commas: URLs may contain them. */
#ifndef IMGCRAWL_EXTRACT_SRCSET_H
#define IMGCRAWL_EXTRACT_SRCSET_H

#include <stddef.h>
#include <stdint.h>

/* Slices of the attribute's value. Only candidates that the algorithm keeps are told. */
struct srcset_candidate {
    const char *url;
    size_t url_bytes;
    const char
        *descriptor; /* as written, "2x" or "480w" or "480w 100h"; 0 bytes where there is none */
    size_t descriptor_bytes;
    /* What the descriptor says; 0 where it does not say it. */
    uint32_t width, height;
    double density;
};

typedef void (*srcset_fn)(const struct srcset_candidate *candidate, void *arg);

/* Calls fn for each candidate in order; returns how many. */
size_t srcset_parse(const char *value, size_t bytes, srcset_fn fn, void *arg);

enum { SRCSET_DESCRIPTOR_MAX_BYTES = 64 };
/* The descriptor in one normal form, width before height and numbers without needless digits
 * ("1.0x" is "1x"); "" where it says nothing. Returns the bytes written before the NUL. */
size_t srcset_descriptor(const struct srcset_candidate *candidate,
                         char ret_text[SRCSET_DESCRIPTOR_MAX_BYTES]);

#endif
