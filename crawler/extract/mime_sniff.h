/* What a body is by its bytes, where that is not the HTML that it was declared to be. Pure
 * functions; run in a parse process.
 *
 * The patterns are those of the WHATWG MIME Sniffing standard (§6 and §7.1), with a few formats
 * more, and those of two or three printable bytes asked for more than these, since here a text may
 * begin like that. Where a server declares HTML the standard believes it; we do not, because an
 * image read as HTML gives nonsense.
 */
#ifndef IMGCRAWL_EXTRACT_MIME_SNIFF_H
#define IMGCRAWL_EXTRACT_MIME_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

enum mime_type {
    MIME_HTML, /* or nothing that is known */
    MIME_PNG,
    MIME_JPEG,
    MIME_GIF,
    MIME_WEBP,
    MIME_AVIF,
    MIME_HEIF,
    MIME_BMP,
    MIME_ICON,
    MIME_TIFF,
    MIME_JXL,
    MIME_PDF,
    MIME_POSTSCRIPT,
    MIME_ZIP,
    MIME_GZIP,
    MIME_RAR,
    MIME_7Z,
    MIME_MP4,
    MIME_WEBM,
    MIME_AVI,
    MIME_MPEG,
    MIME_WAVE,
    MIME_AIFF,
    MIME_OGG,
    MIME_FLAC,
    MIME_MIDI,
    MIME_TTF,
    MIME_OTF,
    MIME_COLLECTION,
    MIME_WOFF,
    MIME_WOFF2,
    MIME_EOT,
    MIME_XML,    /* only of a body without a declared type: XML that is no XHTML */
    MIME_BINARY, /* likewise: no text */
    MIME_TYPE_COUNT
};
/* "image/png" */
const char *mime_type_name(enum mime_type type);

/* is_declared: some Content-Type says HTML. Without one a body is HTML when it is text, by the
 * standard text/html or text/plain, and XML when it begins so and has no <html>. */
enum mime_type mime_sniff(const unsigned char *data, size_t bytes, bool is_declared);

#endif
