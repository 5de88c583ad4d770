/* Opens DATA/jobs/ID.sqlite with the settings that were chosen by measure
 * (tests/bench/bench_store.c).
 *
 * Page size and cache hardly matter to a crawl of one host (4, 8 and 16 kB, 2 to 32 MB: within the
 * noise). With thousands of hosts each new URL falls on another page of the frontier's index: the
 * WAL is then copied back seldom, every 32 MB, so that a page changed often is copied once.
 *
 * No mmap: an input/output error in a mapped file is a SIGBUS, which would end the service; read
 * calls make it an error of one job.
 */
#include "storage/job_file.h"

#include "storage/schema.h"

enum { JOB_APPLICATION_ID = 0x696d674a /* "imgJ" */, PAGE_BYTES = 8192 };

int job_file_open(const char *path, enum storage_mode mode, sqlite3 **ret_db,
                  const char **ret_reason)
{
    const struct db_schema schema = {
        .sql = schema_text("storage/job.sql"),
        .application_id = JOB_APPLICATION_ID,
        .page_bytes = PAGE_BYTES,
        .pragmas = "PRAGMA synchronous = NORMAL;"
                   "PRAGMA cache_size = -8192;"
                   "PRAGMA wal_autocheckpoint = 4000;"
                   "PRAGMA journal_size_limit = 67108864;",
        .foreign = "the file is not an imgcrawl job",
    };
    return db_open(path, mode, &schema, ret_db, ret_reason);
}
