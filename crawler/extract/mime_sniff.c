/* See mime_sniff.h. */
#include "crawler/extract/mime_sniff.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { HEADER_BYTES = 1445, XML_PROLOGUE_BYTES = 4096 }; /* the first: of the standard, §5.2 */

static const char *const names[] = {
    [MIME_HTML] = "text/html",
    [MIME_PNG] = "image/png",
    [MIME_JPEG] = "image/jpeg",
    [MIME_GIF] = "image/gif",
    [MIME_WEBP] = "image/webp",
    [MIME_AVIF] = "image/avif",
    [MIME_HEIF] = "image/heif",
    [MIME_BMP] = "image/bmp",
    [MIME_ICON] = "image/x-icon",
    [MIME_TIFF] = "image/tiff",
    [MIME_JXL] = "image/jxl",
    [MIME_PDF] = "application/pdf",
    [MIME_POSTSCRIPT] = "application/postscript",
    [MIME_ZIP] = "application/zip",
    [MIME_GZIP] = "application/gzip",
    [MIME_RAR] = "application/vnd.rar",
    [MIME_7Z] = "application/x-7z-compressed",
    [MIME_MP4] = "video/mp4",
    [MIME_WEBM] = "video/webm",
    [MIME_AVI] = "video/avi",
    [MIME_MPEG] = "audio/mpeg",
    [MIME_WAVE] = "audio/wave",
    [MIME_AIFF] = "audio/aiff",
    [MIME_OGG] = "application/ogg",
    [MIME_FLAC] = "audio/flac",
    [MIME_MIDI] = "audio/midi",
    [MIME_TTF] = "font/ttf",
    [MIME_OTF] = "font/otf",
    [MIME_COLLECTION] = "font/collection",
    [MIME_WOFF] = "font/woff",
    [MIME_WOFF2] = "font/woff2",
    [MIME_EOT] = "application/vnd.ms-fontobject",
    [MIME_XML] = "text/xml",
    [MIME_BINARY] = "application/octet-stream",
};
static_assert(sizeof names / sizeof *names == MIME_TYPE_COUNT, "each type has its name");

const char *mime_type_name(enum mime_type type)
{
    return names[type];
}

struct pattern {
    enum mime_type type;
    size_t offset;
    const char *bytes;
    size_t count;
    /* A second piece, where the first could begin a text. */
    size_t more_offset;
    const char *more;
    size_t more_count;
};
#define PIECE(literal) literal, sizeof(literal) - 1

static const struct pattern patterns[] = {
    {MIME_PNG, 0, PIECE("\x89PNG\r\n\x1a\n"), 0, PIECE("")},
    {MIME_JPEG, 0, PIECE("\xff\xd8\xff"), 0, PIECE("")},
    {MIME_GIF, 0, PIECE("GIF87a"), 0, PIECE("")},
    {MIME_GIF, 0, PIECE("GIF89a"), 0, PIECE("")},
    {MIME_WEBP, 0, PIECE("RIFF"), 8, PIECE("WEBPVP")},
    {MIME_BMP, 0, PIECE("BM"), 6, PIECE("\0\0\0\0")},
    {MIME_ICON, 0, PIECE("\0\0\1\0"), 0, PIECE("")},
    {MIME_ICON, 0, PIECE("\0\0\2\0"), 0, PIECE("")},
    {MIME_TIFF, 0, PIECE("II*\0"), 0, PIECE("")},
    {MIME_TIFF, 0, PIECE("MM\0*"), 0, PIECE("")},
    {MIME_JXL, 0, PIECE("\xff\x0a"), 0, PIECE("")},
    {MIME_JXL, 0, PIECE("\0\0\0\x0cJXL \r\n\x87\n"), 0, PIECE("")},
    {MIME_PDF, 0, PIECE("%PDF-"), 0, PIECE("")},
    {MIME_POSTSCRIPT, 0, PIECE("%!PS-Adobe-"), 0, PIECE("")},
    {MIME_ZIP, 0, PIECE("PK\x03\x04"), 0, PIECE("")},
    {MIME_GZIP, 0, PIECE("\x1f\x8b\x08"), 0, PIECE("")},
    {MIME_RAR, 0, PIECE("Rar!\x1a\x07"), 0, PIECE("")},
    {MIME_7Z, 0, PIECE("7z\xbc\xaf\x27\x1c"), 0, PIECE("")},
    {MIME_WEBM, 0, PIECE("\x1a\x45\xdf\xa3"), 0, PIECE("")},
    {MIME_AVI, 0, PIECE("RIFF"), 8, PIECE("AVI ")},
    {MIME_WAVE, 0, PIECE("RIFF"), 8, PIECE("WAVE")},
    {MIME_AIFF, 0, PIECE("FORM"), 8, PIECE("AIFF")},
    {MIME_MPEG, 0, PIECE("ID3\2"), 0, PIECE("")},
    {MIME_MPEG, 0, PIECE("ID3\3"), 0, PIECE("")},
    {MIME_MPEG, 0, PIECE("ID3\4"), 0, PIECE("")},
    {MIME_MPEG, 0, PIECE("\xff\xfb"), 0, PIECE("")},
    {MIME_OGG, 0, PIECE("OggS\0"), 0, PIECE("")},
    {MIME_FLAC, 0, PIECE("fLaC\0"), 0, PIECE("")},
    {MIME_MIDI, 0, PIECE("MThd\0\0\0\6"), 0, PIECE("")},
    {MIME_TTF, 0, PIECE("\0\1\0\0"), 0, PIECE("")},
    {MIME_OTF, 0, PIECE("OTTO\0"), 0, PIECE("")},
    {MIME_COLLECTION, 0, PIECE("ttcf\0"), 0, PIECE("")},
    {MIME_WOFF, 0, PIECE("wOFF\0\1\0\0"), 0, PIECE("")},
    {MIME_WOFF, 0, PIECE("wOFFOTTO"), 0, PIECE("")},
    {MIME_WOFF2, 0, PIECE("wOF2\0\1\0\0"), 0, PIECE("")},
    {MIME_WOFF2, 0, PIECE("wOF2OTTO"), 0, PIECE("")},
    {MIME_EOT, 8, PIECE("\1\0\2\0"), 34, PIECE("LP")},
    {MIME_EOT, 8, PIECE("\2\0\2\0"), 34, PIECE("LP")},
};

static bool has(const unsigned char *data, size_t bytes, size_t offset, const char *piece,
                size_t count)
{
    return bytes >= offset + count && memcmp(data + offset, piece, count) == 0;
}

static bool matches(const struct pattern *pattern, const unsigned char *data, size_t bytes)
{
    return has(data, bytes, pattern->offset, pattern->bytes, pattern->count) &&
           has(data, bytes, pattern->more_offset, pattern->more, pattern->more_count);
}

/* ISO media files: a box whose name is ftyp, then the brand. Its size is a multiple of 4 and small,
 * so that its first byte is 0 (§6.2.1). */
static enum mime_type of_brand(const unsigned char *data, size_t bytes)
{
    if (bytes < 12 || data[0] != 0 || !has(data, bytes, 4, "ftyp", 4))
        return MIME_HTML;
    if (has(data, bytes, 8, "avif", 4) || has(data, bytes, 8, "avis", 4))
        return MIME_AVIF;
    if (has(data, bytes, 8, "hei", 3) || has(data, bytes, 8, "mif1", 4))
        return MIME_HEIF;
    return MIME_MP4;
}

static enum mime_type of_pattern(const unsigned char *data, size_t bytes)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (matches(&patterns[i], data, bytes))
            return patterns[i].type;
    return of_brand(data, bytes);
}

/* --- bodies without a declared type (§7.1) --- */

static bool has_byte_order_mark(const unsigned char *data, size_t bytes)
{
    return has(data, bytes, 0, "\xfe\xff", 2) || has(data, bytes, 0, "\xff\xfe", 2) ||
           has(data, bytes, 0, "\xef\xbb\xbf", 3);
}

/* §3: a binary data byte. */
static bool is_binary(unsigned char byte)
{
    return byte <= 0x08 || byte == 0x0b || (byte >= 0x0e && byte <= 0x1a) ||
           (byte >= 0x1c && byte <= 0x1f);
}

/* UTF-16 that begins with a tag is text too, though the standard does not say so. */
static bool is_text(const unsigned char *data, size_t bytes)
{
    size_t window = bytes < HEADER_BYTES ? bytes : HEADER_BYTES;
    if (has_byte_order_mark(data, bytes) || has(data, bytes, 0, "<\0", 2) ||
        has(data, bytes, 0, "\0<", 2))
        return true;
    for (size_t i = 0; i < window; i++)
        if (is_binary(data[i]))
            return false;
    return true;
}

static bool is_xml_without_html(const unsigned char *data, size_t bytes)
{
    const char *text = (const char *)data;
    size_t at = has(data, bytes, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (at < bytes && strchr(" \t\r\n", text[at]) && text[at])
        at++;
    if (!has(data, bytes, at, "<?xml", 5))
        return false;
    size_t end = bytes - at < XML_PROLOGUE_BYTES ? bytes : at + XML_PROLOGUE_BYTES;
    for (; at + 5 <= end; at++)
        if (text[at] == '<' && strncasecmp(text + at + 1, "html", 4) == 0)
            return false;
    return true;
}

enum mime_type mime_sniff(const unsigned char *data, size_t bytes, bool is_declared)
{
    enum mime_type type = bytes ? of_pattern(data, bytes) : MIME_HTML;
    if (type != MIME_HTML || is_declared || !bytes)
        return type;
    if (!is_text(data, bytes))
        return MIME_BINARY;
    return is_xml_without_html(data, bytes) ? MIME_XML : MIME_HTML;
}
