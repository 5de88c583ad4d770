/* Character encodings: finding the one a page is in (WHATWG HTML 13.2.3.2: BOM, transport, meta
 * prescan of 1,024 bytes, default) and turning it into UTF-8 through iconv.
 *
 * Encodings are known by the labels of the WHATWG Encoding Standard (section 4.2). Runs in a parse
 * process; iconv loads its converters from disk, so charset_preload() is called before the sandbox.
 */
#ifndef IMGCRAWL_EXTRACT_CHARSET_H
#define IMGCRAWL_EXTRACT_CHARSET_H

#include <stddef.h>

struct arena;

enum charset_source {
    CHARSET_BOM,
    CHARSET_TRANSPORT,
    CHARSET_META,
    CHARSET_SETTING, /* the caller's default, where nothing else tells */
    CHARSET_DEFAULT,
    CHARSET_SOURCE_COUNT
};
const char *charset_source_name(
    enum charset_source source); /* "bom" "transport" "meta" "setting" "default" */

/* The standard's name ("windows-1252", "UTF-8", "EUC-KR") for a label, or NULL. */
const char *charset_for_label(const char *label, size_t bytes);

/* content_type: the header's value or NULL. Always answers; the fallback is windows-1252 unless the
 * 4 KiB from the first byte beyond ASCII are valid UTF-8, then UTF-8. fallback: a name or label
 * that takes the place of windows-1252, or NULL. Names are constants. */
const char *charset_sniff(const unsigned char *data, size_t bytes, const char *content_type,
                          const char *fallback, enum charset_source *ret_source);

/* Opens every converter once and keeps it, so that none is loaded from disk later. */
void charset_preload(void);

/* UTF-8 text in the arena, BOM dropped, malformed bytes as U+FFFD. For UTF-8 input that is already
 * well-formed, and for ASCII, points into data (to "" where bytes is 0). NULL when the arena is
 * full. charset: a name or label, anything unknown counts as UTF-8. Not NUL-ended. One thread only.
 */
const char *charset_to_utf8(struct arena *arena, const char *charset_name,
                            const unsigned char *data, size_t bytes, size_t *ret_bytes);

#endif
