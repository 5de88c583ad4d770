/* File formats: what a job can be had as, in a file or through the API. One table; a further format
 * is a row in it and a route. Those that are rows of occurrences are drawn piece by piece by
 * storage/export.h and take profiles and filters; others are made whole by a function of their own.
 * Constant data; blocking functions, any thread.
 */
#ifndef IMGCRAWL_SERVER_FILE_FORMATS_H
#define IMGCRAWL_SERVER_FILE_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/export.h"

enum file_format_id { FILE_CSV, FILE_JSONL, FILE_PARQUET, FILE_SQLITE, FILE_FORMAT_COUNT };

struct file_format {
    const char *name; /* "csv"; also the ending of a file's name */
    const char *content_type;
    bool is_text;            /* may go to a terminal */
    bool has_rows;           /* drawn from storage/export.h as: */
    enum export_format rows; /* of those with rows */
    /* Of others: makes the file, which is there and empty, and tells how many occurrences it is
     * about. 0 or -errno; the caller removes what is left. */
    int (*write)(const char *job_path, const char *to, int64_t *ret_rows);
};

extern const struct file_format file_formats[FILE_FORMAT_COUNT];

const struct file_format *file_format_find(const char *name); /* NULL: there is none */
/* By the ending of a file's name; NULL: none. */
const struct file_format *file_format_of_path(const char *path);
/* "csv, jsonl, …" */
const char *file_format_names(void);

/* Writes the whole of it into a file that is there and empty. 0 or -errno. */
int file_format_write(const struct file_format *format, enum export_profile profile,
                      const char *job_path, const char *to, int64_t *ret_rows);
/* The rows of one that has them into a stream that is open. 0 or -errno. */
int file_format_copy(const struct file_format *format, enum export_profile profile,
                     const char *job_path, int fd, int64_t *ret_rows);
int export_profile_find(const char *name, enum export_profile *ret_profile); /* -EINVAL */

#endif
