/* See export_buffer.h. */
#include "storage/export_buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int export_buffer_reserve(struct export_buffer *buffer, size_t bytes)
{
    if (bytes > SIZE_MAX / 4 - buffer->bytes)
        return -ENOMEM;
    if (buffer->bytes + bytes <= buffer->capacity)
        return 0;
    size_t capacity = 2 * (buffer->bytes + bytes);
    char *data = realloc(buffer->data, capacity);
    if (!data)
        return -ENOMEM;
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

void export_buffer_add(struct export_buffer *buffer, const char *data, size_t bytes)
{
    if (bytes == 0)
        return;
    assert(bytes <= buffer->capacity - buffer->bytes);
    memcpy(buffer->data + buffer->bytes, data, bytes);
    buffer->bytes += bytes;
}

void export_buffer_add_number(struct export_buffer *buffer, int64_t number)
{
    char digits[EXPORT_NUMBER_BYTES];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        digits[--at] = '-';
    export_buffer_add(buffer, digits + at, sizeof(digits) - at);
}

int export_buffer_append(struct export_buffer *buffer, const void *data, size_t bytes)
{
    int r = export_buffer_reserve(buffer, bytes);
    if (r == 0)
        export_buffer_add(buffer, data, bytes);
    return r;
}

void export_buffer_done(struct export_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct export_buffer){0};
}
