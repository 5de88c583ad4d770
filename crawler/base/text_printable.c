/* See text_printable.h. */
#include "crawler/base/text_printable.h"

#include <string.h>

#include "crawler/base/memory.h"

char *text_printable(const char *text)
{
    char *copy = memory_strndup(text, strlen(text));
    for (unsigned char *c = (unsigned char *)copy; *c; c++) {
        if (*c < 0x20 || *c > 0x7e)
            *c = '?';
    }
    return copy;
}
