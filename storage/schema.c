/* Finds an embedded schema file by its path. Immutable data, any thread. */
#include "storage/schema.h"

#include <string.h>

const char *schema_text(const char *path)
{
    for (const struct embedded_file *file = embedded_schema; file->path; file++)
        if (strcmp(file->path, path) == 0)
            return (const char *)file->data;
    return NULL;
}
