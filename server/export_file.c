/* See export_file.h. */
#include "server/export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

int export_file_format(const char *path, enum export_format *ret_format)
{
    if (strcmp(path, "-") == 0) {
        *ret_format = EXPORT_JSONL;
        return 0;
    }
    const char *dot = strrchr(path, '.');
    return dot == NULL ? -EINVAL : export_format_parse(dot + 1, ret_format);
}

static char *part_path(const char *path)
{
    char *part = NULL;
    if (asprintf(&part, "%s.part", path) < 0)
        abort();
    return part;
}

/* A directory of that name would refuse the renaming in the end. */
static int try_part(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return -EISDIR;
    char *part = part_path(path);
    int fd = open(part, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    int r = fd < 0 ? -errno : 0;
    if (fd >= 0) {
        close(fd);
        unlink(part);
    }
    free(part);
    return r;
}

static const char *remedy(int r)
{
    switch (-r) {
    case ENOENT:
        return "make that directory, or name another file with --out FILE";
    case EACCES:
    case EPERM:
    case EROFS:
        return "make the directory writable for this user, or name another file with --out FILE";
    default:
        return "name another file with --out FILE";
    }
}

int export_file_check(const char *path)
{
    int r = strcmp(path, "-") == 0 ? 0 : try_part(path);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot write %s: %s; %s\n", path, strerror(-r), remedy(r));
    return r;
}

static int copy_all(struct export *export, FILE *out)
{
    static char piece[PIECE_BYTES];
    ssize_t bytes;
    while ((bytes = export_read(export, piece, sizeof piece)) > 0) {
        if (fwrite(piece, 1, (size_t)bytes, out) != (size_t)bytes)
            return errno > 0 ? -errno : -EIO;
    }
    return bytes < 0 ? (int)bytes : 0;
}

static int write_stream(const char *job_path, enum export_format format, FILE *out)
{
    struct export *export = NULL;
    int r = export_open(job_path, format, &export);
    if (r < 0)
        return r;
    r = copy_all(export, out);
    export_free(export);
    return r;
}

static int write_part(const char *job_path, enum export_format format, const char *part)
{
    FILE *out = fopen(part, "we");
    if (out == NULL)
        return -errno;
    int r = write_stream(job_path, format, out);
    if (fclose(out) != 0 && r == 0)
        r = -errno;
    if (r < 0)
        remove(part);
    return r;
}

static int write_file(const char *job_path, enum export_format format, const char *path)
{
    char *part = part_path(path);
    int r = write_part(job_path, format, part);
    if (r == 0 && rename(part, path) < 0)
        r = -errno;
    free(part);
    return r;
}

int export_file_write(const char *job_path, enum export_format format, const char *path)
{
    int r;
    if (strcmp(path, "-") == 0) {
        r = write_stream(job_path, format, stdout);
        if (fflush(stdout) != 0 && r == 0)
            r = -errno;
    } else {
        r = write_file(job_path, format, path);
    }
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot write %s: %s\n", path, strerror(-r));
    return r;
}
