/* See probe_rows.h. */
#include "storage/probe_rows.h"

#include "storage/job_rows.h"

static void put_known(struct db_values *values, int64_t value, bool is_known)
{
    if (is_known)
        db_put_integer(values, value);
    else
        db_put_text(values, NULL);
}

void probe_put(struct db_values *values, const struct store_probe *probe)
{
    db_put_text(values, probe->state);
    db_put_text(values, probe->outcome);
    job_put_text(values, probe->detail);
    db_put_positive(values, probe->status);
    job_put_text(values, probe->final_url);
    job_put_text(values, probe->declared_type);
    db_put_text(values, probe->type);
    put_known(values, probe->bytes, probe->bytes >= 0);
    db_put_positive(values, probe->width);
    db_put_positive(values, probe->height);
    put_known(values, probe->is_animated, probe->is_animated >= 0);
    db_put_blob(values, probe->sha256, STORE_SHA256_BYTES);
    put_known(values, probe->perceptual_hash, probe->sha256 && probe->perceptual_hash != 0);
    job_put_text(values, probe->robots_tag);
    db_put_positive(values, probe->probed_ms);
}

static int64_t known_column(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}

static const unsigned char *sha256_column(sqlite3_stmt *row, int column)
{
    const void *blob = sqlite3_column_blob(row, column);
    return sqlite3_column_bytes(row, column) == STORE_SHA256_BYTES ? blob : NULL;
}

void probe_columns(sqlite3_stmt *row, int first, struct store_probe *ret_probe)
{
    *ret_probe = (struct store_probe){
        .state = db_text(row, first),
        .outcome = db_text(row, first + 1),
        .detail = job_column_text(row, first + 2),
        .status = sqlite3_column_int(row, first + 3),
        .final_url = job_column_text(row, first + 4),
        .declared_type = job_column_text(row, first + 5),
        .type = db_text(row, first + 6),
        .bytes = known_column(row, first + 7),
        .width = sqlite3_column_int64(row, first + 8),
        .height = sqlite3_column_int64(row, first + 9),
        .is_animated = (int)known_column(row, first + 10),
        .sha256 = sha256_column(row, first + 11),
        .perceptual_hash = sqlite3_column_int64(row, first + 12),
        .robots_tag = job_column_text(row, first + 13),
        .probed_ms = sqlite3_column_int64(row, first + 14),
    };
}
