/* Percent-encoding by the WHATWG URL Standard (section 1.3), and the bounded writer that the URL
 * parser serialises into. */
#ifndef IMGCRAWL_EXTRACT_URL_ENCODE_H
#define IMGCRAWL_EXTRACT_URL_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a byte is, as bits of url_byte_class[]. The first four are percent-encode sets. */
enum url_byte {
    URL_ENCODE_FRAGMENT = 1,
    URL_ENCODE_QUERY = 2, /* the special-query set: with the apostrophe */
    URL_ENCODE_PATH = 4,
    URL_ENCODE_USERINFO = 8,
    URL_FORBIDDEN_IN_DOMAIN = 16, /* forbidden domain code points */
    URL_ENDS_SEGMENT = 32,        /* / \ ? # */
    URL_DROPPED = 64,             /* tab, LF, CR: removed wherever they stand */
    URL_SCHEME = 128              /* may stand in a scheme after its first letter */
};
extern const uint8_t url_byte_class[256];

/* Text that grows up to capacity; what would not fit sets full and is dropped. Caller-owned. */
struct url_writer {
    char *data;
    size_t bytes;
    size_t capacity;
    bool full;
};

void url_write(struct url_writer *out, const char *text, size_t bytes);
void url_write_char(struct url_writer *out, char c);
/* One byte as %XX. */
void url_write_percent(struct url_writer *out, unsigned char byte);
/* UTF-8 percent-encoded by one of the sets; each malformed part becomes U+FFFD. */
void url_write_encoded(struct url_writer *out, const char *text, size_t bytes, enum url_byte set);

/* The value of a hexadecimal digit, or -1. */
int url_hex_value(char c);
/* Decodes %XX; other bytes stand for themselves. ret_text has room for bytes; returns the result's.
 */
size_t url_percent_decode(const char *text, size_t bytes, char *ret_text);

#endif
