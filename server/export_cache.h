/* Export cache: files of exports of jobs that have ended, in DATA/exports, so that an interrupted
 * download goes on where it was and the next one costs nothing. What such an export holds depends
 * on when the job ended, the format and the version of this program alone (of one that is not made
 * of rows, on every byte of the job's file: indexes come later): their fingerprint is in the file's
 * name and is its ETag. The oldest by use are removed where all become too large.
 *
 * Plain functions on files, any thread; the directory is the only state.
 */
#ifndef IMGCRAWL_SERVER_EXPORT_CACHE_H
#define IMGCRAWL_SERVER_EXPORT_CACHE_H

#include <stdint.h>

#include "server/file_formats.h"

struct job_row;

struct export_cache {
    const char *data_dir; /* borrowed */
    int64_t max_bytes;    /* of all files; the newest is kept even if it is larger */
};

struct export_key {
    char name[80]; /* of its file */
    char etag[24]; /* with its quotes */
};

/* Of a job that has ended. 0 or -errno (-ENOENT). */
int export_key_make(const struct job_row *job, const char *job_path,
                    const struct file_format *format, enum export_profile profile,
                    struct export_key *ret_key);

/* Opens it for reading; -ENOENT: it is not there. */
int export_cache_open(const struct export_cache *cache, const struct export_key *key, int *ret_fd);
/* A new empty file for an export to be: its path, to be freed, and a descriptor to write to. */
int export_cache_begin(const struct export_cache *cache, char **ret_part, int *ret_fd);
/* Once it is whole: it is found under its key from now on, unless its job has been deleted
 * meanwhile. 0 or -errno. */
int export_cache_keep(const struct export_cache *cache, const struct export_key *key,
                      const char *part);
/* Removes what there is of a job. */
void export_cache_forget(const struct export_cache *cache, int64_t job_id);
/* At the start of the program: removes what the last one left unfinished. */
void export_cache_clean(const struct export_cache *cache);

#endif
