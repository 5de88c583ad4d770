/* See export_file.h. */
#include "server/export_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static int write_stream(const char *job_path, const struct file_format *format,
                        enum export_profile profile, int64_t *ret_rows)
{
    if (!format->has_rows)
        return -ESPIPE;
    return file_format_copy(format, profile, job_path, STDOUT_FILENO, ret_rows);
}

/* Empty, as formats want it, whatever an earlier run that was killed has left. */
static int make_part(const char *part)
{
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    return close(fd) < 0 ? -errno : 0;
}

static int write_file(const char *job_path, const struct file_format *format,
                      enum export_profile profile, const char *path, int64_t *ret_rows)
{
    char *part = part_path(path);
    int r = make_part(part);
    if (r == 0) {
        r = file_format_write(format, profile, job_path, part, ret_rows);
        if (r == 0 && rename(part, path) < 0)
            r = -errno;
        if (r < 0)
            unlink(part);
    }
    free(part);
    return r;
}

/* What a person can do about a job's file or a disk. */
static const char *write_remedy(int r)
{
    switch (-r) {
    case ESPIPE:
        return "this format needs a file: name one with --out FILE";
    case EILSEQ:
        return "it is no job's file, or one of a newer imgcrawl";
    case EUCLEAN:
        return "the job's file is damaged: sqlite3 FILE .recover saves what can be read";
    case ENOSPC:
    case EDQUOT:
        return "make room on that disk, or name a file elsewhere with --out FILE";
    case EBUSY:
        return "another program holds the job's file: try again in a moment";
    default:
        return remedy(r);
    }
}

int export_file_write(const char *job_path, const struct file_format *format,
                      enum export_profile profile, const char *path, int64_t *ret_rows)
{
    bool is_stream = strcmp(path, "-") == 0;
    int r = is_stream ? write_stream(job_path, format, profile, ret_rows)
                      : write_file(job_path, format, profile, path, ret_rows);
    if (r < 0)
        fprintf(stderr, "imgcrawl: cannot write %s: %s; %s\n",
                is_stream ? "to standard output" : path, strerror(-r), write_remedy(r));
    return r;
}
