/* Bytes that wait to be read or written: of an export's pieces, of a Parquet column's pages. A
 * plain struct, all zero is an empty one; one owner, any thread. Room is made once for many
 * additions. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_BUFFER_H
#define IMGCRAWL_STORAGE_EXPORT_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct export_buffer {
    char *data;
    size_t bytes, capacity;
};

/* Room for so many bytes more; -ENOMEM. */
int export_buffer_reserve(struct export_buffer *buffer, size_t bytes);
/* Into room that is there. */
void export_buffer_add(struct export_buffer *buffer, const char *data, size_t bytes);
void export_buffer_add_number(struct export_buffer *buffer, int64_t number);
enum { EXPORT_NUMBER_BYTES = 20 }; /* the longest of these */
/* Makes room first. 0 or -ENOMEM. */
int export_buffer_append(struct export_buffer *buffer, const void *data, size_t bytes);
void export_buffer_done(struct export_buffer *buffer);

#endif
