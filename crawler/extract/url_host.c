/* Hosts of URLs: plain ASCII domains are only lower-cased; what has percent signs or
 * bytes past ASCII takes the slow way through percent-decoding and IDNA. Pure functions. */
#include "crawler/extract/url_host.h"

#include <string.h>

#include "crawler/extract/url.h"
#include "crawler/extract/url_idna.h"
#include "crawler/extract/url_ip.h"
#include "crawler/extract/utf8.h"

static bool write_ipv6(struct url_writer *out, const char *text, size_t bytes)
{
    char address[URL_IPV6_MAX_BYTES + 1];
    if (bytes < 2 || text[bytes - 1] != ']')
        return false;
    size_t length = url_ipv6_canonical(text + 1, bytes - 2, address);
    url_write(out, address, length);
    return length > 0;
}

static bool has_no_forbidden(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (url_byte_class[(unsigned char)text[i]] & URL_FORBIDDEN_IN_DOMAIN)
            return false;
    return true;
}

static void write_lower(struct url_writer *out, const char *text, size_t bytes)
{
    size_t start = out->bytes;
    url_write(out, text, bytes);
    for (size_t i = start; i < out->bytes; i++)
        if (out->data[i] >= 'A' && out->data[i] <= 'Z')
            out->data[i] = (char)(out->data[i] | 0x20);
}

/* domain: ASCII. */
static bool write_ascii_domain(struct url_writer *out, const char *domain, size_t bytes,
                               bool *ret_is_ip)
{
    if (bytes == 0 || !has_no_forbidden(domain, bytes))
        return false;
    *ret_is_ip = url_ends_in_number(domain, bytes);
    if (!*ret_is_ip) {
        write_lower(out, domain, bytes);
        return true;
    }
    char address[URL_IPV4_MAX_BYTES + 1];
    size_t length = url_ipv4_canonical(domain, bytes, address);
    url_write(out, address, length);
    return length > 0;
}

static bool write_decoded_domain(struct url_writer *out, const char *text, size_t bytes,
                                 bool *ret_is_ip)
{
    char decoded[URL_MAX_BYTES];
    if (bytes > sizeof decoded)
        return false;
    size_t length = url_percent_decode(text, bytes, decoded);
    if (utf8_ascii_prefix(decoded, length) == length)
        return write_ascii_domain(out, decoded, length, ret_is_ip);
    if (memchr(decoded, '\0', length) || utf8_valid_prefix(decoded, length) < length)
        return false;
    char ascii[URL_MAX_BYTES];
    size_t ascii_length = url_idna_to_ascii(decoded, length, ascii, sizeof ascii);
    return write_ascii_domain(out, ascii, ascii_length, ret_is_ip);
}

bool url_write_host(struct url_writer *out, const char *text, size_t bytes, bool *ret_is_ip)
{
    if (bytes && text[0] == '[') {
        *ret_is_ip = true;
        return write_ipv6(out, text, bytes);
    }
    if (utf8_ascii_prefix(text, bytes) == bytes && !memchr(text, '%', bytes))
        return write_ascii_domain(out, text, bytes, ret_is_ip);
    return write_decoded_domain(out, text, bytes, ret_is_ip);
}
