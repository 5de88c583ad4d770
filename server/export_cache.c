/* See export_cache.h. */
#include "server/export_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>

#include "crawler/base/log.h"
#include "storage/catalog.h"

static const char part_start[] = "part-";

static char *path_of(const struct export_cache *cache, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/exports%s%s", cache->data_dir, *name ? "/" : "", name) < 0)
        abort();
    return path;
}

/* ---- keys ---- */

/* Which file it is; and where every byte counts, its size and time, too. */
static int describe(const char *path, bool every_byte, char *text, size_t bytes)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return -errno;
    if (!every_byte)
        status = (struct stat){.st_ino = status.st_ino};
    snprintf(text, bytes, "%" PRIu64 " %" PRId64 " %" PRId64 ".%09ld", (uint64_t)status.st_ino,
             (int64_t)status.st_size, (int64_t)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    return 0;
}

int export_key_make(const struct job_row *job, const char *job_path,
                    const struct file_format *format, enum export_profile profile,
                    struct export_key *ret_key)
{
    char file[128], text[320];
    int r = describe(job_path, !format->has_rows, file, sizeof file);
    if (r < 0)
        return r;
    int bytes = snprintf(text, sizeof text, "%s %s %s %" PRId64 " %" PRId64 " %" PRId64 " %s",
                         IMGCRAWL_VERSION, format->name, export_profile_name(profile),
                         job->created_ms, job->finished_ms, job->active_ms, file);
    uint64_t fingerprint = XXH3_64bits(text, (size_t)bytes);
    snprintf(ret_key->name, sizeof ret_key->name, "%" PRId64 "-%016" PRIx64 ".%s", job->id,
             fingerprint, format->name);
    snprintf(ret_key->etag, sizeof ret_key->etag, "\"%016" PRIx64 "\"", fingerprint);
    return 0;
}

/* ---- one file ---- */

int export_cache_open(const struct export_cache *cache, const struct export_key *key, int *ret_fd)
{
    char *path = path_of(cache, key->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r = fd < 0 ? -errno : 0;
    free(path);
    if (r < 0)
        return r;
    futimens(fd, NULL); /* used now; the oldest are removed first */
    *ret_fd = fd;
    return 0;
}

int export_cache_begin(const struct export_cache *cache, char **ret_part, int *ret_fd)
{
    char *dir = path_of(cache, ""), *part = path_of(cache, "part-XXXXXX");
    int r = mkdir(dir, 0755) < 0 && errno != EEXIST ? -errno : 0;
    int fd = r < 0 ? -1 : mkostemp(part, O_CLOEXEC);
    if (r == 0 && fd < 0)
        r = -errno;
    free(dir);
    if (r < 0) {
        free(part);
        return r;
    }
    *ret_part = part;
    *ret_fd = fd;
    return 0;
}

/* ---- all of them ---- */

struct cached {
    char *name;
    int64_t bytes;
    struct timespec used;
};

struct listing {
    struct cached *items;
    size_t count;
    int64_t bytes;
};

static void add_cached(struct listing *listing, const char *name, const struct stat *status)
{
    struct cached *items = realloc(listing->items, (listing->count + 1) * sizeof *listing->items);
    if (!items)
        abort();
    listing->items = items;
    items[listing->count++] =
        (struct cached){.name = strdup(name), .bytes = status->st_size, .used = status->st_mtim};
    listing->bytes += status->st_size;
}

static bool starts_with(const char *name, const char *start)
{
    return strncmp(name, start, strlen(start)) == 0;
}

typedef void (*cached_fn)(int dir_fd, const char *name, void *arg);

static void each_file(const struct export_cache *cache, cached_fn fn, void *arg)
{
    char *path = path_of(cache, "");
    DIR *dir = opendir(path);
    struct dirent *entry;
    free(path);
    while (dir && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            fn(dirfd(dir), entry->d_name, arg);
    if (dir)
        closedir(dir);
}

static void list_file(int dir_fd, const char *name, void *arg)
{
    struct stat status;
    if (!starts_with(name, part_start) && fstatat(dir_fd, name, &status, 0) == 0)
        add_cached(arg, name, &status);
}

static int by_use(const void *left, const void *right)
{
    const struct timespec *a = &((const struct cached *)left)->used,
                          *b = &((const struct cached *)right)->used;
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return a->tv_nsec < b->tv_nsec ? -1 : a->tv_nsec > b->tv_nsec;
}

static void remove_file(const struct export_cache *cache, const char *name)
{
    char *path = path_of(cache, name);
    unlink(path);
    free(path);
}

/* Who is reading one that is removed reads on. */
static void trim(const struct export_cache *cache, const char *newest)
{
    struct listing listing = {0};
    each_file(cache, list_file, &listing);
    if (listing.count > 1)
        qsort(listing.items, listing.count, sizeof *listing.items, by_use);
    for (size_t i = 0; i < listing.count; i++) {
        const struct cached *item = &listing.items[i];
        if (listing.bytes > cache->max_bytes && strcmp(item->name, newest) != 0) {
            remove_file(cache, item->name);
            listing.bytes -= item->bytes;
        }
        free(item->name);
    }
    free(listing.items);
}

/* Its name begins with the number of its job. */
static bool is_job_gone(const struct export_cache *cache, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/jobs/%.*s.sqlite", cache->data_dir, (int)strcspn(name, "-"), name) < 0)
        abort();
    bool is_gone = access(path, F_OK) < 0 && errno == ENOENT;
    free(path);
    return is_gone;
}

int export_cache_keep(const struct export_cache *cache, const struct export_key *key,
                      const char *part)
{
    char *path = path_of(cache, key->name);
    int r = rename(part, path) < 0 ? -errno : 0;
    free(path);
    if (r == 0)
        trim(cache, key->name);
    if (r == 0 && is_job_gone(cache, key->name)) /* deleted while this was made */
        remove_file(cache, key->name);
    return r;
}

static void remove_started(int dir_fd, const char *name, void *start)
{
    if (starts_with(name, start) && unlinkat(dir_fd, name, 0) < 0)
        log_warning("exports/%s: %s", name, strerror(errno));
}

void export_cache_forget(const struct export_cache *cache, int64_t job_id)
{
    char start[24];
    snprintf(start, sizeof start, "%" PRId64 "-", job_id);
    each_file(cache, remove_started, start);
}

void export_cache_clean(const struct export_cache *cache)
{
    char start[sizeof part_start];
    memcpy(start, part_start, sizeof start);
    each_file(cache, remove_started, start);
}
