/* See data_dir.h. */
#include "crawler/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crawler/base/memory.h"

static int make_dir(const char *path, char *reason, size_t reason_bytes)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return 0;
    int error = errno;
    snprintf(reason, reason_bytes, "cannot make the directory %s: %s", path, strerror(error));
    return -error;
}

static int refuse_lock(int fd, const char *data_dir, int error, char *reason, size_t reason_bytes)
{
    char pid[16] = "";
    if (pread(fd, pid, sizeof pid - 1, 0) < 0)
        pid[0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    if (error == EWOULDBLOCK)
        snprintf(reason, reason_bytes, "it is in use by another imgcrawl (process %s)", pid);
    else
        snprintf(reason, reason_bytes, "cannot lock %s: %s", data_dir, strerror(error));
    close(fd);
    return -error;
}

static int lock_file(const char *data_dir, int *ret_fd, char *reason, size_t reason_bytes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/lock", data_dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        int error = errno;
        snprintf(reason, reason_bytes, "cannot open %s: %s", path, strerror(error));
        return -error;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return refuse_lock(fd, data_dir, errno, reason, reason_bytes);
    if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
        return refuse_lock(fd, data_dir, errno, reason, reason_bytes);
    *ret_fd = fd;
    return 0;
}

int data_dir_lock(const char *data_dir, int *ret_fd, char *reason, size_t reason_bytes)
{
    char jobs[PATH_MAX];
    snprintf(jobs, sizeof jobs, "%s/jobs", data_dir);
    int rc = make_dir(data_dir, reason, reason_bytes);
    if (rc == 0)
        rc = make_dir(jobs, reason, reason_bytes);
    if (rc == 0)
        rc = lock_file(data_dir, ret_fd, reason, reason_bytes);
    return rc;
}

char *data_dir_job_path(const char *data_dir, int64_t job_id)
{
    size_t bytes = strlen(data_dir) + 40;
    char *path = memory_new(bytes);
    snprintf(path, bytes, "%s/jobs/%lld.sqlite", data_dir, (long long)job_id);
    return path;
}
