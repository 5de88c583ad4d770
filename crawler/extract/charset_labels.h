/* The encodings of the WHATWG Encoding Standard: names, labels, and how each is converted here. */
#ifndef IMGCRAWL_EXTRACT_CHARSET_LABELS_H
#define IMGCRAWL_EXTRACT_CHARSET_LABELS_H

#include <stdbool.h>
#include <stddef.h>

enum charset {
    CHARSET_UTF_8,
    CHARSET_IBM866,
    CHARSET_ISO_8859_2,
    CHARSET_ISO_8859_3,
    CHARSET_ISO_8859_4,
    CHARSET_ISO_8859_5,
    CHARSET_ISO_8859_6,
    CHARSET_ISO_8859_7,
    CHARSET_ISO_8859_8,
    CHARSET_ISO_8859_8_I,
    CHARSET_ISO_8859_10,
    CHARSET_ISO_8859_13,
    CHARSET_ISO_8859_14,
    CHARSET_ISO_8859_15,
    CHARSET_ISO_8859_16,
    CHARSET_KOI8_R,
    CHARSET_KOI8_U,
    CHARSET_MACINTOSH,
    CHARSET_WINDOWS_874,
    CHARSET_WINDOWS_1250,
    CHARSET_WINDOWS_1251,
    CHARSET_WINDOWS_1252,
    CHARSET_WINDOWS_1253,
    CHARSET_WINDOWS_1254,
    CHARSET_WINDOWS_1255,
    CHARSET_WINDOWS_1256,
    CHARSET_WINDOWS_1257,
    CHARSET_WINDOWS_1258,
    CHARSET_X_MAC_CYRILLIC,
    CHARSET_GBK,
    CHARSET_GB18030,
    CHARSET_BIG5,
    CHARSET_EUC_JP,
    CHARSET_ISO_2022_JP,
    CHARSET_SHIFT_JIS,
    CHARSET_EUC_KR,
    CHARSET_REPLACEMENT,
    CHARSET_UTF_16BE,
    CHARSET_UTF_16LE,
    CHARSET_X_USER_DEFINED,
    CHARSET_COUNT
};

enum charset_form {
    CHARSET_SINGLE_BYTE, /* ASCII in the lower half */
    CHARSET_MULTI_BYTE,  /* bytes below 0x80 that begin a character are ASCII */
    CHARSET_ESCAPED,     /* bytes below 0x80 may be anything (ISO-2022-JP) */
    CHARSET_TWO_BYTES    /* UTF-16 */
};

struct charset_info {
    const char *name;  /* the standard's */
    const char *iconv; /* glibc's name for it, or the nearest; NULL: converted by own code */
    enum charset_form form;
};
extern const struct charset_info charset_infos[CHARSET_COUNT];

/* By label, whatever its case and surrounding white space; CHARSET_COUNT where it is none. */
enum charset charset_find(const char *label, size_t bytes);

#endif
