/* Export: the occurrences of a job as CSV, JSON lines or Parquet, drawn piece by piece from one
 * consistent snapshot, so it can be streamed in mid-crawl without holding it in memory (Parquet
 * holds one row group). Any thread, one at a time. While an export is open the crawl goes on
 * unhindered, but its WAL cannot shrink. The same rows always give the same bytes.
 *
 * Two profiles: the inventory has every occurrence, with the columns of the view of that name in
 * job.sql; the data set has each image once that has an alternative text, a URL and no page that
 * reserves its use, as programs that download images for training take it. The columns are listed
 * in export_columns.c. CSV by RFC 4180 (CRLF, header line; absent values are empty, booleans 1 and
 * 0); JSONL: one object a line (absent: null); Parquet: typed, zstd.
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_H
#define IMGCRAWL_STORAGE_EXPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct export;
struct query_filter;

enum export_format { EXPORT_CSV, EXPORT_JSONL, EXPORT_PARQUET, EXPORT_FORMAT_COUNT };
enum export_profile { EXPORT_INVENTORY, EXPORT_DATASET, EXPORT_PROFILE_COUNT };

struct export_request {
    enum export_format format;
    enum export_profile profile;
    /* Of occurrences; NULL: all. Its texts are borrowed until the export is freed. The data set
     * leaves out what reserves its use unless the filter says something of consent. */
    const struct query_filter *filter;
};

const char *export_profile_name(enum export_profile profile); /* "inventory" "dataset" */

/* path: the job's file. -ENOENT; -EILSEQ: not a job's file. The snapshot is that of the opening. */
int export_open(const char *path, const struct export_request *request, struct export **ret_export);
/* Fills buffer with the next piece: its bytes, 0 at the end, -errno. */
ssize_t export_read(struct export *export, char *buffer, size_t bytes);
/* How many rows have been read so far. */
int64_t export_rows_done(const struct export *export);
struct export *export_free(struct export *export);

#endif
