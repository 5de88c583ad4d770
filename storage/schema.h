/* The schema files of this folder, carried inside the binary (configs/embed.sh). */
#ifndef IMGCRAWL_STORAGE_SCHEMA_H
#define IMGCRAWL_STORAGE_SCHEMA_H

#include <stddef.h>

struct embedded_file {
    const char *path;          /* NULL in the row that ends the table */
    const unsigned char *data; /* followed by a NUL byte that `size` does not count */
    size_t size;
};
extern const struct embedded_file embedded_schema[];

/* The text of "storage/job.sql" and its like; NULL where nothing of that name was embedded. */
const char *schema_text(const char *path);

#endif
