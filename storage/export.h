/* Export: every occurrence of a job as text, drawn piece by piece from one consistent snapshot, so
 * it can be streamed in mid-crawl without holding it in memory. Any thread, one at a time. While an
 * export is open the crawl goes on unhindered, but its WAL cannot shrink.
 *
 * Columns: page_url, url, source, position, alt, alt_state, title, width, height, loading, then
 * what the page asks of those who read it: noindex, noimageindex, noai, noimageai, tdm_reserved (in
 * JSON true or false, in CSV 1 or 0), tdm_policy. CSV by RFC 4180 (CRLF, header line; absent values
 * are empty); JSONL: one object a line (absent: null).
 */
#ifndef IMGCRAWL_STORAGE_EXPORT_H
#define IMGCRAWL_STORAGE_EXPORT_H

#include <stddef.h>
#include <sys/types.h>

struct export;

enum export_format { EXPORT_CSV, EXPORT_JSONL, EXPORT_FORMAT_COUNT };
const char *export_format_name(enum export_format format); /* "csv" "jsonl" */
const char *export_format_content_type(enum export_format format);
int export_format_parse(const char *name, enum export_format *ret_format);

/* path: the job's file. The snapshot is that of the first read. */
int export_open(const char *path, enum export_format format, struct export **ret_export);
/* Fills buffer with the next piece: its bytes, 0 at the end, -errno. */
ssize_t export_read(struct export *export, char *buffer, size_t bytes);
struct export *export_free(struct export *export);

#endif
