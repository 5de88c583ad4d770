/* See memory.h. */
#include "crawler/base/memory.h"

#include <stdlib.h>
#include <string.h>

void *memory_new(size_t bytes)
{
    void *block = calloc(1, bytes);
    if (!block)
        abort();
    return block;
}

void *memory_resize(void *take_block, size_t bytes)
{
    void *block = realloc(take_block, bytes);
    if (!block)
        abort();
    return block;
}

char *memory_strndup(const char *text, size_t bytes)
{
    char *copy = memory_new(bytes + 1);
    memcpy(copy, text, bytes);
    return copy;
}
