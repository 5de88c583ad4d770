/* See file_formats.h. */
#include "server/file_formats.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "storage/snapshot.h"

enum { PIECE_BYTES = 64 * 1024 };

const struct file_format file_formats[] = {
    [FILE_CSV] = {.name = "csv",
                  .content_type = "text/csv; charset=utf-8",
                  .is_text = true,
                  .has_rows = true,
                  .rows = EXPORT_CSV},
    [FILE_JSONL] = {.name = "jsonl",
                    .content_type = "application/jsonl",
                    .is_text = true,
                    .has_rows = true,
                    .rows = EXPORT_JSONL},
    [FILE_PARQUET] = {.name = "parquet",
                      .content_type = "application/vnd.apache.parquet",
                      .has_rows = true,
                      .rows = EXPORT_PARQUET},
    [FILE_SQLITE] = {.name = "sqlite",
                     .content_type = "application/vnd.sqlite3",
                     .write = snapshot_write},
};

const struct file_format *file_format_find(const char *name)
{
    for (size_t i = 0; i < FILE_FORMAT_COUNT; i++)
        if (strcmp(file_formats[i].name, name) == 0)
            return &file_formats[i];
    return NULL;
}

const struct file_format *file_format_of_path(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? file_format_find(dot + 1) : NULL;
}

const char *file_format_names(void)
{
    return "csv, jsonl, parquet or sqlite";
}

int export_profile_find(const char *name, enum export_profile *ret_profile)
{
    for (int profile = 0; profile < EXPORT_PROFILE_COUNT; profile++) {
        if (strcmp(export_profile_name((enum export_profile)profile), name) == 0) {
            *ret_profile = (enum export_profile)profile;
            return 0;
        }
    }
    return -EINVAL;
}

static int write_all(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(fd, data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        data += written;
        bytes -= (size_t)written;
    }
    return 0;
}

static int copy_all(struct export *export, int fd)
{
    char piece[PIECE_BYTES];
    ssize_t bytes;
    int r = 0;
    while (r == 0 && (bytes = export_read(export, piece, sizeof piece)) != 0)
        r = bytes < 0 ? (int)bytes : write_all(fd, piece, (size_t)bytes);
    return r;
}

int file_format_copy(const struct file_format *format, enum export_profile profile,
                     const char *job_path, int fd, int64_t *ret_rows)
{
    const struct export_request request = {.format = format->rows, .profile = profile};
    struct export *export = NULL;
    int r = export_open(job_path, &request, &export);
    if (r < 0)
        return r;
    r = copy_all(export, fd);
    *ret_rows = export_rows_done(export);
    export_free(export);
    return r;
}

int file_format_write(const struct file_format *format, enum export_profile profile,
                      const char *job_path, const char *to, int64_t *ret_rows)
{
    if (!format->has_rows)
        return format->write(job_path, to, ret_rows);
    int fd = open(to, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = file_format_copy(format, profile, job_path, fd, ret_rows);
    if (close(fd) < 0 && r == 0)
        r = -errno;
    return r;
}
